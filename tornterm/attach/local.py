"""The terminal that the person sits at."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Callable
from functools import partial
from typing import Any

from tornterm.attach.modes import ModeTracker
from tornterm.types import Size

__all__ = ["LocalTerminal"]

_READ_BYTES = 16 * 1024
_LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class LocalTerminal:
    """Raw while it is in use, and as it was before and afterwards.

    Args:
        stdin_fd: The terminal that the person types on.
        stdout_fd: Where output goes.
    """

    def __init__(self, stdin_fd: int, stdout_fd: int) -> None:
        self._stdin = stdin_fd
        self._stdout = stdout_fd
        self._saved: list[Any] | None = None
        self._own: int | None = None
        self._signals: list[int] = []
        self._reading = False
        self._ended = False
        self._on_typed: Callable[[bytes], None] = lambda data: None
        self.modes = ModeTracker()
        self.scribbled = False
        """Whether a note was written over the alternate screen."""
        self._at_line_start = True

    def enter(
        self,
        on_typed: Callable[[bytes], None],
        on_resized: Callable[[], None],
        on_signal: Callable[[int], None],
    ) -> None:
        """Take the terminal over.

        Args:
            on_typed: Called with what is typed; with nothing where nothing can come any more.
            on_resized: Called when the size has changed.
            on_signal: Called with a signal that asks this program to end.
        """
        self._on_typed = on_typed
        self._saved = termios.tcgetattr(self._stdin)
        if os.isatty(self._stdout):
            # Opened anew it can be non-blocking without becoming so for the shell behind us.
            with contextlib.suppress(OSError):
                flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
                self._own = os.open(os.ttyname(self._stdout), flags)
        self._make_raw()
        self._handle(signal.SIGWINCH, on_resized)
        self._handle(signal.SIGCONT, self._make_raw)
        for number in _LEAVE_SIGNALS:
            self._handle(number, partial(on_signal, number))
        self.read_on()

    def _make_raw(self) -> None:
        if self._saved is not None:
            tty.setraw(self._stdin, termios.TCSADRAIN)

    def _handle(self, number: int, action: Callable[[], None]) -> None:
        # Outside the main thread there are no signals for us.
        with contextlib.suppress(ValueError, RuntimeError):
            asyncio.get_running_loop().add_signal_handler(number, action)
            self._signals.append(number)

    def restore(self) -> None:
        """Give the terminal back as it was; safe to call at any time and again."""
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.remove_signal_handler(number)
        self._signals.clear()
        self.pause()
        with contextlib.suppress(OSError):
            if os.isatty(self._stdout):
                os.write(self._stdout, self.modes.undo())
        if self._own is not None:
            os.close(self._own)
            self._own = None
        if self._saved is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._stdin, termios.TCSADRAIN, self._saved)
            self._saved = None

    @property
    def size(self) -> Size:
        """The size; 80 by 24 where there is none."""
        try:
            cols, rows = os.get_terminal_size(self._stdout)
        except OSError:
            return Size()
        return Size(*(min(max(1, value), Size.MAXIMUM) for value in (cols or 80, rows or 24)))

    # What is typed.

    def read_on(self) -> None:
        """Read what is typed."""
        if self._reading or self._ended:
            return
        asyncio.get_running_loop().add_reader(self._stdin, self._readable)
        self._reading = True

    def pause(self) -> None:
        """Leave what is typed where it is."""
        if self._reading:
            asyncio.get_running_loop().remove_reader(self._stdin)
            self._reading = False

    def _readable(self) -> None:
        try:
            data = os.read(self._stdin, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._ended = True
            self.pause()
        self._on_typed(data)

    # What is shown.

    async def write(self, data: bytes) -> None:
        """Show output; returns when the terminal has taken it all."""
        self.modes.feed(data)
        self._at_line_start = data.endswith(b"\n") if data else self._at_line_start
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._stdout if self._own is None else self._own, view) :]
            except BlockingIOError:
                await self._writable()

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        fd = self._stdout if self._own is None else self._own
        loop.add_writer(fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(fd)

    async def clear(self) -> None:
        """Begin on an empty screen; what stood there moves into the scrollback."""
        rows = self.size.rows
        await self.write(self.modes.undo() + b"\x1b[999;1H" + b"\n" * rows + b"\x1b[H\x1b[2J")
        self.scribbled = False

    def note(self, text: str) -> None:
        """Say something about the connection, on standard error.

        Args:
            text: A line without its end. What came from a server cannot move the cursor.
        """
        text = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
        line = f"[tornterm: {text}]"
        if not sys.stderr.isatty():
            line += "\n"
        elif self.modes.alternate:
            # A line of its own would scroll what a program has drawn.
            line = f"\x1b7\x1b[999;1H\x1b[0;7m{line}\x1b[0m\x1b[K\x1b8"
            self.scribbled = True
        else:
            end = "\n" if self._saved is None else "\r\n"
            line = f"{'' if self._at_line_start else end}{line}{end}"
            self._at_line_start = True
        sys.stderr.write(line)
        sys.stderr.flush()
