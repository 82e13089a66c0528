"""A load client that does next to nothing per byte, so that it is never what is measured."""

from __future__ import annotations

import contextlib
import itertools
import json
import selectors
import socket
import time
import urllib.request
from collections.abc import Iterable
from typing import Any

from benchmarks.dialects import DIALECTS, TEXT, Dialect, message
from benchmarks.peers import Running

__all__ = ["PROMPT", "Connection", "Silence", "read_all"]

PROMPT = b"$ "
LITTLE = 1024
LITTLE_SECONDS = 0.05
"""Of little output a page says only so often that it has been parsed: see ``docs/protocol.md``."""
TAIL = 512

_numbers = itertools.count(time.monotonic_ns())


class Silence(Exception):
    """A server did not say what it should have said in time."""


class Connection:
    """One session on a server.

    Args:
        server: The server.
        wait: Return when the shell has printed its prompt.
        receive_buffer: Bytes that the kernel keeps for it; 0 for as many as it likes.
        first: What to send first instead of asking for a new session.

    Attributes:
        tail: The last bytes that came.
        received: Bytes of frames of output; where the dialect acknowledges, of their payload.
    """

    _buffer = bytearray(512 * 1024)

    def __init__(
        self,
        server: Running,
        *,
        wait: bool = True,
        receive_buffer: int = 0,
        first: bytes | None = None,
    ) -> None:
        dialect = DIALECTS[server.dialect]
        number = next(_numbers)
        if dialect.create:
            body = json.dumps({"name": f"t{number}"}).encode()
            url = f"http://127.0.0.1:{server.port}{dialect.create}"
            urllib.request.urlopen(urllib.request.Request(url, body, method="POST")).read()
        opened = socket.socket()
        if receive_buffer:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        opened.connect(("127.0.0.1", server.port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._begin(opened, dialect)
        self._upgraded = not dialect.path
        first = dialect.first(number) if first is None else first
        self.send(dialect.request(number, server.port) + first)
        if wait:
            self.until(PROMPT)

    @classmethod
    def over(cls, opened: socket.socket, dialect: Dialect) -> Connection:
        """One whose peer needs no request."""
        connection = cls.__new__(cls)
        connection._begin(opened, dialect)
        return connection

    def _begin(self, opened: socket.socket, dialect: Dialect) -> None:
        self.socket = opened
        self.dialect = dialect
        self.tail = b""
        self.received = 0
        self.acked = 0
        self._acked_at = 0.0
        self.session: dict[str, Any] = {}
        self._typed = False
        self._upgraded = True
        self._greetings = list(dialect.greetings)
        self._frames = Frames(self) if dialect.acknowledges else None

    def fileno(self) -> int:
        """For a selector."""
        return self.socket.fileno()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if data:
            self.socket.sendall(data)

    def type(self, text: bytes) -> None:
        """Give the program input."""
        first = b"" if self._typed else self.dialect.before_input
        self._typed = True
        self.send(first + self.dialect.encode(text))
        # A page has drawn the last echo by now, and nobody types as soon as there is one.
        if time.monotonic() - self._acked_at >= LITTLE_SECONDS:
            self.settle()

    def read(self) -> bytes:
        """Read once; the last bytes of what has come so far.

        Raises:
            Silence: The server closed the connection.
        """
        return self._took(self.socket.recv_into(self._buffer))

    def sip(self, limit: int) -> None:
        """Read once, and only so many bytes; nothing where there is nothing.

        Raises:
            Silence: The server closed the connection.
        """
        with contextlib.suppress(BlockingIOError):
            self._took(self.socket.recv_into(self._buffer, limit, socket.MSG_DONTWAIT))

    def _took(self, count: int) -> bytes:
        """Make what it is of the first bytes of the buffer."""
        if not count:
            raise Silence("the server closed the connection")
        start = 0
        if not self._upgraded:
            self.tail += bytes(self._buffer[:count])
            head = self.tail.find(b"\r\n\r\n")
            if head < 0:
                return b""
            if not self.tail.startswith(b"HTTP/1.1 101"):
                raise Silence(self.tail[:200].decode("latin-1"))
            self._upgraded = True
            rest, self.tail = self.tail[head + 4 :], b""
            self._buffer[: len(rest)] = rest
            count = len(rest)
        view = memoryview(self._buffer)[start:count]
        if self._frames is not None:
            self._frames.take(view)
            self._acknowledge()
        else:
            self.received += len(view)
            self.tail = (self.tail + bytes(view[-TAIL:]))[-TAIL:]
        if self._greetings and self._greetings[0][0] in self.tail:
            self.send(self._greetings.pop(0)[1])
        return self.tail

    def upgrade(self) -> None:
        """Return when the server has answered the request."""
        while not self._upgraded:
            self.read()

    def _acknowledge(self) -> None:
        assert self._frames is not None
        owed = self.received - self.acked
        step = self.session.get("window", 0) // 4
        if owed >= step or (owed >= LITTLE and self._frames.between):
            self.settle()

    def settle(self) -> None:
        """Acknowledge what has come, as a page does a moment later where it is little."""
        if self._frames is not None and self.received > self.acked:
            self.acked, self._acked_at = self.received, time.monotonic()
            offset = int(str(self.session.get("offset", 0))) + self.received
            self.send(message(type="ack", offset=offset))

    def until(self, text: bytes, timeout: float = 60.0) -> None:
        """Read until `text` has come, forget it, and owe nothing.

        Raises:
            Silence: It did not come in time.
        """
        self._until(text, timeout)
        self.settle()

    def _until(self, text: bytes, timeout: float) -> None:
        self.socket.settimeout(timeout)
        try:
            while text not in self.read():
                pass
        except TimeoutError:
            raise Silence(f"{text!r} did not come; the last was {self.tail[-80:]!r}") from None
        finally:
            self.socket.settimeout(None)
        self.tail = b""

    def echo(self, key: bytes, timeout: float = 10.0) -> float:
        """Seconds from a key to its echo."""
        before = time.perf_counter()
        self.type(key)
        self._until(key, timeout)
        return time.perf_counter() - before

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


class Frames:
    """Finds the frames in what comes, for dialects that count."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._head = b""
        self._left = 0
        self._opcode = 0
        self._text = b""

    @property
    def between(self) -> bool:
        """Whether no frame has come in part."""
        return not self._left and not self._head

    def take(self, view: memoryview) -> None:
        """Count the payload of binary frames; remember the first message."""
        at = 0
        while at < len(view):
            if not self._left:
                at = self._take_head(view, at)
                continue
            step = min(self._left, len(view) - at)
            self._take_payload(view[at : at + step])
            at += step
            self._left -= step

    def _take_head(self, view: memoryview, at: int) -> int:
        have = self._head + bytes(view[at : at + 10 - len(self._head)])
        size = 0 if len(have) < 2 else {126: 4, 127: 10}.get(have[1], 2)
        if not size or len(have) < size:
            self._head = have
            return len(view)
        self._opcode = have[0]
        self._left = have[1] if size == 2 else int.from_bytes(have[2:size], "big")
        at += size - len(self._head)
        self._head = b""
        return at

    def _take_payload(self, part: memoryview) -> None:
        connection = self._connection
        if self._opcode == TEXT:
            if not connection.session:
                self._text += bytes(part)
                if self._left == len(part):
                    connection.session = json.loads(self._text)
            return
        connection.received += len(part)
        connection.tail = (connection.tail + bytes(part[-TAIL:]))[-TAIL:]


def read_all(connections: Iterable[Connection], text: bytes, timeout: float = 120.0) -> None:
    """Read all connections until `text` has come on each.

    Raises:
        Silence: It did not come in time.
    """
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ, connection)
        while selector.get_map():
            ready = selector.select(deadline - time.monotonic())
            if not ready:
                raise Silence(f"{len(selector.get_map())} connections did not get {text!r}")
            for key, _ in ready:
                if text in key.data.read():
                    key.data.tail = b""
                    key.data.settle()
                    selector.unregister(key.data)
