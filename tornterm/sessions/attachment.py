"""An attachment: one client connection as a cursor into the session's output log.

Live streaming, a slow client, a resume and a read-only viewer are the same thing at different
offsets. There is no queue per client: what a client has not got yet is still in the log, and an
attachment takes from there what its window and its socket allow, whenever one of the three (log,
window, socket) has moved.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from tornterm.core.lifecycle import CloseCode
from tornterm.core.window import allowance
from tornterm.errors import ProtocolError
from tornterm.screens.drawing import Part
from tornterm.sessions.clients import Client
from tornterm.sessions.clock import Timer
from tornterm.sessions.host import Ending, Host
from tornterm.sessions.members import Right
from tornterm.sessions.painter import Painter
from tornterm.sessions.shares import Party
from tornterm.sessions.transport import HIGH_WATER, Transport
from tornterm.types import Size, User

__all__ = ["Attachment"]

MAX_FRAME = 64 * 1024
"""Bytes of terminal output in one frame at the most, where a dialect does not allow more."""

TAIL_DELAY = 0.05
"""Seconds for which an unfinished character at the end of the log waits for its rest."""


class Attachment(ABC):
    """A cursor into a session's log, and the connection that follows it.

    Args:
        host: The session.
        transport: The connection.
        user: Who is at its other end.
        client: What the session remembers of the client.
        login: The id of the login that the connection lives by; empty for a bearer token.
        wish: The size the client would like.
        right: What the connection may do at the most.
        party: On which grounds it came; the owner's side where left out.
    """

    def __init__(
        self,
        host: Host,
        transport: Transport,
        user: User,
        client: Client,
        *,
        login: str = "",
        wish: Size | None = None,
        right: Right = Right.CONTROL,
        party: Party | None = None,
    ) -> None:
        self.host = host
        self.transport = transport
        self.user = user
        self.client = client
        self.login = login
        self.wish = wish
        self.right = right
        self.party = party or host.party
        self.open = True
        self.limit = allowance(host.policy.window, host.log.capacity)
        self.cursor = host.log.cursor(host.log.end)
        self.painter = Painter(host.log, host.model, host.clock, self.pump)
        self._progress = host.clock.now()
        self._stall_timer: Timer | None = None
        self._tail_timer: Timer | None = None
        transport.on_writable = self.on_writable

    # What a dialect says differently.

    @property
    @abstractmethod
    def position(self) -> int:
        """The offset up to which this client has certainly got the output."""

    @property
    def allowance(self) -> int:
        """Bytes that the program may be ahead of `position` while this client writes."""
        return self.limit

    @abstractmethod
    def _room(self) -> int:
        """Bytes of output that may be sent now."""

    def _largest(self) -> int:
        """Bytes of the next frame of output at the most."""
        return MAX_FRAME

    @abstractmethod
    def _send_output(self, data: bytes | memoryview) -> None:
        """Send bytes that the program printed; they may lie in the log, which is about to grow."""

    @abstractmethod
    def _send_size(self, size: Size) -> None:
        """Say that the size is another one from here on."""

    @abstractmethod
    def _send_ending(self, ending: Ending) -> None:
        """Say how the session ended."""

    @abstractmethod
    def _send_part(self, part: Part) -> None:
        """Send a part of a snapshot."""

    @abstractmethod
    def send_error(self, code: str, message: str) -> None:
        """Say why the connection is about to be closed."""

    def _send_state(self) -> None:
        """Send what has changed besides the output; the latest state only, never a queue."""

    def role_changed(self) -> None:
        """The right to write came or went."""

    def members_changed(self) -> None:
        """Somebody came or went."""

    def size_stands(self) -> None:
        """The client's wish for a size changes nothing."""

    def wish_size(self, cols: object, rows: object) -> None:
        """The client would like another size; one that is no size changes nothing."""
        try:
            size = Size.checked(cols, rows)
        except ProtocolError:
            self.size_stands()
        else:
            self.host.wish(self, size)

    def input_taken(self) -> None:
        """The program took input, so the client may send more."""

    def notice(self, code: str, message: str) -> None:
        """Tell the person something that does not end the session."""

    # The same for all.

    def pump(self, *, hold: bool = True) -> None:
        """Send what is owed, as far as the window and the socket allow.

        Args:
            hold: Keep back an unfinished character at the very end of the log, because the rest
                of it is most likely on its way.
        """
        before = self.cursor.offset, self.painter.busy
        while self.open and self.transport.unsent < HIGH_WATER and self._send_some(hold):
            pass
        if not self.open:
            return
        if not self.transport.unsent and (self.cursor.offset, self.painter.busy) != before:
            # The socket took it at once, so nobody will call `on_writable`.
            self._note_progress()
            self.host.moved(self)
        self._watch_for_stall()
        if hold and 0 < self.cursor.pending < 4 and self._room() > 0:
            self._release_the_tail_later()
        if self.finished:
            self._finish()

    def _send_some(self, hold: bool) -> bool:
        """Send as many frames together as the connection may hold; False where there are no more.

        To a socket, and to whoever is woken at its other end, they are one, and so is what else
        there is to say.
        """
        transport = self.transport
        transport.hold()
        more = True
        try:
            while more and self.open and transport.unsent < HIGH_WATER:
                more = self._send_next(hold)
            if self.open:
                # Not behind all that was missed, which may take a while.
                self._send_state()
            return more
        finally:
            transport.release()

    def _send_next(self, hold: bool) -> bool:
        """Send one frame, if one can or need be sent; False where there is nothing more."""
        if self.painter.busy:
            return self._send_next_part()
        room = self._room()
        hold = hold and self.host.ending is None
        piece = self.cursor.view(min(room, self._largest()), hold=hold) if room > 0 else None
        if piece is None:
            if self.cursor.lost:
                self.painter.begin_alone()
                return True
            return False
        if isinstance(piece, Size):
            self._send_size(piece)
        else:
            self._send_output(piece)
        return not self.cursor.at_end

    def _send_next_part(self) -> bool:
        """Send a part of the snapshot that was begun, and stand behind it after the last."""
        try:
            part = self.painter.next()
        except LookupError:
            self.painter.begin_alone()
            return True
        if part is None:
            return False
        self._send_part(part)
        if part.last:
            self._stand_at(self.painter.end)
            self.host.moved(self)
        return True

    def _stand_at(self, offset: int) -> None:
        """Go on with the log at `offset`."""
        self.cursor = self.host.log.cursor(offset)

    @property
    def finished(self) -> bool:
        """Whether the session is over and the client has been sent everything."""
        over = self.host.ending is not None and not self.painter.busy
        return over and not self.cursor.lost and not self.cursor.pending

    def _finish(self) -> None:
        ending = self.host.ending
        assert ending is not None
        self._send_ending(ending)
        self.end(ending.close, ending.code or "ended")

    def on_writable(self) -> None:
        """The socket took something."""
        self._note_progress()
        self.host.moved(self)
        self.pump()

    def close(self, code: CloseCode, error: str, message: str) -> None:
        """Say why, then close and leave the session.

        Args:
            code: The WebSocket close code.
            error: The error code, in the words of the protocol.
            message: A sentence for the person.
        """
        if self.open:
            self.send_error(error, message)
            self.end(code, error)

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection and leave the session.

        Args:
            code: The WebSocket close code.
            reason: A short label that goes with it.
        """
        if self.open:
            self.transport.close(code, reason)
            self.detach()

    def detach(self) -> None:
        """Leave the session; whatever still arrives on the connection is not for it any more."""
        if not self.open:
            return
        self.open = False
        for timer in (self._stall_timer, self._tail_timer):
            if timer is not None:
                timer.cancel()
        self._stall_timer = self._tail_timer = None
        self.painter.give_up()
        self.host.leave(self)

    # A client that has stopped taking anything.

    @property
    def owed(self) -> bool:
        """Whether the client has yet to take something."""
        behind = self.painter.busy or self.position < self.host.log.end
        return self.transport.unsent > 0 or behind

    def _note_progress(self) -> None:
        self._progress = self.host.clock.now()

    def _watch_for_stall(self) -> None:
        """Keep one timer while something is owed, none while nothing is."""
        if self.host.policy.stall_timeout > 0 and self._stall_timer is None and self.owed:
            self._note_progress()
            self._stall_timer = self.host.clock.call_later(
                self.host.policy.stall_timeout, self._check_for_stall
            )

    def _check_for_stall(self) -> None:
        self._stall_timer = None
        if not self.open or not self.owed:
            return
        left = self._progress + self.host.policy.stall_timeout - self.host.clock.now()
        if left > 0:
            self._stall_timer = self.host.clock.call_later(left, self._check_for_stall)
            return
        seconds = f"{self.host.policy.stall_timeout:g}"
        self.close(
            CloseCode.STALLED,
            "stalled",
            f"This connection took no output for {seconds} s; the session goes on without it.",
        )

    def _release_the_tail_later(self) -> None:
        if self._tail_timer is None:
            self._tail_timer = self.host.clock.call_later(TAIL_DELAY, self._release_the_tail)

    def _release_the_tail(self) -> None:
        self._tail_timer = None
        if self.open:
            self.pump(hold=False)
