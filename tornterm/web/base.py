"""What comes in: every handler is closed unless its route says otherwise.

A request passes, in this order: the host check, the login (unless the route is public), and, for
what another site's page may have caused (unsafe verbs and upgrades), the origin check.
`Access.prepare` does all of it, for plain requests and WebSockets alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Literal

from tornado.httputil import HTTPServerRequest

from tornterm.errors import AuthError, AuthUnavailable, Forbidden, TorntermError
from tornterm.types import AuthRequest, User
from tornterm.web.answers import Answers
from tornterm.web.context import Context, public_base
from tornterm.web.credentials import bearer_token, headers_for_plugins
from tornterm.web.hosts import parse_host
from tornterm.web.logins import Login, Vouch
from tornterm.web.origin import parse_origin
from tornterm.web.peers import local_address, peer_of
from tornterm.web.proxies import Client

__all__ = ["Access", "Misdirected", "Via"]

Via = Literal["cookie", "bearer", "headers", "ticket"]
"""How somebody was recognised: our cookie, a token, a ticket, or what a proxy or the host says."""

UNFORGED: Collection[Via | None] = ("bearer", "ticket")
"""What a page cannot make a browser send that does not know it."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

BEARER = "bearer"
"""Where failures with tokens are counted."""

HEADERS = "headers"
"""Where failures with a proxy's headers are counted."""


class Misdirected(TorntermError):
    """The Host header names somebody else."""

    code = "wrong_host"
    http_status = 421

    @property
    def public(self) -> str:
        """What the operator needs to mend it."""
        return "This server does not answer for this host name (see server.allowed_hosts)."


