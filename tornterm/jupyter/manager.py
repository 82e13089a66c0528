"""The terminal manager for Jupyter's own handlers, each of whose terminals is a session."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from typing import Any

from jupyter_server._tz import utcnow
from jupyter_server_terminals import terminalmanager as stock
from jupyter_server_terminals.api_handlers import TerminalRootHandler
from terminado.management import MaxTerminalsReached
from tornado.web import HTTPError

from tornterm.errors import LimitExceeded, TorntermError
from tornterm.jupyter.configuration import Configuration
from tornterm.jupyter.people import JupyterAuthorizer, LimitReached, current_handler, user_of
from tornterm.pty.named import NamedTerminals, size_of
from tornterm.pty.terminal import Terminal
from tornterm.sessions.manager import Wishes
from tornterm.sessions.session import Session
from tornterm.terminals import Terminals
from tornterm.types import User

__all__ = ["TerminalManager"]

OVER_HTTP = frozenset({"name", "cwd"})
"""What a request may say about a new terminal; the rest is for the server's own code."""


class TerminalManager(NamedTerminals, Configuration, stock.TerminalManager):
    """Jupyter's terminals, with tornterm's limits, replay, audit and plugins behind them.

    ``c.TerminalsExtensionApp.terminal_manager_class = "tornterm.jupyter.TerminalManager"``

    Args:
        shell_command: The program that Jupyter was told to run.
        max_terminals: The most terminals at the same time; 0 for no limit.
        kwargs: What `jupyter_server_terminals.terminalmanager.TerminalManager` takes besides.

    Raises:
        ConfigError: Something in the configuration is wrong.
        PluginError: A plugin cannot be loaded.
    """

    def __init__(
        self, shell_command: str | list[str], *, max_terminals: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(self._open, shell_command=shell_command, **kwargs)
        # terminado's constructor has put its own default over what the configuration says.
        self.update_config(self.config)
        if max_terminals is not None:
            self.max_terminals = max_terminals
        self._sessions: dict[Terminal, Session] = {}
        self._starting: asyncio.Task[None] | None = None
        self._composed: Terminals | None = self._compose()
        self._begin_with(self.parent)

    # What is behind it.

    @property
    def tornterm(self) -> Terminals:
        """Everything else of tornterm; another one after `terminate_all`."""
        if self._composed is None:
            self._composed = self._compose()
        return self._composed

    def _compose(self) -> Terminals:
        command = self.shell_command
        settings = self.load([command] if isinstance(command, str) else command)
        return Terminals(settings, [JupyterAuthorizer()], authenticate=self.user_of)

    def _begin_with(self, server: Any) -> None:
        """Start with the server's event loop, and be told of its end."""
        loop = getattr(server, "io_loop", None)
        if loop is not None:
            # Mistakes in the configuration are then in the server's log, not on some terminal.
            loop.add_callback(self._start_early)
        extensions = getattr(server, "extension_manager", None)
        for apps in getattr(extensions, "extension_apps", {}).values():
            for app in apps:
                if hasattr(app, "terminals_available"):
                    # The stock extension never says so, and then forgets to end its terminals.
                    app.terminals_available = True

    def _start_early(self) -> None:
        if self._composed is not None:
            self._started()

    def _started(self) -> asyncio.Task[None]:
        """The start, which has been begun; it has failed for all terminals where it has failed."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start())
            # Also where no terminal ever asks what became of it.
            self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._starting

    async def _start(self) -> None:
        try:
            await self.tornterm.start()
        except TorntermError as error:
            self.log.error("tornterm cannot start, so there are no terminals: %s", error)
            raise

    # Making terminals.

    def user_of(self, handler: Any) -> User:
        """Whose a terminal is that is made in a request; a subclass may know better.

        Args:
            handler: The handler of Jupyter's that serves the request; None outside of requests.
        """
        return user_of(handler, self.owner)

    def create(self, **kwargs: Any) -> dict[str, Any]:
        """Make a terminal for a request.

        Args:
            kwargs: ``name`` and ``cwd``; for the server's own code also ``shell_command``,
                ``extra_env``, ``width`` and ``height``.

        Returns:
            Its model.

        Raises:
            HTTPError: There may not be another one, or something that was asked for is wrong.
        """
        try:
            name, _ = self.new_named_terminal(**_checked(kwargs))
        except MaxTerminalsReached as error:
            raise HTTPError(429, str(error)) from error
        except TorntermError as error:
            raise HTTPError(error.http_status, error.public) from error
        return self.get_terminal_model(name)

    def new_terminal(self, **kwargs: Any) -> Terminal:
        """Make a terminal that nobody keeps yet.

        Args:
            kwargs: As for `create`, checked.

        Raises:
            LimitReached: A limit does not allow it.
        """
        terminal = super().new_terminal(**kwargs)
        terminal.last_activity = utcnow()  # type: ignore[attr-defined]
        return terminal

    def _make(self, name: str, options: Mapping[str, Any]) -> Terminal:
        terminal = super()._make(name, options)
        self._count()
        return terminal

    def _open(self, name: str | None, options: Mapping[str, Any]) -> Terminal:
        wishes = Wishes(
            title=name or "",
            cwd=_absolute(options.get("cwd")),
            argv=_command(options.get("shell_command")),
            env=_variables(self.extra_env, options.get("extra_env")),
        )
        user = self.user_of(current_handler())
        try:
            session = self.tornterm.sessions.create_pending(
                user, size_of(options), wishes=wishes, ready=asyncio.shield(self._started())
            )
        except LimitExceeded as error:
            raise LimitReached(error) from error
        terminal = session.terminal
        self._sessions[terminal] = session
        session.on_close.append(lambda: self._forget(terminal))
        return terminal

    def _forget(self, terminal: Terminal) -> None:
        self._sessions.pop(terminal, None)

    # What becomes of them.

    def pre_pty_read_hook(self, ptywclients: Any) -> None:
        """Note that a terminal is active."""
        ptywclients.last_activity = utcnow()

    def on_eof(self, ptywclients: Any) -> None:
        """Let go of a terminal that has ended."""
        super().on_eof(ptywclients)
        self._count()

    def _count(self) -> None:
        stock.RUNNING_TOTAL.set(len(self.terminals))

    def _initialize_culler(self) -> None:
        """Nothing: idle sessions end by themselves, and one with a job in it is not idle."""

    async def terminate(self, name: str, force: bool = False) -> None:
        """End a terminal, and return when it has ended.

        Args:
            name: Its name.
            force: Whether to go on to SIGKILL.

        Raises:
            HTTPError: There is none of that name.
        """
        self._check_terminal(name)
        terminal: Any = self.terminals[name]
        session = self._sessions.get(terminal)
        if session is None or not force:
            await terminal.terminate(force=force)
            return
        handler = current_handler()
        remote = "" if handler is None else handler.request.remote_ip or ""
        by = None if handler is None else self.user_of(handler)
        await self.tornterm.sessions.destroy_session(session.id, by=by, remote=remote)

    async def terminate_all(self) -> None:
        """End all terminals and what is behind them; Jupyter's server stops.

        One that is made later all the same begins anew.
        """
        composed, self._composed = self._composed, None
        starting, self._starting = self._starting, None
        if starting is not None:
            with contextlib.suppress(Exception):
                await starting
        if composed is not None:
            await composed.close("the server stops")

    async def kill_all(self) -> None:
        """End all terminals, as terminado's own managers do."""
        await self.terminate_all()


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    """What may be asked for; a request's body is handed on to us as it is.

    Raises:
        HTTPError: Something of it is wrong.
    """
    others = sorted(map(str, options.keys() - OVER_HTTP))
    if others and isinstance(current_handler(), TerminalRootHandler):
        raise HTTPError(400, f"A new terminal can have a name and a cwd, no {others[0]:.40}.")
    name = options.get("name")
    if name is None:
        return {key: value for key, value in options.items() if key != "name"}
    if not isinstance(name, str) or not re.fullmatch(r"\w{1,64}", name):
        raise HTTPError(400, "The name of a terminal is 1 to 64 letters, digits and underscores.")
    return options


def _absolute(cwd: Any) -> str | None:
    return None if cwd is None else os.path.abspath(os.path.expanduser(cwd))


def _command(command: Any) -> tuple[str, ...] | None:
    if not command:
        return None
    return (command,) if isinstance(command, str) else tuple(command)


def _variables(*sources: Mapping[str, str | None] | None) -> dict[str, str]:
    """The last word about each variable; None takes one of ours away again."""
    merged: dict[str, str | None] = {}
    for source in sources:
        merged |= source or {}
    return {name: value for name, value in merged.items() if value is not None}
