r"""A program, its terminal, and everything it has printed.

::

    pending --start--> running --the program exits, or destroy()--> ended
       \--------------fail(), destroy()---------------------------> ended

A `Terminal` is terminado's `PtyWithClients`, so what was written for that works on it. It does not
know sessions: one listener hears of output, of input that was taken and of the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import termios
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from terminado.management import PtyWithClients

from tornterm.core.output_log import OutputLog
from tornterm.errors import SpawnError
from tornterm.pty.audience import Audience
from tornterm.pty.channel import READ_BYTES, Channel
from tornterm.pty.ending import Ending
from tornterm.pty.facade import PtyFacade
from tornterm.pty.reaper import Reaper
from tornterm.pty.spawn import Spawned, spawn
from tornterm.screens.model import ScreenModel
from tornterm.types import ExitStatus, Size, SpawnPlan

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Keeper", "Terminal"]

logger = logging.getLogger("tornterm.pty")

FAILED_SECONDS = 10.0
"""Seconds for which a terminal whose program did not begin waits for somebody to see why."""


class Keeper(Protocol):
    """Who keeps a terminal under a name: terminado's manager."""

    def terminal_started(self, terminal: Terminal) -> None:
        """The program runs."""

    def terminal_before_read(self, terminal: Terminal) -> None:
        """Output is about to be read."""

    def terminal_ended(self, terminal: Terminal) -> None:
        """The program is gone, and its last output has been shown."""


