"""A real server for the tests of the web layer, and a client that sends exactly what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tornterm.config.settings import Settings
from tornterm.errors import AuthError
from tornterm.hookspecs import hookimpl
from tornterm.sessions.clock import Clock
from tornterm.terminals import Terminals
from tornterm.types import AuthRequest, LoginField, LoginMethod, User

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

ALICE = User("alice", groups=("staff",), backend="people")
BOB = User("bob", backend="people")
ROOT = User("root", admin=True, backend="people")


class People:
    """An auth plugin whose people the test hires and dismisses."""

    name = "people"

    def __init__(self) -> None:
        self.users = {user.name: user for user in (ALICE, BOB, ROOT)}
        self.passwords = {name: f"password of {name}" for name in self.users}
        self.tokens = {f"token-of-{name}": name for name in self.users}
        self.asked: list[AuthRequest] = []
        self.revalidated: list[str] = []
        self.gate: asyncio.Event | None = None

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        self.asked.append(request)
        if request.kind == "bearer":
            name = self.tokens.get(request.fields["token"], "")
        elif request.kind == "form":
            name = request.fields.get("username", "")
            if request.fields.get("method") != "people":
                return None
            if self.passwords.get(name) != request.fields.get("password"):
                raise AuthError("wrong password", "Wrong name or password.")
        else:
            name = request.headers.get("X-Remote-User", "")
        return self.users.get(name)

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        fields = (LoginField("username", "User name"), LoginField("password", "Password", True))
        return LoginMethod("people", "People", fields)

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        self.revalidated.append(user.name)
        if self.gate is not None:
            await self.gate.wait()
        return user.name in self.users


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def __getitem__(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class Site:
    """A server on a port of its own."""

    def __init__(
        self, tables: Mapping[str, Any], plugins: Iterable[object] = (), clock: Clock | None = None
    ) -> None:
        defaults = {
            "plugins": {"enabled": ["shell"], "shell": {"command": ["/bin/cat"], "cwd": "/"}},
            "sessions": {"kill_after": "100ms"},
        }
        self.people = People()
        # Port 0 gives each server a name of its own, as it does in production.
        server = {"port": 0, **tables.get("server", {})}
        settings = Settings.model_validate({**defaults, **tables, "server": server})
        self.terminals = Terminals(settings, [self.people, *plugins], clock=clock)
        self.port = 0

    async def start(self) -> Site:
        await self.terminals.start()
        self.server = HTTPServer(self.terminals.application())
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)
        return self

    async def stop(self) -> None:
        self.server.stop()
        await self.terminals.close()
        await self.server.close_all_connections()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return self.terminals.base

    async def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Headers = (),
        body: bytes | object = b"",
        *,
        host: str | None = None,
    ) -> Answer:
        """One request over a connection of its own; `path` as it is, `body` as JSON if no bytes."""
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            pairs.append(("Content-Type", "application/json"))
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}"]
        lines += [f"{name}: {value}" for name, value in pairs]
        if body or method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {len(body)}")
        if not any(name.lower() == "connection" for name, _ in pairs):
            lines.append("Connection: close")
        request = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        return await self.raw(request, closing=True)

    async def raw(self, request: bytes, *, closing: bool = False) -> Answer:
        """Send bytes and read an answer, up to the end of the connection or of its head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            status = int(head[0].split()[1])
            headers = [(k, v.strip()) for k, _, v in (line.partition(":") for line in head[1:-2])]
            answer = Answer(status, headers)
            length = answer["Content-Length"]
            if closing and status != 101 and length and not request.startswith(b"HEAD"):
                answer.body = await reader.readexactly(int(length))
            return answer
        finally:
            writer.close()
            await writer.wait_closed()

    async def upgrade(self, path: str, headers: Headers = (), *, host: str | None = None) -> Answer:
        """Ask for a WebSocket and see what is said."""
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        pairs += [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Protocol", "tornterm.v1"),
        ]
        return await self.ask(path, headers=pairs, host=host)

    async def connect(
        self, headers: Mapping[str, str], ticket: str = ""
    ) -> WebSocketClientConnection:
        """A WebSocket that is open."""
        url = f"ws://127.0.0.1:{self.port}{self.base}ws"
        request = HTTPRequest(url, headers=dict(headers))
        offered = ["tornterm.v1", *([f"ticket.{ticket}"] if ticket else [])]
        return await websocket_connect(request, subprotocols=offered)

    async def log_in(self, name: str = "alice") -> dict[str, str]:
        """Log in; returns the headers of somebody who is."""
        answer = await self.ask(
            f"{self.base}login",
            "POST",
            {"Origin": self.origin},
            {"method": "people", "fields": self.credentials(name)},
        )
        assert answer.status == 200, answer.body
        return {"Cookie": answer["Set-Cookie"].partition(";")[0], "Origin": self.origin}

    def credentials(self, name: str) -> dict[str, str]:
        return {"username": name, "password": f"password of {name}"}

    @staticmethod
    def bearer(name: str = "alice") -> dict[str, str]:
        return {"Authorization": f"Bearer token-of-{name}"}
