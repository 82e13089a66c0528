"""What comes in: every handler is closed unless its route says otherwise.

A request passes, in this order: the host check, the login (unless the route is public), and, for
what another site's page may have caused (unsafe verbs and upgrades), the origin check.
`Access.prepare` does all of it, for plain requests and WebSockets alike.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tornado.httputil import HTTPServerRequest

from tornterm.errors import AuthError, AuthUnavailable, Forbidden, TorntermError
from tornterm.types import User
from tornterm.web.context import public_base
from tornterm.web.hosts import parse_host
from tornterm.web.identity import Identity, Via
from tornterm.web.origin import parse_origin
from tornterm.web.peers import local_address

__all__ = ["Access", "Misdirected", "Via"]

UNFORGED: Collection[Via | None] = ("bearer", "ticket")
"""What a page cannot make a browser send that does not know it."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Misdirected(TorntermError):
    """The Host header names somebody else."""

    code = "wrong_host"
    http_status = 421

    @property
    def public(self) -> str:
        """What the operator needs to mend it."""
        return "This server does not answer for this host name (see server.allowed_hosts)."


class Access(Identity):
    """Lets in who may; the first base class of every handler, those of plugins included."""

    judges_origin = True

    async def prepare(self) -> None:
        """Refuse whatever may not pass, before anything of the handler runs."""
        await self.terminals.turnstile.enter()
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

    # --- logging in and out --------------------------------------------------------------------

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
