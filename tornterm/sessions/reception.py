"""Letting clients in: a new session, a resume, in each dialect.

Everything that must happen in one step (look again, attach, rotate the token) stands behind the
last ``await`` of its function. Source: ``docs/protocol.md``, "Connections and tokens".
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tornterm.core.lifecycle import ErrorCode
from tornterm.core.protocols import v1
from tornterm.errors import (
    Forbidden,
    LimitExceeded,
    Replaced,
    SessionNotFound,
)
from tornterm.sessions.clients import Client
from tornterm.sessions.guest import Guest
from tornterm.sessions.legacy import LegacyAttachment
from tornterm.sessions.manager import SessionManager
from tornterm.sessions.members import Right
from tornterm.sessions.requests import Requests
from tornterm.sessions.session import Session
from tornterm.sessions.shares import MAX_GUESTS, Party, Share
from tornterm.sessions.terminado import TerminadoAttachment
from tornterm.sessions.v1 import V1Attachment
from tornterm.types import Size, User

__all__ = ["Guest", "Reception"]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """On which grounds somebody comes in."""

    user: User
    right: Right
    party: Party


class Reception:
    """Turns first messages into attachments.

    Args:
        manager: Where sessions are made and found.
    """

    def __init__(self, manager: SessionManager) -> None:
        self._manager = manager
        self._requests = Requests(manager)

    # tornterm.v1

    async def open(self, guest: Guest, message: v1.Open) -> V1Attachment:
        """Make a session, or take up the one that an earlier, lost answer was about.

        Raises:
            TorntermError: As `SessionManager.create`; `ConnectionGone` where the client did not
                wait, which leaves the session to its next attempt; `Replaced` where a later
                attempt of the same client has been seen.
        """
        size = Size.checked(message.cols, message.rows)
        request = self._requests.take(guest, message, size)
        session = await asyncio.shield(request.task)
        right = await self._manager.right(guest.person, session)
        guest.stays()
        if message.attempt < request.attempt:
            raise Replaced
        client = session.clients.take_up(request.client_id, guest.person.name)
        request.client_id = client.id
        client.attempt = max(client.attempt, message.attempt)
        arrival = _Arrival(guest.person, right, session.party)
        attachment = self._attach_v1(session, guest, arrival, client, size, take=True)
        token = session.tokens.issue()
        if session.log.start == 0 and not session.answered:
            attachment.greet_new(token)
        else:
            attachment.greet_again(token, 0)
        session.welcome(attachment, again=False)
        return attachment

    async def resume(self, guest: Guest, message: v1.Resume) -> V1Attachment:
        """Let a client come back to its session.

        Raises:
            AuthError: Nobody is logged in, and the token does not come from a share.
            SessionNotFound: There is no such session, or it is not this user's.
            Forbidden: The token is not, or no longer, one of the session's.
            Replaced: A later attempt of the same client has been seen.
            ConnectionGone: The client did not wait.
            ProtocolError: The size is not one.
        """
        size = Size.checked(message.cols, message.rows)
        shared = self._manager.sharing.of_token(message.session, message.token)
        if shared is not None:
            session, arrival = shared[0], await self._arrive(guest, *shared)
        else:
            session = await self._manager.find(guest.person, message.session, "attach")
            right = await self._manager.right(guest.person, session)
            arrival = _Arrival(guest.person, right, session.party)
        guest.stays()
        presented = arrival.party.tokens.find(message.token)
        if presented is None:
            raise Forbidden(
                f"resume token for session {session.id} is not valid",
                "The key to this session is not valid (any more).",
            )
        client = arrival.party.clients.take_up(message.client, arrival.user.name)
        if message.attempt < client.attempt:
            raise Replaced
        client.attempt = message.attempt
        take = message.control == "take"
        attachment = self._attach_v1(session, guest, arrival, client, size, take=take)
        token = message.token
        if session.alive:
            token, attachment.brought = arrival.party.tokens.present(presented)
        attachment.greet_again(token, message.offset)
        session.welcome(attachment, again=True)
        return attachment

    async def watch(self, guest: Guest, message: v1.Watch) -> V1Attachment:
        """Let somebody see a session who was given a share of it.

        Raises:
            SessionNotFound: There is no such session, no such share of it, or it is forbidden.
            LimitExceeded: Too many watch already.
            ConnectionGone: The client did not wait.
            ProtocolError: The size is not one.
        """
        size = Size.checked(message.cols, message.rows)
        session, share = self._manager.sharing.find(message.session, message.share)
        arrival = await self._arrive(guest, session, share)
        guest.stays()
        client = share.clients.take_up(None, arrival.user.name)
        attachment = self._attach_v1(session, guest, arrival, client, size, take=False)
        attachment.greet_again(share.tokens.issue(), None)
        session.welcome(attachment, again=True)
        return attachment

    async def _arrive(self, guest: Guest, session: Session, share: Share) -> _Arrival:
        user = guest.user or share.stranger
        right = await self._manager.sharing.right(user, session, share)
        guests = session.company.guests
        if guests >= MAX_GUESTS:
            sentence = "Too many people watch this session already."
            raise LimitExceeded(ErrorCode.VIEWER_LIMIT, MAX_GUESTS, guests, None, sentence)
        return _Arrival(user, right, share)

    def close(self, guest: Guest, attachment: V1Attachment) -> None:
        """End the session because its person said so; its clients hear of it as an exit."""
        self._manager.destroy_soon(
            attachment.host.id, by=attachment.user, remote=guest.transport.remote
        )

    def _attach_v1(
        self,
        session: Session,
        guest: Guest,
        arrival: _Arrival,
        client: Client,
        size: Size,
        *,
        take: bool,
    ) -> V1Attachment:
        session.company.replace(client.id)
        attachment = V1Attachment(
            session,
            guest.transport,
            arrival.user,
            client,
            login=guest.login,
            wish=size,
            right=arrival.right,
            party=arrival.party,
        )
        session.admit(attachment, take=take)
        return attachment

    # terminado's dialect

    async def join_terminado(self, guest: Guest, session_id: str) -> TerminadoAttachment:
        """Let a client of Jupyter's terminals in.

        Raises:
            SessionNotFound: There is no such session, or it is not this user's.
        """
        session = await self._manager.find(guest.person, session_id, "attach")
        right = await self._manager.right(guest.person, session)
        attachment = TerminadoAttachment(
            session,
            guest.transport,
            guest.person,
            session.clients.take_up(None, guest.person.name),
            login=guest.login,
            right=right,
        )
        again = session.log.start > 0 or session.answered > 0
        # These clients come back by themselves, so that none takes the right to write from others.
        session.admit(attachment, take=False)
        attachment.greet(again=again)
        session.welcome(attachment, again=again)
        return attachment

    # The legacy dialect

    async def open_legacy(
        self, guest: Guest, size: Size, *, control: bool, resume: str | None
    ) -> LegacyAttachment:
        """Take up the session of a token, or make one where the token leads nowhere.

        Raises:
            TorntermError: As `SessionManager.create`; `ConnectionGone` where the client did not
                wait.
        """
        session = await self._find_by_token(guest.person, resume) if resume else None
        again = session is not None
        if session is None:
            session = await self._manager.create(guest.person, size, remote=guest.transport.remote)
        right = await self._manager.right(guest.person, session)
        guest.stays()
        token = resume if again and resume else session.tokens.issue()
        attachment = LegacyAttachment(
            session,
            guest.transport,
            guest.person,
            session.clients.take_up(None, guest.person.name),
            token=token,
            control=control,
            login=guest.login,
            wish=size,
            right=right,
        )
        session.admit(attachment, take=True)
        if again:
            attachment.greet_again()
        else:
            attachment.greet_new()
        session.welcome(attachment, again=again)
        return attachment

    async def _find_by_token(self, user: User, token: str) -> Session | None:
        """The user's own living session of that token; the dialect has no session id to ask by."""
        for info in self._manager.get_user_sessions(user.name):
            session = self._manager.get_session(info.id)
            if session is not None and session.tokens.find(token) is not None:
                try:
                    return await self._manager.find(user, session.id, "attach")
                except SessionNotFound:
                    return None
        return None
