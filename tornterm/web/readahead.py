"""Reading a WebSocket's small frames at the cost of one large read."""

from __future__ import annotations

import socket
from typing import Any

from tornado.iostream import IOStream, SSLIOStream
from tornado.util import _websocket_mask
from tornado.websocket import WebSocketProtocol13

__all__ = ["ReadAhead", "SmallFrames", "take_frame"]

AHEAD = 16 * 1024
"""Bytes that are read at once where so many have come; each time so many have to be set to zero."""

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80
_LONGEST_IN_ONE_BYTE, _TWO_BYTES = 125, 126


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
        self._emptied = False
        stream.read_chunk_size = AHEAD

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def closed(self) -> bool:
        """Whether the stream is closed; asked before each frame that is sent."""
        return self._stream.closed()

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
            ahead += await self._more()
        data = bytes(memoryview(ahead)[:count])
        del ahead[:count]
        return data

    async def read_frame(self, longest: int) -> tuple[int, bytes] | None:
        """Wait for something, and read the frame it begins with if that is a small, simple one.

        Args:
            longest: Bytes of its payload at the most.

        Returns:
            As `take_frame`.

        Raises:
            StreamClosedError: The stream ended.
        """
        if not self._ahead:
            self._ahead += await self._more()
        return take_frame(self._ahead, longest)

    async def _more(self) -> bytes:
        """Wait for more."""
        stream: Any = self._stream
        # What TLS has decrypted the event loop knows nothing of.
        decrypted = stream._read_buffer_size > 0 or isinstance(stream, SSLIOStream)
        if self._emptied and not decrypted and not stream.closed():
            # The stream's own way is to look first, and there was nothing left the last time.
            came = stream._start_read()
            stream._read_bytes, stream._read_partial = AHEAD, True
            stream._add_io_state(stream.io_loop.READ)
            data: bytes = await came
        else:
            data = await stream.read_bytes(AHEAD, partial=True)
        self._emptied = len(data) < AHEAD
        return data


def take_frame(ahead: bytearray, longest: int) -> tuple[int, bytes] | None:
    """Take a client's frame off the bytes that have come (RFC 6455, section 5.2).

    Args:
        ahead: What has come.
        longest: Bytes of its payload at the most.

    Returns:
        Its opcode and its payload without the mask. None, and nothing is taken, where it is not
        a whole message of text or bytes below 64 KiB, or has not come as a whole.
    """
    if len(ahead) < 6 or (ahead[0] != _TEXT and ahead[0] != _BINARY) or ahead[1] < _MASKED:
        return None
    size, begin = ahead[1] - _MASKED, 6
    if size > _LONGEST_IN_ONE_BYTE:
        if size > _TWO_BYTES:
            return None
        size, begin = int.from_bytes(ahead[2:4], "big"), 8
    end = begin + size
    if size > longest or len(ahead) < end:
        return None
    data = _websocket_mask(bytes(ahead[begin - 4 : begin]), bytes(ahead[begin:end]))
    opcode = ahead[0] & 0x0F
    del ahead[:end]
    return opcode, data


class SmallFrames(WebSocketProtocol13):
    """Tornado's side of a WebSocket, for which whole small frames are read in one step.

    Nearly all of a client's frames are keys and acknowledgements. Everything else, be it long, in
    pieces, compressed, a ping or wrong, Tornado reads, in steps.
    """

    async def _receive_frame(self) -> None:
        stream: Any = self.stream
        begun: Any = self._fragmented_message_buffer
        if not isinstance(stream, ReadAhead) or self._decompressor is not None or begun is not None:
            return await super()._receive_frame()
        frame = await stream.read_frame(self.params.max_message_size)
        if frame is None:
            return await super()._receive_frame()
        opcode, data = frame
        self._wire_bytes_in += len(data)
        handled = self._handle_message(opcode, data)
        if handled is not None:
            await handled
        return None
