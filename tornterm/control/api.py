"""The server's side of the control socket."""

from __future__ import annotations

import dataclasses
import logging
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler

from tornterm.control.peer import may_talk
from tornterm.control.runtime import runtime_directory
from tornterm.errors import ConfigError, TorntermError
from tornterm.types import SessionInfo

__all__ = ["ControlServer", "Controlled"]

logger = logging.getLogger("tornterm.control")

_MAX_REQUEST_BYTES = 16 * 1024


class Controlled(Protocol):
    """What the control socket controls: a running server."""

    def info(self) -> Mapping[str, Any]:
        """Where it listens and what it was started with, as JSON can carry it."""

    def login_link(self) -> str:
        """A new link with which the owner can log in, once.

        Raises:
            TorntermError: People log in otherwise here.
        """

    def list_sessions(self) -> Sequence[SessionInfo]:
        """All sessions."""

    async def kill_session(self, session_id: str) -> None:
        """End a session.

        Raises:
            SessionNotFound: There is none of that id.
        """

    async def reload(self) -> Sequence[str]:
        """Read the configuration again.

        Returns:
            The changed keys that need a restart.

        Raises:
            ConfigError: It is wrong; nothing has changed.
        """


class ControlServer:
    """Listens on a control socket of its own, from `start` to `close`.

    Args:
        target: What is controlled.
        name: The socket's name without its ending; unique among the user's running servers.
    """

    def __init__(self, target: Controlled, name: str) -> None:
        self._name = name
        self._http = _PrivateServer(_application(target), max_body_size=_MAX_REQUEST_BYTES)
        self.path: Path | None = None

    def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: There is no safe place for the socket.
        """
        path = runtime_directory() / f"{self._name}.sock"
        # In a directory of our own, what is there can only be left over from a dead server.
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(path))
            path.chmod(0o600)
            listener.setblocking(False)
            listener.listen(16)
        except BaseException:
            listener.close()
            raise
        self.path = path
        self._http.add_socket(listener)

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self.path is not None:
            self._http.stop()
            self.path.unlink(missing_ok=True)
            self.path = None
            await self._http.close_all_connections()


class _PrivateServer(HTTPServer):
    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Hang up on other users before they have said anything."""
        if not may_talk(stream.socket):
            logger.warning("refused a control connection of another user")
            stream.close()
            return
        super().handle_stream(stream, address)


def _application(target: Controlled) -> Application:
    options = {"target": target}
    return Application(
        [
            ("/info", _Info, options),
            ("/login-link", _LoginLink, options),
            ("/sessions", _Sessions, options),
            ("/sessions/([A-Za-z0-9_-]+)", _Session, options),
            ("/reload", _Reload, options),
        ],
        default_handler_class=_Nothing,
        default_handler_args=options,
        log_function=lambda handler: None,
    )


class _Handler(RequestHandler):
    def initialize(self, target: Controlled) -> None:
        self.target = target

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = str(error) if isinstance(error, TorntermError) else self._reason
        self.finish({"error": {"code": getattr(error, "code", "error"), "message": message}})

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, TorntermError | HTTPError):
            logger.error("a control request failed", exc_info=(typ, value, tb))

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, ConfigError):
            status_code = 422
        elif isinstance(error, TorntermError):
            status_code = error.http_status
        super().send_error(status_code, **kwargs)


class _Nothing(_Handler):
    def prepare(self) -> None:
        raise HTTPError(404)


class _Info(_Handler):
    def get(self) -> None:
        self.finish({"pid": os.getpid(), **self.target.info()})


class _LoginLink(_Handler):
    def post(self) -> None:
        self.finish({"url": self.target.login_link()})


class _Sessions(_Handler):
    def get(self) -> None:
        sessions = [dataclasses.asdict(session) for session in self.target.list_sessions()]
        self.finish({"sessions": sessions})


class _Session(_Handler):
    async def delete(self, session_id: str) -> None:
        await self.target.kill_session(session_id)
        self.set_status(204)


class _Reload(_Handler):
    async def post(self) -> None:
        self.finish({"restart": list(await self.target.reload())})
