"""The pages: the terminal, and what is shown where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from tornado.httputil import url_concat
from tornado.web import HTTPError

from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.render import render
from tornterm.web.shapes import user_json

__all__ = ["NotFoundHandler", "PageHandler", "TerminalHandler"]


class PageHandler(Handler):
    """A handler whose answers are for people."""

    def login_page(self, wanted: str) -> str:
        """The host application's login page, which leads back afterwards; empty for our own.

        Args:
            wanted: The path to come back to, as browsers see it.
        """
        page = self.terminals.settings.ui.login_url
        if not page and self.terminals.host_login is not None:
            page = str(self.application.settings.get("login_url") or "")
        if not page:
            return ""
        if "://" in page:
            # Elsewhere a path alone would lead to a page of that place.
            parts = urlsplit(self.terminals.address(self))
            wanted = f"{parts.scheme}://{parts.netloc}{wanted}"
        return url_concat(page, {"next": wanted})

    def lead_to_login(self) -> bool:
        """Send whoever is not logged in to the login page, and back afterwards.

        Returns:
            Whether that has been done: it helps only who wants to see a page.
        """
        if self.request.method != "GET" or self.is_upgrade:
            return False
        base = public_base(self.terminals)
        # The page without its last slash is the page.
        wanted = base + self.request.path[len(self.terminals.base) :]
        page = self.login_page(wanted)
        if not page and self.terminals.host_login is not None:
            return False  # nothing that our own login page offers would help
        self.redirect(page or f"{base}login?next={quote(wanted)}")
        return True

    def show(self, template: str, config: Mapping[str, Any]) -> None:
        """Answer with a page.

        Args:
            template: The template's file name.
            config: What its script is told, besides what every page is.
        """
        ui = self.terminals.settings.ui
        base = public_base(self.terminals)
        common = {"base": base, "title": ui.title, "theme": ui.theme}
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(render(template, base, {**common, **config}, self.language, title=ui.title))


class TerminalHandler(PageHandler):
    """``{base}`` and ``{base}s/<id>``: the terminal."""

    def get(self, session_id: str = "") -> None:
        """The page; which session it shows is in its configuration."""
        if not self.request.path.startswith(self.terminals.base):
            self.redirect(public_base(self.terminals))
            return
        ui = self.terminals.settings.ui
        self.show(
            "page.html",
            {
                "session": session_id,
                "session_title": self._title_of(session_id),
                "user": user_json(self.user) if self.user else None,
                "font_family": ui.font_family,
                "font_size": ui.font_size,
                "files": self.terminals.settings.files.enabled and self.user is not None,
                "logout": self._logout,
            },
        )

    @property
    def _logout(self) -> str | None:
        """Where the page leads whoever logs out; None where only the host could log them out."""
        hosts = self.terminals.host_login is not None and self.session_login is None
        own = None if hosts else f"{public_base(self.terminals)}login"
        return self.terminals.settings.ui.logout_url or own

    def _title_of(self, session_id: str) -> str:
        """The name of the session, for nobody but its owner."""
        session = self.terminals.sessions.get_session(session_id)
        mine = (
            session is not None and self.user is not None and session.owner.name == self.user.name
        )
        return session.title if session is not None and mine else ""

    def admits_strangers(self) -> bool:
        """Show the page of a session that is shared.

        The secret is in a part of the address that browsers keep to themselves; the WebSocket
        asks for it.
        """
        wanted = self.path_args[0] if self.path_args else ""
        return self.request.method == "GET" and self.terminals.sessions.sharing.covers(wanted)

    def turn_away(self) -> bool:
        """Send whoever is not logged in to the login page, unless the session is shared."""
        return not self.admits_strangers() and self.lead_to_login()


class NotFoundHandler(Handler):
    """Everything below the base that is nothing else; it tells nobody more than that."""

    judges_origin = False

    async def prepare(self) -> None:
        """There is nothing here, whatever the verb."""
        await super().prepare()
        if not self._finished:
            raise HTTPError(404)
