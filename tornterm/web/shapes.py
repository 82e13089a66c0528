"""The plain values of the API: how sessions and users look in JSON."""

from __future__ import annotations

from typing import Any

from tornterm.types import Profile, SessionInfo, User

__all__ = ["profile_json", "session_json", "user_json"]


def session_json(info: SessionInfo) -> dict[str, Any]:
    """A session as the API shows it.

    Args:
        info: The session.
    """
    ended = info.exit
    return {
        "id": info.id,
        "user": info.user,
        "title": info.title,
        "profile": info.profile,
        "state": info.state,
        "created": info.created,
        "cols": info.size.cols,
        "rows": info.size.rows,
        "attached": info.attached,
        "output": info.output,
        "exit": ended and {"exitCode": ended.code, "signal": ended.signal, "ended": info.ended},
        "expires": info.expires,
    }


def user_json(user: User) -> dict[str, Any]:
    """A user as that user gets to see it.

    Args:
        user: The user.
    """
    return {
        "name": user.name,
        "display_name": user.display_name or user.name,
        "groups": list(user.groups),
        "admin": user.admin,
    }


def profile_json(profile: Profile) -> dict[str, Any]:
    """A profile as people choose from it.

    Args:
        profile: The profile.
    """
    return {"name": profile.name, "label": profile.label or profile.name}
