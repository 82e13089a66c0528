"""An attachment that speaks terminado's dialect: several of them share one terminal.

All of them may type, and its size is the smallest of theirs, as terminado has it. To clients of
the other dialects they are one writer: while one of those writes, they only watch.
"""

from __future__ import annotations

from tornterm.core.protocols import terminado
from tornterm.errors import ProtocolError
from tornterm.screens.drawing import Part
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clients import Client
from tornterm.sessions.host import Ending, Host
from tornterm.sessions.members import Right
from tornterm.sessions.transport import HIGH_WATER, Transport
from tornterm.types import Size, User

__all__ = ["TerminadoAttachment"]


class TerminadoAttachment(Attachment):
    """A cursor that follows what the socket has taken.

    Args:
        host: The session.
        transport: The connection.
        user: Who is at its other end.
        client: What the session remembers of the client; here only its place among the others.
        login: The id of the login that the connection lives by; empty for a bearer token.
        right: What the connection may do at the most.
    """

    def __init__(
        self,
        host: Host,
        transport: Transport,
        user: User,
        client: Client,
        *,
        login: str = "",
        right: Right = Right.CONTROL,
    ) -> None:
        super().__init__(host, transport, user, client, login=login, right=right)
        self.fits: Size | None = None
        self._decoder = terminado.TerminadoDecoder()

    # Output.

    def greet(self, *, again: bool) -> None:
        """Begin: with all of the output where nobody has seen anything, else with the screen.

        Args:
            again: Whether somebody has.
        """
        self.transport.send_text(terminado.SETUP)
        if again:
            self.painter.begin()
        else:
            self.cursor = self.host.log.cursor(self.host.log.start)

    def _send_part(self, part: Part) -> None:
        if part.first:
            # A client that lost its connection for a while still shows what it showed before.
            self._decoder = terminado.TerminadoDecoder()
            self._show(terminado.RESET + self._decoder.decode(part.data))
        else:
            self._send_output(part.data)

    @property
    def position(self) -> int:
        """What the socket has taken at least, which is all that this dialect lets us know.

        A message is never shorter than what it shows.
        """
        at = self.painter.offset if self.painter.busy else self.cursor.offset
        return max(0, at - self.transport.unsent)

    def _room(self) -> int:
        return HIGH_WATER - self.transport.unsent

    def _send_output(self, data: bytes | memoryview, *, final: bool = False) -> None:
        self._show(self._decoder.decode(bytes(data), final=final))

    def _show(self, text: str) -> None:
        if text:
            self.transport.send_text(terminado.encode_output(text))

    def _send_size(self, size: Size) -> None:
        """Nothing: this dialect has no message for it."""

    def _send_ending(self, ending: Ending) -> None:
        self._send_output(b"", final=True)
        if ending.message:
            self._say(ending.message)
        self.transport.send_text(terminado.DISCONNECT)

    def send_error(self, code: str, message: str) -> None:
        """Say why the connection is about to be closed, where the person looks."""
        self._say(message)

    def _say(self, sentence: str) -> None:
        self._show(f"\r\n{sentence}\r\n")

    # Input.

    def accept_input(self, data: bytes) -> None:
        """Type what was sent, unless a client of another dialect writes."""
        if self.right is not Right.CONTROL:
            return
        if self.host.control.writer is None:
            self.host.control.request(self)
        if self.shares:
            self.host.write(self, data)

    @property
    def shares(self) -> bool:
        """Whether one of this dialect's clients writes, and with it all of them."""
        return isinstance(self.host.control.writer, TerminadoAttachment)

    # The size.

    def wish_size(self, cols: object, rows: object) -> None:
        """The client's terminal has another size; one that is no size changes nothing."""
        try:
            self.fits = Size.checked(cols, rows)
        except ProtocolError:
            return
        self._agree()

    def role_changed(self) -> None:
        """Whoever writes for all of them wishes what fits all of them."""
        if self.host.is_writer(self):
            self.wish = self._smallest()

    def members_changed(self) -> None:
        """Somebody came or went, whose size counted."""
        if self.host.is_writer(self):
            self._agree()

    def _agree(self) -> None:
        writer, size = self.host.control.writer, self._smallest()
        if isinstance(writer, TerminadoAttachment) and size is not None:
            self.host.wish(writer, size)

    def _smallest(self) -> Size | None:
        group = [a for a in self.host.attachments if isinstance(a, TerminadoAttachment)]
        sizes = [a.fits for a in group if a.fits is not None and a.right is Right.CONTROL]
        if not sizes:
            return None
        return Size(min(size.cols for size in sizes), min(size.rows for size in sizes))
