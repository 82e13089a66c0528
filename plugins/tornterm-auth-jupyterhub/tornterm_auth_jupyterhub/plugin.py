"""The plugin: a link on the login page, bearer tokens, and whether a login is still good."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from tornterm.config.fields import is_user_name
from tornterm.errors import AuthError
from tornterm.hookspecs import App, hookimpl
from tornterm.redirects import Attempt, Attempts, login_routes
from tornterm.types import AuthRequest, LoginMethod, Route, User
from tornterm_auth_jupyterhub.hub import Down, Hub
from tornterm_auth_jupyterhub.settings import JupyterHubSettings

__all__ = ["JupyterHub"]

logger = logging.getLogger("tornterm.plugins.jupyterhub")

LOGIN = "jupyterhub_login"
"""The attribute of a user that says which login this is; it opens nothing."""

MOST = 100_000
"""Logins that are remembered; the oldest go first, with whoever is still logged in by one."""


@dataclass
class Login:
    """A person's token at the hub, which never leaves this process."""

    token: str = field(repr=False)
    asked: float = 0.0


class JupyterHub:
    """Authenticates with a JupyterHub.

    Args:
        settings: The table ``[plugins.jupyterhub]``.
    """

    name = "jupyterhub"

    def __init__(self, settings: JupyterHubSettings) -> None:
        self.settings = settings
        self.hub = Hub(settings)
        self.attempts = Attempts(settings.login_time)
        self._logins: dict[str, Login] = {}

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return JupyterHubSettings

    @hookimpl
    def tornterm_register_routes(self, app: App) -> Sequence[Route]:
        """Two pages for people who are not logged in yet."""
        return login_routes(app, self)

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        """A link to the first page."""
        return LoginMethod(self.name, self.settings.label, url=f"-/{self.name}/login")

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Take tokens of the hub that let their users use this service."""
        token = request.fields.get("token", "")
        if request.kind != "bearer" or not token:
            return None
        user = await self._user_of(token)
        return None if user is None else self._remembered(user, token)

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the hub still knows the token, as that of the same user."""
        if user.backend != self.name:
            return None
        name = user.attributes.get(LOGIN)
        login = self._logins.get(name) if isinstance(name, str) else None
        if login is None:
            return False
        try:
            now = await self._user_of(login.token)
        except Down as error:
            logger.warning("the hub cannot be asked: %s", error)
            return time.monotonic() < login.asked + self.settings.outage
        except AuthError:
            now = None
        if now is None or (now.name, now.groups, now.admin) != (user.name, user.groups, user.admin):
            self._logins.pop(str(name), None)
            return False
        login.asked = time.monotonic()
        return True

    async def leave(self, attempt: Attempt) -> str:
        """The address of the hub at which a login goes on."""
        return self.hub.login_address(attempt)

    async def complete(self, answer: Mapping[str, str], attempt: Attempt) -> User:
        """End a login that has come back from the hub.

        Args:
            answer: The query of the address that the browser was sent to.
            attempt: The login that was begun.

        Raises:
            AuthError: It is not good.
        """
        code = answer.get("code", "")
        if not code:
            raise AuthError("the hub did not let the person in")
        try:
            token = await self.hub.token_for(code, attempt.verifier, attempt.redirect)
            user = await self._user_of(token) if token else None
        except Down as error:
            raise AuthError(f"the hub cannot be asked: {error}") from None
        if user is None or token is None:
            raise AuthError("the hub does not let this person use this service")
        return self._remembered(user, token)

    def _remembered(self, user: User, token: str) -> User:
        # The same for all requests of a program that sends its token with each.
        name = hashlib.sha256(token.encode()).hexdigest()[:32]
        self._logins.pop(name, None)
        while len(self._logins) >= MOST:
            del self._logins[next(iter(self._logins))]
        self._logins[name] = Login(token, time.monotonic())
        return replace(user, attributes={LOGIN: name})

    async def _user_of(self, token: str) -> User | None:
        model = await self.hub.model_for(token)
        return None if model is None else self._user(model)

    def _user(self, model: Mapping[str, Any]) -> User:
        name = model.get("name")
        if not isinstance(name, str) or not is_user_name(name):
            raise AuthError("the hub says no name that could be one")
        groups = tuple(sorted(str(group) for group in model.get("groups") or ()))
        if self.settings.allowed_groups and not set(groups) & set(self.settings.allowed_groups):
            raise AuthError("the user is in none of the groups that may log in")
        admin = bool(set(groups) & set(self.settings.admin_groups))
        admin = admin or (self.settings.hub_admins and model.get("admin") is True)
        return User(name, groups, admin)
