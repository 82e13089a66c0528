"""The command line's side of the control socket; it blocks, for there is nothing else to do."""

from __future__ import annotations

import http.client
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornterm.control.peer import may_talk
from tornterm.control.runtime import candidates, is_safe
from tornterm.errors import TorntermError

__all__ = ["ControlClient", "ControlError", "find_server", "running"]

_TIMEOUT_SECONDS = 15.0


class ControlError(TorntermError):
    """The server cannot be reached or did not do what was asked.

    Args:
        why: What is wrong, for the person at the command line.
    """

    code = "control"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class ControlClient:
    """Asks one running server.

    Args:
        path: The server's control socket.

    Raises:
        ControlError: No server of ours listens there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.info: dict[str, Any] = self._ask("GET", "/info")

    @property
    def url(self) -> str:
        """Where the server listens."""
        return str(self.info["url"])

    @property
    def port(self) -> int | None:
        """The TCP port, or None where it listens on a Unix socket."""
        return self.info.get("port")

    def login_link(self) -> str:
        """A new link that logs the owner in, once.

        Raises:
            ControlError: People log in otherwise there.
        """
        return str(self._ask("POST", "/login-link")["url"])

    def sessions(self) -> list[dict[str, Any]]:
        """All sessions, each with the fields of `tornterm.types.SessionInfo`."""
        return list(self._ask("GET", "/sessions")["sessions"])

    def kill(self, session_id: str) -> None:
        """End a session.

        Raises:
            ControlError: There is none of that id.
        """
        self._ask("DELETE", f"/sessions/{quote(session_id, safe='')}")

    def reload(self) -> list[str]:
        """Let the server read its configuration again.

        Returns:
            The changed keys that need a restart.

        Raises:
            ControlError: The configuration is wrong; nothing has changed.
        """
        return list(self._ask("POST", "/reload")["restart"])

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        connection = _UnixConnection(self._path)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            body = json.loads(response.read() or b"{}")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ControlError(f"the server at {self._path} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise ControlError(str(body.get("error", {}).get("message", response.reason)))
        assert isinstance(body, dict)
        return body


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        if not stat.S_ISSOCK(os.lstat(self._path).st_mode):
            raise ConnectionRefusedError("it is not a socket")
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
        if not may_talk(self.sock):
            raise PermissionError("it belongs to another user")


def running() -> Iterator[ControlClient]:
    """Every running server that this user may control."""
    seen = set()
    for directory in candidates():
        if directory in seen or not is_safe(directory, for_reading=True):
            continue
        seen.add(directory)
        for path in sorted(directory.glob("*.sock")):
            try:
                yield ControlClient(path)
            except ControlError:
                continue  # what a killed server left behind, or another program's


def find_server(port: int | None = None, config: Path | None = None) -> ControlClient:
    """The running server that is meant.

    Args:
        port: The TCP port it listens on, or None for any.
        config: The configuration file it was started with, or None for any.

    Raises:
        ControlError: None matches, or several do; says how to choose.
    """
    found = list(running())
    if not found:
        places = ", ".join(dict.fromkeys(map(str, candidates())))
        raise ControlError(f"no tornterm server of yours is running (looked in {places})")
    matching = [
        server
        for server in found
        if port in (None, server.port)
        and (config is None or server.info.get("config") == os.path.abspath(config))
    ]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(server.url for server in matching or found)
    if matching:
        raise ControlError(
            f"several servers are running ({known}); choose one with --port or --config"
        )
    raise ControlError(f"no server of yours matches; there is {known}")
