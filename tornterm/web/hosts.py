"""Which names this server answers to: the guard against DNS rebinding.

A page of an attacker can make its own name point to this machine, but it cannot make the browser
send another name. So only names that are known to be ours are answered. An address cannot be made
to point elsewhere, hence the addresses of this machine need no configuration.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

__all__ = ["HostList", "HostPort", "parse_host"]

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([1-9][0-9]{0,4}))?", re.ASCII)
_ANY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104


class HostPort(NamedTuple):
    """A host in lower case, an IPv6 address in brackets, and the port where one was written."""

    host: str
    port: int | None


def parse_host(text: str) -> HostPort | None:
    """Understand ``host[:port]``; None where it is something else.

    Args:
        text: A Host header, or the authority of a URL.
    """
    # Some letters of other scripts become ASCII when they are put into lower case.
    match = _HOST.fullmatch(text.lower()) if text.isascii() else None
    if match is None:
        return None
    host, port = match[1], int(match[2]) if match[2] else None
    if port is not None and port > 65535:
        return None
    if host.startswith("["):
        try:
            host = f"[{IPv6Address(host[1:-1])}]"
        except ValueError:
            return None
    return HostPort(host, port)


class HostList:
    """The names that are answered.

    Args:
        allowed: ``server.allowed_hosts``; without a port, any port is meant.
        public: The authority of ``server.public_url``. Its port does not count, because many
            proxies leave it out.
        listening: ``server.host``.
    """

    def __init__(
        self, allowed: Collection[str] = (), public: str = "", listening: str = ""
    ) -> None:
        entries = [parse_host(text) for text in allowed]
        self._exact = {entry for entry in entries if entry and entry.port is not None}
        self._names = {entry.host for entry in entries if entry and entry.port is None}
        if (own := parse_host(public)) is not None:
            self._names.add(own.host)
        if listening not in _ANY and (own := parse_host(listening)) is not None:
            self._names.add(own.host)
        self._names.add("localhost")

    def allows(self, header: str, local: str = "") -> bool:
        """Whether a request for that host is answered.

        Args:
            header: The Host header.
            local: The address of this machine that the connection came in on.
        """
        wanted = parse_host(header)
        if wanted is None:
            return False
        if wanted.host in self._names or wanted in self._exact:
            return True
        try:
            address = ip_address(wanted.host.strip("[]"))
        except ValueError:
            return False
        return address.is_loopback or str(address) == local
