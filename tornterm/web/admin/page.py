"""``{base}admin``: the page for administrators."""

from __future__ import annotations

from tornterm.web.admin.handlers import AdminHandler
from tornterm.web.answers import HEADERS
from tornterm.web.pages import PageHandler
from tornterm.web.shapes import user_json

__all__ = ["AdminPageHandler"]

RECORDER = "recorder"
"""The plugin that makes recordings, whose routes the page asks."""

WITH_PLAYER = ("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


class AdminPageHandler(AdminHandler, PageHandler):
    """The page; what it shows, it asks for."""

    def get(self) -> None:
        """For administrators; others are told that it is not for them."""
        recordings = RECORDER in {plugin.name for plugin in self.terminals.plugins.describe()}
        if recordings:
            # The player's terminal is compiled code, on this page alone.
            policy = HEADERS["Content-Security-Policy"]
            self.set_header("Content-Security-Policy", policy.replace(*WITH_PLAYER))
        older = bool(self.terminals.plugins.names_for("tornterm_audit_older"))
        config = {"user": user_json(self.person), "recordings": recordings, "older": older}
        self.show("administration.html", config)

    def turn_away(self) -> bool:
        """Send whoever is not logged in to the login page, and back afterwards."""
        return self.lead_to_login()
