"""The routes: away to the hub, and back from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from tornado.web import RequestHandler

from tornterm.errors import AuthError
from tornterm.hookspecs import App

if TYPE_CHECKING:
    from tornterm_auth_jupyterhub.plugin import JupyterHub

__all__ = ["BeginPage", "CallbackPage"]


def cookie_of(state: str) -> str:
    """The name of the cookie of one login: a person may have begun several, each in its tab."""
    return f"tornterm-hub-{state[:16]}" if state.isascii() and state.isprintable() else "-"


class Page(RequestHandler):
    """What both routes know."""

    def initialize(self, app: App, plugin: JupyterHub) -> None:
        """Take the route's arguments."""
        self.app = app
        self.plugin = plugin

    def address_of(self, page: str) -> str:
        """Where the browser finds another of these pages."""
        return f"{self.app.address(self)}-/{self.plugin.name}/{page}"

    @property
    def cookie(self) -> dict[str, Any]:
        """The attributes of the cookie of a login that has begun.

        It is Lax, because the way back begins at the hub, which may be another site.
        """
        address = urlsplit(self.address_of(""))
        return {
            "path": address.path,
            "httponly": True,
            "samesite": "Lax",
            "secure": address.scheme == "https",
        }


class BeginPage(Page):
    """``login``: sends the browser to the hub."""

    def get(self) -> None:
        """Begin a login."""
        attempt, challenge = self.plugin.begin(self.address_of("callback"))
        seconds = int(self.plugin.settings.login_time)
        self.set_cookie(cookie_of(attempt.state), attempt.binding, max_age=seconds, **self.cookie)
        self.redirect(self.plugin.hub.login_address(attempt.redirect, attempt.state, challenge))


class CallbackPage(Page):
    """``callback``: where the hub sends the browser back to."""

    async def get(self) -> None:
        """End a login: once, in the browser that began it."""
        state, code = (self.get_query_argument(name, "") for name in ("state", "code"))
        cookie = cookie_of(state)
        binding = self.get_cookie(cookie, "") or ""
        if binding:
            self.clear_cookie(cookie, **self.cookie)
        try:
            user = await self.plugin.complete(state, code, binding)
        except AuthError as error:
            self.app.login_failed(self, error)
            raise
        self.app.login(self, user)
        # The cookie is for this site only, and the browser comes from another: the login page
        # lets it come again.
        base = self.app.address(self)
        self.redirect(f"{base}login?next={quote(urlsplit(base).path, safe='/')}")
