"""One session of alice's on a server that exchanges files, and requests about it."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

from tests.web.conftest import Serve
from tests.web.site import Answer, Site
from tests.web.test_api import check, make
from tornterm.hookspecs import hookimpl
from tornterm.testing.events import CapturedEvents
from tornterm.types import SpawnPlan, SpawnRequest, User

FILES = {"enabled": True}
NOBODY = 65534


class Programs:
    """Starts a program in a folder, as an account if the server may choose one."""

    name = "programs"

    def __init__(self, folder: Path, *, files: bool = True, **more: Any) -> None:
        self.folder = folder
        self.plan = {"files": files, **more}

    @hookimpl
    def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        return SpawnPlan(("/bin/cat",), {"PATH": "/bin"}, str(self.folder), **self.plan)


class Desk:
    """One session of alice's, and requests about it."""

    def __init__(self, site: Site, session: str, events: CapturedEvents) -> None:
        self.site = site
        self.events = events
        self.session = session
        self.base = f"/api/sessions/{session}"

    async def ask(self, path: str, verb: str = "GET", body: Any = b"", **headers: str) -> Answer:
        everything = {**self.site.bearer(), **headers}
        return await self.site.ask(f"{self.base}/{path}", verb, everything, body)

    async def offer(self, file: Path, **other: Any) -> Answer:
        found = os.stat(file)
        wish = {"path": str(file), "size": found.st_size, "inode": found.st_ino, **other}
        return await self.ask("downloads", "POST", wish)

    async def download(self, path: Path) -> str:
        """Accept a file; the path of its bytes."""
        answer = await self.offer(path)
        assert answer.status == 201, answer.body
        transfer: Any = check(answer, "OneTransfer")
        return f"downloads/{transfer['transfer']['id']}"

    async def upload(self, name: str, size: int) -> str:
        answer = await self.ask("uploads", "POST", {"name": name, "size": size})
        assert answer.status == 201, answer.body
        return f"uploads/{answer.json['transfer']['id']}"

    async def begin(
        self, path: str, headers: dict[str, str] | None = None, room: int = 0
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Ask for a download, and read no more than the head of the answer.

        Args:
            path: Which.
            headers: Further ones.
            room: Bytes that the system takes before they are read; 0 for as many as it likes.
        """
        own = socket.socket()
        if room:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        own.connect(("127.0.0.1", self.site.port))
        reader, writer = await asyncio.open_connection(sock=own, limit=1024)
        head = {**self.site.bearer(), **(headers or {})}
        lines = [f"GET {self.base}/{path} HTTP/1.1", f"Host: 127.0.0.1:{self.site.port}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    async def send(self, upload: str, offset: int, data: bytes) -> Answer:
        kind = {"Content-Type": "application/octet-stream"}
        return await self.ask(f"{upload}/bytes?offset={offset}", "PATCH", data, **kind)


async def opened(
    serve: Serve, folder: Path, table: dict[str, Any] | None = None, **more: Any
) -> Desk:
    events = CapturedEvents()
    # Nobody ever attaches here.
    tables = {"files": {**FILES, **(table or {})}, "sessions": {"attach_timeout": "2h"}}
    clock = more.pop("clock", None)
    site = await serve(tables, [Programs(folder, **more), events], clock)
    return Desk(site, (await make(site))["id"], events)


def left(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))
