"""Terminals for tests: made, watched, destroyed, and counted afterwards."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tornterm.core.output_log import OutputLog
from tornterm.pty.environment import environment
from tornterm.pty.forker import FORKER
from tornterm.pty.terminal import Terminal
from tornterm.types import ExitStatus, Size, SpawnPlan

SIZE = Size(80, 24)
PYTHON = sys.executable

RAW = "import os, tty; tty.setraw(0); os.write(1, b'ready');"
"""Begins a Python program whose terminal passes everything through."""

STUBBORN = f"import signal; signal.pthread_sigmask(0, {{10}}); {RAW} signal.sigwait({{10}});"
"""Begins one that, besides, reads nothing until it gets SIGUSR1."""


def plan(*argv: str, **other: Any) -> SpawnPlan:
    """A plan for a program with the usual environment."""
    values: dict[str, Any] = {"argv": argv, "env": environment(), "cwd": "/", **other}
    return SpawnPlan(**values)


def sh(script: str) -> tuple[str, ...]:
    """The command that runs a shell script."""
    return ("/bin/sh", "-c", script)


def python(script: str) -> tuple[str, ...]:
    """The command that runs a Python script."""
    return (PYTHON, "-S", "-c", script)


def descriptors() -> dict[int, str]:
    """The open descriptors of this process and what they are."""
    result = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            result[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # the one with which the folder was read
    return result


def children() -> list[int]:
    """The children of this process, zombies included."""
    result = []
    for task in Path("/proc/self/task").iterdir():
        try:
            result += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # a thread that has ended
    return result


def runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for what nobody tells: a state of the kernel's."""
    for _ in itertools.count():
        if condition():
            return
        await asyncio.sleep(0.002)


class Watched(Terminal):
    """A terminal whose output and end can be waited for."""

    def __init__(self, log: OutputLog, **options: Any) -> None:
        super().__init__(log, **options)
        self.exits: list[ExitStatus] = []
        self.end_at_exit: list[int] = []
        self._changed = asyncio.Condition()
        self._notices: set[asyncio.Task[None]] = set()
        self.on_output = self.notify
        self.on_input_drained = self.notify
        self.on_exit = self._exited

    @property
    def output(self) -> bytes:
        """All that the log holds."""
        return self.log.read(self.log.start, self.log.capacity)

    def notify(self) -> None:
        """Wake those who wait for something."""

        async def wake() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(wake())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    def _exited(self, status: ExitStatus) -> None:
        self.exits.append(status)
        self.end_at_exit.append(self.log.end)
        self.notify()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that output, input or the end changes has become true."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def shows(self, text: bytes) -> None:
        """Wait until the output contains a text."""
        await self.until(lambda: text in self.output)

    async def ended(self) -> ExitStatus:
        """Wait for the end."""
        await self.until(lambda: self.exits)
        return self.exits[0]


class World:
    """Makes terminals and looks after them."""

    def __init__(self) -> None:
        # The helper stays for the next test.
        FORKER.start()
        self.before = (descriptors(), children())
        self.terminals: list[Terminal] = []

    def terminal(self, *, capacity: int = 1 << 20, size: Size = SIZE, **options: Any) -> Watched:
        """A pending terminal."""
        terminal = Watched(OutputLog(capacity, size), **{"kill_after": 0.3, **options})
        self.terminals.append(terminal)
        return terminal

    async def start(
        self, *argv: str, plan_options: Mapping[str, Any] | None = None, **options: Any
    ) -> Watched:
        """A terminal with a running program."""
        terminal = self.terminal(**options)
        await terminal.start(plan(*argv, **(plan_options or {})), terminal.log.size)
        return terminal

    async def close(self) -> None:
        """Destroy what is still there."""
        await asyncio.gather(*(terminal.destroy() for terminal in self.terminals))

    def check_nothing_is_left(self) -> None:
        """Compare descriptors and children with what they were."""
        fds, pids = descriptors(), children()
        assert {fd: what for fd, what in fds.items() if fd not in self.before[0]} == {}
        assert set(pids) - set(self.before[1]) == set()
