"""The controlling end of a terminal on the event loop: one read a turn, and a queue of writes.

A flood is read by a thread (`tornterm.pty.bulk`) once it has shown that it is one.

What is typed never blocks: a program that does not read its input lets its own queue grow, and
the caller, who is told by `Channel.queued`, stops. What is printed is read as far as `may_read`
says. That is computed from whatever it depends on before each piece that is gathered of a flood;
nothing is remembered here but that, and whether the event loop watches the descriptor.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tornterm.pty import bulk
from tornterm.pty.gathering import MOST, Gatherer

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["READ_BYTES", "WRITE_BYTES", "Channel"]

READ_BYTES = 16 * 1024
"""Bytes asked for in one read. A terminal gives a few thousand, whatever is asked."""

WRITE_BYTES = 64 * 1024
"""Bytes offered in one write."""


class Channel:
    """A terminal's input and output.

    Args:
        on_data: Takes what has been read, a flood in large pieces (`tornterm.pty.gathering`); it
            is good until that returns.
        on_eof: Called when no process has the terminal open; there may be one again later.
        on_drained: Called when bytes of the queue have been taken.
        may_read: How many bytes may be read until `on_data` is called next; 0 for none.

    Attributes:
        queued: Bytes that were written and not yet taken by the terminal.
        eof: Whether the last read found that no process has the terminal open.
    """

    def __init__(
        self,
        *,
        on_data: Callable[[ReadableBuffer], None],
        on_eof: Callable[[], None],
        on_drained: Callable[[], None],
        may_read: Callable[[], int],
    ) -> None:
        self.queued = 0
        self.eof = False
        self._gatherer = Gatherer(on_data, self._call_later)
        self._room = 0
        self._flood = False
        self._bulk = bulk.Bulk(
            may_read=lambda: may_read() - self._gatherer.size,
            on_data=self._read_in_bulk,
            on_end=self.poke,
        )
        self._on_data = on_data
        self._on_eof = on_eof
        self._on_drained = on_drained
        self._may_read = may_read
        self._fd = -1
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reading = False
        self._writing = False
        self._queue: deque[memoryview] = deque()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def fd(self) -> int:
        """The descriptor; -1 before `connect` and after `close`."""
        return self._fd

    def connect(self, fd: int) -> None:
        """Begin to read, and to write what has been queued.

        Args:
            fd: A non-blocking descriptor, which belongs to the channel from here on.
        """
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._push()
        self.poke()

    def close(self) -> None:
        """Close the descriptor, pass on what was read, forget what is queued; idempotent."""
        self._closed = True
        self._drop_queue()
        self._bulk.settle()
        self._gatherer.close()
        if self._fd < 0:
            return
        assert self._loop is not None
        self._watch_input(False)
        self._watch_output(False)
        os.close(self._fd)
        self._fd = -1

    # Reading.

    def poke(self, *, again: bool = False) -> None:
        """Look again whether to read, because something that decides it has changed.

        Args:
            again: Also forget an end of file, since it may have been none.
        """
        if again:
            self.eof = False
        # Where it is watched, that is looked at before anything is read.
        if not self._reading and not self._bulk.reading:
            self._watch_output(self._fd >= 0 and not self.eof and self._may_read() > 0)

    def flush(self) -> None:
        """Pass on what has been read, since something is about to happen that comes after it."""
        self._bulk.settle()
        self._gatherer.flush()

    def _call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        assert self._loop is not None
        return self._loop.call_later(delay, callback)

    def _watch_output(self, wanted: bool) -> None:
        if wanted == self._reading:
            return
        assert self._loop is not None
        self._reading = wanted
        if wanted:
            self._loop.add_reader(self._fd, self._readable)
        else:
            self._loop.remove_reader(self._fd)

    def _readable(self) -> None:
        gathered = self._gatherer.size
        if not gathered:
            self._room = min(self._may_read(), MOST)
        room = self._room - gathered
        if self._flood and room >= bulk.LEAST and self._bulk.begin(self._fd, room):
            self._watch_output(False)
        elif self._room > gathered:
            self._read(self._room - gathered)
        elif gathered:
            self.flush()
        else:
            self._watch_output(False)

    def read_rest(self, limit: int) -> int:
        """Read what is there, asking nobody, up to `limit` bytes; gives how many it was."""
        self.flush()
        rest = limit
        while self._fd >= 0 and not self.eof and rest > 0 and (count := self._read(rest)):
            rest -= count
        self.flush()
        return limit - rest

    def _read(self, limit: int) -> int:
        """Read once, up to `limit` bytes; the number of bytes.

        A second read would find nothing, and Linux waits in it until the terminal has been filled
        again, while others have something to say.
        """
        try:
            data = os.read(self._fd, min(limit, READ_BYTES))
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            # How Linux says that the other end is closed.
            data = b""
        if data:
            self._flood = self._gatherer.add(data) and bulk.AVAILABLE
        else:
            self.flush()
            self.eof = True
            self._watch_output(False)
            self._on_eof()
        return len(data)

    def _read_in_bulk(self, data: memoryview) -> None:
        """Pass on what the thread has read, and gather it where it is little."""
        self._flood = len(data) >= bulk.TERMINAL
        if len(data) >= bulk.LEAST:
            self._gatherer.flush()
            self._on_data(data)
        elif data:
            self._room = min(self._may_read(), MOST)
            self._gatherer.add(bytes(data))

    # Writing.

    def write(self, data: bytes) -> None:
        """Hand bytes to the terminal, at once as far as it takes them, else from the queue.

        Args:
            data: What is typed. After `close` it is dropped.
        """
        if self._closed or not data:
            return
        self._queue.append(memoryview(data))
        self.queued += len(data)
        if not self._writing and self._fd >= 0:
            self._push()

    async def drained(self, below: int) -> None:
        """Return when no more than `below` bytes are queued, or the channel is closed."""
        if self.queued <= below:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((below, waiter))
        await waiter

    def _push(self) -> None:
        """Write once, and have the rest written when the terminal can take more."""
        if self._queue:
            # Once at a time: a terminal that throws input away would keep the loop busy.
            self._taken(self._write_some(self._queue[0][:WRITE_BYTES]))
        self._watch_input(bool(self._queue))
        if self._waiters:
            self._wake()

    def _write_some(self, data: memoryview) -> int:
        """Write once; the number of bytes that were taken."""
        try:
            return os.write(self._fd, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            # No process has the terminal open, so nobody will ever read it.
            self._drop_queue()
            return 0

    def _taken(self, count: int) -> None:
        """Take the first `count` bytes off the queue."""
        self.queued -= count
        if not count:
            return
        first = self._queue[0]
        if count == len(first):
            self._queue.popleft()
        else:
            self._queue[0] = first[count:]

    def _watch_input(self, wanted: bool) -> None:
        if wanted == self._writing:
            return
        assert self._loop is not None
        self._writing = wanted
        if wanted:
            self._loop.add_writer(self._fd, self._writable)
        else:
            self._loop.remove_writer(self._fd)

    def _writable(self) -> None:
        before = self.queued
        self._push()
        if self.queued < before:
            self._on_drained()

    def _drop_queue(self) -> None:
        self._queue.clear()
        self.queued = 0
        self._wake()

    def _wake(self) -> None:
        for below, waiter in self._waiters:
            # One whose caller gave up is cancelled.
            if self.queued <= below and not waiter.done():
                waiter.set_result(None)
        self._waiters = [pair for pair in self._waiters if not pair[1].done()]
