"""Logging in with a token, or, where nothing is configured, with a link that the server prints."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, field_validator

from tornterm.builtin.names import checked_name
from tornterm.config.fields import ConfigTable, Secret, explained, setting, wrong
from tornterm.errors import AuthError, ConfigProblem
from tornterm.hookspecs import App, hookimpl
from tornterm.types import AuthRequest, LoginField, LoginMethod, User

__all__ = ["Token", "TokenEntry", "TokenSettings"]

SHORTEST_TOKEN = 16


class TokenEntry(ConfigTable):
    """One API token, and who it stands for."""

    user: Annotated[str, AfterValidator(explained(checked_name))] = setting(
        ..., "The name of the user.", example="alice"
    )
    token: Secret = setting(
        ...,
        "The token, at least 16 characters; sent as `Authorization: Bearer ...`, or typed on the "
        'login page. Also { file = "..." }, { env = "..." } or { sha256 = "..." }.',
        example={"file": "/etc/tornterm/alice.token"},
    )
    groups: tuple[str, ...] = setting((), "The user's groups.", strict=False)
    admin: bool = setting(False, "Whether the user may see and end the sessions of others.")

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: Secret) -> Secret:
        if token.known and len(token.reveal()) < SHORTEST_TOKEN:
            raise wrong(f"must have at least {SHORTEST_TOKEN} characters, or it can be guessed")
        return token


class TokenSettings(ConfigTable):
    """Logging in with a token. Without any, the server prints a link to log in with, once."""

    tokens: tuple[TokenEntry, ...] = setting((), "The API tokens.", strict=False)

    @field_validator("tokens")
    @classmethod
    def _each_once(cls, tokens: tuple[TokenEntry, ...]) -> tuple[TokenEntry, ...]:
        first: dict[Secret, int] = {}
        for number, entry in enumerate(tokens, 1):
            if (before := first.setdefault(entry.token, number)) != number:
                raise wrong(f"entry {number}: has the same token as entry {before}")
        return tokens


class _Known(NamedTuple):
    digest: bytes
    user: User


class Token:
    """Authenticates by tokens, given as a bearer or on the login page.

    With no tokens configured and no other plugin that authenticates, there is one user, ``owner``,
    who is an admin and logs in through a link that the server prints.

    Args:
        settings: The table ``[plugins.token]``.
    """

    name = "token"

    def __init__(self, settings: TokenSettings) -> None:
        # Only hashes stay in memory.
        self._known = tuple(
            _Known(
                entry.token.digest,
                User(entry.user, entry.groups, entry.admin, backend=self.name),
            )
            for entry in settings.tokens
        )
        self._owner: User | None = None

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """The table holds the tokens."""
        return TokenSettings

    @hookimpl
    async def tornterm_check(self, app: App, exposed: bool) -> ConfigProblem | None:
        """Without authentication only people on this machine may come near."""
        if not exposed or not self._is_alone(app):
            return None
        why = (
            "others can reach the server, and no authentication is configured; add tokens or "
            "enable local_users, or listen on 127.0.0.1 (on a Unix socket of mode 600)"
        )
        return ConfigProblem("", "", "tokens", why)

    @hookimpl
    async def tornterm_startup(self, app: App) -> None:
        """Offer the login link where there is no other way to log in."""
        if self._is_alone(app):
            self._owner = User("owner", admin=True, backend=self.name)
            app.offer_login_link(self._owner)

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Compare the credential with all tokens."""
        if request.kind == "bearer":
            # An unknown bearer may be another plugin's.
            return self._find(request.fields.get("token", ""))
        if request.kind == "form" and request.fields.get("method") == self.name:
            user = self._find(request.fields.get("token", ""))
            if user is None:
                raise AuthError("unknown token", "This token is not valid.")
            return user
        return None

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod | None:
        """A form with one field, where there are tokens."""
        if not self._known:
            return None
        return LoginMethod(self.name, "Log in with a token", (LoginField("token", "Token", True),))

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether somebody still has a token that stands for this user."""
        if user.backend != self.name:
            return None
        return user == self._owner or any(user == known.user for known in self._known)

    def _is_alone(self, app: App) -> bool:
        """Whether there is no other way to log in than the link."""
        return not self._known and app.auth_backends == (self.name,)

    def _find(self, token: str) -> User | None:
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        found = None
        # All of them, each in constant time: how long it takes tells nothing about any.
        for known in self._known:
            if hmac.compare_digest(known.digest, digest):
                found = known.user
        return found
