"""Servers that end with their test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.ioloop import IOLoop

from tests.web.site import Site
from tornterm.sessions.clock import Clock

Serve = Callable[..., Awaitable[Site]]


@pytest.fixture
def serve(io_loop: IOLoop) -> Iterator[Serve]:
    """Start a server: ``await serve({table: {key: value}}, plugins, clock)``."""
    sites: list[Site] = []

    async def start(
        tables: dict[str, Any] | None = None,
        plugins: Iterable[object] = (),
        clock: Clock | None = None,
    ) -> Site:
        site = await Site(tables or {}, plugins, clock).start()
        sites.append(site)
        return site

    yield start
    for site in sites:
        io_loop.run_sync(site.stop)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the program is; everybody may get and write there, unlike in pytest's own folders."""
    top = Path(tempfile.mkdtemp(prefix="tornterm-files-"))
    top.chmod(0o755)
    work = top / "work"
    work.mkdir()
    work.chmod(0o777)
    yield work
    shutil.rmtree(top)
