"""A live server inside a test: real sockets, real programs, on a free port of loopback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any, Self

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from tornterm.sessions.clock import Clock
from tornterm.terminals import Terminals
from tornterm.testing.socket import origin_of

__all__ = ["TOKENS", "LiveServer"]

TOKENS = {
    "alice": "alice-test-token-0123456789",
    "bob": "bob-test-token-0123456789",
    "root": "root-test-token-0123456789",
}
"""The API tokens of the users that a `LiveServer` knows by default; ``root`` is an admin."""

DEFAULTS: Mapping[str, Any] = {
    "plugins": {
        "enabled": ["token", "shell"],
        "token": {
            "tokens": [
                {"user": user, "token": token, "admin": user == "root"}
                for user, token in TOKENS.items()
            ]
        },
        "shell": {
            "command": ["/bin/bash", "--norc", "--noprofile"],
            "env": {"PS1": "$ ", "HISTFILE": ""},
            "cwd": "/",
        },
    }
}


class LiveServer:
    """Serves terminals while the ``async with`` block lasts, and leaves nothing behind.

    Args:
        tables: Tables of the configuration, merged over defaults that log in by token and run a
            plain bash.
        plugins: Plugin objects besides the configured ones.
        clock: Where the time comes from.
        terminals: Terminals that an application has made, instead of those of `tables`, `plugins`
            and `clock`; started and closed here.
        application: The application to serve, with the routes of the terminals in it; one that has
            nothing else where left out.

    Attributes:
        terminals: The terminals.
        port: Where it listens.
        url: The base of the terminals, for clients.

    Raises:
        TypeError: There are terminals already and also what others are to be made of; or an
            application without its terminals.
    """

    def __init__(
        self,
        tables: Mapping[str, Any] | None = None,
        plugins: Sequence[object] = (),
        *,
        clock: Clock | None = None,
        terminals: Terminals | None = None,
        application: Application | None = None,
    ) -> None:
        if terminals is not None and (tables or plugins or clock):
            raise TypeError("tables, plugins and clock are for terminals that are made here")
        if terminals is None and application is not None:
            raise TypeError("an application comes with its terminals")
        made = terminals or Terminals(_configured(tables or {}), plugins, clock=clock)
        self.terminals = made
        self._application = application
        self._socket, self.port = bind_unused_port()
        self.url = self.url_via(self.port)
        self._server: HTTPServer | None = None

    def headers(self, user: str = "alice") -> dict[str, str]:
        """What a client sends to be that user; not for terminals that an application has made."""
        return {"Authorization": f"Bearer {TOKENS[user]}"}

    @property
    def origin(self) -> str:
        """What a page of this server sends as ``Origin``.

        A request that logs in with headers of its own has to have it, unless it is a plain ``GET``.
        """
        return origin_of(self.url)

    def url_via(self, port: int) -> str:
        """The base for clients that come through another port, for example a proxy's."""
        return f"http://127.0.0.1:{port}{self.terminals.base}"

    async def fetch(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        json: object = None,
    ) -> HTTPResponse:
        """Send one request, whatever the answer's status, and follow no redirect.

        Args:
            path: Below the base of the terminals, for example ``api/me``; with a slash in front,
                anywhere in the application.
            headers: Headers of the request, for example those of `headers`.
            method: The method.
            json: The body, where there is one.
        """
        client = AsyncHTTPClient(force_instance=True)
        sent = {**(headers or {})}
        if json is not None:
            sent["Content-Type"] = "application/json"
        try:
            return await client.fetch(
                (self.origin if path.startswith("/") else self.url) + path,
                method=method,
                headers=sent,
                body=None if json is None else dumps(json),
                allow_nonstandard_methods=True,
                follow_redirects=False,
                raise_error=False,
            )
        finally:
            client.close()

    async def __aenter__(self) -> Self:
        try:
            await self.terminals.start()
        except BaseException:
            self._socket.close()
            raise
        self._server = HTTPServer(self._application or self.terminals.application())
        self._server.add_socket(self._socket)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End everything, which the end of the ``async with`` block does if nobody did before."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
            await self.terminals.close("test over")
            await server.close_all_connections()


def _configured(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with `tables` over them, but for tables of plugins that are not enabled."""
    merged = _merged(DEFAULTS, tables)
    given = {"enabled", *tables.get("plugins", {})}
    plugins = merged["plugins"]
    kept = {name: plugins[name] for name in plugins if name in (*given, *plugins["enabled"])}
    return {**merged, "plugins": kept}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of `above` over those of `below`; lists are replaced as a whole."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(inner, value) if both else value  # type: ignore[arg-type]
    return merged
