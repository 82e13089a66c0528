"""Reading a flood in a thread, while the event loop passes on what was read before.

::

    the thread      | read | read | read | ...     up to 256 KiB each, or until there is no more
    the event loop         | pass on | pass on | ...

A terminal gives 4 KiB at a time, and Linux takes a while to fill it again. Read by the event loop,
each of these costs a turn, and the program stands still while what was read is entered and sent.
Here ``fread`` of the C library reads until its buffer is full or the terminal is empty, which for
Python is one call, during which it does something else. The descriptor does not block, so no
program is ever waited for, and one thread is enough for all terminals.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from typing import Any, Final

__all__ = ["AVAILABLE", "LEAST", "MOST", "TERMINAL", "Bulk", "read_all_there_is"]

AVAILABLE: Final = sys.platform == "linux"
"""Whether ``fread`` keeps what it has read when there is no more; not all C libraries do."""

MOST: Final = 256 * 1024
"""Bytes of one read at the most."""

LEAST: Final = 16 * 1024
"""Bytes below which a thread is not worth its while."""

TERMINAL: Final = 4096
"""Bytes that a terminal holds by itself. Fewer show that its program has not kept up."""

_SPARE_BUFFERS: Final = 4
_UNBUFFERED: Final = 2


class Bulk:
    """The reads of one terminal; there is nothing to them while it is no flood.

    Args:
        may_read: How many bytes may be read; 0 for none.
        on_data: Takes what has been read, if anything, at the end of each read; it is good until
            that returns.
        on_end: Called when nothing is being read any more, though there may be something again.
    """

    __slots__ = ("_may_read", "_on_data", "_on_end", "_read")

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
        self._read: _Read | None = None

    @property
    def reading(self) -> bool:
        """Whether the terminal is being read, and is nobody else's to read."""
        return self._read is not None

    def begin(self, fd: int, room: int) -> None:
        """Read until there is no more for a moment, or no more may be read.

        Args:
            fd: A non-blocking descriptor, which is not closed before `settle`.
            room: How many bytes may be read now, at least `LEAST`.
        """
        self._read = _Read(fd, min(room, MOST), self._done)

    def settle(self) -> None:
        """Pass on what has been read, and read no more."""
        if self._read is not None:
            read, self._read = self._read, None
            read.call_off()
            self._pass_on(read)

    def _done(self, read: _Read) -> None:
        if read is not self._read:
            return  # it has been called off
        self._read = None
        if len(read.data) == read.limit:
            # Before this is passed on, which takes a while. It counts already.
            room = self._may_read() - read.limit
            if room >= LEAST:
                self.begin(read.fd, room)
        self._pass_on(read)

    def _pass_on(self, read: _Read) -> None:
        try:
            self._on_data(read.data)
        finally:
            read.close()
            if self._read is None:
                self._on_end()


class _Read:
    """One read, from the moment it is asked for."""

    __slots__ = ("_buffer", "_called_off", "_count", "_loop", "_on_done", "_turn", "fd", "limit")

    def __init__(self, fd: int, limit: int, on_done: Callable[[_Read], None]) -> None:
        self.fd = fd
        self.limit = limit
        self._on_done = on_done
        self._loop = asyncio.get_running_loop()
        self._turn = threading.Lock()
        self._called_off = False
        self._count = 0
        self._buffer: Any = _spare.pop() if _spare else (ctypes.c_char * MOST)()
        _thread().put(self)

    @property
    def data(self) -> memoryview:
        """What has been read; good until `close`."""
        return memoryview(self._buffer).cast("B")[: self._count]

    def call_off(self) -> None:
        """Return when nothing is read any more: at once, or when a read that has begun is over."""
        self._called_off = True
        with self._turn:
            pass

    def close(self) -> None:
        """Leave the memory to those that come later."""
        if len(_spare) < _SPARE_BUFFERS:
            _spare.append(self._buffer)
        self._buffer = None

    def run(self) -> None:
        """Read; in the thread."""
        with self._turn:
            if self._called_off:
                return
            # Where it cannot be done, the event loop reads, and hears what the matter is.
            with suppress(OSError):
                self._count = read_all_there_is(self.fd, self._buffer, self.limit)
        with suppress(RuntimeError):  # of a loop that is closed
            self._loop.call_soon_threadsafe(self._on_done, self)


_spare: list[Any] = []


@cache
def _thread() -> SimpleQueue[_Read]:
    """What the one thread is to read next; it is started with the first."""
    queue: SimpleQueue[_Read] = SimpleQueue()
    threading.Thread(target=_work, args=(queue,), name="tornterm-reads", daemon=True).start()
    return queue


# A process that is forked from this one has not got the thread.
os.register_at_fork(after_in_child=_thread.cache_clear)


def _work(queue: SimpleQueue[_Read]) -> None:
    while True:
        queue.get().run()


def read_all_there_is(fd: int, buffer: Any, limit: int) -> int:
    """Read again and again until there is no more, without holding Python's lock.

    Args:
        fd: A non-blocking descriptor.
        buffer: An array of ctypes.
        limit: Bytes at the most.

    Returns:
        How many bytes have been read. That it is fewer than `limit` may also mean that nobody has
        the terminal open any more, as the next read will say.

    Raises:
        OSError: There are too many open files.
    """
    libc = _libc()
    # A descriptor of its own, because it goes with the stream.
    copy = os.dup(fd)
    stream = libc.fdopen(copy, b"rb")
    if not stream:
        os.close(copy)
        return 0
    libc.setvbuf(stream, None, _UNBUFFERED, 0)
    count: int = libc.fread(buffer, 1, limit, stream)
    libc.fclose(stream)
    return count


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    libc.fdopen.argtypes, libc.fdopen.restype = [ctypes.c_int, ctypes.c_char_p], pointer
    libc.setvbuf.argtypes = [pointer, pointer, ctypes.c_int, size]
    libc.fread.argtypes, libc.fread.restype = [pointer, size, size, pointer], size
    libc.fclose.argtypes = [pointer]
    return libc
