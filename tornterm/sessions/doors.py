"""terminado's synchronous doors as entrances to sessions, under the same limits as all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornterm.pty.named import NamedTerminals, size_of
from tornterm.pty.terminal import Terminal
from tornterm.sessions.manager import SessionManager, Wishes
from tornterm.types import User

__all__ = ["terminado_manager"]


def terminado_manager(sessions: SessionManager, user: User) -> NamedTerminals:
    """A manager for terminado's and Jupyter's handlers, each of whose terminals is a session.

    Args:
        sessions: Where they are made and counted.
        user: Who owns what comes through these doors.
    """

    def open_terminal(name: str | None, options: Mapping[str, Any]) -> Terminal:
        wishes = Wishes(title=name or "", cwd=options.get("cwd"))
        return sessions.create_pending(user, size_of(options), wishes=wishes).terminal

    return NamedTerminals(open_terminal, shell_command=[])
