"""A person at a terminal in which `tornterm attach` runs, as a function or as a command."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

DEADLINE_SECONDS = 30
"""How long to wait for what must come; much more than it takes, for a machine that is busy."""

_SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Person:
    """Reads and types on the master side of a PTY.

    Args:
        terminal: The master side.
    """

    def __init__(self, terminal: int) -> None:
        self.terminal = terminal
        self.seen = b""
        self._news = asyncio.Event()
        os.set_blocking(terminal, False)
        asyncio.get_running_loop().add_reader(terminal, self._read)

    def _read(self) -> None:
        self.seen += os.read(self.terminal, 65536)
        self._news.set()

    def catch_up(self) -> None:
        """See all that is there already."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._read()

    def type(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    async def sees(self, text: bytes) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while text not in self.seen:
                self._news.clear()
                await self._news.wait()

    @property
    def notes(self) -> list[str]:
        """What the client itself has said; each note stands on a line of its own."""
        lines = _SEQUENCE.sub(b"", self.seen).decode().splitlines()
        return [line for line in lines if line.startswith("[tornterm: ")]


@asynccontextmanager
async def seated() -> AsyncIterator[tuple[Person, int]]:
    """A terminal with a person; gives the side that a program uses, too."""
    ours, theirs = pty.openpty()
    try:
        yield Person(ours), theirs
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
        os.close(theirs)


class Command:
    """``tornterm attach`` as a process on a terminal of its own.

    Args:
        person: Who sits there.
        terminal: The side that the program uses.
        arguments: Of the command.
        token: The API token of the person.
    """

    def __init__(self, person: Person, terminal: int, *arguments: str, token: str) -> None:
        self.person = person
        self._terminal = terminal
        self._before = termios.tcgetattr(terminal)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tornterm", "attach", *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=_environment(TORNTERM_TOKEN=token),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    @property
    def is_raw(self) -> bool:
        """Whether keys go to the program as they are, Control-C and all."""
        local: Any = termios.tcgetattr(self._terminal)[3]
        return not local & (termios.ECHO | termios.ICANON | termios.ISIG)

    @property
    def gave_back(self) -> bool:
        """Whether the terminal is as it was before the command."""
        return termios.tcgetattr(self._terminal) == self._before

    def resize(self, cols: int, rows: int) -> None:
        """Drag the window; the kernel tells the command."""
        termios.tcsetwinsize(self._terminal, (rows, cols))

    async def exit_code(self) -> int:
        """Wait for the end; what was said last has been seen then."""
        code = await asyncio.to_thread(self.process.wait, DEADLINE_SECONDS)
        self.person.catch_up()
        return code


@asynccontextmanager
async def attached_command(*arguments: str, token: str) -> AsyncIterator[tuple[Person, Command]]:
    """A command on a terminal; both are gone afterwards."""
    async with seated() as (person, terminal):
        command = Command(person, terminal, *arguments, token=token)
        try:
            yield person, command
        finally:
            if command.process.poll() is None:
                command.process.kill()
                await asyncio.to_thread(command.process.wait)


def _environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, "TERM": "xterm-256color", **more}
