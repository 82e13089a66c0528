"""``{base}api/sessions/<id>/shares``: what the owner of a session gives to others."""

from __future__ import annotations

from typing import Any

from tornterm.core.protocols.fields import Check, boolean, integer
from tornterm.errors import Forbidden, SessionNotFound
from tornterm.sessions.members import Right
from tornterm.sessions.session import Session
from tornterm.sessions.shares import Share
from tornterm.web.context import public_base
from tornterm.web.handler import Handler

__all__ = [
    "LIFETIME",
    "MAX_LIFETIME",
    "OwnersHandler",
    "ShareHandler",
    "SharesHandler",
    "share_json",
]

LIFETIME = 24 * 3600
"""Seconds for which a share lasts unless it is said otherwise."""

MAX_LIFETIME = 30 * 24 * 3600
"""Seconds for which a share may last; it never outlasts its session."""

SECONDS: Check = integer(1, MAX_LIFETIME)


def share_json(session: Session, share: Share) -> dict[str, Any]:
    """A share as the API shows it; without its secret, of which nothing is kept.

    Args:
        session: The session.
        share: One of its shares.
    """
    return {
        "id": share.id,
        "control": share.right is Right.ASK,
        "created": share.created,
        "expires": share.expires,
        "watching": sum(attachment.party is share for attachment in session.attachments),
    }


class OwnersHandler(Handler):
    """For the owner of a session alone, not even for an administrator."""

    async def own_session(self, session_id: str) -> Session:
        """The session, if it is the caller's and the caller may write to it.

        Raises:
            SessionNotFound: There is none that the caller may know of.
            Forbidden: It is somebody else's, or the caller may only watch it.
        """
        sessions = self.terminals.sessions
        session = await sessions.find(self.person, session_id, "attach")
        if session.owner.name != self.person.name:
            # Whoever gets here may see the session, so this tells nothing new.
            raise Forbidden(f"{self.person.name} is not the owner of session {session_id}")
        if await sessions.right(self.person, session) is not Right.CONTROL:
            raise Forbidden(f"{self.person.name} may not control session {session_id}")
        return session


class SharesHandler(OwnersHandler):
    """All shares of one session."""

    async def get(self, session_id: str) -> None:
        """Those that are valid, the oldest first."""
        session = await self.own_session(session_id)
        shares = [share_json(session, share) for share in session.shares.all()]
        self.answer({"shares": shares})

    async def post(self, session_id: str) -> None:
        """Make one; this answer is the only one that ever holds its secret."""
        wish = self.fields(control=boolean, lifetime=SECONDS)
        session = await self.own_session(session_id)
        secret, share = self.terminals.sessions.sharing.share(
            session,
            Right.ASK if wish.get("control", False) else Right.WATCH,
            wish.get("lifetime", LIFETIME),
            remote=self.remote,
        )
        base = public_base(self.terminals)
        self.set_header("Location", f"{base}api/sessions/{session.id}/shares/{share.id}")
        self.answer(
            {
                "share": share_json(session, share),
                "secret": secret,
                "path": f"{base}s/{session.id}#share={secret}",
            },
            201,
        )

    async def delete(self, session_id: str) -> None:
        """Take all of them back, and end the connections that came by them."""
        session = await self.own_session(session_id)
        for share in session.shares.all():
            self.terminals.sessions.sharing.revoke(session, share.id, remote=self.remote)
        self.set_status(204)


class ShareHandler(OwnersHandler):
    """``{base}api/sessions/<id>/shares/<share>``: one share."""

    async def delete(self, session_id: str, share_id: str) -> None:
        """Take it back, and end the connections that came by it."""
        session = await self.own_session(session_id)
        sharing = self.terminals.sessions.sharing
        if not sharing.revoke(session, share_id, remote=self.remote):
            raise SessionNotFound(session_id)
        self.set_status(204)
