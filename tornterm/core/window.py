"""The arithmetic of flow control, in absolute offsets. Source: ``docs/protocol.md``, "Output"."""

from __future__ import annotations

import math

__all__ = [
    "FLOOR",
    "MINIMUM_ALLOWANCE",
    "QUEUE",
    "START",
    "TRIP_AGE",
    "AckWindow",
    "Pace",
    "allowance",
]

MINIMUM_ALLOWANCE = 4096
"""Bytes that may always be on their way, however small window and scrollback are."""

START = 256 * 1024
"""Bytes that may be on their way to a client of which nothing is known yet."""

FLOOR = 16 * 1024
"""Bytes that may be on their way to the slowest of clients."""

QUEUE = 0.1
"""Seconds for which what waits at the client is to last: it never runs dry, and is soon over."""

TRIP_AGE = 30.0
"""Seconds after which the shortest round trip begins to be forgotten."""

_ALONE = 4096
"""Bytes that a client parses in next to no time, as the echo of a key."""


def allowance(window: int, capacity: int) -> int:
    """How many bytes may be on their way without an acknowledgement.

    Never more than half of what the log keeps, so that whatever a writer has not got is still
    there when its connection breaks.

    Args:
        window: The configured window in bytes.
        capacity: What the session's log keeps, in bytes.
    """
    return max(MINIMUM_ALLOWANCE, min(window, capacity // 2))


class Pace:
    """How much may be on its way to one client, by how fast it has lately taken what it was sent.

    A client that is slower than its program is always as far behind as it may be, and whatever a
    person does meanwhile waits for all of that. So it gets what it takes while a byte and its
    acknowledgement travel, and as much again, or what it takes in `QUEUE` seconds where that is
    more, so that it never runs dry.

    How fast it is shows only where it gets nearly all that it may: a round begins with bytes after
    which hardly more can be sent, and ends when they have been acknowledged. One that was allowed
    too little takes all of it within a round trip, and so is allowed the more in the next round.

    The round trip is the shortest of late. In a flood all bytes wait at the client, too, so that
    only what was sent alone, such as the echo of a key, can show that the way has become longer.

    Args:
        limit: Bytes that may be on their way at the most.

    Attributes:
        allowance: Bytes that may be on their way now.
        limit: Bytes that may be on their way at the most.
    """

    __slots__ = ("_lone", "_round", "_trip", "_trip_before", "_trip_since", "allowance", "limit")

    def __init__(self, limit: int) -> None:
        self.allowance = min(START, limit)
        self.limit = limit
        self._trip = self._trip_before = math.inf
        self._trip_since = -math.inf
        # What is awaited, since when, and where it begins; of a round, what was acknowledged then.
        self._lone: tuple[int, float, int] | None = None
        self._round: tuple[int, float, int] | None = None

    def forget(self) -> None:
        """What is on its way will not be acknowledged; what is known of the client stays."""
        self._lone = self._round = None

    def sent(self, begin: int, end: int, acked: int, now: float) -> None:
        """Bytes have been sent.

        Args:
            begin: Where they begin.
            end: Where they end.
            acked: What the client has acknowledged.
            now: Seconds on the caller's clock.
        """
        if begin == acked:
            self._lone = end, now, begin
        if self._round is None and end - acked > self.allowance - self.allowance // 4:
            self._round = end, now, acked

    def acknowledged(self, offset: int, now: float) -> None:
        """The client has parsed more.

        Args:
            offset: How far it has got.
            now: Seconds on the caller's clock.
        """
        if self._lone is not None and offset >= self._lone[0]:
            _, since, begin = self._lone
            self._lone = None
            self._travelled(offset - begin, now - since, now)
        if self._round is not None and offset >= self._round[0]:
            _, since, acked = self._round
            self._round = None
            self._finish_round(offset - acked, max(now - since, 1e-6))

    def _travelled(self, count: int, seconds: float, now: float) -> None:
        """Bytes before which there was nothing, at the client or on the way, have come back."""
        if count <= _ALONE and now - self._trip_since >= TRIP_AGE:
            self._trip_before, self._trip, self._trip_since = self._trip, seconds, now
        self._trip = min(self._trip, seconds)

    def _finish_round(self, count: int, seconds: float) -> None:
        """The client has taken `count` bytes in `seconds`, and could not have taken more."""
        self._trip = min(self._trip, seconds)
        trip = min(self._trip, self._trip_before)
        wanted = int(count / seconds * (trip + max(trip, QUEUE)))
        # By no more than twice: that it pauses once is no sign of its being slow.
        wanted = min(2 * self.allowance, max(self.allowance // 2, wanted))
        self.allowance = min(self.limit, max(FLOOR, wanted))


class AckWindow:
    """What one attachment has sent, and how far its client has got with it.

    Args:
        offset: The offset at which the attachment begins; it counts as acknowledged.
        pace: How many bytes may be sent beyond the last acknowledgement; it is told of them.

    Attributes:
        acked: The offset up to which the client has parsed the output.
        sent: The offset up to which output has been sent.
        ignored: How many acknowledgements were beyond what had been sent.
        owed: Where the output ends that a client has missed and asked for. However slow it is, it
            has to parse all of it before anything else. So this is sent as far as the limit allows,
            and takes no more round trips than it must.
    """

    __slots__ = ("_pace", "acked", "ignored", "owed", "sent")

    def __init__(self, offset: int, pace: Pace) -> None:
        self.acked = offset
        self.sent = offset
        self.ignored = 0
        self.owed = offset
        self._pace = pace

    @property
    def room(self) -> int:
        """Bytes that may be sent now."""
        end = self.acked + self._pace.allowance
        if self.sent < self.owed:
            end = max(end, min(self.owed, self.acked + self._pace.limit))
        room = end - self.sent
        return room if room > 0 else 0

    @property
    def on_its_way(self) -> int:
        """Bytes that have been sent and not acknowledged."""
        return self.sent - self.acked

    def send(self, offset: int, now: float) -> None:
        """Output has been sent.

        Args:
            offset: Where it ends; where it begins, if it is a greeting that will be acknowledged.
            now: Seconds on the caller's clock.
        """
        self._pace.sent(self.sent, offset, self.acked, now)
        self.sent = offset

    def acknowledge(self, offset: int, now: float) -> bool:
        """Take an acknowledgement.

        Args:
            offset: What the client says it has parsed; more than was sent is ignored and counted.
            now: Seconds on the caller's clock.

        Returns:
            Whether the client got further by it.
        """
        if offset > self.sent:
            self.ignored += 1
            return False
        self._pace.acknowledged(offset, now)
        if offset <= self.acked:
            return False
        self.acked = offset
        return True
