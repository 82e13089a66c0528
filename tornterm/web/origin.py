"""Which pages may use a person's cookie: scheme, host and port must match, not look alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from tornterm.web.hosts import parse_host
from tornterm.web.proxies import Client

__all__ = ["Origin", "OriginList", "parse_origin"]

_ORIGIN = re.compile(r"(https?)://([^/?#@\s]+)", re.ASCII | re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port, each always there and in its one form."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def parse_origin(text: str | None) -> Origin | None:
    """Understand an Origin header.

    Args:
        text: Its value. ``null``, several origins, user names, paths and names in Unicode are
            no origins of ours.
    """
    match = _ORIGIN.fullmatch(text) if text else None
    return _origin(match[1].lower(), match[2]) if match else None


def _origin(scheme: str, authority: str) -> Origin | None:
    found = parse_host(authority)
    if found is None or scheme not in _DEFAULT_PORTS:
        return None
    return Origin(scheme, found.host, found.port or _DEFAULT_PORTS[scheme])


class OriginList:
    """The origins whose pages may use a person's cookie.

    Args:
        public_url: ``server.public_url``; where it is given, it alone is the server's own origin.
        allowed: ``server.allowed_origins``.
    """

    def __init__(self, public_url: str = "", allowed: Collection[str] = ()) -> None:
        scheme, _, rest = public_url.partition("://")
        self._public = _origin(scheme, rest.partition("/")[0]) if rest else None
        self._allowed = {origin for text in allowed if (origin := parse_origin(text))}

    def own(self, client: Client) -> Origin | None:
        """The origin under which the person sees this server."""
        return self._public or _origin(client.scheme, client.host)

    def allows(self, header: str | None, client: Client) -> bool:
        """Whether a page of that origin may use the person's cookie.

        Args:
            header: The Origin header, or None where there is none.
            client: The person's side; its host must have been checked before.
        """
        origin = parse_origin(header)
        return origin is not None and (origin == self.own(client) or origin in self._allowed)
