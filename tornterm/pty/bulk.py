"""Reading a flood in a thread, while the event loop passes on what was read before.

::

    the thread      | read | read | read | ...     up to 256 KiB each, or for some milliseconds
    the event loop         | pass on | pass on | ...

A terminal gives 4 KiB at a time, and Linux takes a while to fill it again. Read by the event loop,
each of these costs a turn, and the program stands still while what was read is entered and sent.
So a terminal stays with the thread (`tornterm.pty.reading`) as long as what it brings is a flood,
and may be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tornterm.pty.reading import AVAILABLE, MOST, Read, Stream

__all__ = ["AVAILABLE", "LEAST", "MOST", "TERMINAL", "Bulk"]

LEAST: Final = 16 * 1024
"""Bytes below which a thread is not worth its while."""

TERMINAL: Final = 4096
"""Bytes that a terminal holds by itself. Fewer show that its program has not kept up."""


class Bulk:
    """The reads of one terminal; there is nothing to them while it is no flood.

    Args:
        may_read: How many bytes may be read; 0 for none.
        on_data: Takes what has been read, if anything, at the end of each read; it is good until
            that returns.
        on_end: Called when nothing is being read any more, though there may be something again.
    """

    __slots__ = ("_may_read", "_on_data", "_on_end", "_read", "_stream")

    def __init__(
        self,
        *,
        may_read: Callable[[], int],
        on_data: Callable[[memoryview], None],
        on_end: Callable[[], None],
    ) -> None:
        self._may_read = may_read
        self._on_data = on_data
        self._on_end = on_end
        self._read: Read | None = None
        self._stream: Stream | None = None

    @property
    def reading(self) -> bool:
        """Whether the terminal is being read, and is nobody else's to read."""
        return self._read is not None

    def begin(self, fd: int, room: int) -> bool:
        """Read until there is no more for a moment, or no more may be read.

        Args:
            fd: A non-blocking descriptor, which is not closed before `settle`.
            room: How many bytes may be read now, at least `LEAST`.

        Returns:
            Whether that is possible; not when there are too many open files.
        """
        if self._stream is None:
            try:
                self._stream = Stream(fd)
            except OSError:
                return False
        self._read = Read(self._stream, room, self._done)
        return True

    def settle(self) -> None:
        """Pass on what has been read, and read no more."""
        if self._read is not None:
            read, self._read = self._read, None
            read.call_off()
            self._pass_on(read)

    def _done(self, read: Read) -> None:
        if read is not self._read:
            return  # it has been called off
        self._read = None
        if read.count >= TERMINAL:
            # Before this is passed on, which takes a while. It counts already.
            room = self._may_read() - read.count
            if room >= LEAST:
                self._read = Read(read.stream, room, self._done)
        self._pass_on(read)

    def _pass_on(self, read: Read) -> None:
        try:
            self._on_data(read.data)
        finally:
            read.close()
            if self._read is None:
                if self._stream is not None:
                    self._stream.close()
                    self._stream = None
                self._on_end()
