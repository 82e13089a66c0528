"""The policy that always applies: owners and admins may, and nobody else may by default."""

from __future__ import annotations

from tornterm.hookspecs import hookimpl
from tornterm.types import Action, SessionInfo, User

__all__ = ["Policy"]


class Policy:
    """Says yes to a session's owner and to admins, and abstains otherwise.

    It never says no, so that other plugins can allow more; each of them can forbid anything.
    """

    @hookimpl
    async def tornterm_authorize(
        self, user: User, action: Action, session: SessionInfo | None
    ) -> bool | None:
        """Yes for admins, for owners, and for everybody who makes a session of their own."""
        if user.admin:
            return True
        if session is None:
            return True if action == "create" else None
        return True if session.user == user.name else None
