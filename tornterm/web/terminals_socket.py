"""``{base}terminals/websocket/<name>``: the WebSocket of Jupyter's clients."""

from __future__ import annotations

from collections.abc import Awaitable

from tornado.websocket import WebSocketHandler

from tornterm.core.lifecycle import CloseCode
from tornterm.core.protocols import terminado
from tornterm.errors import ProtocolError, TorntermError
from tornterm.sessions.reception import Guest, Reception
from tornterm.sessions.terminado import TerminadoAttachment
from tornterm.web.socket import MAX_LEGACY_FRAME, SocketHandler
from tornterm.web.terminals_api import TerminalsAccess

__all__ = ["TerminadoConversation", "TerminalSocketHandler"]


class TerminadoConversation:
    """Turns the frames of one connection into calls on its attachment.

    Args:
        reception: Where connections become attachments.
        guest: Who is at the other end.
        session_id: The session that the address named.
    """

    begun = True
    """Everything that a first message would say stands in the address."""

    def __init__(self, reception: Reception, guest: Guest, session_id: str) -> None:
        self._reception = reception
        self._guest = guest
        self._session_id = session_id
        self._gone = False
        self.attachment: TerminadoAttachment | None = None

    async def begin(self) -> None:
        """Attach to the session."""
        try:
            attachment = await self._reception.join_terminado(self._guest, self._session_id)
        except TorntermError as error:
            self.refuse(error)
            return
        self.attachment = attachment
        if self._gone:
            attachment.detach()

    def on_frame(self, frame: str | bytes) -> Awaitable[None] | None:
        """Act on one frame.

        Returns:
            What to await before the next is read: that the program has room for more input.
        """
        attachment = self.attachment
        if attachment is None or not attachment.open:
            return None
        try:
            message = terminado.parse_message(frame)
        except ProtocolError as error:
            attachment.close(CloseCode.PROTOCOL, error.code, error.public)
            return None
        if isinstance(message, bytes):
            attachment.accept_input(message)
            return attachment.host.drained() if attachment.host.queued else None
        if message is not None and message.size is not None:
            attachment.wish_size(message.size.cols, message.size.rows)
        return None

    def refuse(self, error: TorntermError) -> None:
        """Say why where the person looks, and close."""
        self._guest.transport.send_text(terminado.encode_output(f"\r\n{error.public}\r\n"))
        self._guest.transport.close(error.close_code, error.code)

    def detach(self) -> None:
        """The connection is gone."""
        self._gone = True
        if self.attachment is not None:
            self.attachment.detach()


class TerminalSocketHandler(TerminalsAccess, SocketHandler):
    """One terminal, for clients that speak terminado's dialect.

    The client library of Jupyter cannot send headers with a WebSocket, so that its token stands in
    the address.
    """

    token_in_address = True
    _session_id = ""

    @property
    def max_message_size(self) -> int:
        """A paste comes in one piece."""
        return MAX_LEGACY_FRAME

    def admits_strangers(self) -> bool:
        """Nobody: this dialect knows no shares."""
        return False

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """None: the dialect has no name."""
        return None

    async def get(self, *args: str, **kwargs: str) -> None:
        """Upgrade, if there is such a terminal; it is never made here."""
        self._session_id = (await self.find(args[0], "attach")).id
        await WebSocketHandler.get(self, *args, **kwargs)

    async def converse(self, guest: Guest) -> None:
        """Begin the conversation."""
        conversation = TerminadoConversation(self.terminals.reception, guest, self._session_id)
        self.conversation = conversation
        await self.guarded(conversation.begin())