class Access(Answers):
    """Lets in who may; the first base class of every handler, those of plugins included.

    Attributes:
        terminals: The application.
        public: Whether the route can be used without a login.
        client: The person's side of the connection.
        user: Who it is; None on a public route, unless it asked.
        session_login: The login that the cookie named, or None.
        via: How the user was recognised.
        vouch: Says whether the user may stay, where the application around us logged them in.
    """

    client: Client
    public = False
    judges_origin = True
    token_in_address = False
    session_login: Login | None = None
    via: Via | None = None
    vouch: Vouch | None = None

    def initialize(
        self, terminals: Context, *, public: bool = False, route: str = "", **kwargs: Any
    ) -> None:
        """Take the route's arguments; called by Tornado for each request."""
        self.terminals = terminals
        self.public = public
        self.route = route
        request = self.request
        self.client = terminals.proxies.client(
            peer_of(request), request.protocol, request.host, request.headers
        )

    @property
    def remote(self) -> str:
        """The client's address, as far as trusted proxies know it."""
        return self.client.remote

    @property
    def secure(self) -> bool:
        """Whether the person's side of the connection is HTTPS."""
        public_url = self.terminals.settings.server.public_url
        return public_url.startswith("https:") if public_url else self.client.scheme == "https"

    @property
    def is_upgrade(self) -> bool:
        """Whether the request wants to become a WebSocket."""
        return "websocket" in self.request.headers.get("Upgrade", "").lower()

    @property
    def person(self) -> User:
        """Who is logged in; only on routes that are not public."""
        assert self.user is not None
        return self.user

    async def prepare(self) -> None:
        """Refuse whatever may not pass, before anything of the handler runs."""
        if not self.terminals.hosts.allows(self.client.host, local_address(self.request)):
            # Headers that make no sense are not repeated: there might be a secret in them.
            known = self.client.host if parse_host(self.client.host) else "without a name"
            raise Misdirected(f"host {known:.100} is not ours")
        if not self.public:
            try:
                await self.authenticate()
            except AuthError as error:
                # The login page would not say that something is broken.
                if not isinstance(error, AuthUnavailable) and self.turn_away():
                    return
                if not self.admits_strangers():
                    raise
        if self.is_upgrade or self.request.method not in SAFE_METHODS:
            self.check_origin_of(self.request, self.via)
        handed_on = super().prepare()
        if handed_on is not None:
            await handed_on

    def turn_away(self) -> bool:
        """Answer somebody who is not logged in, better than with an error.

        Returns:
            Whether it has been done; else the error is sent.
        """
        return False

    def admits_strangers(self) -> bool:
        """Whether somebody who is not logged in may go on here, because something is shared."""
        return False

    # --- origin --------------------------------------------------------------------------------

    def check_origin_of(self, request: HTTPServerRequest, via: Via | None) -> None:
        """Refuse what another site's page may have caused.

        A page cannot add a token to a request; everything else a browser does by itself.

        Args:
            request: The request.
            via: How its user was recognised; None for nobody.

        Raises:
            Forbidden: Its origin is not allowed, or it has none.
        """
        origin = request.headers.get("Origin")
        if via in UNFORGED or (self.public and not self.judges_origin):
            return
        if not self.terminals.origins.allows(origin, self.client):
            known, own = parse_origin(origin), self.terminals.origins.own(self.client)
            sent = "no Origin header" if origin is None else "an Origin that is not allowed"
            raise Forbidden(
                f"origin {known or '(none)'} is not allowed",
                f"The request has {sent}. Without a bearer token it must say which page it comes "
                f"from: Origin: {own}, or one of server.allowed_origins (where the server's own "
                "address is another one, see server.public_url).",
            )

    def check_trusted_origin(self, origin: str) -> bool:
        """Tornado's own protection agrees with ours, also for the WebSockets of plugins."""
        return self.terminals.origins.allows(origin, self.client)

    def check_xsrf_cookie(self) -> None:
        """Nothing: a host application may ask for a token, but the origin was judged instead."""

    # --- who it is -----------------------------------------------------------------------------

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

    # --- logging in and out --------------------------------------------------------------------

    @property
    def cookie_name(self) -> str:
        """A name of this server's own: all ports of a host share their cookies."""
        prefix = "__Host-" if self.secure and public_base(self.terminals) == "/" else ""
        return f"{prefix}tornterm-{self.terminals.instance}"

    def log_in(self, user: User, method: str = "") -> None:
        """Begin a login, and give its cookie to the browser.

        Args:
            user: Who it is.
            method: How the person proved it, for the audit log.
        """
        before = self.get_cookie(self.cookie_name)
        replaces = self.terminals.logins.find(before) if before else None
        secret, self.session_login = self.terminals.logins.begin(user, replaces=replaces)
        self.user = self.current_user = user
        lifetime = int(self.terminals.settings.auth.lifetime)
        self.set_cookie(self.cookie_name, secret, max_age=lifetime, **self._cookie_attributes())
        self.terminals.metrics.logins.labels("ok").inc()
        self._audit("auth.ok", user=user.name, backend=user.backend, method=method)

    def log_out(self) -> None:
        """End the login, with its connections, and take the cookie back."""
        if self.session_login is not None:
            self.terminals.logins.end(self.session_login, "logout")
            self._audit("auth.ended", user=self.session_login.user.name, reason="logout")
        self.clear_cookie(self.cookie_name, **self._cookie_attributes())

    def login_failed(self, error: AuthError, method: str, account: str = "") -> None:
        """Count and audit a wrong credential.

        Args:
            error: Why it is wrong; without the credential.
            method: How it was presented.
            account: Whom it was to be for, as typed.
        """
        self.terminals.metrics.logins.labels("failed").inc()
        self._audit("auth.failed", method=method, account=account[:64], reason=error.why)

    def record_for(self, plugin: str, name: str, **facts: Any) -> None:
        """Audit what the person does on a plugin's route."""
        self._audit(f"{plugin}.{name}", user=self.user.name if self.user else "", **facts)

    def _cookie_attributes(self) -> dict[str, Any]:
        return {
            "path": public_base(self.terminals),
            "httponly": True,
            "samesite": "Strict",
            "secure": self.secure,
        }

    def _audit(self, name: str, *, user: str = "", **facts: Any) -> None:
        audit = self.terminals.audit
        audit.record(audit.event(name, user=user, remote=self.remote, **facts))
