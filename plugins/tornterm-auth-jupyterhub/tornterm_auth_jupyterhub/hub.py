"""Asking the hub, through its own client library."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from tornterm.redirects import Attempt
from tornterm_auth_jupyterhub.settings import JupyterHubSettings

__all__ = ["Down", "Hub"]

SECONDS = 8.0
"""For how long an answer of the hub is waited."""


class Down(Exception):
    """The hub does not answer, or answers that something is wrong with itself."""


class Hub:
    """One hub.

    Args:
        settings: The plugin's table.
    """

    def __init__(self, settings: JupyterHubSettings) -> None:
        self._settings = settings
        self.client_id = f"service-{settings.service}"
        self.scope = f"access:services!service={settings.service}"

    def _client(self, redirect: str = "-") -> Any:
        settings = self._settings
        return HubOAuth(
            api_url=settings.api_url,
            api_token=settings.api_token.reveal(),
            hub_host="",
            oauth_client_id=self.client_id,
            oauth_redirect_uri=redirect,
            oauth_token_url=f"{settings.api_url}/oauth2/token",
            access_scopes={self.scope},
        )

    def login_address(self, attempt: Attempt) -> str:
        """Where the browser is sent to log in."""
        query = urlencode(attempt.query(self.client_id))
        return f"{self._settings.hub_url}/api/oauth2/authorize?{query}"

    async def token_for(self, code: str, verifier: str, redirect: str) -> str | None:
        """A person's token, or None where the code is not good.

        Raises:
            Down: The hub cannot be asked.
        """
        try:
            asked = self._client(redirect).token_for_code(code, code_verifier=verifier, sync=False)
            token = await asyncio.wait_for(asked, SECONDS)
        except (HTTPError, TimeoutError) as error:
            raise Down(_why(error)) from None
        return str(token) if token else None

    async def model_for(self, token: str) -> dict[str, Any] | None:
        """The user of a token who may use this service; None where there is none.

        Raises:
            Down: The hub cannot be asked.
        """
        client = self._client()
        try:
            asked = client.user_for_token(token, use_cache=False, sync=False)
            model = await asyncio.wait_for(asked, SECONDS)
        except (HTTPError, TimeoutError) as error:
            raise Down(_why(error)) from None
        # Services have names, too, which may be those of users.
        if not model or model.get("kind") != "user" or not client.check_scopes({self.scope}, model):
            return None
        return dict(model)


def _why(error: Exception) -> str:
    return (error.log_message or str(error)) if isinstance(error, HTTPError) else "it is silent"
