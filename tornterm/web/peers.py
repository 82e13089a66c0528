"""Both ends of a connection as the operating system knows them, whatever headers say."""

from __future__ import annotations

import socket

from tornado.httputil import HTTPServerRequest

from tornterm.web.proxies import UNIX, address_of

__all__ = ["local_address", "peer_of"]

NOWHERE = "0.0.0.0"  # noqa: S104
"""The address of a peer that cannot be told; nobody trusts it."""


def peer_of(request: HTTPServerRequest) -> str:
    """The address that connected to us; ``unix:`` for a Unix socket.

    `HTTPServerRequest.remote_ip` is no help: a host application may let Tornado overwrite it with
    what anybody sends.

    Args:
        request: The request.
    """
    context = getattr(request.connection, "context", None)
    family = getattr(context, "address_family", None)
    if family == socket.AF_UNIX:
        return UNIX
    address = getattr(context, "address", None)
    text = address[0] if isinstance(address, tuple) else request.remote_ip or ""
    return address_of(text) or NOWHERE


def local_address(request: HTTPServerRequest) -> str:
    """The address of this machine that the connection came in on; empty for a Unix socket.

    Args:
        request: The request.
    """
    stream = getattr(request.connection, "stream", None)
    connected = getattr(stream, "socket", None)
    if connected is None or connected.family not in (socket.AF_INET, socket.AF_INET6):
        return ""
    try:
        return address_of(connected.getsockname()[0]) or ""
    except OSError:
        return ""
