"""The way to a directory: encrypted, and with an end to how long and how much it may talk."""

from __future__ import annotations

import ssl
import time
from typing import Any

import ldap3

__all__ = ["Bounded", "Tls"]

MOST_BYTES = 1 << 20
"""What a directory may say in one connection: a person and their groups take kilobytes."""


class Bounded:
    """A socket that is only listened to for so long, and until it has said so much.

    ldap3 has a time limit for each piece that it reads, which a directory that says one byte a
    second never reaches; and it keeps all that it reads.

    Args:
        inner: The socket.
        until: The time of `time.monotonic` when everything must be said.
    """

    def __init__(self, inner: Any, until: float) -> None:
        self.inner = inner
        self.until = until
        self._left = MOST_BYTES

    def recv(self, size: int) -> bytes:
        """Read a piece.

        Raises:
            OSError: It took too long, or was too much.
        """
        self.hurry()
        data: bytes = self.inner.recv(size)
        self._left -= len(data)
        if self._left < 0:
            raise OSError(f"it said more than {MOST_BYTES} bytes")
        return data

    def sendall(self, data: bytes) -> None:
        """Write everything.

        Raises:
            OSError: It took too long.
        """
        self.hurry()
        self.inner.sendall(data)

    def hurry(self) -> None:
        """Give the next call the time that is left.

        Raises:
            TimeoutError: None is left.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        self.inner.settimeout(left)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Tls(ldap3.Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS as the standard library does it, which compares the server's name itself.

    ldap3 would check nothing unless told to, and the name by a function that Python has dropped.

    Args:
        context: Whom to trust.
        host: The name that the certificate must be for.
        until: The time of `time.monotonic` when everything must be said.
    """

    def __init__(self, context: ssl.SSLContext, host: str, until: float) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context, self._host, self._until = context, host, until

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Put TLS on a connection's socket, with the handshake."""
        plain = connection.socket
        if not isinstance(plain, Bounded):
            plain = Bounded(plain, self._until)
        plain.hurry()
        secured = self._context.wrap_socket(plain.inner, server_hostname=self._host)
        connection.socket = Bounded(secured, self._until)
