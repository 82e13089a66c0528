"""A WebSocket as the session layer sees it."""

from __future__ import annotations

import socket
from asyncio import Future
from collections.abc import Callable
from typing import Any

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

__all__ = ["SocketTransport"]

_BINARY = 0x82
_TEXT = 0x81

_MOST_PIECES = 256
"""Headers and payloads that are sent together; the system takes 1,024."""


class SocketTransport:
    """Sends frames and knows how much of them the socket has not taken yet.

    Args:
        handler: The WebSocket.
        remote: The client's address.

    Attributes:
        unsent: Bytes handed over that the socket has not taken yet.
        on_writable: Called whenever `unsent` has fallen.
    """

    def __init__(self, handler: WebSocketHandler, remote: str) -> None:
        self._handler = handler
        self._remote = remote
        self.unsent = 0
        self._holds = 0
        self._held: list[bytes | memoryview] = []
        self._connection = handler.ws_connection
        self._plain = _plain_stream(handler)
        self.on_writable: Callable[[], None] | None = None

    @property
    def gone(self) -> bool:
        """Whether the connection has ended, from whichever side."""
        connection: Any = self._handler.ws_connection
        return connection is None or connection.stream is None or connection.stream.ended

    @property
    def remote(self) -> str:
        """The client's address."""
        return self._remote

    def send_bytes(self, data: bytes | memoryview) -> None:
        """Send one binary frame."""
        if not self._holds:
            data = bytes(data)
        if self._plain is None:
            self._send(bytes(data), binary=True)
        else:
            self._send_frame(_BINARY, data)

    def send_text(self, text: str) -> None:
        """Send one text frame."""
        if self._plain is None:
            self._send(text, binary=False)
        else:
            self._send_frame(_TEXT, text.encode())

    def hold(self) -> None:
        """Keep frames until as many calls of `release`, as far as they are ours to make."""
        self._holds += 1

    def release(self) -> None:
        """Send what has been kept in one system call, if the socket takes it."""
        self._holds -= 1
        if not self._holds:
            self._send_held()

    def _send_held(self) -> None:
        if not self._held:
            return
        held, self._held = self._held, []
        size = sum(map(len, held))
        self.unsent -= size
        if (stream := self._stream) is not None:
            self._send_pieces(stream, held, size)

    def close(self, code: int, reason: str) -> None:
        """Close with a WebSocket close code, after what was handed over before."""
        self._send_held()
        self.on_writable = None
        self._handler.close(code, reason)

    @property
    def _stream(self) -> IOStream | None:
        """Where frames may go directly; None behind a close frame, which is the last."""
        open_ = self._connection is not None and not self._connection.is_closing()
        return self._plain if open_ else None

    def _send_frame(self, opcode: int, data: bytes | memoryview) -> None:
        """Send a frame past `write_message`, which makes a task and two futures for each."""
        header = _header(opcode, len(data))
        self._held += (header, data)
        self.unsent += len(header) + len(data)
        if not self._holds or len(self._held) >= _MOST_PIECES:
            self._send_held()

    def _send_pieces(self, stream: IOStream, pieces: list[bytes | memoryview], size: int) -> None:
        taken = 0 if stream.writing() else _give(stream.socket, pieces)
        if taken == size:
            return
        while taken >= len(pieces[0]):
            taken -= len(pieces.pop(0))
        left = memoryview(b"".join(pieces))[taken:]
        # The error of a connection that breaks here keeps this frame, and with it what it knows.
        pieces.clear()
        try:
            future = stream.write(left)
        except StreamClosedError:
            return  # the handler's on_close tells the attachment
        self._wait_for(future, len(left))

    def _send(self, frame: str | bytes, *, binary: bool) -> None:
        try:
            future = self._handler.write_message(frame, binary)
        except WebSocketClosedError:
            return  # the handler's on_close tells the attachment
        self._wait_for(future, len(frame))

    def _wait_for(self, future: Future[None], size: int) -> None:
        self.unsent += size
        future.add_done_callback(lambda done: self._sent(done, size))

    def _sent(self, done: Future[None], size: int) -> None:
        if not done.cancelled():
            done.exception()  # a closed connection is reported by on_close, not by each frame
        self.unsent -= size
        if self.on_writable is not None:
            self.on_writable()


def _plain_stream(handler: WebSocketHandler) -> IOStream | None:
    """The stream of a connection whose bytes are the frames' own: no TLS, no compression."""
    connection: Any = handler.ws_connection
    stream = getattr(connection, "stream", None)
    # An SSLIOStream encrypts and knows no `sendmsg`.
    plain = type(stream) is IOStream and handler.get_compression_options() is None
    return stream if plain else None


def _header(opcode: int, size: int) -> bytes:
    """The header of an unmasked frame in one piece (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((opcode, size))
    if size < 65536:
        return bytes((opcode, 126)) + size.to_bytes(2, "big")
    return bytes((opcode, 127)) + size.to_bytes(8, "big")


def _give(sock: socket.socket, pieces: list[bytes | memoryview]) -> int:
    """What the socket takes of frames at once; only while the stream has nothing queued.

    They cost one system call and no copy this way. Whatever the socket does not take, and
    every error, is left to the stream, whose own attempt finds the same.
    """
    try:
        return sock.sendmsg(pieces)
    except OSError:
        return 0
