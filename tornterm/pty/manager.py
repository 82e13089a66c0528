"""terminado's manager of named terminals, whose terminals are ours and run one program each.

Where it cannot be started the reason is on the screen.
"""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Collection, Mapping
from typing import Any

from terminado.management import ENV_PREFIX

from tornterm.core.output_log import OutputLog
from tornterm.errors import TorntermError
from tornterm.pty.environment import PASSED, TERMINAL, environment
from tornterm.pty.named import DEFAULT_SIZE, NamedTerminals, OpenTerminal, size_of
from tornterm.pty.terminal import Terminal
from tornterm.types import Size, SpawnPlan

__all__ = ["SessionTermManager"]


class SessionTermManager(NamedTerminals):
    """Named terminals for terminado's own handler and for Jupyter's.

    Args:
        shell_command: The program and its arguments.
        max_terminals: How many there may be at once, through all doors; None or 0 for any number.
        scrollback: Bytes of output that each terminal keeps for those who come later.
        kill_after: Seconds between the steps by which a program is ended.
        pass_env: The names of the server's variables that programs may have.
        open_terminal: Makes the terminals; left out, they run `shell_command`.
        kwargs: What `terminado.NamedTermManager` takes besides; its executor is always ours.
    """

    def __init__(
        self,
        shell_command: str | list[str],
        *,
        max_terminals: int | None = None,
        scrollback: int = 1024 * 1024,
        kill_after: float = 5.0,
        pass_env: Collection[str] = PASSED,
        open_terminal: OpenTerminal | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            open_terminal or self._open_shell,
            max_terminals=max_terminals,
            shell_command=shell_command,
            **kwargs,
        )
        self.scrollback = scrollback
        self.kill_after = kill_after
        self.pass_env = tuple(pass_env)
        self._tasks: set[asyncio.Task[None]] = set()

    # Without sessions: every terminal runs the same program.

    def _open_shell(self, name: str | None, options: Mapping[str, Any]) -> Terminal:
        size = size_of(options)
        terminal = Terminal(OutputLog(self.scrollback, size), kill_after=self.kill_after)
        task = asyncio.get_running_loop().create_task(self._start(terminal, options, size))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return terminal

    async def _start(self, terminal: Terminal, options: Mapping[str, Any], size: Size) -> None:
        try:
            await terminal.start(self._plan(options), size)
        except TorntermError as error:
            self.log.warning("a terminal could not be started: %s", error)
            terminal.fail(error.public)
        except Exception:
            self.log.exception("a terminal could not be started")
            terminal.fail("The program could not be started.")

    def _plan(self, options: Mapping[str, Any]) -> SpawnPlan:
        command = options.get("shell_command") or self.shell_command
        argv = shlex.split(command) if isinstance(command, str) else tuple(command)
        cwd = options.get("cwd") or os.getcwd()
        return SpawnPlan(tuple(argv), self.make_term_env(**options), cwd)

    def make_term_env(
        self,
        height: int = DEFAULT_SIZE.rows,
        width: int = DEFAULT_SIZE.cols,
        winheight: int = 0,
        winwidth: int = 0,
        **kwargs: Any,
    ) -> dict[str, str]:
        """Build a program's environment; of the server's own only what `pass_env` names.

        Args:
            height: Rows.
            width: Columns.
            winheight: Pixels; not used.
            winwidth: Pixels; not used.
            kwargs: Options; `extra_env` is added last, and a None in it takes a variable away.
        """
        # No LINES and COLUMNS: programs believe them more than the terminal, which is resized.
        extra: dict[str, str | None] = {"TERM": self.term_settings.get("type", TERMINAL["TERM"])}
        extra[f"{ENV_PREFIX}DIMENSIONS"] = f"{width}x{height}"
        if self.server_url:
            extra[f"{ENV_PREFIX}URL"] = self.server_url
        extra |= self.extra_env or {}
        extra |= kwargs.get("extra_env") or {}
        return environment(self.pass_env, extra)

    async def kill_all(self) -> None:
        """End all terminals side by side, and return when nothing of them is left."""
        await super().kill_all()
        if self._tasks:
            await asyncio.wait(self._tasks)
