"""What makes the page something that one can install, and what it shows without its server."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from functools import cache
from pathlib import Path

from tornterm.web.answers import HEADERS
from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.pages import PageHandler
from tornterm.web.render import asset_names, render, static_path

__all__ = ["ManifestHandler", "OfflineHandler", "WorkerHandler"]


_ICONS = (
    ("favicon.svg", "image/svg+xml", "any", "any"),
    ("icon-192.png", "image/png", "192x192", "any"),
    ("icon-512.png", "image/png", "512x512", "any"),
    ("icon-maskable.png", "image/png", "512x512", "maskable"),
)
"""Which there are: file, type, size, and whether a system may cut it to a shape of its own."""


def _icon(base: str, name: str, kind: str, sizes: str, purpose: str) -> dict[str, str]:
    src = f"{base}static/{asset_names()[name]}"
    return {"src": src, "type": kind, "sizes": sizes, "purpose": purpose}


@cache
def _asset(name: str) -> str:
    return (Path(static_path()) / asset_names()[name]).read_text("utf-8")


class ManifestHandler(Handler):
    """``{base}app.webmanifest``: name, icons and address, for whoever installs the page."""

    def get(self) -> None:
        """The manifest."""
        base = public_base(self.terminals)
        title = self.terminals.settings.ui.title
        manifest = {
            "id": base,
            "name": title,
            "short_name": title,
            "start_url": base,
            "scope": base,
            "display": "standalone",
            "background_color": "#0e1318",
            "theme_color": "#141b22",
            "icons": [_icon(base, *icon) for icon in _ICONS],
        }
        self.set_header("Content-Type", "application/manifest+json")
        self.finish(json.dumps(manifest, ensure_ascii=False))


class WorkerHandler(Handler):
    """``{base}worker.js``: at the base, because it sees to what lies below its own address."""

    def get(self) -> None:
        """The script, whose name must not change; browsers ask whether its content has."""
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(_asset("worker.js"))


class OfflineHandler(PageHandler):
    """``{base}offline``: kept by the worker and shown when there is no server to ask."""

    def get(self) -> None:
        """The page; whole in itself, for nothing else can be fetched then."""
        ui = self.terminals.settings.ui
        base = public_base(self.terminals)
        style = _asset("error.css")
        digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = HEADERS["Content-Security-Policy"]
        own = f"style-src 'sha256-{digest}'"
        self.set_header("Content-Security-Policy", policy.replace("style-src 'self'", own))
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(render("offline.html", base, {}, self.language, title=ui.title, style=style))
