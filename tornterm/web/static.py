"""The files of the page: their names are hashes, so that a browser keeps them for good."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from tornterm.web.base import Access
from tornterm.web.context import Context
from tornterm.web.render import asset_names, static_path

__all__ = ["ElementHandler", "StaticHandler", "preferred_encoding"]

YEAR = 365 * 24 * 3600

_HASHED = re.compile(r"[A-Za-z0-9_.-]+-[A-Z0-9]{8}\.[a-z0-9]+")
_OTHERS = frozenset({"THIRD_PARTY.txt"})
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""How files lie beside themselves compressed, the smallest first."""


def preferred_encoding(accepted: str) -> str | None:
    """The best encoding that we have and a client takes.

    Args:
        accepted: The header Accept-Encoding.

    Returns:
        Its name, or None where the file has to be sent as it is.
    """
    taken: set[str] = set()
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters):
            taken.add(name.strip())
    return next((name for name in _ENCODINGS if name in taken), None)


class StaticHandler(Access, StaticFileHandler):
    """``{base}static/<file>``."""

    _plain = ""

    def initialize(self, terminals: Context, **kwargs: Any) -> None:  # type: ignore[override]
        """Serve the built page and nothing else that may be lying there."""
        Access.initialize(self, terminals, **kwargs)
        StaticFileHandler.initialize(self, static_path())

    async def get(self, path: str, include_body: bool = True) -> None:
        """One file, compressed where the client takes it so."""
        if not _HASHED.fullmatch(path) and path not in _OTHERS:
            raise HTTPError(404)
        self._plain = path
        await super().get(self._encoded(path), include_body)

    def _encoded(self, path: str) -> str:
        if not _HASHED.fullmatch(path):
            return path
        self.add_header("Vary", "Accept-Encoding")
        encoding = preferred_encoding(self.request.headers.get("Accept-Encoding", ""))
        if encoding is None:
            return path
        encoded = path + _ENCODINGS[encoding]
        if not (Path(static_path()) / encoded).is_file():
            return path
        self.set_header("Content-Encoding", encoding)
        return encoded

    def get_content_type(self) -> str:
        """The type of what comes out once it is decoded."""
        return mimetypes.guess_type(self._plain)[0] or "application/octet-stream"

    def compute_etag(self) -> str | None:
        """The file's hash; unlike everything else here, files may be kept."""
        return StaticFileHandler.compute_etag(self)

    def set_extra_headers(self, path: str) -> None:
        """What has a hash in its name never changes."""
        if _HASHED.fullmatch(self._plain):
            self.set_header("Cache-Control", f"public, max-age={YEAR}, immutable")


class ElementHandler(StaticHandler):
    """``{base}element.js``: the element for pages of others, under a name that stays.

    It holds no secret and acts for nobody by itself, so a page of any site may load it.
    """

    async def get(self, path: str = "", include_body: bool = True) -> None:
        """The module, as it is now."""
        await super().get(asset_names()["element.js"], include_body)

    async def head(self, path: str = "") -> None:
        """The module's headers."""
        await self.get(path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """What has a name that stays is asked for again, and any page may have it."""
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
