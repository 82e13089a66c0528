"""How a running program comes to its end, whichever sign of it is seen first.

::

    the leader exits ------> what the terminal still holds is read -+-> the end
    nobody holds the tty --> the leader exits, or is made to -------+
    somebody ends it ------> HUP, TERM, KILL ---> the leader exits --^

Background jobs may hold the terminal of a program that is gone: they are not waited for.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from tornterm.pty.channel import Channel
from tornterm.pty.reaper import Reaper
from tornterm.types import ExitStatus

__all__ = ["Ending"]

_MOMENT = 0.1
"""Seconds for which output is awaited where others hold the terminal of a program that is gone."""

_REST_BYTES = 256 * 1024
"""Bytes that are read at the most when nothing more is awaited; the kernel keeps fewer."""

_CLOSED_MOMENTS = 10
"""How many moments a program may have no process at its terminal before it is ended."""


class Ending:
    """Watches a program until it is gone and its last output has been read.

    Args:
        pid: The program, the leader of its session.
        channel: Its terminal.
        on_end: Called once, with how it ended.
        kill_after: Seconds between the steps by which it is ended.
        foreground: Gives the process group in the terminal's foreground, or None.
        may_read: How many bytes of output may be read now.
    """

    def __init__(
        self,
        pid: int,
        channel: Channel,
        on_end: Callable[[ExitStatus], None],
        *,
        kill_after: float,
        foreground: Callable[[], int | None],
        may_read: Callable[[], int],
    ) -> None:
        self._pid = pid
        self._channel = channel
        self._on_end = on_end
        self._may_read = may_read
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._destruction: asyncio.Task[None] | None = None
        self._closed_moments = 0
        self._rest = _REST_BYTES
        self._timer: asyncio.TimerHandle | None = None
        self._reaper = Reaper(
            pid, self._on_leader_exit, kill_after=kill_after, foreground=foreground
        )

    @property
    def leader(self) -> ExitStatus | None:
        """How the program itself ended; None while it runs."""
        return self._reaper.status

    @property
    def hurried(self) -> bool:
        """Whether the program has been ended and its last words need not wait for anybody."""
        return self._destruction is not None and self.leader is not None

    # What is seen.

    def on_data(self) -> None:
        """There is output, so somebody holds the terminal."""
        self._closed_moments = 0

    def on_eof(self) -> None:
        """Nobody holds the terminal: the program is gone, or about to be, or will open it again."""
        self._reaper.look()
        if self.leader is None:
            self._later(self._look_again)
        else:
            self._finish(self.leader)

    def _look_again(self) -> None:
        self._closed_moments += 1
        if self._closed_moments < _CLOSED_MOMENTS:
            # Programs such as login close their terminal and open it again.
            self._channel.poke(again=True)
        else:
            self._destroy()

    def _on_leader_exit(self, status: ExitStatus) -> None:
        if self._ended.done():
            # It was stuck in the kernel and had been given up.
            self._reaper.release()
        elif self._channel.eof:
            self._finish(status)
        else:
            self._channel.poke()
            self._later(self._drain)

    def _drain(self) -> None:
        """Read what is there rather than wait for those who still hold the terminal."""
        self._channel.flush()
        room = min(self._may_read(), self._rest)
        count = self._channel.read_rest(room)
        self._rest -= count
        if count == room and self._rest > 0 and not self._channel.eof:
            # There may be more, for which there was no room.
            self._later(self._drain)
            return
        assert self.leader is not None
        self._finish(self.leader)

    def _later(self, callback: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(_MOMENT, callback)

    def _finish(self, status: ExitStatus) -> None:
        if self._ended.done():
            return
        self._ended.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
        self._reaper.release()
        self._on_end(status)

    # What is done.

    def signal(self, number: int, *, group: bool) -> None:
        """Send a signal to the program or to its process group, unless the program is gone."""
        if self.leader is None:
            (os.killpg if group else os.kill)(self._pid, number)

    async def destroy(self) -> None:
        """End the program and all of its session: HUP, then TERM, then KILL; idempotent."""
        self._destroy()
        if self._destruction is not None:
            await asyncio.shield(self._destruction)

    def _destroy(self) -> None:
        if self._destruction is None and not self._ended.done():
            self._destruction = self._loop.create_task(self._escalate())

    async def _escalate(self) -> None:
        if await self._reaper.end() or self.leader is not None:
            self._channel.poke()
            await self._ended
        else:
            # Stuck in the kernel: it will be reaped when it comes out.
            self._finish(ExitStatus(signal=signal.SIGKILL))

    async def persuade(self) -> None:
        """End the program by HUP and TERM; it may still be there afterwards."""
        if await self._reaper.end(force=False):
            await self._ended
