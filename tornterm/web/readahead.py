"""Reading a WebSocket's small frames at the cost of one large read."""

from __future__ import annotations

import socket
from typing import Any

from tornado.iostream import IOStream

__all__ = ["ReadAhead"]

AHEAD = 64 * 1024
"""Bytes that are read at once where so many have come."""


class ReadAhead:
    """A stream from which Tornado takes frames in small steps: a header, a mask, a payload.

    Each of these steps would make a future and change what the event loop watches, which together
    cost several times as much as a key or an acknowledgement itself. Here all but the first of
    them find what they want in memory. Whatever else is asked of it, the stream does.

    Args:
        stream: Where the bytes come from.
    """

    def __init__(self, stream: IOStream) -> None:
        self._stream = stream
        self._ahead = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def ended(self) -> bool:
        """Whether the peer will send no more and everything that it has sent has been read.

        While nothing is being read, nobody would be told of it otherwise.
        """
        stream: Any = self._stream
        if stream.closed():
            return True
        if self._ahead or stream._read_buffer_size:
            return False
        try:
            # Below TLS, if there is any: an SSLSocket itself cannot peek.
            return not socket.socket.recv(stream.socket, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    async def read_bytes(self, count: int) -> bytes:
        """Read exactly `count` bytes; bytes that came behind them are kept.

        Raises:
            StreamClosedError: The stream ended before.
        """
        ahead = self._ahead
        while len(ahead) < count:
            ahead += await self._stream.read_bytes(AHEAD, partial=True)
        data = bytes(memoryview(ahead)[:count])
        del ahead[:count]
        return data
