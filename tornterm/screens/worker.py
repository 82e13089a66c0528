"""The screen worker as the server sees it: started when it is needed, watched, replaced.

Requests are answered in order, so a reply is always that of the oldest request. When the process
dies, or does not answer in time and is killed, all that was asked of it has failed, and the models
that it kept are gone. The next request starts another one, but not again and again without end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from tornterm.errors import ProtocolError
from tornterm.screens.wire import FrameReader, join

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["DEADLINE", "OnReply", "Worker"]

logger = logging.getLogger("tornterm.screens")

DEADLINE: Final = 10.0
"""Seconds that one request may take before the worker counts as hanging; the work of milliseconds,
on a machine that may be busy with something else."""

START_DEADLINE: Final = 30.0
"""Seconds until a worker that has been started must be there."""

MAX_DEATHS: Final = 5
"""How many workers may die within `REST` before no other one is started for as long."""

REST: Final = 60.0

_READ_BYTES = 64 * 1024
_SOCKET_BYTES = 1024 * 1024
_MOST_BUFFERS = 256

OnReply = Callable[[Sequence[bytes] | None], None]
"""Takes the fields of a reply, or None where there is none."""


class Worker:
    """One worker process at a time.

    Args:
        scrollback_lines: How many lines above the screen each model keeps.
        memory: Bytes of the worker's address space; 0 for no limit.
        deadline: Seconds that one request may take.

    Attributes:
        on_death: Called when a worker has gone, before what was asked of it is answered with
            None, with the id of the model at which it was; empty if it was at none's. Each model
            subscribes.
        scrollback_lines: How many lines above the screen each model keeps.
        deadline: Seconds that one request may take, from now on.
        deaths: How many workers have died or were killed because they hung.
    """

    def __init__(self, scrollback_lines: int, memory: int, *, deadline: float = DEADLINE) -> None:
        self.on_death: set[Callable[[bytes], None]] = set()
        self.scrollback_lines = scrollback_lines
        self.deaths = 0
        self._arguments = (str(scrollback_lines), str(memory))
        self.deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._reader = FrameReader()
        self._unsent: deque[memoryview] = deque()
        self._waiting: deque[tuple[bytes, OnReply]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._recent: deque[float] = deque(maxlen=MAX_DEATHS)
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None while there is none."""
        return self._process.pid if self._process else None

    @property
    def usable(self) -> bool:
        """Whether a request would be sent now; not while it has died too often."""
        if self._closed:
            return False
        if len(self._recent) < MAX_DEATHS:
            return True
        return asyncio.get_running_loop().time() - self._recent[0] > REST

    def ask(self, fields: Sequence[ReadableBuffer], on_reply: OnReply) -> bool:
        """Send a request.

        Args:
            fields: What to send, of which nothing is kept; the second one is the id of a model,
                or empty.
            on_reply: Called later with the reply, in the order of the requests, with None if the
                worker dies before.

        Returns:
            Whether it was sent. If not, `on_reply` is never called.
        """
        if not self.usable or (self._socket is None and not self._start()):
            return False
        self._waiting.append((bytes(fields[1]), on_reply))
        self._watch()
        self._send(join(fields))
        return True

    # The process.

    def _start(self) -> bool:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
                    [sys.executable, "-m", "tornterm.screens", *self._arguments],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    # Nothing of the server's environment, in which secrets may stand.
                    env={
                        "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))
                    },
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            logger.error("the screen worker cannot be started: %s", error.strerror)
            self._note_death()
            return False
        ours.setblocking(False)
        # As much as the system allows, so that a batch is handed to the kernel at once.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        self._socket = ours
        self._reader = FrameReader()
        # That it is there is its first reply.
        self._waiting.append((b"", lambda reply: None))
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(START_DEADLINE, self._hangs)
        loop.add_reader(ours, self._readable)
        return True

    def _watch(self) -> None:
        """Keep one timer while something is waited for: that of the oldest request."""
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.deadline, self._hangs)

    def _hangs(self) -> None:
        logger.error("the screen worker did not answer in time and is killed")
        self._die()

    def _die(self) -> None:
        """Kill what may be left of the worker, and fail what was asked of it."""
        if self._socket is None:
            return
        self._shut()
        self._note_death()
        failed = list(self._waiting)
        suspect = failed[0][0] if failed else b""
        self._waiting.clear()
        # Those whose models are gone must know it before anything new is asked.
        for callback in list(self.on_death):
            callback(suspect)
        for _, on_reply in failed:
            on_reply(None)

    def _note_death(self) -> None:
        self.deaths += 1
        self._recent.append(asyncio.get_running_loop().time())

    def _shut(self) -> None:
        assert self._socket is not None and self._process is not None
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        if self._timer is not None:
            self._timer.cancel()
        self._socket.close()
        self._socket, self._timer = None, None
        self._unsent.clear()
        self._process.kill()
        # It is gone within a moment, or is stuck in the kernel; that is not waited for.
        loop.run_in_executor(None, self._process.wait)
        self._process = None

    def close(self) -> None:
        """End the worker; nothing more is asked of it, and nobody is told."""
        self._closed = True
        self._waiting.clear()
        self.on_death.clear()
        if self._socket is not None:
            self._shut()

    # The socket.

    def _send(self, frame: Sequence[ReadableBuffer]) -> None:
        """Send a frame, of whose buffers nothing is kept: what is not taken at once is copied."""
        assert self._socket is not None
        sent = 0
        if not self._unsent:
            try:
                sent = self._socket.sendmsg(frame)
            except BlockingIOError:
                pass
            except OSError:
                # What killed it is seen by the reader, which tells everybody in its own turn.
                return
        for buffer in frame:
            view = memoryview(buffer)
            if sent < len(view):
                self._unsent.append(memoryview(bytes(view[sent:])))
            sent = max(0, sent - len(view))
        if self._unsent:
            asyncio.get_running_loop().add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        assert self._socket is not None
        try:
            sent = self._socket.sendmsg(list(islice(self._unsent, _MOST_BUFFERS)))
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()
            sent = 0
        while self._unsent and sent >= len(self._unsent[0]):
            sent -= len(self._unsent.popleft())
        if self._unsent:
            self._unsent[0] = self._unsent[0][sent:]
        else:
            asyncio.get_running_loop().remove_writer(self._socket)

    def _readable(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            logger.error("the screen worker has died")
            self._die()
            return
        try:
            for reply in self._reader.feed(data):
                self._answered(reply)
        except ProtocolError as error:
            logger.error("the screen worker does not make sense: %s", error)
            self._die()

    def _answered(self, reply: list[bytes]) -> None:
        if not self._waiting:
            raise ProtocolError("a reply to nothing")
        _, on_reply = self._waiting.popleft()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._watch()
        on_reply(reply)
