"""A place in a session's output, and the way on from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tornterm.core import utf8
from tornterm.types import Size

if TYPE_CHECKING:
    from tornterm.core.output_log import OutputLog

__all__ = ["Cursor"]

_Bytes = TypeVar("_Bytes", bytes, bytes | memoryview)


class Cursor:
    """A place in a log, and the way on from there. Any number of them may read one log.

    Args:
        log: The log.
        offset: The offset of the next byte; the resize at that place has not been met.

    Attributes:
        offset: The offset of the next byte.
    """

    __slots__ = ("_log", "_seen", "offset")

    def __init__(self, log: OutputLog, offset: int) -> None:
        self.offset = offset
        self._log = log
        self._seen = 0

    @property
    def lost(self) -> bool:
        """Whether the log does not hold the next byte any more; then there is no way on."""
        return self.offset < self._log.start

    @property
    def pending(self) -> int:
        """Bytes between the cursor and the log's end."""
        return self._log.end - self.offset

    @property
    def at_end(self) -> bool:
        """Whether there is nothing more at all, neither bytes nor a resize."""
        log = self._log
        return self.offset >= log.end and log.next_resize(self.offset, self._seen) is None

    def next(self, limit: int, *, hold: bool = True) -> bytes | Size | None:
        """What comes next, which the cursor then has passed.

        Args:
            limit: Bytes at the most. Never more than what precedes the next resize.
            hold: Give nothing rather than bytes that end inside a character. Without it they
                are given where there is nothing better to give: before the log's end, or where
                `limit` is shorter than the character.

        Returns:
            Bytes that do not end inside a character unless a resize follows there; or a size,
            where the terminal's changes; or None where there is nothing to give or the cursor
            is lost.
        """
        return self._next(limit, hold, self._log.read)

    def view(self, limit: int, *, hold: bool = True) -> bytes | memoryview | Size | None:
        """The same as `next` without a copy, where that is possible; good until the log grows."""
        return self._next(limit, hold, self._log.view)

    def _next(
        self, limit: int, hold: bool, read: Callable[[int, int], _Bytes]
    ) -> _Bytes | Size | None:
        log = self._log
        if self.offset < log.start:
            return None
        resize = log.next_resize(self.offset, self._seen)
        if resize is not None and resize.offset == self.offset:
            self._seen = resize.number
            return resize.size
        end = min(self.offset + limit, log.end if resize is None else resize.offset)
        if end <= self.offset:
            return None
        data = read(self.offset, end - self.offset)
        # Behind a resize the rest of a character would come too late.
        rest = utf8.unfinished(data) if resize is None or end < resize.offset else 0
        if rest and (hold or (rest < len(data) and end < log.end)):
            data, end = data[:-rest], end - rest
        self.offset = end
        return data or None
