"""The HTTP API, for the page and for people's own programs."""

from __future__ import annotations

from tornterm.core.protocols.fields import Check, integer, text
from tornterm.sessions.creation import Wishes
from tornterm.types import Size
from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.shapes import profile_json, session_json, user_json

__all__ = [
    "LimitsHandler",
    "MeHandler",
    "SessionHandler",
    "SessionsHandler",
]

CELLS: Check = integer(1, Size.MAXIMUM)
LABEL: Check = text(256)


class MeHandler(Handler):
    """``{base}api/me``: who is asking, which also tells whether a login still lives."""

    def get(self) -> None:
        """The caller."""
        login = self.session_login
        self.answer(
            {
                "user": user_json(self.person),
                "via": self.via,
                "expires": login.expires if login else None,
            }
        )

    def post(self) -> None:
        """The same, for a page whose WebSocket was refused: what it posts carries its origin."""
        self.get()


class LimitsHandler(Handler):
    """``{base}api/limits``: the caller's own quota."""

    async def get(self) -> None:
        """What the caller may have, how much of it is used, and when there will be more."""
        sessions = self.terminals.sessions
        usage = await sessions.usage(self.person)
        self.answer(
            {
                "sessions": usage.sessions,
                "max_per_user": usage.limits.max_per_user,
                "created": usage.created,
                "max_per_hour": usage.limits.max_per_hour,
                "group": usage.limits.group,
                "max_in_group": usage.limits.max_in_group,
                "server_full": sessions.is_full,
                "retryAfter": usage.retry_after,
            }
        )


class ProfilesHandler(Handler):
    """``{base}api/profiles``: what the caller can start."""

    async def get(self) -> None:
        """The profiles besides the usual one, in the order in which they are offered."""
        profiles = await self.terminals.plugins.profiles(self.person)
        self.answer({"profiles": [profile_json(profile) for profile in profiles]})


class SessionsHandler(Handler):
    """``{base}api/sessions``: the caller's sessions."""

    def get(self) -> None:
        """All that live, the oldest first."""
        sessions = self.terminals.sessions.get_user_sessions(self.person.name)
        self.answer({"sessions": [session_json(info) for info in sessions]})

    async def post(self) -> None:
        """Make one; it ends by itself if nobody attaches in time."""
        wish = self.fields(cols=CELLS, rows=CELLS, title=LABEL, profile=LABEL)
        session = await self.terminals.sessions.create(
            self.person,
            Size(**{name: wish[name] for name in ("cols", "rows") if name in wish}),
            remote=self.remote,
            wishes=Wishes(profile=wish.get("profile", ""), title=wish.get("title", "")),
        )
        self.set_header("Location", f"{public_base(self.terminals)}api/sessions/{session.id}")
        self.answer({"session": session_json(session.info()), "token": session.tokens.issue()}, 201)


class SessionHandler(Handler):
    """``{base}api/sessions/<id>``: one session.

    One that does not exist and one that is somebody else's get the same answer.
    """

    async def get(self, session_id: str) -> None:
        """What is known about it."""
        session = await self.terminals.sessions.find(self.person, session_id, "attach")
        self.answer({"session": session_json(session.info())})

    async def patch(self, session_id: str) -> None:
        """Give it another title."""
        wish = self.fields(title=LABEL)
        session = await self.terminals.sessions.find(self.person, session_id, "control")
        session.title = wish.get("title", session.title)
        self.answer({"session": session_json(session.info())})

    async def delete(self, session_id: str) -> None:
        """End it, and answer when its program is gone."""
        sessions = self.terminals.sessions
        await sessions.find(self.person, session_id, "kill")
        await sessions.destroy_session(session_id, by=self.person, remote=self.remote)
        self.set_status(204)
