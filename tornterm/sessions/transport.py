"""What an attachment needs of a connection, whatever carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["HIGH_WATER", "Transport"]

HIGH_WATER = 256 * 1024
"""Bytes a connection may hold unsent before its attachment stops adding to them."""


class Transport(Protocol):
    """One connection to a client.

    None of the methods blocks or raises because the peer is gone: the attachment learns of that
    by being detached.

    Attributes:
        on_writable: Called whenever `unsent` has fallen; its attachment sets it.
    """

    on_writable: Callable[[], None] | None

    @property
    def unsent(self) -> int:
        """Bytes handed over that the socket has not taken yet."""

    @property
    def gone(self) -> bool:
        """Whether the connection has ended, from whichever side."""

    @property
    def remote(self) -> str:
        """The client's address."""

    def send_bytes(self, data: bytes | memoryview) -> None:
        """Send one binary frame.

        Args:
            data: Its payload. Of a view, what the connection does not take at once is copied when
                it is not held, or released.
        """

    def send_text(self, text: str) -> None:
        """Send one text frame."""

    def hold(self) -> None:
        """Keep what is sent from here on; it counts as unsent. As often as this, call `release`."""

    def release(self) -> None:
        """Send what has been kept, all of it together."""

    def close(self, code: int, reason: str) -> None:
        """Close with a WebSocket close code, after what was handed over before."""
