"""Where the server listens: TCP or a Unix socket, with or without TLS."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import stat
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from tornterm.config.settings import Settings
from tornterm.errors import ConfigError, ConfigProblem

__all__ = ["BACKLOG", "Listener", "is_exposed", "load_certificate", "tls_context"]

BACKLOG = 1024
_Address = tuple[int, int, int, str, tuple[Any, ...]]
"""What ``getaddrinfo`` gives."""

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Listener:
    """The bound sockets of a server, and the URL that leads to them.

    Args:
        settings: The configuration.

    Raises:
        ConfigError: One cannot listen there.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.server.unix_socket
        self._made: tuple[int, ...] | None = None
        self.sockets: Sequence[socket.socket] = self._bind()

    @property
    def port(self) -> int | None:
        """The real TCP port; None on a Unix socket."""
        return None if self._path else int(self.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """The address for a browser on this machine, with the base path; ``unix:`` and a path."""
        server = self._settings.server
        if self._path:
            return f"unix:{self._path}"
        # A browser cannot connect to "any address", but to this machine it can.
        host = _THIS_MACHINE.get(server.host, server.host)
        scheme = "https" if self._settings.tls.cert else "http"
        bracketed = f"[{host}]" if ":" in host else host
        return f"{scheme}://{bracketed}:{self.port}{server.base_url}"

    def close(self) -> None:
        """Close the sockets and remove the one in the file system if it is still ours."""
        for bound in self.sockets:
            bound.close()
        if self._path and self._made:
            with contextlib.suppress(OSError):
                if _identity(self._path) == self._made:
                    os.unlink(self._path)

    def _bind(self) -> Sequence[socket.socket]:
        server = self._settings.server
        if self._path:
            return [self._bind_unix(self._path)]
        found = _addresses(self._settings)
        try:
            return _bind_tcp(server.host, server.port, found)
        except OSError as error:
            why = f"cannot listen on {server.host} port {server.port}: {error.strerror}"
            key = "host" if error.errno == errno.EADDRNOTAVAIL else "port"
            raise _problem(self._settings, "server", key, why) from None

    def _bind_unix(self, path: Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        try:
            _remove_stale(path)
            # Nobody else may connect between bind and chmod.
            before = os.umask(0o177)
            try:
                listener.bind(str(path))
            finally:
                os.umask(before)
            os.chmod(path, int(self._settings.server.unix_socket_mode, 8))
            listener.setblocking(False)
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            why = f"cannot listen at {path}: {error.strerror or error}"
            raise _problem(self._settings, "server", "unix_socket", why) from None
        self._made = _identity(path)
        return listener


def _identity(path: Path) -> tuple[int, ...]:
    """What tells a file from another one of the same name; inode numbers are used again."""
    status = os.lstat(path)
    return status.st_dev, status.st_ino, status.st_mtime_ns


def is_exposed(settings: Settings) -> bool:
    """Whether other people can reach the server, rather than only those on its machine.

    Args:
        settings: The configuration.

    Raises:
        ConfigError: The host to listen on has no address.
    """
    server = settings.server
    if server.unix_socket:
        return bool(int(server.unix_socket_mode, 8) & 0o077)
    hosts = (str(address[0]) for *_, address in _addresses(settings))
    return not all(ip_address(host.split("%")[0]).is_loopback for host in hosts)


def _addresses(settings: Settings) -> list[_Address]:
    """Every address of the host to listen on.

    Raises:
        ConfigError: It has none.
    """
    host, port = settings.server.host, settings.server.port
    flags = socket.AI_PASSIVE | socket.AI_NUMERICSERV
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _problem(settings, "server", "host", f'"{host}": {why}') from None
    return list(dict.fromkeys(found))


def _bind_tcp(host: str, port: int, found: Sequence[_Address]) -> list[socket.socket]:
    """Listen on every address of a host, with one port for all.

    Raises:
        OSError: That is not possible; nothing is left open.
    """
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            bound.append(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # So that "::" and "0.0.0.0" do not mean different things on different systems.
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setblocking(False)
            try:
                sock.bind((address[0], port, *address[2:]))
            except OSError as error:
                # "localhost" may have an IPv6 address although the machine has IPv6 switched off.
                if error.errno != errno.EADDRNOTAVAIL or host != "localhost" or len(found) == 1:
                    raise
                bound.pop().close()
                continue
            port = sock.getsockname()[1]
            sock.listen(BACKLOG)
    except BaseException:
        for sock in bound:
            sock.close()
        raise
    return bound


def _remove_stale(path: Path) -> None:
    """Remove what a server left that was killed; nothing else.

    Raises:
        OSError: Something else is there, or a server that lives.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError("there is something that is not a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            os.unlink(path)
            return
    raise OSError("another server listens there")


def _problem(settings: Settings, table: str, key: str, why: str) -> ConfigError:
    return ConfigError([ConfigProblem(settings.source.of((table, key)), table, key, why)])


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What TLS needs, or None where the server speaks plain HTTP.

    Args:
        settings: The configuration.

    Raises:
        ConfigError: Certificate or key cannot be used.
    """
    if settings.tls.cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = {
        "1.2": ssl.TLSVersion.TLSv1_2,
        "1.3": ssl.TLSVersion.TLSv1_3,
    }[settings.tls.min_version]
    load_certificate(context, settings)
    return context


def load_certificate(context: ssl.SSLContext, settings: Settings) -> None:
    """Read certificate and key, also into a context that is in use.

    Args:
        context: New connections will use what is read.
        settings: The configuration.

    Raises:
        ConfigError: They cannot be used; the context is as it was.
    """
    tls = settings.tls
    assert tls.cert is not None and tls.key is not None
    for key, path in (("cert", tls.cert), ("key", tls.key)):
        try:
            path.open("rb").close()
        except OSError as error:
            raise _problem(settings, "tls", key, f"cannot read {path}: {error.strerror}") from None
    try:
        # First into another one: a pair that does not match must not replace one that does.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.cert, tls.key, password="")
        context.load_cert_chain(tls.cert, tls.key, password="")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        why = f"{tls.cert} and {tls.key} are not a certificate and its unencrypted key: {reason}"
        raise _problem(settings, "tls", "cert", why) from None
