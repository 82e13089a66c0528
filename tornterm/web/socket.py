"""``{base}ws``: one WebSocket, whose dialect is decided by its subprotocol."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from tornado.web import HTTPError
from tornado.websocket import (
    WebSocketClosedError,
    WebSocketHandler,
    WebSocketProtocol,
    WebSocketProtocol13,
)

from tornterm.core.lifecycle import CloseCode
from tornterm.core.protocols import legacy, v1
from tornterm.errors import AuthError, LoginEnded, ProtocolError, TorntermError
from tornterm.plugins.steps import Steps
from tornterm.sessions.clock import Timer
from tornterm.sessions.reception import Guest
from tornterm.types import User
from tornterm.web.base import Access
from tornterm.web.heartbeat import Heartbeat
from tornterm.web.legacy_socket import LegacyConversation
from tornterm.web.readahead import ReadAhead, SmallFrames
from tornterm.web.throttle import Attempt
from tornterm.web.tickets import PREFIX
from tornterm.web.transport import SocketTransport
from tornterm.web.v1_socket import V1Conversation

__all__ = ["MAX_LEGACY_FRAME", "SocketHandler"]

logger = logging.getLogger("tornterm.web")

SHARE = "share"
"""Where failures with shares are counted."""

TICKET = "ticket"
"""Where failures with tickets are counted."""

MAX_TICKET = 256
"""Characters of a ticket that are looked at; ours have 43."""

MAX_V1_FRAME = 4 * v1.MAX_BINARY
"""Bytes of a frame that is still read, so that one that is too large gets an answer."""

MAX_LEGACY_FRAME = 1024 * 1024
"""Bytes of one frame in the legacy dialect, where a paste comes in one piece."""


class Conversation(Protocol):
    """What a dialect makes of a connection."""

    @property
    def begun(self) -> bool:
        """Whether the client has said what it wants."""

    def on_frame(self, frame: str | bytes) -> Awaitable[None] | None:
        """Act on one frame; gives what to await before the next, where there is anything."""

    def refuse(self, error: TorntermError) -> None:
        """Say why and close."""

    def detach(self) -> None:
        """The connection is gone."""


class SocketHandler(Access, WebSocketHandler):
    """Carries frames between a connection and its conversation."""

    conversation: Conversation | None = None
    heartbeat: Heartbeat | None = None
    _silence: Timer | None = None
    _unregister: Callable[[], None] | None = None
    _query: legacy.Query
    _attempt: Attempt | None = None

    @property
    def max_message_size(self) -> int:
        """A cap that leaves room to answer a frame that is a little too large."""
        return MAX_V1_FRAME if self._offered_protocols() else MAX_LEGACY_FRAME

    @property
    def ping_interval(self) -> int:
        """None of Tornado's own pings; see `Heartbeat`."""
        return 0

    def _offered_protocols(self) -> list[str]:
        header = self.request.headers.get("Sec-WebSocket-Protocol", "")
        return [name.strip() for name in header.split(",") if name.strip()]

    async def get(self, *args: str, **kwargs: str) -> None:
        """Upgrade, unless what is asked for does not exist."""
        offered = self._offered_protocols()
        if offered and v1.SUBPROTOCOL not in offered:
            raise HTTPError(400, reason=f"The only subprotocol is {v1.SUBPROTOCOL}")
        if not offered:
            try:
                self._query = legacy.parse_query(
                    self.get_query_argument("cols", None),
                    self.get_query_argument("rows", None),
                    self.get_query_argument("resume", None),
                    self.get_query_argument("control", None),
                )
            except ProtocolError as error:
                raise HTTPError(400, reason=str(error)) from None
        await super().get(*args, **kwargs)

    async def authenticate(self) -> User:
        """Find out who it is; a ticket decides where one is offered.

        Raises:
            AuthError: As for every request; or the ticket is not good.
            LimitExceeded: As for every request; or too many tickets were wrong.
        """
        value = self._offered_ticket()
        if value is None:
            return await super().authenticate()
        throttle, now = self.terminals.throttle, self.terminals.clock.now()
        throttle.check(self.remote, "", now, door=TICKET)
        try:
            admission = self.terminals.tickets.redeem(value, now)
            login = admission.login
            if login is not None and not await self.terminals.logins.verify(login):
                raise AuthError("the login of the ticket has ended")
        except AuthError as error:
            throttle.failed(self.remote, "", now, door=TICKET)
            self.login_failed(error, TICKET)
            raise
        self.user = self.current_user = admission.user
        self.session_login, self.vouch, self.via = login, admission.vouch, "ticket"
        return self.user

    def _offered_ticket(self) -> str | None:
        """The ticket among the subprotocols, where there is one."""
        names = (name for name in self._offered_protocols() if name.startswith(PREFIX))
        ticket = next(names, None) if self.is_upgrade else None
        return None if ticket is None else ticket.removeprefix(PREFIX)[:MAX_TICKET]

    def admits_strangers(self) -> bool:
        """Let somebody in who will show a share, while there are any.

        It counts as a failed try until one has been shown, so that nobody can guess for long or
        keep many connections waiting. A token or a ticket that is wrong is no reason to try
        something else.

        Raises:
            LimitExceeded: Too many have failed from this address.
        """
        allowed = (
            self.is_upgrade
            and v1.SUBPROTOCOL in self._offered_protocols()
            and "Authorization" not in self.request.headers
            and self._offered_ticket() is None
            and self.terminals.sessions.sharing.active
        )
        if allowed:
            self._attempt = self._begin_attempt()
        return allowed

    def _begin_attempt(self) -> Attempt:
        """A try to show a share; one per connection."""
        if self._attempt is None:
            throttle, now = self.terminals.throttle, self.terminals.clock.now()
            self._attempt = throttle.begin(self.remote, "", now, door=SHARE)
        return self._attempt

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Tornado's, which reads small frames faster."""
        usual = super().get_websocket_protocol()
        if isinstance(usual, WebSocketProtocol13):
            return SmallFrames(self, usual.mask_outgoing, usual.params)
        return usual

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The one subprotocol there is."""
        return v1.SUBPROTOCOL if v1.SUBPROTOCOL in subprotocols else None

    def check_origin(self, origin: str) -> bool:
        """Always true here: `prepare` has judged the origin before, with the credentials known."""
        return True

    async def open(self, *args: str, **kwargs: str) -> None:
        """Take the connection up."""
        # Without this every second small frame would wait for the peer's delayed acknowledgement.
        self.set_nodelay(True)
        interval = self.terminals.settings.server.ping_interval
        self.heartbeat = Heartbeat(self.terminals.clock, interval, self._ping, self._drop)
        transport = SocketTransport(self, self.remote)
        connection: Any = self.ws_connection
        connection.stream = ReadAhead(connection.stream)
        login = self.login_of_connection() if self.user is not None else None
        guest = Guest(self.user, transport, login.id if login else "")
        if login is not None:
            self._unregister = self.terminals.logins.attach(login, self._login_ended)
        await self.converse(guest)

    async def converse(self, guest: Guest) -> None:
        """Begin the conversation that the address and the subprotocol ask for.

        Args:
            guest: Who is at the other end.
        """
        reception = self.terminals.reception
        if self.selected_subprotocol:
            conversation = V1Conversation(reception, guest, self._begin_attempt)
            self.conversation = conversation
            self._silence = self.terminals.clock.call_later(
                v1.FIRST_MESSAGE_TIMEOUT, self._said_nothing
            )
        else:
            legacy_conversation = LegacyConversation(reception, guest, self._query)
            self.conversation = legacy_conversation
            await self.guarded(legacy_conversation.begin())

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Act on one frame; the next is read when what this gives back is done.

        Nearly always that is nothing, which saves three turns of the event loop for each key.
        """
        if self.conversation is None or self.heartbeat is None:
            return None
        self.heartbeat.heard()
        try:
            work = self.conversation.on_frame(message)
        except Exception:
            self._fail()
            return None
        if work is None:
            return None
        # What lets somebody in mostly knows its answers at once, so there is nothing to wait for.
        steps = Steps(self._unhurried(work))
        if not steps.over:
            return steps.task
        steps.result()
        return None

    async def _unhurried(self, work: Awaitable[None]) -> None:
        """Read nothing until `work` is done."""
        assert self.heartbeat is not None
        self.heartbeat.deaf = True
        await self.guarded(work)
        self.heartbeat.deaf = False

    def on_pong(self, data: bytes) -> None:
        """The other end is still there."""
        if self.heartbeat is not None:
            self.heartbeat.heard()

    def _ping(self) -> None:
        with contextlib.suppress(WebSocketClosedError):
            self.ping()

    def _drop(self) -> None:
        """End the connection without a goodbye that nobody would hear."""
        connection = self.ws_connection
        if connection is not None and connection.stream is not None:
            connection.stream.close()

    async def guarded(self, work: Awaitable[None]) -> None:
        """Let nothing that goes wrong here concern more than this connection."""
        try:
            await work
        except Exception:
            self._fail()

    def _fail(self) -> None:
        logger.exception("a connection failed and is closed")
        self.close(CloseCode.SPAWN_FAILED, "internal error")

    def _said_nothing(self) -> None:
        if self.conversation is not None and not self.conversation.begun:
            seconds = f"{v1.FIRST_MESSAGE_TIMEOUT:g}"
            self.conversation.refuse(
                ProtocolError(f"the first message must come within {seconds} s")
            )

    def _login_ended(self) -> None:
        if self.conversation is not None:
            self.conversation.refuse(LoginEnded())

    def on_close(self) -> None:
        """Leave the session; it goes on without this connection."""
        if self.heartbeat is not None:
            self.heartbeat.stop()
        if self._silence is not None:
            self._silence.cancel()
        if self._unregister is not None:
            self._unregister()
        if self.conversation is not None:
            self.conversation.detach()
