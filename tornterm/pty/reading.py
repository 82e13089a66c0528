"""Threads that read floods, between which all terminals are divided.

Each goes from one of its terminals to the next and takes what there is, until one has brought as
much as was asked for, or has had its time; while none has anything it sleeps. It reads with
``fread`` of the C library, which goes on until its buffer is full or the terminal is empty: for
Python that is one call, during which the event loop does something else. The descriptors do not
block, so no program is ever waited for, and a thread need not be one terminal's only. But Linux
waits in a read until its own worker has filled the terminal again, and so there are a few.
"""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, Final

__all__ = ["AVAILABLE", "LONGEST", "MOST", "Read", "Stream"]

AVAILABLE: Final = sys.platform == "linux"
"""Whether ``fread`` keeps what it has read when there is no more; not all C libraries do."""

MOST: Final = 256 * 1024
"""Bytes of one read at the most."""

LONGEST: Final = 0.01
"""Seconds of one read at the most: somebody may have typed, and waits for what is in it."""

SILENCE: Final = 1
"""Milliseconds in which no terminal brings anything, after which all reads are over."""

_THREADS: Final = 4
_SPARE_BUFFERS: Final = 4
_UNBUFFERED: Final = 2


class Stream:
    """A terminal as the C library reads it, through a descriptor of its own.

    Args:
        fd: A non-blocking descriptor.

    Attributes:
        fd: The descriptor that goes with the stream.
        thread: The number of the thread that reads it.

    Raises:
        OSError: There are too many open files.
    """

    __slots__ = ("_file", "fd", "thread")

    def __init__(self, fd: int) -> None:
        self.fd = os.dup(fd)
        self._file = _quick().fdopen(self.fd, b"rb")
        if not self._file:
            os.close(self.fd)
            raise OSError("no memory for a stream")
        _quick().setvbuf(self._file, None, _UNBUFFERED, 0)
        self.thread = next(_turns)

    def read(self, buffer: Any, start: int, end: int) -> int:
        """Read again and again until there is no more, without holding Python's lock.

        Args:
            buffer: An array of ctypes.
            start: Where in it to put the first byte.
            end: Where to stop at the latest.

        Returns:
            How many bytes have been read. That there is no more may also mean that nobody has the
            terminal open, or that it cannot be read; the event loop's next read will say so.
        """
        count: int = _slow().fread(ctypes.byref(buffer, start), 1, end - start, self._file)
        return count

    def close(self) -> None:
        """Give the descriptor back."""
        _quick().fclose(self._file)


class Read:
    """One read, from the moment it is asked for.

    Args:
        stream: What is read; it stays open until the read is over, or has been called off.
        limit: Bytes at the most; never more than `MOST`.
        on_done: Called by the event loop when it is over, unless it has been called off.

    Attributes:
        stream: What is read.
        limit: Bytes at the most.
        count: Bytes that have been read.
    """

    __slots__ = (
        "_buffer",
        "_called_off",
        "_loop",
        "_on_done",
        "_turn",
        "_until",
        "count",
        "limit",
        "stream",
    )

    def __init__(self, stream: Stream, limit: int, on_done: Callable[[Read], None]) -> None:
        self.stream = stream
        self.limit = min(limit, MOST)
        self.count = 0
        self._on_done = on_done
        self._loop = asyncio.get_running_loop()
        self._turn = threading.Lock()
        self._called_off = False
        self._until = time.monotonic() + LONGEST
        self._buffer: Any = _spare.pop() if _spare else (ctypes.c_char * MOST)()
        _thread(stream.thread).put(self)

    @property
    def data(self) -> memoryview:
        """What has been read; good until `close`."""
        return memoryview(self._buffer).cast("B")[: self.count]

    def call_off(self) -> None:
        """Return when nothing is read any more: at once, or as soon as there is no more."""
        self._called_off = True
        with self._turn:
            pass

    def close(self) -> None:
        """Leave the memory to those that come later."""
        if len(_spare) < _SPARE_BUFFERS:
            _spare.append(self._buffer)
        self._buffer = None

    # In its thread.

    def take(self) -> int:
        """Read what there is; the number of bytes."""
        with self._turn:
            if self._called_off:
                return 0
            count = self.stream.read(self._buffer, self.count, self.limit)
            self.count += count
        return count

    @property
    def over(self) -> bool:
        """Whether there is enough, time is up, or nobody wants it any more."""
        return self._called_off or self.count == self.limit or time.monotonic() >= self._until

    def hand_over(self) -> None:
        """Let the event loop have what has been read."""
        if not self._called_off:
            with suppress(RuntimeError):  # of a loop that is closed
                self._loop.call_soon_threadsafe(self._on_done, self)


_spare: list[Any] = []
_turns = itertools.cycle(range(_THREADS))


@cache
def _thread(number: int) -> SimpleQueue[Read]:
    """What the thread of that number is to read besides; it is started with the first."""
    queue: SimpleQueue[Read] = SimpleQueue()
    name = f"tornterm-reads-{number}"
    threading.Thread(target=_work, args=(queue,), name=name, daemon=True).start()
    return queue


# A process that is forked from this one has not got the threads.
os.register_at_fork(after_in_child=_thread.cache_clear)


def _work(queue: SimpleQueue[Read]) -> None:
    reads: list[Read] = []
    while True:
        reads += _asked_for(queue, wait=not reads)
        brought = sum([read.take() for read in reads])
        done = [read for read in reads if read.over]
        if not brought and not done and queue.empty() and not _something_comes(reads):
            done = reads
        for read in done:
            read.hand_over()
        reads = [read for read in reads if read not in done]


def _asked_for(queue: SimpleQueue[Read], *, wait: bool) -> list[Read]:
    """The reads that have been asked for meanwhile, or at least one."""
    reads = [queue.get()] if wait else []
    with suppress(Empty):
        while True:
            reads.append(queue.get_nowait())
    return reads


def _something_comes(reads: list[Read]) -> bool:
    """Whether there is something to read, for which is waited a moment."""
    poll = select.poll()
    for read in reads:
        poll.register(read.stream.fd, select.POLLIN)
    # A terminal that nobody has open any more says so without end, but has nothing to read.
    return any(event & select.POLLIN for _, event in poll.poll(SILENCE))


@cache
def _slow() -> ctypes.CDLL:
    """The C library, for what takes its time: Python's lock is not held meanwhile."""
    libc = ctypes.CDLL(None)
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    libc.fread.argtypes, libc.fread.restype = [pointer, size, size, pointer], size
    return libc


@cache
def _quick() -> ctypes.PyDLL:
    """The C library, for what takes less time than to let go of Python's lock and have it back."""
    libc = ctypes.PyDLL(None)
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    libc.fdopen.argtypes, libc.fdopen.restype = [ctypes.c_int, ctypes.c_char_p], pointer
    libc.setvbuf.argtypes = [pointer, pointer, ctypes.c_int, size]
    libc.fclose.argtypes = [pointer]
    return libc
