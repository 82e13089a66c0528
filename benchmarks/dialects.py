"""How to talk to each kind of server: the request, the first message, input and acknowledgements.

Frames from a client are masked with zeros, which every server accepts and which costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["DIALECTS", "Dialect", "frame", "message"]

TEXT, BINARY = 0x81, 0x82
KEY = "dG9ybnRlcm0gYmVuY2htYQ=="


def frame(opcode: int, payload: bytes) -> bytes:
    """A client's frame."""
    size = len(payload)
    if size < 126:
        head = bytes((opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def _stdin(data: bytes) -> bytes:
    return frame(TEXT, json.dumps(["stdin", data.decode("latin-1")]).encode())


def _event(name: str, value: object) -> bytes:
    """A client's frame with an event of socket.io, in gritty's namespace."""
    return frame(TEXT, b"42/gritty," + json.dumps([name, value]).encode())


def message(**fields: object) -> bytes:
    """A client's frame with a JSON object."""
    return frame(TEXT, json.dumps(fields).encode())


def _open_v1(number: int) -> bytes:
    # The first writer of a session has lease 1, so its number need not be waited for.
    return message(type="open", cols=80, rows=24, request=f"bench-{number}")


@dataclass(frozen=True)
class Dialect:
    """The messages of one kind of server.

    Args:
        path: The path of the WebSocket; ``{n}`` is a number that no other connection has. Empty
            for a plain socket.
        headers: Further lines of the request.
        first: What is sent first, given that number.
        encode: Makes frames of input.
        before_input: Sent once before the first input.
        acknowledges: Whether the server waits for ``ack`` messages.
        create: A path to POST to before the WebSocket is opened.
        greetings: What the server says one after the other before it can be told more, and what
            is answered.
    """

    path: str = ""
    headers: tuple[str, ...] = ()
    first: Callable[[int], bytes] = field(default=lambda number: b"")
    encode: Callable[[bytes], bytes] = field(default=lambda data: data)
    before_input: bytes = b""
    acknowledges: bool = False
    create: str = ""
    greetings: tuple[tuple[bytes, bytes], ...] = ()

    def request(self, number: int, port: int) -> bytes:
        """The upgrade request; empty for a plain socket."""
        if not self.path:
            return b""
        lines = (
            f"GET {self.path.format(n=number)} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {KEY}",
            *self.headers,
        )
        return "\r\n".join((*lines, "", "")).encode()


TOKEN = "benchmark-token-0123456789"

DIALECTS = {
    "plain": Dialect(),
    "v1": Dialect(
        path="/ws",
        headers=(f"Authorization: Bearer {TOKEN}", "Sec-WebSocket-Protocol: tornterm.v1"),
        first=_open_v1,
        encode=lambda data: frame(BINARY, data),
        before_input=message(type="input", lease=1),
        acknowledges=True,
    ),
    "terminado": Dialect(path="/ws/t{n}", encode=_stdin),
    "jupyter": Dialect(path="/terminals/websocket/t{n}", encode=_stdin, create="/api/terminals"),
    "text": Dialect(path="/", encode=lambda data: frame(TEXT, data)),
    "ttyd": Dialect(
        path="/ws",
        headers=("Sec-WebSocket-Protocol: tty",),
        first=lambda number: frame(BINARY, b'{"AuthToken":"","columns":80,"rows":24}'),
        encode=lambda data: frame(BINARY, b"0" + data),
    ),
    "gritty": Dialect(
        path="/socket.io/?EIO=4&transport=websocket",
        encode=lambda data: _event("data", data.decode("latin-1")),
        greetings=(
            (b"pingTimeout", frame(TEXT, b"40/gritty,")),
            (b'["accept"]', _event("terminal", {"command": "bash --norc --noprofile"})),
        ),
    ),
}
