"""How programs end: noticing it without waiting, and bringing it about with patience.

The leader of a terminal's session is looked at when it has exited, but it is only reaped when
nothing will be signalled any more: until then the kernel does not give its number, which is also
that of its process group and its session, to anybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable

from tornterm.pty import processes
from tornterm.types import ExitStatus

__all__ = ["ESCALATION", "Reaper"]

logger = logging.getLogger("tornterm.pty")

ESCALATION = (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL)
"""The signals that end a program, in this order, each after the one before did not."""

_HANG_UP_AGAIN_SECONDS = 0.25
"""Until the leader is hung up on again the first time; then twice as long, and so on. Shells that
are just starting lose the signal, and they ignore the one that follows it."""

_POLL_SECONDS = 0.1
_LONGEST_PAUSE = 0.1
_DISCARD_SECONDS = 1.0


class Reaper:
    """Watches one program and ends it.

    Args:
        pid: The leader of the terminal's session.
        on_exit: Called once, from the event loop, when the leader has exited.
        kill_after: Seconds between the steps of the escalation.
        foreground: Gives the process group in the terminal's foreground, or None.

    Attributes:
        status: How the leader ended; None while it runs.
    """

    def __init__(
        self,
        pid: int,
        on_exit: Callable[[ExitStatus], None],
        *,
        kill_after: float = 5.0,
        foreground: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.pid = pid
        self.status: ExitStatus | None = None
        self._on_exit = on_exit
        self._kill_after = kill_after
        self._foreground = foreground
        self._loop = asyncio.get_running_loop()
        self._taken = False
        self._ending = 0
        self._pidfd = -1
        self._timer: asyncio.TimerHandle | None = None
        self._exited = asyncio.Event()
        self._watch()

    @classmethod
    async def discard(cls, pid: int) -> None:
        """Kill a child that nobody wants; returns when it has been reaped.

        One that is stuck in the kernel is reaped when it comes out; that is not waited for.
        """
        reaper = cls(pid, lambda status: reaper.release())
        reaper.signal(signal.SIGKILL)
        with contextlib.suppress(OSError):
            # It may not have a session of its own yet.
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCARD_SECONDS):
                await reaper._exited.wait()

    # Noticing.

    def _watch(self) -> None:
        try:
            self._pidfd = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            # Not Linux, or a sandbox that forbids it.
            self._timer = self._loop.call_later(_POLL_SECONDS, self._poll)
        else:
            self._loop.add_reader(self._pidfd, self.look)

    def _poll(self) -> None:
        self._timer = self._loop.call_later(_POLL_SECONDS, self._poll)
        self.look()

    def look(self) -> None:
        """Look whether the leader has exited, now rather than when the kernel says so."""
        if self.status is not None:
            return
        status, self._taken = processes.peek(self.pid)
        if status is None:
            return
        self.status = status
        self._unwatch()
        self._exited.set()
        self._on_exit(status)

    def _unwatch(self) -> None:
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def release(self) -> None:
        """Reap the leader, which has exited; nothing is signalled afterwards."""
        if self.status is None or self._taken or self._ending:
            return
        self._taken = True
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)

    # Bringing it about.

    def signal(self, *numbers: int) -> None:
        """Signal every process of the terminal's session, as far as they can be found.

        Args:
            numbers: The signals, in this order.
        """
        if self._taken:
            return
        groups = {self.pid}
        others = [pid for pid in processes.of_session(self.pid) if _group(pid) != self.pid]
        if not processes.LISTED and (foreground := self._foreground()):
            groups.add(foreground)
        for number in numbers:
            for group in groups:
                with contextlib.suppress(OSError):
                    os.killpg(group, number)
            for pid in others:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)

    async def end(self, *, force: bool = True) -> bool:
        """End the leader and all that is left of its session.

        Args:
            force: Go on to SIGKILL; without it SIGTERM is the last attempt.

        Returns:
            Whether nothing is left.
        """
        self._ending += 1
        try:
            for number in ESCALATION if force else ESCALATION[:-1]:
                # A stopped process gets to its signals only when it goes on.
                self.signal(number, signal.SIGCONT)
                if await self._gone(number):
                    return True
            logger.warning("process %d or its children could not be ended", self.pid)
            return False
        finally:
            self._ending -= 1
            self.release()

    async def _gone(self, after: int) -> bool:
        """Whether all is gone within `kill_after`.

        Args:
            after: What it has been sent: a leader may have lost SIGHUP; SIGKILL also has to hit
                what is forked meanwhile.
        """
        deadline = self._loop.time() + self._kill_after
        pause = _HANG_UP_AGAIN_SECONDS if after == signal.SIGHUP else self._kill_after
        while not await self._leader_gone(min(pause, deadline - self._loop.time())):
            if self._loop.time() >= deadline:
                return False
            pause *= 2
            if after == signal.SIGHUP:
                with contextlib.suppress(OSError):
                    os.kill(self.pid, after)
        pause = 0.002
        known: list[int] = []
        while True:
            # Looking at all processes is only needed when all known ones are gone.
            known = [pid for pid in known if processes.lives(pid, self.pid)]
            known = known or self._left()
            if not known:
                return True
            if after == signal.SIGKILL:
                self.signal(after)
            left = deadline - self._loop.time()
            if left <= 0:
                return False
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _leader_gone(self, within: float) -> bool:
        """Whether the leader exits within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._exited.wait()
        return self.status is not None

    def _left(self) -> list[int]:
        """The other processes of the session."""
        members = processes.of_session(self.pid)
        return [pid for pid in members if pid != self.pid and processes.lives(pid, self.pid)]


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
