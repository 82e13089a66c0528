"""The routes on which the provider says that somebody has logged out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import RequestHandler

from tornterm_auth_oidc.tokens import Denied

if TYPE_CHECKING:
    from tornterm_auth_oidc.plugin import Oidc

__all__ = ["BackChannelPage", "FrontChannelPage"]


class Page(RequestHandler):
    """What both routes know."""

    def initialize(self, plugin: Oidc) -> None:
        """Take the route's arguments."""
        self.plugin = plugin


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
