"""Who is really at the other end: forwarding headers count only when a trusted proxy sent them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

__all__ = ["UNIX", "Client", "TrustedProxies", "address_of"]

UNIX = "unix:"
"""The address of a peer that came over a Unix socket."""

MAX_HOPS = 32
"""Entries of a forwarding header that are looked at; more than that is an attack, not a route."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Client:
    """The person's side of a connection.

    Args:
        peer: The address that connected to us; ``unix:`` for a Unix socket.
        remote: The address at the far end of all trusted proxies.
        scheme: ``http`` or ``https``, as the person's browser sees it.
        host: The Host header as the person's browser sent it.
    """

    peer: str
    remote: str
    scheme: str
    host: str


def address_of(text: str) -> str | None:
    """The one way to write an IP address, or None where `text` is none.

    Args:
        text: As sockets and forwarding headers have it: with a port, brackets or a zone.
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


class TrustedProxies:
    """The peers whose forwarding headers are believed.

    A proxy that comes over a Unix socket always is one: the socket's permissions say who may.

    Args:
        networks: ``server.trusted_proxies``.
    """

    def __init__(self, networks: Collection[Network] = ()) -> None:
        self._networks = tuple(networks)

    def trusts(self, peer: str) -> bool:
        """Whether `peer`, an address or ``unix:``, is a proxy of ours."""
        if peer == UNIX:
            return True
        address = ip_address(peer)
        return any(address in network for network in self._networks)

    def client(self, peer: str, scheme: str, host: str, headers: Mapping[str, str]) -> Client:
        """Find out who is at the far end.

        Args:
            peer: The address that connected to us, or ``unix:``.
            scheme: The scheme it spoke.
            host: The Host header it sent.
            headers: All headers; repeated ones joined by commas.
        """
        if not self.trusts(peer):
            return Client(peer, peer, scheme, host)
        remote, hops = self._walk(peer, _entries(headers, "X-Forwarded-For"))
        # Each proxy of ours appended one entry; what stands further left, anybody may have sent.
        schemes = _entries(headers, "X-Forwarded-Proto")[-hops:]
        hosts = _entries(headers, "X-Forwarded-Host")[-hops:]
        if schemes and schemes[0].lower() in ("http", "https"):
            scheme = schemes[0].lower()
        return Client(peer, remote, scheme, hosts[0] if hosts and hosts[0] else host)

    def _walk(self, peer: str, entries: list[str]) -> tuple[str, int]:
        """The first address from the right that is no proxy, and how many proxies there are."""
        remote, hops = peer, 1
        for entry in reversed(entries):
            address = address_of(entry)
            if address is None:
                break
            remote = address
            if not self.trusts(address):
                break
            hops += 1
        return remote, hops


def _entries(headers: Mapping[str, str], name: str) -> list[str]:
    value = headers.get(name, "")
    return [entry.strip() for entry in value.rsplit(",", MAX_HOPS)[-MAX_HOPS:]] if value else []
