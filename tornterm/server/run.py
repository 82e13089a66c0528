"""From the configuration to a server that runs until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import logging
import os
import signal
import ssl
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tornado.httpserver import HTTPServer

from tornterm.config.changes import needing_restart
from tornterm.config.settings import Settings
from tornterm.control import ControlServer
from tornterm.errors import ConfigError, ConfigProblem, SessionNotFound
from tornterm.server.browser import open_browser
from tornterm.server.listen import Listener, is_exposed, load_certificate, tls_context
from tornterm.server.logs import configure, set_level
from tornterm.terminals import Terminals
from tornterm.types import SessionInfo

__all__ = ["Server", "serve"]

logger = logging.getLogger("tornterm.server")

_IDLE_SECONDS = 75.0
"""How long a connection may say nothing between requests."""

_BODY_SECONDS = 60.0
"""How long a request's body may take."""

_HEADER_BYTES = 32 * 1024


def serve(
    settings: Settings,
    *,
    reread: Callable[[], Settings] | None = None,
    browser: bool = False,
    plugins: Sequence[object] = (),
) -> None:
    """Run a server until SIGTERM or SIGINT.

    Prints one line, ``Serving on <url>``, to stdout when it is ready; logs to stderr.

    Args:
        settings: The configuration.
        reread: Reads the configuration again, for SIGHUP; None where that is not possible.
        browser: Whether to open the page in the person's browser.
        plugins: Plugins besides those that the configuration names.

    Raises:
        ConfigError: Something in the configuration is wrong or cannot be had.
        PluginError: A plugin failed where failing is fatal.
    """
    configure(settings.logging)
    factory = None
    if importlib.util.find_spec("uvloop"):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(Server(settings, reread=reread, browser=browser, plugins=plugins).run())


def _spare_what_stays() -> None:
    """Let the garbage collector leave alone what has been loaded and stays.

    To look through all of it takes tens of milliseconds, for which every terminal would wait.
    """
    gc.collect()
    gc.freeze()