class Terminal(PtyWithClients):
    """One terminal; made before its program.

    Args:
        log: Where the output goes.
        kill_after: Seconds between the steps by which a program is ended.
        loop: Ignored: a terminal belongs to the event loop on which it is started.

    Attributes:
        log: The output.
        state: ``pending``, ``running`` or ``ended``.
        pid: The program's process id; None before it has been started.
        exit_status: How it ended; None before that.
        on_output: Called after each append to or resize of the log.
        on_input_drained: Called when input that was queued has been taken.
        on_typed: Called with what one of terminado's clients typed, instead of giving it to the
            program at once.
        on_exit: Called once, after the last output was appended.
        may_read: Asked how many bytes may be read before the next append. What it says is not
            remembered any longer; when it may have changed, call `poke`.
        clients_pace: Whether the program waits for terminado's clients when all of them are far
            behind; asked like `may_read`.
        clients: terminado's clients.
        term_name: The name that terminado's manager gave it.
        keeper: terminado's manager.
    """

    def __init__(
        self,
        log: OutputLog,
        *,
        kill_after: float = 5.0,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        # terminado's own constructor would start the program, on a path that is not ours.
        self.log = log
        self.state: Literal["pending", "running", "ended"] = "pending"
        self.pid: int | None = None
        self.exit_status: ExitStatus | None = None
        self.on_output: Callable[[], None] | None = None
        self.on_input_drained: Callable[[], None] | None = None
        self.on_typed: Callable[[bytes], None] | None = None
        self.on_exit: Callable[[ExitStatus], None] | None = None
        self.may_read: Callable[[], int] = lambda: READ_BYTES
        self.clients_pace: Callable[[], bool] = lambda: True
        self.term_name: str | None = None
        self.keeper: Keeper | None = None
        self.ptyproc = PtyFacade(self)
        self._audience = Audience(log, self.poke)
        self.clients = self._audience.clients
        self._kill_after = kill_after
        self._channel = Channel(
            on_data=self._on_data,
            on_eof=self._on_eof,
            on_drained=self._on_drained,
            may_read=self._may_read,
        )
        self._ending: Ending | None = None
        self._wish: Size | None = None
        self._failed = False

    # Beginning.

    async def start(self, plan: SpawnPlan, size: Size) -> None:
        """Start the program.

        Args:
            plan: What to start.
            size: The terminal's size; one that was asked for meanwhile by `resize` wins.

        Raises:
            SpawnError: It could not be started, or the terminal has been ended meanwhile. The
                terminal is still pending where it has not: `fail` or `destroy` it.
        """
        assert self._ending is None, "a terminal is started once"
        self._check_wanted()
        size = self._wish or size
        spawned = await spawn(plan, size)
        try:
            self._check_wanted()
        except SpawnError:
            os.close(spawned.fd)
            await Reaper.discard(spawned.pid)
            raise
        self._run(spawned, size)

    def _check_wanted(self) -> None:
        if self.state != "pending" or self._failed:
            raise SpawnError("it was ended before it began")

    def _run(self, spawned: Spawned, size: Size) -> None:
        self.state = "running"
        self.pid = spawned.pid
        self._ending = Ending(
            spawned.pid,
            self._channel,
            self._finish,
            kill_after=self._kill_after,
            foreground=self._foreground,
            may_read=self._may_read,
        )
        self._channel.connect(spawned.fd)
        if self._wish is not None and self._wish != size:
            self._set_size(self._wish)
        self._note_size(self._wish or size)
        if self.keeper is not None:
            self.keeper.terminal_started(self)

    def fail(self, reason: str) -> None:
        """End a terminal whose program never began, with the reason on its screen.

        A terminal that was opened by name, and whose client is still on its way, waits for it a
        while: else nobody would ever see the reason.

        Args:
            reason: A sentence for the person; control characters are left out.
        """
        if self.state != "pending" or self._failed:
            return
        self._failed = True
        text = "".join(character for character in reason if character.isprintable())
        self._append(f"{text}\r\n".encode())
        if self.keeper is None or self.clients:
            self._finish(ExitStatus())
        else:
            asyncio.get_running_loop().call_later(FAILED_SECONDS, self._finish, ExitStatus())

    # Input, output and size.

    @property
    def fd(self) -> int:
        """The descriptor of the terminal; -1 while there is none."""
        return self._channel.fd

    @property
    def queued(self) -> int:
        """Bytes of input that were accepted and not yet taken by the terminal."""
        return self._channel.queued

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows by itself what is typed now; False where nobody can know."""
        if self.queued:
            return False
        try:
            return bool(termios.tcgetattr(self._channel.fd)[3] & termios.ECHO)
        except (termios.error, OSError, ValueError):
            return False

    def write(self, data: bytes) -> None:
        """Give the program input; never waits. What a pending terminal is given, it keeps.

        Args:
            data: What is typed. The caller looks at `queued` so that it cannot grow for ever.
        """
        self._channel.write(data)

    def typed(self, data: bytes) -> None:
        """Take what one of terminado's clients typed; it is the listener's, where there is one.

        Args:
            data: What was typed.
        """
        if self.on_typed is not None:
            self.on_typed(data)
        else:
            self.write(data)

    async def drained(self, below: int = 65536) -> None:
        """Return when no more than `below` bytes of input are queued, or the terminal has ended."""
        await self._channel.drained(below)

    def flush(self) -> None:
        """Enter in the log what has been read of a flood, and is being gathered, at once."""
        self._channel.flush()

    def poke(self) -> None:
        """Look again whether to read, because what `may_read` depends on has changed."""
        self._channel.poke()

    def resize(self, size: Size) -> None:
        """Change the size of the terminal, and note in the log where that happened.

        Args:
            size: The new size; the present one changes nothing.
        """
        if self.state == "ended":
            return
        if self.state == "pending":
            self._wish = size
        elif size != self.log.size:
            self._set_size(size)
        self._note_size(size)

    def _set_size(self, size: Size) -> None:
        # What has been read was printed before.
        self.flush()
        # A terminal that nobody has open need not have a size.
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetwinsize(self._channel.fd, (size.rows, size.cols))

    def _note_size(self, size: Size) -> None:
        if self.log.resize(size) and self.on_output is not None:
            self.on_output()

    def foreground_job(self) -> bool:
        """Whether the shell has put another process group than its own into the foreground."""
        group = self._foreground()
        return group is not None and group != self.pid

    def _foreground(self) -> int | None:
        """The process group in the foreground, or None where there is none."""
        try:
            return os.tcgetpgrp(self._channel.fd) or None
        except OSError:
            return None

    def _may_read(self) -> int:
        # What a program that is being killed still had to say waits for nobody.
        if self._ending is not None and self._ending.hurried:
            return READ_BYTES
        if self.clients and self.clients_pace() and not self._audience.keeps_up():
            return 0
        return self.may_read()

    def _on_data(self, data: ReadableBuffer) -> None:
        assert self._ending is not None
        self._ending.on_data()
        if self.keeper is not None:
            self.keeper.terminal_before_read(self)
        self._append(data)

    def _append(self, data: ReadableBuffer) -> None:
        before = self.log.end
        self.log.append(data)
        if self.on_output is not None:
            self.on_output()
        self._audience.show(before)

    def _on_drained(self) -> None:
        if self.on_input_drained is not None:
            self.on_input_drained()

    # The end.

    def _on_eof(self) -> None:
        assert self._ending is not None
        self._ending.on_eof()

    def _finish(self, status: ExitStatus) -> None:
        if self.state == "ended":
            return
        self.state = "ended"
        self.exit_status = status
        self._channel.close()
        for tell in (self._tell_listener, self._tell_keeper, self._audience.end):
            try:
                tell()
            except Exception:
                logger.exception("the end of a terminal could not be told")

    def _tell_listener(self) -> None:
        assert self.exit_status is not None
        if self.on_exit is not None:
            self.on_exit(self.exit_status)

    def _tell_keeper(self) -> None:
        if self.keeper is not None:
            self.keeper.terminal_ended(self)

    async def destroy(self) -> ExitStatus:
        """End the program and everything in its terminal's session: HUP, then TERM, then KILL.

        Idempotent, and safe to be called by several at once.

        Returns:
            How the program ended; without code and signal where it had never begun.
        """
        if self._ending is None:
            self._finish(ExitStatus())
        else:
            await self._ending.destroy()
        assert self.exit_status is not None
        return self.exit_status

    # terminado's interface.

    def show_with(self, model: ScreenModel) -> None:
        """Begin what a new client is shown with what this model knows of the screen."""
        self._audience.model = model

    @property
    def read_buffer(self) -> deque[str]:  # type: ignore[override]
        """What a new client is shown first: all that the log holds, as text."""
        if self._failed:
            # Somebody has come to see why: that was what it waited for.
            asyncio.get_running_loop().call_soon(self._finish, ExitStatus())
        return self._audience.replay()

    def resize_to_smallest(self) -> None:
        """Give the terminal the smallest of its clients' sizes; what is no size does not count."""
        size = self._audience.smallest()
        if size is not None:
            self.resize(size)

    def kill(self, sig: int = signal.SIGTERM) -> None:
        """Send the program a signal; a pending terminal just ends."""
        if self._ending is None:
            self._finish(ExitStatus())
        else:
            self._ending.signal(sig, group=False)

    def killpg(self, sig: int = signal.SIGTERM) -> None:
        """Send a signal to the program's process group; a pending terminal just ends."""
        if self._ending is None:
            self._finish(ExitStatus())
        else:
            self._ending.signal(sig, group=True)

    async def terminate(self, force: bool = False) -> bool:
        """End the program: HUP, then TERM, and KILL where `force` is given.

        Returns:
            Whether it has ended.
        """
        if force or self._ending is None:
            await self.destroy()
        else:
            await self._ending.persuade()
        return self.state == "ended"
