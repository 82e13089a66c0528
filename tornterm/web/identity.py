"""Who sent a request: by a token, a cookie, or what a proxy or the host application says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from tornterm.errors import AuthError, AuthUnavailable
from tornterm.types import AuthRequest, User
from tornterm.web.caller import Caller
from tornterm.web.credentials import bearer_token, headers_for_plugins
from tornterm.web.logins import Login, Vouch

__all__ = ["Identity", "Via"]

Via = Literal["cookie", "bearer", "headers", "ticket"]
"""How somebody was recognised: our cookie, a token, a ticket, or what a proxy or the host says."""

BEARER = "bearer"
"""Where failures with tokens are counted."""

HEADERS = "headers"
"""Where failures with a proxy's headers are counted."""


class Identity(Caller):
    """Finds out who sent a request.

    Attributes:
        session_login: The login that the cookie named, or None.
        via: How the user was recognised.
        vouch: Says whether the user may stay, where the application around us logged them in.
    """

    token_in_address = False
    session_login: Login | None = None
    via: Via | None = None
    vouch: Vouch | None = None

    @property
    def person(self) -> User:
        """Who is logged in; only on routes that are not public."""
        assert self.user is not None
        return self.user

    async def authenticate(self) -> User:
        """Find out who sent the request.

        A token decides where there is one: a request with a wrong one does not fall back to a
        cookie that its sender may not even know of.

        Returns:
            The user, who is also kept in `user` and `current_user`.

        Raises:
            AuthError: Nobody who is logged in.
            AuthUnavailable: A plugin failed.
            LimitExceeded: Too many wrong tokens or headers came from this address.
        """
        token = bearer_token(self.request.headers) or self._token_of_address()
        if token is not None:
            self.user, self.via = await self._user_of_token(token), "bearer"
        elif (login := await self._login_of_cookie()) is not None:
            self.user, self.via, self.session_login = login.user, "cookie", login
        else:
            self.user, self.via = await self._user_of_headers(), "headers"
        self.current_user = self.user
        return self.user

    def _token_of_address(self) -> str | None:
        """A token in the address, where there may be one; it is not logged."""
        token = self.get_query_argument("token", None) if self.token_in_address else None
        return bearer_token({"Authorization": f"Bearer {token}"}) if token else None

    async def _user_of_token(self, token: str) -> User:
        throttle, now = self.terminals.throttle, self.terminals.clock.now()
        throttle.check(self.remote, "", now, door=BEARER)
        try:
            user = await self.terminals.plugins.authenticate(
                self.auth_request("bearer", {"token": token})
            )
            # The application around us may have tokens of its own.
            user = user or await self._user_of_host()
            if user is None:
                raise AuthError("no plugin knows this token", "This token is not valid.")
        except AuthError as error:
            if not isinstance(error, AuthUnavailable):
                throttle.failed(self.remote, "", now, door=BEARER)
            self.login_failed(error, "bearer")
            raise
        return user

    async def _login_of_cookie(self) -> Login | None:
        secret = self.get_cookie(self.cookie_name)
        login = self.terminals.logins.find(secret) if secret else None
        return login if login is not None and await self.terminals.logins.verify(login) else None

    async def _user_of_host(self) -> User | None:
        host = self.terminals.host_login
        user = await host.user_of(self) if host is not None else None
        if host is not None and user is not None:
            self.vouch = partial(host.still, self, user)
        return user

    async def _user_of_headers(self) -> User:
        user = await self._user_of_host()
        if user is None:
            try:
                user = await self.terminals.plugins.authenticate(self.auth_request("headers", {}))
            except AuthError as error:
                self._headers_refused(error)
                raise
        if user is None:
            raise AuthError
        return user

    def _headers_refused(self, error: AuthError) -> None:
        """Count and audit what a plugin refused, as often as an address may fail.

        It is asked before it is known whose headers these are, so the limit keeps nobody out whose
        headers are right.

        Raises:
            LimitExceeded: Too many were wrong that came from this address.
        """
        if not isinstance(error, AuthUnavailable):
            throttle, now = self.terminals.throttle, self.terminals.clock.now()
            throttle.check(self.remote, "", now, door=HEADERS)
            throttle.failed(self.remote, "", now, door=HEADERS)
        self.login_failed(error, HEADERS)

    def auth_request(
        self, kind: Literal["bearer", "form", "headers"], fields: Mapping[str, str]
    ) -> AuthRequest:
        """What an auth backend is asked to judge; our own cookie is none of its business."""
        return AuthRequest(
            kind=kind,
            fields=fields,
            headers=headers_for_plugins(self.request.headers, self.cookie_name),
            remote=self.remote,
            peer=self.client.peer,
            secure=self.secure,
        )

    def login_of_connection(self) -> Login:
        """The login that a WebSocket lives by."""
        return self.session_login or self.terminals.logins.bearer(self.person, self.vouch)