class Server:
    """One server, from `run` to its end; the control socket's view of it.

    Args:
        settings: The configuration.
        reread: Reads the configuration again.
        browser: Whether to open the page in the person's browser.
        plugins: Plugins besides those that the configuration names.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        reread: Callable[[], Settings] | None = None,
        browser: bool = False,
        plugins: Sequence[object] = (),
    ) -> None:
        self._started_with = self._settings = settings
        self._reread = reread
        self._browser = browser
        self._terminals = Terminals(settings, plugins)
        if reread is not None:
            self._terminals.desk.reread = self.reload
        self._stop = asyncio.Event()
        self._tls: ssl.SSLContext | None = None
        self._url = ""
        self._port: int | None = None
        self._reloading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Listen, serve, and end everything in order.

        Raises:
            ConfigError: Something in the configuration is wrong or cannot be had.
            PluginError: A plugin failed to start.
        """
        async with contextlib.AsyncExitStack() as stack:
            self._tls = tls_context(self._settings)
            listener = Listener(self._settings)
            stack.callback(listener.close)
            self._url, self._port = listener.url, listener.port
            self._install_signal_handlers()
            await self._start_terminals()
            http = self._listen(listener)
            # The last that is named here happens first.
            stack.push_async_callback(http.close_all_connections)
            stack.push_async_callback(self._terminals.close, "shutdown")
            stack.callback(self._terminals.begin_drain)
            stack.callback(http.stop)
            control = self._open_control()
            stack.push_async_callback(control.close)
            _spare_what_stays()
            self._announce(stack)
            await self._stop.wait()
            logger.info("ending: new sessions are refused, programs are told to end")
        logger.info("ended")

    async def _start_terminals(self) -> None:
        """Start the plugins, which also shows whether anybody has to log in."""
        exposed = is_exposed(self._settings)
        await self._terminals.start(exposed=exposed)
        if exposed and self._terminals.unauthenticated:
            await self._terminals.close("not started")
            why = "others can reach the server, and a plugin lets people in by a printed link"
            source = self._settings.source.of(("server", "host"))
            raise ConfigError([ConfigProblem(source, "server", "host", why)])

    def _listen(self, listener: Listener) -> HTTPServer:
        http = HTTPServer(
            self._terminals.application(),
            ssl_options=self._tls,
            max_body_size=self._settings.server.max_body,
            max_header_size=_HEADER_BYTES,
            idle_connection_timeout=_IDLE_SECONDS,
            body_timeout=_BODY_SECONDS,
        )
        http.add_sockets(listener.sockets)
        return http

    def _open_control(self) -> ControlServer:
        control = ControlServer(self, self._name)
        try:
            control.start()
        except OSError as error:
            logger.warning("no control socket, so `tornterm login-link` will not work: %s", error)
        return control

    @property
    def _name(self) -> str:
        return f"{self._port or 'unix'}-{os.getpid()}"

    def _announce(self, stack: contextlib.AsyncExitStack) -> None:
        with contextlib.suppress(BrokenPipeError):
            print(f"Serving on {self._url}", flush=True)  # noqa: T201
        if self._settings.server.public_url:
            logger.info("people reach it at %s", self._base)
        link = self.login_link() if self._terminals.unauthenticated else ""
        if link:
            # Not through logging: a log is kept, and the link is for the person who started us.
            print(f"Log in, once, with: {link}", file=sys.stderr, flush=True)  # noqa: T201
        if self._browser:
            try:
                page = open_browser(link or self._base, self._name)
            except OSError as error:
                logger.warning("cannot open a browser: %s", error)
            else:
                stack.callback(page.unlink, missing_ok=True)

    @property
    def _base(self) -> str:
        """Where people find the page; ends with a slash."""
        server = self._settings.server
        if server.public_url:
            return server.public_url
        return f"http://localhost{server.base_url}" if server.unix_socket else self._url

    # --- signals -------------------------------------------------------------------------------

    def _install_signal_handlers(self) -> None:
        loop = asyncio.get_running_loop()
        handlers: dict[signal.Signals, Callable[[], None]] = {
            signal.SIGTERM: self._end,
            signal.SIGINT: self._end,
            signal.SIGHUP: self._hang_up,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        self._had_terminal = _has_terminal()

    def _end(self) -> None:
        """End; whoever asks twice does not want to wait for the programs."""
        if not self._stop.is_set():
            self._stop.set()
            return
        logger.warning("asked again to end: killing all programs")
        for info in self._terminals.sessions.list_sessions():
            session = self._terminals.sessions.get_session(info.id)
            if session is not None:
                with contextlib.suppress(OSError):
                    session.terminal.killpg(signal.SIGKILL)

    def _hang_up(self) -> None:
        """Reload, or end where the signal means that our terminal window was closed."""
        if self._had_terminal and not _has_terminal():
            self._end()
        elif self._reloading is None or self._reloading.done():
            self._reloading = asyncio.get_running_loop().create_task(self._reload_and_log())

    async def _reload_and_log(self) -> None:
        try:
            await self.reload()
        except ConfigError as error:
            for problem in error.problems:
                logger.error("not reloaded: %s", problem)
        except Exception:
            logger.exception("not reloaded")

    # --- what the control socket asks ----------------------------------------------------------

    def info(self) -> Mapping[str, Any]:
        """Where it listens and what it was started with."""
        file = self._settings.source.file
        return {
            "url": self._url,
            "base": self._base,
            "port": self._port,
            "config": str(file) if file else None,
        }

    def login_link(self) -> str:
        """A new link with which the owner can log in, once."""
        return self._terminals.login_link(self._base)

    def list_sessions(self) -> Sequence[SessionInfo]:
        """All sessions."""
        return self._terminals.sessions.list_sessions()

    async def kill_session(self, session_id: str) -> None:
        """End a session.

        Raises:
            SessionNotFound: There is none of that id.
        """
        sessions = self._terminals.sessions
        if not await sessions.destroy_session(session_id, remote="control socket"):
            raise SessionNotFound(session_id)

    async def reload(self) -> Sequence[str]:
        """Take up a changed configuration as far as a running server can.

        Returns:
            The keys that are not as they were at the start, and need another one.

        Raises:
            ConfigError: It is wrong; nothing has changed.
        """
        if self._reread is None:
            return []
        new = self._reread()
        waiting = list(needing_restart(self._started_with, new))
        if self._tls is not None and new.tls.cert is not None:
            load_certificate(self._tls, new)
        await self._terminals.reload(new)
        set_level(new.logging)
        self._settings = new
        for key in waiting:
            logger.warning("%s has changed and takes effect at the next start", key)
        logger.info("the configuration was read again")
        return waiting


def _has_terminal() -> bool:
    """Whether a terminal window could end this process by being closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
