"""Reads the stream of events as a program would, over a socket of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.web.site import Site

PATH = "/api/admin/events"


class Listener:
    """One reader; use it in an ``async with`` block.

    Args:
        site: Whom to ask.
        headers: Those of the request.
        path: What to ask for.
    """

    def __init__(self, site: Site, headers: Mapping[str, str], path: str = PATH) -> None:
        self._site = site
        self._headers = headers
        self._path = path
        self.status = 0
        self.tables: dict[str, dict[str, dict[str, Any]]] = {"sessions": {}, "users": {}}
        self.frames: list[tuple[str, dict[str, Any]]] = []
        self.audit: list[dict[str, Any]] = []
        self.last_id = ""

    async def __aenter__(self) -> Self:
        port = self._site.port
        # A line of a stream is longer than what asyncio expects of one.
        self._in, self._out = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        lines = [f"GET {self._path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self._headers.items()]
        lines.append("Connection: close")  # the end of the stream is that of the connection
        self._out.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = (await self._in.readuntil(b"\r\n\r\n")).decode()
        self.status, self.head = int(head.split()[1]), head
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._out.close()
        await self._out.wait_closed()

    async def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event, which is also entered; None at the end of the stream."""
        name = ""
        async with asyncio.timeout(30):
            while line := await self._in.readline():
                text = line.decode().rstrip()
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("id: "):
                    self.last_id = text[4:]
                elif text.startswith("data: "):
                    self._enter(name, json.loads(text[6:]))
                    return self.frames[-1]
        return None

    async def until(self, condition: Any) -> None:
        """Read until something is so."""
        while not condition():
            assert await self.next() is not None, "the stream has ended"

    async def end(self) -> None:
        """Read up to the end of the stream."""
        while await self.next() is not None:
            pass

    def _enter(self, name: str, data: dict[str, Any]) -> None:
        self.frames.append((name, data))
        if name == "audit":
            self.audit += data["events"]
        elif name in self.tables:
            table, key = self.tables[name], "id" if name == "sessions" else "name"
            if data["reset"]:
                table.clear()
            for gone in data["gone"]:
                table.pop(gone, None)
            table.update({row[key]: row for row in data["rows"]})
