"""The users of one server: what each of them has, and how near to a limit that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tornterm.sessions.quotas import Quotas
from tornterm.types import Limits, SessionInfo, User
from tornterm.web.logins import LoginStore

__all__ = ["user_rows"]


def user_rows(
    sessions: Iterable[tuple[User, SessionInfo]], logins: LoginStore, quotas: Quotas, now: float
) -> dict[str, dict[str, Any]]:
    """Everybody who has a session or is logged in, by name.

    Args:
        sessions: The living sessions, with their owners.
        logins: Who is logged in.
        quotas: What they may have.
        now: Seconds on the sessions' clock.
    """
    users: dict[str, User] = {}
    attached: Counter[str] = Counter()
    for owner, info in sessions:
        users[owner.name] = owner
        attached[owner.name] += info.attached
    logged_in: Counter[str] = Counter()
    for user in logins.users():
        users[user.name] = user
        logged_in[user.name] += 1
    taken, in_group = quotas.ledger.taken()
    rows: dict[str, dict[str, Any]] = {}
    for name, user in users.items():
        limits = quotas.known(user)
        created = quotas.ledger.rate.count(name, now)
        together = in_group[limits.group] if limits.group else 0
        rows[name] = {
            "name": name,
            "groups": list(user.groups),
            "admin": user.admin,
            "sessions": taken[name],
            "attached": attached[name],
            "logins": logged_in[name],
            "created": created,
            "max_per_user": limits.max_per_user,
            "max_per_hour": limits.max_per_hour,
            "group": limits.group,
            "in_group": together,
            "max_in_group": limits.max_in_group,
            "near": _near(limits, taken[name], created, together),
        }
    return rows


def _near(limits: Limits, sessions: int, created: int, in_group: int) -> float:
    """How much of the tightest limit is used: 0 for nothing or no limit, 1 for all of it."""
    pairs = (
        (sessions, limits.max_per_user),
        (created, limits.max_per_hour),
        (in_group, limits.max_in_group),
    )
    return round(max(used / most if most else 0.0 for used, most in pairs), 3)
