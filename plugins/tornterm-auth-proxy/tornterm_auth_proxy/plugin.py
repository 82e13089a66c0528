"""The plugin: who a reverse proxy says it is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import ClassVar

from pydantic import BaseModel

from tornterm.errors import ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.types import AuthRequest, User
from tornterm_auth_proxy.reading import (
    Reason,
    Refused,
    checked_name,
    listed,
    one_value,
    shown_name,
)
from tornterm_auth_proxy.settings import UNIX, ProxySettings

__all__ = ["Proxy"]

UNTIL = "proxy_until"
"""The attribute of a user that says how long the proxy's word counts."""


class Proxy:
    """Authenticates by headers that a reverse proxy adds.

    Args:
        settings: The table ``[plugins.proxy]``.

    Attributes:
        refused: How often each reason kept somebody out.
    """

    name = "proxy"
    clock: ClassVar = staticmethod(time.monotonic)

    def __init__(self, settings: ProxySettings) -> None:
        self.settings = settings
        self.refused: Counter[Reason] = Counter()
        self._networks = tuple(ip_network(text) for text in settings.proxies if text != UNIX)

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return ProxySettings

    @hookimpl
    async def tornterm_check(self) -> list[ConfigProblem]:
        """Warn where every user of this machine could pretend to be the proxy."""
        local = any(network.is_loopback for network in self._networks)
        if not local or self.settings.secret is not None:
            return []
        why = (
            "is this machine: every program on it can connect and claim to be anybody; "
            f'set secret, or let the proxy use a Unix socket ("{UNIX}")'
        )
        return [ConfigProblem("", "", "proxies", why, warning=True)]

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Take the word of a proxy that is listed; nobody else may even try."""
        if request.kind != "headers":
            return None
        try:
            text = one_value(request.headers, self.settings.user_header)
            return self._user(text, request) if text else None
        except Refused as error:
            self.refused[error.reason] += 1
            raise

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the proxy's word still counts: it cannot be asked again."""
        if user.backend != self.name:
            return None
        return bool(self.clock() < user.attributes.get(UNTIL, 0.0))

    def _user(self, text: str, request: AuthRequest) -> User:
        if not self._is_proxy(request.peer):
            raise Refused("peer", "a user's name was sent by an address that is no listed proxy")
        settings, headers = self.settings, request.headers
        if settings.secret is not None:
            given = one_value(headers, settings.secret_header)
            if not settings.secret.matches(given):
                raise Refused("secret", "the proxy's secret is wrong or missing")
        name = checked_name(text, lower_case=settings.lower_case)
        groups = self._groups(headers)
        if settings.allowed_groups and not set(groups) & set(settings.allowed_groups):
            raise Refused("not allowed", "the user is in none of the groups that may log in")
        shown = settings.display_name_header
        return User(
            name,
            groups,
            admin=bool(set(groups) & set(settings.admin_groups)),
            display_name=shown_name(one_value(headers, shown)) if shown else "",
            attributes={UNTIL: self.clock() + settings.lifetime},
        )

    def _groups(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        name = self.settings.groups_header
        return listed(one_value(headers, name), self.settings.groups_separator) if name else ()

    def _is_proxy(self, peer: str) -> bool:
        """Whether a peer, as the operating system names it, is one whose headers are believed."""
        if peer == f"{UNIX}:":
            return UNIX in self.settings.proxies
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
