"""Reading a WebSocket's small frames at the cost of one large read."""

from __future__ import annotations

import socket
from asyncio import Future
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tornado.iostream import IOStream, SSLIOStream
from tornado.util import _websocket_mask
from tornado.websocket import WebSocketProtocol13

__all__ = ["ReadAhead", "SmallFrames", "take_frame"]

AHEAD = 16 * 1024
"""Bytes that are read at once where so many have come."""

AT_ONCE = 8
"""Small frames that are acted on where they are read; others have their turn before the rest."""

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80
_LONGEST_IN_ONE_BYTE, _TWO_BYTES = 125, 126


class ReadAhead:
    """A stream from which Tornado takes frames in small steps: a header, a mask, a payload.

    Each of these steps would make a future and change what the event loop watches, which together
    cost several times as much as a key or an acknowledgement itself. Here they find what they want
    in memory, and whole small frames need no steps at all. Whatever else is asked of it, the stream
    does.

    Args:
        stream: Where the bytes come from.

    Attributes:
        ahead: What has come and was not taken; whoever takes something takes it off.
        closed: Says whether the stream is closed; asked before each frame that is sent.
    """

    def __init__(self, stream: IOStream) -> None:
        self._stream = stream
        self.closed = stream.closed
        self.ahead = bytearray()
        stream.read_chunk_size = AHEAD

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
        if self.ahead or stream._read_buffer_size:
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
        ahead = self.ahead
        while len(ahead) < count:
            ahead += await self._more()
        data = bytes(memoryview(ahead)[:count])
        del ahead[:count]
        return data

    async def wait(self, take: Callable[[bytearray], bool]) -> None:
        """Wait until there is something that is not done with where it is read.

        What comes is read by the event loop's own call, which lets `take` have it at once: for a
        future, a task and another turn there need to be no small frames.

        Args:
            take: Called with `ahead` when something has come, to take off it what it can. Says
                whether the waiting is over.

        Raises:
            StreamClosedError: The stream ended.
        """
        stream: Any = self._stream
        if stream._read_buffer_size > 0 or isinstance(stream, SSLIOStream) or stream.closed():
            # What TLS has decrypted the event loop knows nothing of.
            self.ahead += await self._more()
            return
        over = stream._start_read()
        # As for a read of the stream's own, which is what finds the end.
        stream._read_bytes, stream._read_partial = AHEAD, True
        stream._handle_read = partial(self._came, over, take)
        try:
            stream._add_io_state(stream.io_loop.READ)
            await over
        finally:
            del stream._handle_read

    def _came(self, over: Future[bytes], take: Callable[[bytearray], bool]) -> None:
        stream: Any = self._stream
        if not over.done() and (data := self._read()) is not None:
            self.ahead += data
            if take(self.ahead) and not over.done():
                # It is not to find a read that is over: what comes now is for the next one.
                stream._read_future = stream._read_bytes = None
                stream._read_partial = False
                over.set_result(b"")
        else:
            IOStream._handle_read(stream)

    def _read(self) -> bytes | None:
        """Read once; None where the stream has to find out what there is instead of data."""
        try:
            return self._stream.socket.recv(AHEAD) or None
        except OSError:
            return None

    async def _more(self) -> bytes:
        """Wait for more."""
        data: bytes = await self._stream.read_bytes(AHEAD, partial=True)
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

    _handled: Awaitable[None] | None = None

    async def _receive_frame(self) -> None:
        stream: Any = self.stream
        begun: Any = self._fragmented_message_buffer
        if not isinstance(stream, ReadAhead) or self._decompressor is not None or begun is not None:
            return await super()._receive_frame()
        if not stream.ahead:
            await stream.wait(self._handle_whole)
            handled, self._handled = self._handled, None
            if handled is not None:
                return await handled
            if self.client_terminated or not stream.ahead:
                return None
        frame = take_frame(stream.ahead, self.params.max_message_size)
        if frame is None:
            return await super()._receive_frame()
        opcode, data = frame
        self._wire_bytes_in += len(data)
        handled = self._handle_message(opcode, data)
        if handled is not None:
            await handled
        return None

    def _handle_whole(self, ahead: bytearray) -> bool:
        """Act on small frames where they are read; True if something remains to be done."""
        for _ in range(AT_ONCE):
            frame = take_frame(ahead, self.params.max_message_size)
            if frame is None:
                break
            opcode, data = frame
            self._wire_bytes_in += len(data)
            self._handled = self._handle_message(opcode, data)
            if self._handled is not None or self.client_terminated:
                return True
        return bool(ahead)
