"""A session's output as one append-only log, addressed by absolute byte offsets.

::

    bytes      0 ............ start ============================= end
               gone for good    what the ring holds
    resizes                          ^ at an offset   ^ at another
    cursors                        |>      |>                    |>

What the program prints is appended at `end` and never changes; from `start` on it can be read.
Live streaming, a slow client, a resume and a read-only viewer are cursors at different offsets:
the log does not know them, and a cursor that is too slow finds itself behind `start`.

Resizes are events of the same log. A cursor meets them in order, at the byte before which the
terminal had its new size. Several at one offset are one: nothing was printed at the sizes between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from tornterm.core import escape
from tornterm.core.cursor import Cursor
from tornterm.core.ring import Ring, anonymous_mmap
from tornterm.types import Size

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

__all__ = ["MINIMUM_CAPACITY", "RESIZE_CHARGE", "Cursor", "OutputLog", "Resize", "anonymous_mmap"]

MINIMUM_CAPACITY = 8192
"""Bytes that a log holds at the least."""

RESIZE_CHARGE = 64
"""Bytes of the capacity that a resize takes up, so that no client can make a log grow."""

_SEARCH_BLOCK = 64 * 1024
_SCAN_BLOCK = 4096


class Resize(NamedTuple):
    """A change of size before the byte at `offset`; `number` rises with every change."""

    offset: int
    number: int
    size: Size


_offset_of = attrgetter("offset")


class OutputLog:
    """The last bytes of a session's output, and the resizes among them.

    Args:
        capacity: Bytes that are kept, at least `MINIMUM_CAPACITY`.
        size: The size of the terminal before its first output.
        allocate: Makes a writable buffer of so many bytes.
        reserve: Bytes that can be kept besides while the log is held.

    Attributes:
        capacity: Bytes that are kept; a resize counts as `RESIZE_CHARGE` of them.
        held: Whether somebody takes up what leaves the log. Then nothing does before it is
            released, as far as the reserve goes.
        start: The first offset that can be read.
        end: The offset at which the next output goes.
        size: The size of the terminal now.

    Raises:
        ValueError: `capacity` is too small.
    """

    def __init__(
        self,
        capacity: int,
        size: Size,
        allocate: Callable[[int], WriteableBuffer] = anonymous_mmap,
        *,
        reserve: int = 0,
    ) -> None:
        if capacity < MINIMUM_CAPACITY:
            raise ValueError(f"capacity must be at least {MINIMUM_CAPACITY} bytes, not {capacity}")
        self.capacity = capacity
        self.start = 0
        self.end = 0
        self.size = size
        self.held = False
        self._reserve = reserve
        self._ring = Ring(allocate(capacity + reserve))
        # What has left the ring lives on as the state in which it left the terminal.
        self._state_at_start = escape.GROUND
        self._size_at_start = size
        self._resizes: list[Resize] = []
        self._resize_count = 0

    def append(self, data: ReadableBuffer) -> None:
        """Add output at `end`, at the expense of the oldest.

        Args:
            data: Any number of bytes, more than the capacity too.
        """
        view = memoryview(data).cast("B")
        # A piece leaves room for a resize at the offset where it begins, which is not behind.
        step = self.capacity - RESIZE_CHARGE
        for at in range(0, len(view), step):
            piece = view[at : at + step]
            self._make_room(len(piece))
            self._ring.write(self.end, piece)
            self.end += len(piece)

    def resize(self, size: Size) -> bool:
        """Note that the terminal has another size from `end` on.

        Args:
            size: The new size.

        Returns:
            Whether that is a change.
        """
        if size == self.size:
            return False
        self.size = size
        if self._resizes and self._resizes[-1].offset == self.end:
            self._resizes.pop()
        self._make_room(RESIZE_CHARGE)
        self._resize_count += 1
        self._resizes.append(Resize(self.end, self._resize_count, size))
        return True

    def size_at(self, offset: int) -> Size:
        """The size of the terminal before the resize, if there is one, at `offset`.

        Raises:
            LookupError: `offset` is not between `start` and `end`.
        """
        self._check(offset)
        before = bisect_left(self._resizes, offset, key=_offset_of)
        return self._resizes[before - 1].size if before else self._size_at_start

    def resizes(self, start: int, end: int) -> Iterator[tuple[int, Size]]:
        """The resizes from `start` up to but not at `end`: offsets and new sizes, in order.

        Raises:
            LookupError: `start` is not between the log's start and end.
        """
        self._check(start)
        first = bisect_left(self._resizes, start, key=_offset_of)
        last = bisect_left(self._resizes, end, key=_offset_of)
        return ((resize.offset, resize.size) for resize in self._resizes[first:last])

    def read(self, offset: int, limit: int) -> bytes:
        """Up to `limit` bytes from `offset` on; fewer only where the log ends.

        Raises:
            LookupError: `offset` is not between `start` and `end`.
        """
        self._check(offset)
        return self._ring.read(offset, min(offset + max(limit, 0), self.end))

    def view(self, offset: int, limit: int) -> bytes | memoryview:
        """The same as `read` without a copy, where that is possible; good until the log grows.

        Raises:
            LookupError: `offset` is not between `start` and `end`.
        """
        self._check(offset)
        return self._ring.view(offset, min(offset + max(limit, 0), self.end))

    def views(self, start: int, end: int) -> tuple[memoryview, ...]:
        """The bytes from `start` to `end` without a copy, for one who is done with them at once.

        Raises:
            LookupError: The log does not have them all.
        """
        self._check(start)
        self._check(end)
        return self._ring.views(start, end)

    def room_after(self, offset: int) -> int:
        """Bytes that can be appended before the one at `offset` is let go; 0 where it has been."""
        resizes = len(self._resizes) - bisect_left(self._resizes, offset, key=_offset_of)
        return max(0, self.capacity - RESIZE_CHARGE * resizes - (self.end - offset))

    @property
    def surplus(self) -> int:
        """Bytes that are kept beyond the capacity, because the log is held."""
        surplus = self._used - self.capacity
        return surplus if surplus > 0 else 0

    @property
    def room(self) -> int:
        """Bytes that can be appended before something goes that is held."""
        free = self._free
        return free if free > 0 else 0

    def release(self, offset: int) -> None:
        """Let go of all that is before `offset`, since whoever held it has taken it up.

        Raises:
            LookupError: `offset` is beyond `end`.
        """
        if offset > self.start:
            self._check(offset)
            self._evict(offset - self.start)

    def safe_start(self) -> int:
        """The first offset at which a reader whose terminal has just been reset may begin.

        Returns:
            An offset from `start` on that is neither inside a character nor inside an escape
            sequence; `end` where there is none before it.
        """
        state = self._state_at_start
        for offset in range(self.start, self.end, _SEARCH_BLOCK):
            block = self.read(offset, _SEARCH_BLOCK)
            found = escape.skip_to_ground(state, block)
            if found is not None:
                return offset + found
            state = escape.scan(state, block)
        return self.end

    def cursor(self, offset: int) -> Cursor:
        """A reader that stands at `offset`, before the resize, if there is one, at that place.

        Raises:
            LookupError: `offset` is not between `start` and `end`.
        """
        self._check(offset)
        return Cursor(self, offset)

    def next_resize(self, offset: int, seen: int) -> Resize | None:
        """The first resize at `offset` or later whose number is above `seen`.

        Args:
            offset: The offset.
            seen: The number of the last one that is behind; 0 for none.
        """
        resizes = self._resizes
        # Nearly always the last resize is long past.
        if not resizes or resizes[-1].offset < offset:
            return None
        index = bisect_left(resizes, offset, key=_offset_of)
        if resizes[index].number <= seen:
            index += 1
        return resizes[index] if index < len(resizes) else None

    def close(self) -> None:
        """Give the memory back; afterwards there is nothing to read and nothing to append to."""
        self._ring.close()

    def _check(self, offset: int) -> None:
        if not self.start <= offset <= self.end:
            raise LookupError(f"offset {offset} is not between {self.start} and {self.end}")

    def _make_room(self, needed: int) -> None:
        """Let go of the oldest output until there is room for `needed` bytes."""
        while (excess := needed - self._free) > 0:
            if self._resizes:
                # Going past a resize frees its charge too, so look again from there.
                excess = min(excess, self._resizes[0].offset + 1 - self.start)
            self._evict(excess)

    @property
    def _free(self) -> int:
        limit = self.capacity + self._reserve if self.held else self.capacity
        return limit - self._used

    @property
    def _used(self) -> int:
        return self.end - self.start + RESIZE_CHARGE * len(self._resizes)

    def _evict(self, count: int) -> None:
        """Let go of the first `count` bytes, and of the resizes before the new start."""
        start = self.start + count
        self._state_at_start = self._state_after(start)
        while self._resizes and self._resizes[0].offset < start:
            self._size_at_start = self._resizes.pop(0).size
        self.start = start

    def _state_after(self, end: int) -> escape.State:
        """The state of the terminal at `end`, which depends on what began last before it."""
        near = max(self.start, end - _SCAN_BLOCK)
        tail = self._ring.read(near, end)
        if near > self.start and escape.last_introducer(tail) < 0:
            tail = self._ring.read(self.start, end)
        return escape.scan(self._state_at_start, tail)
