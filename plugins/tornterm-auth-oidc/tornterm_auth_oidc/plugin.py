"""The plugin: a link on the login page, bearer tokens, and whether a login is still good."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from tornterm.hookspecs import App, hookimpl
from tornterm.redirects import Attempt, Attempts, login_routes
from tornterm.types import AuthRequest, LoginMethod, Route, User
from tornterm_auth_oidc.pages import BackChannelPage, FrontChannelPage
from tornterm_auth_oidc.people import LOGIN, People, Person, user_of
from tornterm_auth_oidc.provider import Down, Provider, Refused
from tornterm_auth_oidc.settings import OidcSettings
from tornterm_auth_oidc.tokens import Claims, Denied, unverified

__all__ = ["Oidc"]

logger = logging.getLogger("tornterm.plugins.oidc")

EXPIRES = "oidc_expires"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
ACCESS_TOKEN_TYPES = ("at+jwt", "application/at+jwt")
ASK_SECONDS = 60.0
"""How long an answer of the provider about a login is good where it does not say so itself."""


class Oidc:
    """Authenticates with an OpenID provider.

    Args:
        settings: The table ``[plugins.oidc]``.
    """

    name = "oidc"

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self.provider = Provider(settings)
        self.attempts = Attempts(settings.login_time)
        self._people = People()
        self._app: App | None = None

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return OidcSettings

    @hookimpl
    def tornterm_register_routes(self, app: App) -> Sequence[Route]:
        """Four pages, all of them for people who are not logged in yet, or for the provider."""
        self._app = app
        return [
            *login_routes(app, self),
            Route("backchannel-logout", BackChannelPage, {"plugin": self}, "public"),
            Route("frontchannel-logout", FrontChannelPage, {"plugin": self}, "public"),
        ]

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Let go of connections to the provider."""
        self.provider.close()

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        """A link to the first page."""
        return LoginMethod(self.name, self.settings.label, url=f"-/{self.name}/login")

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Take access tokens of the provider that are for us."""
        token = request.fields.get("token", "")
        if request.kind != "bearer" or not self.settings.bearer_audiences:
            return None
        if unverified(token, 1).get("iss") != self.settings.issuer:
            return None
        if self.settings.client_id in self.settings.bearer_audiences:
            # Only its type tells an access token from an ID token that is for us as well.
            kind = unverified(token, 0).get("typ")
            if not isinstance(kind, str) or kind.lower() not in ACCESS_TOKEN_TYPES:
                raise Denied("this is no access token")
        claims = await self.provider.verify(token, audiences=self.settings.bearer_audiences)
        user = user_of(claims, self.settings)
        return replace(user, attributes={EXPIRES: float(claims["exp"])})

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the provider still stands by a login, asked when its last answer has expired."""
        if user.backend != self.name:
            return None
        if EXPIRES in user.attributes:
            return bool(self.provider.wall() < user.attributes[EXPIRES] + self.settings.leeway)
        name = user.attributes.get(LOGIN)
        person = self._people.get(name)
        if person is None or name is None:
            return False
        async with person.lock:
            if not await self._may_stay(person, user):
                self._people.remove(name)
                return False
        return self._people.get(name) is not None

    async def leave(self, attempt: Attempt) -> str:
        """The address of the provider at which a login goes on."""
        endpoint = (await self.provider.metadata())["authorization_endpoint"]
        scope = " ".join(self.settings.scopes)
        query = attempt.query(self.settings.client_id, scope=scope, nonce=attempt.nonce)
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def complete(self, answer: Mapping[str, str], attempt: Attempt) -> User:
        """End a login that has come back from the provider.

        Args:
            answer: The query of the address that the browser was sent to.
            attempt: The login that was begun.

        Raises:
            AuthError: It is not good.
        """
        if answer.get("iss", "") not in ("", self.settings.issuer):
            raise Denied("the answer is from another provider")
        if not answer.get("code"):
            raise Denied("the provider did not let the person in")
        got = await self.provider.exchange(answer["code"], attempt.verifier, attempt.redirect)
        claims = await self._id_token(got, attempt.nonce)
        person = Person(
            subject=claims["sub"],
            session=_text(claims.get("sid")),
            refresh_token=_text(got.get("refresh_token")),
            good_until=self.provider.wall() + _lifetime(got),
            asked=self.provider.wall(),
        )
        user = user_of(claims, self.settings)
        return replace(user, attributes={LOGIN: self._people.add(person)})

    async def log_out_by(self, token: str) -> None:
        """End what a logout token names.

        Raises:
            Denied: It is not genuine, or is something else.
        """
        ours = (self.settings.client_id,)
        claims = await self.provider.verify(token, audiences=ours, subject_needed=False)
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise Denied("this is no logout token")
        self.end(session=_text(claims.get("sid")), subject=_text(claims.get("sub")))

    def end(self, *, session: str = "", subject: str = "") -> None:
        """End the logins of a session at the provider, or else of a person."""
        if self._people.end(session=session, subject=subject) and self._app is not None:
            self._app.recheck_logins()

    async def _id_token(self, got: Mapping[str, Any], nonce: str | None) -> Claims:
        ours = self.settings.client_id
        claims = await self.provider.verify(got.get("id_token"), audiences=(ours,), nonce=nonce)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else ours) != ours:
            raise Denied("the token was made for another client")
        return claims

    async def _may_stay(self, person: Person, user: User) -> bool:
        now = self.provider.wall()
        if not person.refresh_token or now < person.good_until:
            return True
        try:
            got = await self.provider.refresh(person.refresh_token)
            if got.get("id_token"):
                claims = await self._id_token(got, None)
                again = user_of(claims, self.settings)
                same = (claims["sub"], again.name) == (person.subject, user.name)
                if not same or (again.groups, again.admin) != (user.groups, user.admin):
                    raise Refused("the person is another one now, or may do other things")
        except Down as error:
            logger.warning("%s", error)
            return now < person.asked + self.settings.outage + ASK_SECONDS
        except Denied as error:
            logger.info("a login has ended: %s", error)
            return False
        person.refresh_token = _text(got.get("refresh_token")) or person.refresh_token
        person.good_until, person.asked = now + _lifetime(got), now
        return True


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _lifetime(got: Mapping[str, Any]) -> float:
    """For how many seconds an answer of the provider is good."""
    seconds = got.get("expires_in")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e9:
        return ASK_SECONDS
    return float(seconds)
