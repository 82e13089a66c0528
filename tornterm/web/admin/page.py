"""``{base}admin``: the page for administrators."""

from __future__ import annotations

from tornterm.web.admin.handlers import AdminHandler
from tornterm.web.pages import PageHandler
from tornterm.web.shapes import user_json

__all__ = ["AdminPageHandler"]


class AdminPageHandler(AdminHandler, PageHandler):
    """The page; what it shows, it asks for."""

    def get(self) -> None:
        """For administrators; others are told that it is not for them."""
        self.show("administration.html", {"user": user_json(self.person)})

    def turn_away(self) -> bool:
        """Send whoever is not logged in to the login page, and back afterwards."""
        return self.lead_to_login()
