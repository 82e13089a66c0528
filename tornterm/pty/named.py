"""Terminals by name, through terminado's synchronous doors.

They give a terminal that is pending, on which one can already type, and the program starts behind
it. Who makes the terminals is the affair of whoever opens them.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from typing import Any

from terminado.management import MaxTerminalsReached, NamedTermManager, PtyWithClients

from tornterm.errors import ProtocolError, SessionError
from tornterm.pty.executor import InputExecutor
from tornterm.pty.terminal import Terminal
from tornterm.types import Size

__all__ = [
    "DEFAULT_SIZE",
    "MaxTerminalsReached",
    "NameTaken",
    "NamedTerminals",
    "OpenTerminal",
    "size_of",
]

OpenTerminal = Callable[[str | None, Mapping[str, Any]], Terminal]
"""Makes a pending terminal for a name and options, and sees to it that its program starts."""

DEFAULT_SIZE = Size(80, 24)


class NameTaken(SessionError):
    """There is a terminal of that name already.

    Args:
        name: The name.
    """

    code = "name_taken"
    http_status = 409
    close_code = 1008

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a terminal named {name!r} already")

    @property
    def public(self) -> str:
        """The same, for the person who chose the name."""
        return f"There is a terminal named {self.name!r} already."


class NamedTerminals(NamedTermManager):
    """What terminado's own handler and Jupyter's know terminals by.

    Args:
        open_terminal: Makes the terminals.
        max_terminals: How many there may be at once; None or 0 for any number.
        kwargs: What `terminado.NamedTermManager` takes besides; its executor is always ours.

    Attributes:
        open_terminal: Makes the terminals. What it raises reaches whoever asked for one.
        terminals: Those that have not ended, by name.
    """

    def __init__(
        self, open_terminal: OpenTerminal, *, max_terminals: int | None = None, **kwargs: Any
    ) -> None:
        kwargs["blocking_io_executor"] = self._executor = InputExecutor()
        # By name: a subclass may have other classes between this one and terminado's.
        super().__init__(max_terminals=max_terminals, **kwargs)
        self.open_terminal = open_terminal

    # The doors.

    def get_terminal(self, term_name: str) -> Terminal:  # type: ignore[override]
        """Give the terminal of that name; make it where there is none.

        Args:
            term_name: The name, usually from an address.

        Raises:
            MaxTerminalsReached: It would be one too many.
        """
        present = self.terminals.get(term_name)
        if isinstance(present, Terminal):
            return present
        return self._make(term_name, {})

    def new_named_terminal(self, **kwargs: Any) -> tuple[str, Terminal]:
        """Make a terminal.

        Args:
            kwargs: `name`, where it is to have a certain one; the rest are options for
                `open_terminal`.

        Returns:
            Its name, and the terminal, whose program is about to start.

        Raises:
            NameTaken: There is one of that name.
            MaxTerminalsReached: It would be one too many.
        """
        name = kwargs.pop("name", None)
        if name is None:
            name = self._next_available_name()
        if not isinstance(name, str) or not name:
            raise SessionError(f"{name!r:.40} cannot be the name of a terminal")
        if name in self.terminals:
            raise NameTaken(name)
        return name, self._make(name, kwargs)

    def _make(self, name: str, options: Mapping[str, Any]) -> Terminal:
        if self.max_terminals and len(self.terminals) >= self.max_terminals:
            raise MaxTerminalsReached(self.max_terminals)
        terminal = self.new_terminal(**options, name=name)
        terminal.term_name = name
        terminal.keeper = self
        self.terminals[name] = terminal
        if terminal.state == "running":
            self.terminal_started(terminal)
        return terminal

    def new_terminal(self, **kwargs: Any) -> Terminal:
        """Make a terminal that nobody keeps yet.

        Args:
            kwargs: Options for `open_terminal`.
        """
        name = kwargs.pop("name", None)
        return self.open_terminal(name, {**self.term_settings, **kwargs})

    # What terminals report.

    def terminal_started(self, terminal: Terminal) -> None:
        """Keep a terminal whose program runs; `start_reading` is terminado's name for it."""
        self.start_reading(terminal)

    def start_reading(self, ptywclients: PtyWithClients) -> None:
        """Called when a program runs; the terminal reads by itself."""
        self.ptys_by_fd[ptywclients.ptyproc.fd] = ptywclients

    def terminal_before_read(self, terminal: Terminal) -> None:
        """Let subclasses know that there is output, by terminado's hook."""
        self.pre_pty_read_hook(terminal)

    def terminal_ended(self, terminal: Terminal) -> None:
        """Let go of a terminal; `on_eof` is terminado's name for it."""
        self.on_eof(terminal)

    def on_eof(self, ptywclients: PtyWithClients) -> None:
        """Called when a program is gone."""
        self.ptys_by_fd = {
            fd: terminal for fd, terminal in self.ptys_by_fd.items() if terminal is not ptywclients
        }
        name = ptywclients.term_name
        if name is not None and self.terminals.get(name) is ptywclients:
            del self.terminals[name]
        self.log.info("terminal %s has ended", name)

    # Ending.

    def kill(self, name: str, sig: int = signal.SIGTERM) -> None:
        """Send the program of a terminal a signal.

        Raises:
            KeyError: There is no terminal of that name.
        """
        self.terminals[name].kill(sig)

    async def terminate(self, name: str, force: bool = False) -> None:
        """End a terminal, and return when it has ended.

        Args:
            name: Its name.
            force: Whether to go on to SIGKILL.

        Raises:
            KeyError: There is no terminal of that name.
        """
        await self.terminals[name].terminate(force=force)

    async def kill_all(self) -> None:
        """End all terminals side by side, and return when nothing of them is left."""
        await asyncio.gather(
            *(terminal.terminate(force=True) for terminal in list(self.terminals.values()))
        )

    async def shutdown(self) -> None:
        """End all terminals and whoever waits for one."""
        await self.kill_all()
        self._executor.shutdown(cancel_futures=True)


def size_of(options: Mapping[str, Any]) -> Size:
    """The size that somebody wished for a new terminal, if it is one."""
    try:
        return Size.checked(
            options.get("width", DEFAULT_SIZE.cols), options.get("height", DEFAULT_SIZE.rows)
        )
    except ProtocolError:
        return DEFAULT_SIZE
