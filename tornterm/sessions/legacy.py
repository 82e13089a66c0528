"""An attachment that speaks the legacy dialect: plain frames, no offsets, no acknowledgements.

Source: ``docs/protocol.md``, "The legacy dialect".
"""

from __future__ import annotations

from tornterm.core.protocols import legacy
from tornterm.screens.drawing import Part
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clients import Client
from tornterm.sessions.host import Ending, Host
from tornterm.sessions.members import Right
from tornterm.sessions.transport import HIGH_WATER, Transport
from tornterm.types import Size, User

__all__ = ["LegacyAttachment"]


class LegacyAttachment(Attachment):
    """A cursor that follows what the socket has taken.

    Args:
        host: The session.
        transport: The connection.
        user: Who is at its other end.
        client: What the session remembers of the client; here only its place among the others.
        token: The token by which the client comes back.
        control: Whether control messages are sent; without them a client sees nothing but the
            terminal.
        login: The id of the login that the connection lives by; empty for a bearer token.
        wish: The size the client would like.
        right: What the connection may do at the most.
    """

    def __init__(
        self,
        host: Host,
        transport: Transport,
        user: User,
        client: Client,
        *,
        token: str,
        control: bool = True,
        login: str = "",
        wish: Size | None = None,
        right: Right = Right.CONTROL,
    ) -> None:
        super().__init__(host, transport, user, client, login=login, wish=wish, right=right)
        self._token = token
        self._control = control
        self._encoder = legacy.LegacyEncoder()

    def greet_new(self) -> None:
        """Begin at the start of a session that this client has made."""
        self.cursor = self.host.log.cursor(0)
        self._say(legacy.encode_session(self._token))

    def greet_again(self) -> None:
        """Say that what follows is a replay, so that the client clears its screen first."""
        self.painter.begin()

    def _send_part(self, part: Part) -> None:
        if part.first:
            self._encoder = legacy.LegacyEncoder()
            self._say(legacy.encode_resumed(self._token))
        self._send_output(part.data)

    @property
    def position(self) -> int:
        """What the socket has taken, which is all that this dialect lets us know."""
        at = self.painter.offset if self.painter.busy else self.cursor.offset
        return at - self.transport.unsent

    def _room(self) -> int:
        return HIGH_WATER - self.transport.unsent

    def _send_output(self, data: bytes | memoryview, *, final: bool = False) -> None:
        for frame in self._encoder.encode(bytes(data), final=final):
            if isinstance(frame, str):
                self.transport.send_text(frame)
            else:
                self.transport.send_bytes(frame)

    def _send_size(self, size: Size) -> None:
        """Nothing: this dialect has no message for it; the client knows the size it asked for."""

    def _send_ending(self, ending: Ending) -> None:
        self._send_output(b"", final=True)
        if ending.code:
            self.send_error(ending.code, ending.message)
        else:
            self._say(legacy.encode_exit(ending.exit.code, ending.exit.signal))

    def send_error(self, code: str, message: str) -> None:
        """Say why the connection is about to be closed; the dialect has no error codes."""
        self._say(legacy.encode_error(message))

    def accept_input(self, data: bytes) -> None:
        """Type what was sent if the client may write; a viewer's input goes nowhere."""
        if self.host.is_writer(self):
            self.host.write(self, data)

    def pong(self) -> None:
        """Answer a ping, unless what is already waiting shows that the line is alive."""
        if self.transport.unsent < HIGH_WATER:
            self._say(legacy.encode_pong())

    def _say(self, text: str) -> None:
        if self._control:
            self.transport.send_text(text)
