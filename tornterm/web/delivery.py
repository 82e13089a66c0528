"""How much of what was sent has got to the other side, as far as the system knows."""

from __future__ import annotations

import array
import fcntl
import os
import socket
import sys
import termios
from typing import Any

__all__ = ["Delivery"]

_SO_NWRITE = 0x1024
"""macOS: bytes that have not been acknowledged; not in Python's `socket`."""


class Delivery:
    """Looks into the system's buffer of a connection, also when that was closed meanwhile.

    Args:
        stream: The connection, as Tornado has it.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        # Of its own, because of one that was closed nothing is known any more.
        self._fd = -1 if stream is None or stream.closed() else os.dup(stream.socket.fileno())

    @property
    def over(self) -> bool:
        """Whether the connection was closed, by whichever side."""
        return self._stream is None or self._stream.closed()

    def pending(self) -> int:
        """Bytes that the other side has not taken yet; 0 where the system does not say."""
        if self._fd < 0:
            return 0
        try:
            if sys.platform == "darwin":
                with socket.socket(fileno=os.dup(self._fd)) as own:
                    return own.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
            counted = array.array("i", [0])
            fcntl.ioctl(self._fd, termios.TIOCOUTQ, counted)
        except OSError:
            return 0
        return counted[0]

    def close(self) -> None:
        """Look no more, so that the connection can end."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
