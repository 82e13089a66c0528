"""What a client of ``tornterm.v1`` keeps track of: how far the output has come, and its input.

Source: ``docs/protocol.md``, "A client, and what goes over the wire".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tornterm.core.protocols import v1
from tornterm.errors import ProtocolError

__all__ = ["InputQueue", "OutputPosition"]

_SAME_MOMENT_SECONDS = 1.0
"""Keys within this time count as typed at once, so that their times take no room."""


class OutputPosition:
    """Where a client is in the output, over all its connections."""

    def __init__(self) -> None:
        self.offset: int | None = 0
        """Bytes handed to the terminal, to resume with; None while a snapshot is unfinished."""
        self.window = 0
        self._acked = 0
        self._left = 0
        self._then: int | None = None

    @property
    def drawing(self) -> bool:
        """Whether the bytes that come next belong to a snapshot."""
        return self.offset is None

    def begin(self, message: v1.SessionMade | v1.Resumed) -> int:
        """Take note of the answer on a new connection.

        Args:
            message: The answer.

        Returns:
            The offset to acknowledge at once.
        """
        self.window = message.window
        self._left, self._then = 0, None
        if isinstance(message, v1.Resumed) and message.mode == "snapshot":
            self._acked = 0
        else:
            self.offset = self._acked = message.offset
        return self._acked

    def draw(self, part: v1.Snapshot) -> None:
        """A part of a snapshot begins.

        Raises:
            ProtocolError: The part before it is not complete, or there is none.
        """
        if part.first:
            self.offset = None
        elif self.offset is not None or self._left:
            raise ProtocolError("a part of a snapshot does not follow on the one before")
        self._left = part.bytes
        self._then = part.offset
        self._finish_part()

    def take(self, length: int) -> None:
        """Bytes have been handed to the terminal.

        Args:
            length: How many; those of one binary frame.

        Raises:
            ProtocolError: More than the snapshot has.
        """
        if self.offset is not None:
            self.offset += length
            return
        if length > self._left:
            raise ProtocolError(f"{length - self._left} bytes belong to no part of the snapshot")
        self._left -= length
        self._finish_part()

    def _finish_part(self) -> None:
        if self._left == 0 and self._then is not None:
            self.offset, self._then = self._then, None

    def due(self, parsed: int | None = None) -> int | None:
        """The offset to acknowledge now, or None.

        Args:
            parsed: How far the terminal has parsed; None where it has parsed all it was handed.
        """
        if self.offset is None:
            return None
        parsed = self.offset if parsed is None else parsed
        ahead = parsed - self._acked
        if ahead <= 0 or (parsed < self.offset and ahead * 4 < self.window):
            return None
        self._acked = parsed
        return parsed


class InputQueue:
    """What has been typed and is not accounted for, over all connections of a client."""

    def __init__(self) -> None:
        self.accounted = 0
        """Bytes of input that the server has received; the number of the queue's first byte."""
        self.sent = 0
        self.limit = 0
        self.refused = 0
        """Bytes, of all ever sent, that were not typed."""
        self.writer = False
        self.lease = 0
        self._waiting = bytearray()
        self._declared: int | None = None
        self._fence = 0
        self._moments: deque[tuple[int, float]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def since(self) -> float | None:
        """When the oldest of what is not accounted for was typed; None where there is nothing."""
        return self._moments[0][1] if self._moments else None

    def add(self, data: bytes, now: float = 0.0) -> None:
        """Something was typed.

        Args:
            data: What.
            now: Seconds on the caller's clock.
        """
        self._waiting += data
        end = self.accounted + len(self._waiting)
        if self._moments and now - self._moments[-1][1] < _SAME_MOMENT_SECONDS:
            now = self._moments.pop()[1]
        self._moments.append((end, now))

    def clear(self) -> bytes:
        """Throw away what has not been sent on this connection.

        Returns:
            What it was.
        """
        keep = self.sent - self.accounted
        dropped = bytes(self._waiting[keep:])
        del self._waiting[keep:]
        cut = ((min(end, self.sent), at) for end, at in self._moments)
        self._moments = deque(moment for moment in cut if moment[0] > self.accounted)
        return dropped

    def begin(self, message: v1.SessionMade | v1.Resumed, *, same_client: bool) -> bytes:
        """Take note of the answer on a new connection; the rest of the queue is to be sent again.

        Args:
            message: The answer.
            same_client: Whether the server still knows this client. If it does not, nobody can
                tell what was typed, and the queue is emptied.

        Returns:
            What was not typed: refused by the server, or thrown away.
        """
        lost = b""
        if same_client:
            refused = message.refused if isinstance(message, v1.Resumed) else 0
            lost = self._account(message.input_offset, refused)
        else:
            lost = bytes(self._waiting)
            self._waiting.clear()
            self._moments.clear()
            self.accounted, self.limit = message.input_offset, 0
            self.refused = message.refused if isinstance(message, v1.Resumed) else 0
        self.sent = self._fence = self.accounted
        self._declared = None
        self._become(message.role, message.lease, message.input_limit)
        return lost

    def acknowledged(self, message: v1.InputAck) -> bytes:
        """Forget what is accounted for.

        Returns:
            What of it was refused.
        """
        lost = self._account(message.offset, message.refused)
        self.limit = max(self.limit, message.limit)
        return lost

    def changed(self, message: v1.Role) -> None:
        """Take note of another role, lease or limit."""
        self._become(message.role, message.lease, message.input_limit)

    def _become(self, role: str, lease: int, limit: int) -> None:
        if lease != self.lease:
            self._declared = None
            self._fence = self.sent
        self.writer, self.lease = role == "writer", lease
        self.limit = max(self.limit, limit)

    def _account(self, offset: int, refused: int) -> bytes:
        received = bytes(self._waiting[: max(0, offset - self.accounted)])
        del self._waiting[: len(received)]
        self.accounted = max(self.accounted, offset)
        while self._moments and self._moments[0][0] <= self.accounted:
            self._moments.popleft()
        self.sent = max(self.sent, self.accounted)
        lost = max(0, refused - self.refused)
        self.refused = max(self.refused, refused)
        # Once input is refused, so is all that follows under the same lease.
        return received[max(0, len(received) - lost) :] if lost else b""

    @property
    def ready(self) -> bool:
        """Whether what is typed now may be sent."""
        return self.writer and self.accounted >= self._fence

    def frames(self) -> Iterator[v1.InputLease | bytes]:
        """What to send now: the lease where it has not been said, then input up to the limit."""
        while self.ready:
            start = self.sent - self.accounted
            end = min(len(self._waiting), self.limit - self.accounted, start + v1.MAX_BINARY)
            if end <= start:
                return
            if self._declared != self.lease:
                self._declared = self.lease
                yield v1.InputLease(self.lease)
            data = bytes(self._waiting[start:end])
            self.sent += len(data)
            yield data
