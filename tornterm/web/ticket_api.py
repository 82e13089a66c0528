"""Getting a ticket, and a new key to one's own session: over HTTP, and for the host's code."""

from __future__ import annotations

from tornterm.core.protocols.fields import text
from tornterm.errors import Forbidden
from tornterm.types import User
from tornterm.web.context import Context
from tornterm.web.handler import Handler
from tornterm.web.tickets import Admission, Ticket

__all__ = ["TicketsHandler", "TokenHandler", "issue", "resume_token"]


async def issue(
    terminals: Context, admission: Admission, session: str = "", remote: str = ""
) -> Ticket:
    """Make a ticket, and a resume token where it is to lead to a session that exists.

    Args:
        terminals: The application.
        admission: Whom it lets in.
        session: The session's id; empty for none.
        remote: The address from which it was asked for, for the audit log.

    Raises:
        SessionNotFound: There is no such session, or the user may not see it.
        Forbidden: It is somebody else's.
    """
    token = await resume_token(terminals, admission.user, session, remote) if session else ""
    return Ticket(terminals.tickets.issue(admission, terminals.clock.now()), session, token)


async def resume_token(terminals: Context, user: User, session_id: str, remote: str) -> str:
    """A new resume token for a session's owner; arguments and errors as for `issue`."""
    session = await terminals.sessions.find(user, session_id, "attach")
    if session.owner.name != user.name:
        # Whoever gets here may see the session, so this tells nothing new.
        raise Forbidden(f"{user.name} is not the owner of session {session_id}")
    audit = terminals.audit
    audit.record(audit.event("session.token", user=user.name, remote=remote, session_id=session.id))
    return session.tokens.issue()


class TicketsHandler(Handler):
    """``{base}api/tickets``: a way to a WebSocket for a page that our cookie does not reach."""

    async def post(self) -> None:
        """Issue a ticket to the caller, which their page uses or hands on."""
        wish = self.fields(session=text(64))
        admission = Admission(self.person, self.session_login, self.vouch)
        ticket = await issue(self.terminals, admission, wish.get("session", ""), self.remote)
        self.answer(ticket.answer(), 201)


class TokenHandler(Handler):
    """``{base}api/sessions/<id>/token``: a new key to one's own session."""

    async def post(self, session_id: str) -> None:
        """Issue a resume token to the owner, for example for another device."""
        self.fields()
        token = await resume_token(self.terminals, self.person, session_id, self.remote)
        self.answer({"session": session_id, "token": token}, 201)
