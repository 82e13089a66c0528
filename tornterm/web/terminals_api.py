"""``{base}api/terminals``: the sessions of the caller, as Jupyter's clients know terminals.

Verbs, statuses, models and errors are those of jupyter_server_terminals.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from tornterm.core.protocols.fields import load_value
from tornterm.errors import ProtocolError, SessionNotFound
from tornterm.pty.named import NameTaken
from tornterm.sessions.creation import Wishes
from tornterm.sessions.session import Session
from tornterm.types import Action, Size
from tornterm.web.answers import Problem
from tornterm.web.base import Access
from tornterm.web.handler import MAX_BODY, Handler

__all__ = ["TerminalHandler", "TerminalsAccess", "TerminalsHandler", "terminal_json"]

NAME = re.compile(r"\w{1,64}")


def terminal_json(session: Session) -> dict[str, Any]:
    """A session as a terminal.

    Args:
        session: The session.
    """
    active = datetime.fromtimestamp(session.active, UTC)
    return {
        "name": session.name or session.id,
        "last_activity": active.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


class TerminalsAccess(Access):
    """What all handlers of terminals have in common."""

    def all(self) -> list[Session]:
        """The caller's living sessions, the oldest first."""
        sessions = self.terminals.sessions
        infos = sessions.get_user_sessions(self.person.name)
        found = (sessions.get_session(info.id) for info in infos)
        return [session for session in found if session is not None and session.alive]

    async def find(self, name: str, action: Action) -> Session:
        """The caller's terminal of that name, if the caller may do this with it.

        Args:
            name: Its name: the one it was made with, or the id of a session.
            action: What for.

        Raises:
            TerminalNotFound: There is none.
        """
        for session in self.all():
            if name in (session.name, session.id):
                try:
                    return await self.terminals.sessions.find(self.person, session.id, action)
                except SessionNotFound:
                    break
        raise TerminalNotFound(name)

    def error_body(self, problem: Problem) -> dict[str, Any]:
        """An error as Jupyter's clients expect it, besides our own."""
        return {"message": problem.message, "reason": None, **super().error_body(problem)}


class TerminalNotFound(SessionNotFound):
    """There is no terminal of that name; it looks the same where it is somebody else's."""

    @property
    def public(self) -> str:
        """In the words of jupyter_server_terminals."""
        return f"Terminal not found: {self.session_id:.64}"


class TerminalsHandler(TerminalsAccess, Handler):
    """All terminals of the caller."""

    def get(self) -> None:
        """All that live, the oldest first."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps([terminal_json(session) for session in self.all()]))

    async def post(self) -> None:
        """Make one, which stays until it is deleted or its grace period is over."""
        name = self._wished_name()
        session = await self.terminals.sessions.create(
            self.person, Size(), remote=self.remote, wishes=Wishes(title=name)
        )
        if name and self._is_taken(name):
            await self.terminals.sessions.destroy_session(session.id)
            raise NameTaken(name)
        session.name = name or self._free_name()
        session.stay()
        self.answer(terminal_json(session))

    def _wished_name(self) -> str:
        # Its content type does not matter: Jupyter's client says that it is plain text.
        text = self.request.body.decode("utf-8", "replace")
        body = load_value(text, MAX_BODY, "the body") if text.strip() else None
        if body is None:
            return ""
        if not isinstance(body, dict):
            raise ProtocolError("the body must be a JSON object")
        name, cwd = body.get("name"), body.get("cwd")
        if cwd is not None and not isinstance(cwd, str):
            raise ProtocolError("cwd must be text")
        if name is None:
            return ""
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise ProtocolError("name must be 1 to 64 letters, digits and underscores")
        if self._is_taken(name):
            raise NameTaken(name)
        return name

    def _is_taken(self, name: str) -> bool:
        return any(name in (session.name, session.id) for session in self.all())

    def _free_name(self) -> str:
        taken = {session.name for session in self.all()}
        return next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)


class TerminalHandler(TerminalsAccess, Handler):
    """One terminal."""

    async def get(self, name: str) -> None:
        """Its model."""
        self.answer(terminal_json(await self.find(name, "attach")))

    async def delete(self, name: str) -> None:
        """End it, and answer when its program is gone."""
        session = await self.find(name, "kill")
        await self.terminals.sessions.destroy_session(
            session.id, by=self.person, remote=self.remote
        )
        self.set_status(204)
