"""Recordings over HTTP, for administrators: which there are, and each as one asciicast."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from tornado.web import HTTPError, RequestHandler

from tornterm.hookspecs import App
from tornterm.types import Route
from tornterm_record_asciicast.listing import NAME, listed
from tornterm_record_asciicast.reading import inspect

__all__ = ["LARGEST", "routes"]

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest recording that is played in a browser; `export` has no limit."""

_PIECE = 256 * 1024


def routes(app: App, folder: Path, running: Callable[[], Collection[str]]) -> list[Route]:
    """The routes below ``{base}-/recorder/``.

    Args:
        app: Where it is audited who looked at what.
        folder: Where the recordings are.
        running: Names those that are being made now.
    """
    arguments = {"app": app, "folder": folder, "running": running}
    return [
        Route("recordings", _List, arguments),
        Route(f"recordings/({NAME})", _Recording, arguments),
    ]


class _Handler(RequestHandler):
    """For administrators: what was on a screen is nobody else's business, not even its owner's."""

    def initialize(self, app: App, folder: Path, running: Callable[[], Collection[str]]) -> None:
        self._app = app
        self._folder = folder
        self._running = running

    def prepare(self) -> None:
        if not self.current_user.admin:
            raise HTTPError(403)


class _List(_Handler):
    """``recordings``: which there are, the newest first."""

    async def get(self) -> None:
        """Without looking into all of each, which would take long."""
        running = self._running()
        found = await asyncio.to_thread(lambda: list(listed(self._folder, running)))
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
