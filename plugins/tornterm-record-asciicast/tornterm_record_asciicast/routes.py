"""Recordings over HTTP, for administrators: which there are, and each as one asciicast."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, RequestHandler

from tornterm.hookspecs import App
from tornterm.types import Route
from tornterm_record_asciicast.chain import segment_name
from tornterm_record_asciicast.reading import inspect

__all__ = ["LARGEST", "routes"]

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest recording that is played in a browser; `export` has no limit."""

_NAME = r"\d{8}T\d{6}Z-[A-Za-z0-9_-]{1,64}"
_PIECE = 256 * 1024


def routes(app: App, folder: Path) -> list[Route]:
    """The routes below ``{base}-/recorder/``.

    Args:
        app: Where it is audited who looked at what.
        folder: Where the recordings are.
    """
    arguments = {"app": app, "folder": folder}
    return [
        Route("recordings", _List, arguments),
        Route(f"recordings/({_NAME})", _Recording, arguments),
    ]


class _Handler(RequestHandler):
    """For administrators: what was on a screen is nobody else's business, not even its owner's."""

    def initialize(self, app: App, folder: Path) -> None:
        self._app = app
        self._folder = folder

    def prepare(self) -> None:
        if not self.current_user.admin:
            raise HTTPError(403)


class _List(_Handler):
    """``recordings``: which there are, the newest first."""

    async def get(self) -> None:
        """Without looking into all of each, which would take long."""
        found = await asyncio.to_thread(lambda: list(_listed(self._folder)))
        self.finish({"recordings": found})


class _Recording(_Handler):
    """``recordings/<name>``: one of them as asciicast v3, checked and whole."""

    async def get(self, name: str) -> None:
        """As lines: a header, then events; audited."""
        folder = self._folder / name
        try:
            text = await asyncio.to_thread(_text_of, folder)
        except OSError:
            raise HTTPError(404) from None
        self._app.record(self, "played", recording=name)
        self.set_header("Content-Type", "application/x-asciicast; charset=utf-8")
        for at in range(0, len(text), _PIECE):
            self.write(text[at : at + _PIECE])
            await self.flush()


def _listed(folder: Path) -> Iterator[dict[str, Any]]:
    paths = sorted(folder.iterdir(), reverse=True) if folder.exists() else []
    for path in paths:
        if path.is_dir() and re.fullmatch(_NAME, path.name):
            sizes = [file.stat().st_size for file in path.iterdir()]
            yield {
                "name": path.name,
                "session": path.name.partition("-")[2],
                "bytes": sum(sizes),
                **_header_of(path),
            }


def _header_of(path: Path) -> dict[str, Any]:
    """When it began, and of which size the terminal was; nothing where that cannot be read."""
    try:
        with (path / segment_name(1)).open(encoding="utf-8") as file:
            header = json.loads(file.readline(4096))
        return {
            "time": int(header["timestamp"]),
            "cols": int(header["term"]["cols"]),
            "rows": int(header["term"]["rows"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {"time": int(path.stat().st_mtime), "cols": 0, "rows": 0}


def _text_of(folder: Path) -> str:
    """All lines of a recording.

    Raises:
        OSError: There is none of that name.
        HTTPError: 409, it is broken or empty; 413, it is too large.
    """
    if sum(file.stat().st_size for file in folder.iterdir()) > LARGEST:
        raise HTTPError(413, reason="Too large for a browser; use tornterm recording export")
    report = inspect(folder)
    if report.state == "broken":
        raise HTTPError(409, reason="It was changed since it was written")
    if not report.lines:
        raise HTTPError(409, reason="Nothing of it has been written yet")
    return "\n".join(report.lines) + "\n"
