"""For auth plugins that send people to another site to log in: the way there, and the way back.

OAuth, OpenID Connect and most other single sign-ons send the browser away with a secret of ours and
have it come back with the same one. What must not go wrong is the same for all of them: a login is
ended once, in time, and only in the browser that has begun it, so that nobody can be logged in as
somebody else by a link. A plugin says where to go, and what to make of what comes back.

::

    class Github:
        name = "github"

        def __init__(self, settings: GithubSettings) -> None:
            self.attempts = Attempts(settings.login_time)

        async def leave(self, attempt: Attempt) -> str:
            return f"https://github.com/login/oauth/authorize?{urlencode(attempt.query(...))}"

        async def complete(self, answer: Mapping[str, str], attempt: Attempt) -> User:
            ...  # ask for a token with answer["code"], attempt.verifier and attempt.redirect

        @hookimpl
        def tornterm_register_routes(self, app: App) -> Sequence[Route]:
            return login_routes(app, self)

        @hookimpl
        async def tornterm_login_methods(self) -> LoginMethod:
            return LoginMethod(self.name, "GitHub", url=f"-/{self.name}/login")

Sources: RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 9700 (best current practice, section 2.1).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import quote, urlsplit

from tornado.web import RequestHandler

from tornterm.errors import AuthError
from tornterm.hookspecs import App
from tornterm.types import Route, User

__all__ = ["Attempt", "Attempts", "RedirectLogin", "login_routes"]

MOST: Final = 10_000
"""Anybody can begin a login; the oldest ones go first."""


@dataclass(frozen=True)
class Attempt:
    """A login that has begun.

    Args:
        state: What comes back in the address, as ``state``.
        binding: What comes back in a cookie, so that nobody can be logged in by a link.
        nonce: What comes back in a signed token, where there are such.
        verifier: What the code is bound to; only the other site gets to see it, and not through
            the browser.
        redirect: The address that the browser comes back to.
        until: When it is too late, in seconds on the clock of its `Attempts`.
    """

    state: str = field(repr=False)
    binding: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    until: float

    @property
    def challenge(self) -> str:
        """The hash of the verifier, which the address shows (PKCE, ``S256``)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def query(self, client_id: str, **more: str) -> dict[str, str]:
        """What the address of an OAuth server is asked with for a code.

        Args:
            client_id: Our name there.
            **more: What this server wants besides: ``scope``, say.
        """
        return {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": self.redirect,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **more,
        }


class Attempts:
    """All logins that have begun and not ended.

    Args:
        seconds: How long one may take.
        now: Seconds on a clock that never goes back.

    Attributes:
        seconds: How long one may take.
    """

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._now = now
        self._all: dict[str, Attempt] = {}

    def begin(self, redirect: str) -> Attempt:
        """Begin a login.

        Args:
            redirect: The address that the browser comes back to.
        """
        state, binding, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        until = self._now() + self.seconds
        attempt = Attempt(state, binding, nonce, verifier, redirect, until)
        while len(self._all) >= MOST:
            del self._all[next(iter(self._all))]
        self._all[state] = attempt
        return attempt

    def take(self, state: str, binding: str) -> Attempt:
        """The login that has come back, once.

        Args:
            state: What the address brought back.
            binding: What the cookie brought back.

        Raises:
            AuthError: None has that state, this is not the browser that began it, or it is late.
        """
        attempt = self._all.get(state)
        if attempt and hmac.compare_digest(attempt.binding.encode(), binding.encode()):
            del self._all[state]
            if self._now() <= attempt.until:
                return attempt
        raise AuthError(
            "this login was not begun here, is over, or took too long",
            "This login took too long, or was begun in another browser. Please try again.",
        )


class RedirectLogin(Protocol):
    """What a plugin has that lets people log in at another site.

    Attributes:
        name: The plugin's name.
        attempts: The logins that have begun.
    """

    name: str
    attempts: Attempts

    async def leave(self, attempt: Attempt) -> str:
        """The address of the other site at which a login goes on.

        Raises:
            AuthError: There is none now.
        """

    async def complete(self, answer: Mapping[str, str], attempt: Attempt) -> User:
        """Who has come back.

        Args:
            answer: The query of the address that the browser was sent back to, the last value of
                each name: ``code``, say, or ``error``.
            attempt: The login that was begun, in this browser and not long ago.

        Raises:
            AuthError: Nobody who may come in.
        """


def login_routes(app: App, plugin: RedirectLogin) -> list[Route]:
    """The two public pages of such a login: ``login`` leaves, and ``callback`` comes back.

    Args:
        app: The application, as `tornterm_register_routes` gets it.
        plugin: The plugin itself.

    Returns:
        Routes for `tornterm_register_routes`; give further ones besides.
    """
    arguments = {"app": app, "plugin": plugin}
    return [
        Route("login", LeavePage, arguments, "public"),
        Route("callback", ReturnPage, arguments, "public"),
    ]


class _Page(RequestHandler):
    def initialize(self, app: App, plugin: RedirectLogin) -> None:
        self.app = app
        self.plugin = plugin

    def _address_of(self, page: str) -> str:
        """Where the browser finds another of the plugin's pages."""
        return f"{self.app.address(self)}-/{self.plugin.name}/{page}"

    def _cookie_of(self, state: str) -> str:
        """The name of the cookie of one login: a person may have begun several, each in its tab."""
        if not (state.isascii() and state.isprintable()):
            return "-"
        return f"tornterm-{self.plugin.name}-{state[:16]}"

    @property
    def _cookie(self) -> dict[str, Any]:
        """The attributes of the cookie: Lax, because the way back begins at the other site."""
        address = urlsplit(self._address_of(""))
        return {
            "path": address.path,
            "httponly": True,
            "samesite": "Lax",
            "secure": address.scheme == "https",
        }


class LeavePage(_Page):
    """``login``: sends the browser to the other site."""

    async def get(self) -> None:
        """Begin a login."""
        attempts = self.plugin.attempts
        attempt = attempts.begin(self._address_of("callback"))
        address = await self.plugin.leave(attempt)
        cookie = self._cookie_of(attempt.state)
        self.set_cookie(cookie, attempt.binding, max_age=int(attempts.seconds), **self._cookie)
        self.redirect(address)


class ReturnPage(_Page):
    """``callback``: where the other site sends the browser back to."""

    async def get(self) -> None:
        """End a login: once, in the browser that began it."""
        answer = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        state = answer.get("state", "")
        cookie = self._cookie_of(state)
        binding = self.get_cookie(cookie, "") or ""
        if binding:
            self.clear_cookie(cookie, **self._cookie)
        try:
            attempt = self.plugin.attempts.take(state, binding)
            user = await self.plugin.complete(answer, attempt)
        except AuthError as error:
            self.app.login_failed(self, error)
            raise
        self.app.login(self, user)
        # The cookie is for this site only, and the browser comes from another: the login page
        # lets it come again.
        base = self.app.address(self)
        self.redirect(f"{base}login?next={quote(urlsplit(base).path, safe='/')}")
