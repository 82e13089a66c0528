"""The plugin, and what a proxy shows to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tornado.httputil import HTTPHeaders

from tornterm.types import AuthRequest, User
from tornterm_auth_proxy import Proxy, ProxySettings

SECRET = "between-nginx-and-tornterm"
PEER = "10.1.2.3"
Lines = Iterable[tuple[str, str]]


def made(**more: Any) -> Proxy:
    """The plugin, for a proxy in 10.1.2.0/24."""
    table = {"proxies": ["10.1.2.0/24"], "groups_header": "X-Remote-Groups", **more}
    return Proxy(ProxySettings.model_validate(table))


def asked(lines: Lines, peer: str = PEER) -> AuthRequest:
    """A request with these header lines."""
    headers = HTTPHeaders()
    for name, value in lines:
        # As Tornado reads the bytes of a request.
        headers.add(name, value.encode().decode("latin-1"))
    return AuthRequest("headers", headers=headers, remote="192.0.2.7", peer=peer)


async def answer(plugin: Proxy, *lines: tuple[str, str], peer: str = PEER) -> User | None:
    """What the plugin says to a request."""
    return await plugin.tornterm_authenticate(asked(lines, peer))
