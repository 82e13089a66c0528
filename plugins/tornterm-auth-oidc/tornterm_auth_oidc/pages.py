"""The routes: away to the provider, back from it, and its news that somebody has logged out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from tornado.web import RequestHandler

from tornterm.errors import AuthError
from tornterm.hookspecs import App
from tornterm_auth_oidc.tokens import Denied

if TYPE_CHECKING:
    from tornterm_auth_oidc.plugin import Oidc

__all__ = ["BackChannelPage", "BeginPage", "CallbackPage", "FrontChannelPage"]


def cookie_of(state: str) -> str:
    """The name of the cookie of one login: a person may have begun several, each in its tab."""
    return f"tornterm-oidc-{state[:16]}" if state.isascii() and state.isprintable() else "-"


class Page(RequestHandler):
    """What all routes know."""

    def initialize(self, app: App, plugin: Oidc) -> None:
        """Take the route's arguments."""
        self.app = app
        self.plugin = plugin

    def address_of(self, page: str) -> str:
        """Where the browser finds another of these pages."""
        return f"{self.app.address(self)}-/{self.plugin.name}/{page}"

    @property
    def cookie(self) -> dict[str, Any]:
        """The attributes of the cookie of a login that has begun.

        It is Lax, because the way back begins at the provider, another site.
        """
        address = urlsplit(self.address_of(""))
        return {
            "path": address.path,
            "httponly": True,
            "samesite": "Lax",
            "secure": address.scheme == "https",
        }


class BeginPage(Page):
    """``login``: sends the browser to the provider."""

    async def get(self) -> None:
        """Begin a login."""
        metadata = await self.plugin.provider.metadata()
        attempt = self.plugin.pending.begin(self.address_of("callback"))
        query = {
            "response_type": "code",
            "client_id": self.plugin.settings.client_id,
            "redirect_uri": attempt.redirect,
            "scope": " ".join(self.plugin.settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        seconds = int(self.plugin.settings.login_time)
        self.set_cookie(cookie_of(attempt.state), attempt.binding, max_age=seconds, **self.cookie)
        endpoint = metadata["authorization_endpoint"]
        self.redirect(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}")


class CallbackPage(Page):
    """``callback``: where the provider sends the browser back to."""

    async def get(self) -> None:
        """End a login: once, in the browser that began it."""
        names = ("state", "code", "iss")
        answer = {name: self.get_query_argument(name, "") for name in names}
        cookie = cookie_of(answer["state"])
        binding = self.get_cookie(cookie, "") or ""
        if binding:
            self.clear_cookie(cookie, **self.cookie)
        try:
            user = await self.plugin.complete(answer, binding)
        except AuthError as error:
            self.app.login_failed(self, error)
            raise
        self.app.login(self, user)
        # The cookie is for this site only, and the browser comes from another: the login page
        # lets it come again.
        base = self.app.address(self)
        self.redirect(f"{base}login?next={quote(urlsplit(base).path, safe='/')}")


class BackChannelPage(Page):
    """``backchannel-logout``: the provider itself says that somebody has logged out."""

    async def post(self) -> None:
        """End the logins that a signed token names."""
        self.set_header("Cache-Control", "no-store")
        try:
            await self.plugin.log_out_by(self.get_body_argument("logout_token", ""))
        except Denied as error:
            self.set_status(400)
            self.finish({"error": "invalid_request", "error_description": error.why})


class FrontChannelPage(Page):
    """``frontchannel-logout``: the provider's page loads this in the browser that logs out."""

    async def get(self) -> None:
        """End the logins of one session at the provider, which only it can name."""
        self.set_header("Cache-Control", "no-store")
        session = self.get_query_argument("sid", "")
        if session and self.get_query_argument("iss", "") == self.plugin.settings.issuer:
            self.plugin.end(session=session)
