"""Hosts, origins, networks and paths of URLs, checked and brought into one form."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from tornterm.config.fields import explained
from tornterm.config.units import shown

__all__ = ["BaseUrl", "Host", "Network", "Origin", "PageUrl", "PublicUrl"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_PAGE = re.compile(r"(https?://[^/?#\\\s]+)?/(?![/\\])[!-\[\]-~]*")
_PATH = re.compile(r"/([A-Za-z0-9._~-]+/)*")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {shown(value)}")
    return value.strip()


def _network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    text = _text(value)
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        meant = f'; did you mean "{ip_network(text, strict=False)}"?'
    except ValueError:
        meant = ', like "10.0.0.0/8", "127.0.0.1" or "fd00::/8"'
    raise ValueError(f"{shown(text)} is not a network{meant}")


def _host(value: object) -> str:
    text = _text(value)
    host = _authority(text)
    if host is None:
        raise ValueError(
            f"{shown(text)} is not a host; write a name or an address, with or without a port, "
            'like "term.example.org" or "10.0.0.5:8765"'
        )
    return host


def _authority(text: str) -> str | None:
    """``host[:port]`` in lower case, or None where it is something else."""
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
        host = parts.hostname or ""
        if text.startswith("["):
            host = f"[{IPv6Address(host)}]"
        elif not _NAME.fullmatch(host):
            return None
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or "@" in text or text.endswith((":", "?", "#")):
        return None
    return host if port is None else f"{host}:{port}"


def _split(text: str) -> tuple[SplitResult, str] | None:
    """The parts of an http(s) URL and its normal origin, or None where it is something else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    authority = _authority(parts.netloc)
    if parts.scheme not in _DEFAULT_PORTS or authority is None:
        return None
    default = f":{_DEFAULT_PORTS[parts.scheme]}"
    # Browsers leave the default port out of an Origin header, so an exact match must as well.
    return parts, f"{parts.scheme}://{authority.removesuffix(default)}"


def _origin(value: object) -> str:
    text = _text(value)
    found = _split(text.rstrip("/"))
    if found is None or found[0].path or "?" in text or "#" in text:
        raise ValueError(
            f"{shown(text)} is not an origin; write scheme, host and port without a path, "
            'like "https://example.org" or "http://localhost:3000"'
        )
    return found[1]


def _public_url(value: object) -> str:
    text = _text(value)
    if not text:
        return ""
    found = _split(text)
    path = found[0].path.rstrip("/") + "/" if found else ""
    if found is None or not _plain(path) or "?" in text or "#" in text:
        raise ValueError(
            f"{shown(text)} is not an address for a browser; write it like "
            '"https://term.example.org/" or "https://example.org/terminals/"'
        )
    return found[1] + path


def _base_url(value: object) -> str:
    text = _text(value)
    path = text if text.endswith("/") else f"{text}/"
    if not _plain(path):
        raise ValueError(
            f"{shown(text)} is not a base path; it begins and ends with a slash and holds letters, "
            'digits, ".", "_", "~" and "-" between them, like "/" or "/terminals/"'
        )
    return path


def _page_url(value: object) -> str:
    text = _text(value)
    if text and not _PAGE.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is no page; write a path that begins with one slash, or an address "
            'that begins with http:// or https://, like "/login"'
        )
    return text


def _plain(path: str) -> bool:
    return bool(_PATH.fullmatch(path)) and not {".", ".."} & set(path.split("/"))


Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(explained(_network)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "x-kind": "network"}),
]
"""A network or a single address, written in CIDR notation."""

Host = Annotated[
    str,
    BeforeValidator(explained(_host)),
    WithJsonSchema({"type": "string", "x-kind": "host"}),
]
"""``host`` or ``host:port`` as a Host header holds it, in lower case."""

Origin = Annotated[
    str,
    BeforeValidator(explained(_origin)),
    WithJsonSchema({"type": "string", "x-kind": "origin"}),
]
"""An origin exactly as browsers send it."""

PublicUrl = Annotated[
    str,
    BeforeValidator(explained(_public_url)),
    WithJsonSchema({"type": "string", "x-kind": "URL"}),
]
"""An absolute URL that ends with a slash, or an empty text."""

BaseUrl = Annotated[
    str,
    BeforeValidator(explained(_base_url)),
    WithJsonSchema({"type": "string", "x-kind": "URL path"}),
]
"""A path that begins and ends with a slash."""

PageUrl = Annotated[
    str,
    BeforeValidator(explained(_page_url)),
    WithJsonSchema({"type": "string", "x-kind": "URL"}),
]
"""A page of this site by its path, or one of any site by its address; or an empty text."""
