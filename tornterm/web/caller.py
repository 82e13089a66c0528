"""Where a request comes from: the address, the scheme, and the name of our cookie there."""

from __future__ import annotations

from typing import Any

from tornterm.errors import AuthError
from tornterm.web.answers import Answers
from tornterm.web.context import Context, public_base
from tornterm.web.peers import peer_of
from tornterm.web.proxies import Client

__all__ = ["Caller"]


class Caller(Answers):
    """Knows of a request what can be known before it is known who sent it.

    Attributes:
        terminals: The application.
        public: Whether the route can be used without a login.
        client: The person's side of the connection.
        user: Who it is; None on a public route, unless it asked.
    """

    client: Client
    public = False

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
    def cookie_name(self) -> str:
        """A name of this server's own: all ports of a host share their cookies."""
        prefix = "__Host-" if self.secure and public_base(self.terminals) == "/" else ""
        return f"{prefix}tornterm-{self.terminals.instance}"

    def login_failed(self, error: AuthError, method: str, account: str = "") -> None:
        """Count and audit a wrong credential.

        Args:
            error: Why it is wrong; without the credential.
            method: How it was presented.
            account: Whom it was to be for, as typed.
        """
        self.terminals.metrics.logins.labels("failed").inc()
        self._audit("auth.failed", method=method, account=account[:64], reason=error.why)

    def _audit(self, name: str, *, user: str = "", **facts: Any) -> None:
        audit = self.terminals.audit
        audit.record(audit.event(name, user=user, remote=self.remote, **facts))
