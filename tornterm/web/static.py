"""The files of the page: their names are hashes, so that a browser keeps them for good."""

from __future__ import annotations

import re
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from tornterm.web.base import Access
from tornterm.web.context import Context
from tornterm.web.render import static_path

__all__ = ["StaticHandler"]

YEAR = 365 * 24 * 3600

_HASHED = re.compile(r"[A-Za-z0-9_.-]+-[A-Z0-9]{8}\.[a-z0-9]+")
_OTHERS = frozenset({"THIRD_PARTY.txt"})


class StaticHandler(Access, StaticFileHandler):
    """``{base}static/<file>``."""

    def initialize(self, terminals: Context, **kwargs: Any) -> None:  # type: ignore[override]
        """Serve the built page and nothing else that may be lying there."""
        Access.initialize(self, terminals, **kwargs)
        StaticFileHandler.initialize(self, static_path())

    async def get(self, path: str, include_body: bool = True) -> None:
        """One file."""
        if not _HASHED.fullmatch(path) and path not in _OTHERS:
            raise HTTPError(404)
        await super().get(path, include_body)

    def compute_etag(self) -> str | None:
        """The file's hash; unlike everything else here, files may be kept."""
        return StaticFileHandler.compute_etag(self)

    def set_extra_headers(self, path: str) -> None:
        """What has a hash in its name never changes."""
        if _HASHED.fullmatch(path):
            self.set_header("Cache-Control", f"public, max-age={YEAR}, immutable")
