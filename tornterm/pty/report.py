"""What a child says about its start, read from a pipe as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import os

__all__ = ["Report"]


class Report:
    """A pipe whose other end goes to a child that is about to be forked; see `child.become`.

    Attributes:
        writing: The end for the child; -1 after `listen`.
        pid: The child's process id, as soon as it is known; 0 where there will be no child.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._reading, self.writing = os.pipe()
        self._text = b""
        self.pid: asyncio.Future[int] = loop.create_future()
        self._failure: asyncio.Future[str] = loop.create_future()

    def listen(self) -> None:
        """Read from now on; the child has its end."""
        self._close_writing()
        os.set_blocking(self._reading, False)
        self._loop.add_reader(self._reading, self._readable)

    def close(self) -> None:
        """Read nothing: there is no child."""
        self._close_writing()
        os.close(self._reading)

    async def failure(self) -> str:
        """Wait until the child is the program, or never will be.

        Returns:
            What went wrong; empty where nothing did, or where nobody has forked it.
        """
        return await asyncio.shield(self._failure)

    def _close_writing(self) -> None:
        os.close(self.writing)
        self.writing = -1

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._reading, 4096)
            self._text += data
            if not self.pid.done() and b"\n" in self._text:
                self.pid.set_result(int(self._text.partition(b"\n")[0]))
            if not data:
                self._over()

    def _over(self) -> None:
        self._loop.remove_reader(self._reading)
        os.close(self._reading)
        if not self.pid.done():
            self.pid.set_result(0)
        self._failure.set_result(self._text.partition(b"\n")[2].decode(errors="replace"))
