"""Whole small frames in one step: the same as Tornado's own reading, whatever is sent."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from tornterm.web.readahead import AT_ONCE, ReadAhead, SmallFrames, take_frame

LIMIT = 70_000
MASK = b"\x37\xfa\x21\x3d"
UPGRADE = (
    b"GET /%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dG9ybnRlcm0gYmVuY2htYQ==\r\n\r\n"
)
TEXT, BINARY, CONTINUED, CLOSE, PING = 1, 2, 0, 8, 9


def frame(opcode: int, payload: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """A frame as a client sends it."""
    first, bit, size = opcode | (0x80 if final else 0), 0x80 if masked else 0, len(payload)
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    if not masked:
        return head + payload
    return head + MASK + bytes(b ^ MASK[i % 4] for i, b in enumerate(payload))


@given(
    st.sampled_from((TEXT, BINARY)),
    st.one_of(st.binary(max_size=300), st.sampled_from((300, 65535)).map(lambda n: b"x" * n)),
    st.binary(max_size=9),
)
def test_a_frame_is_taken_and_what_follows_stays(opcode: int, payload: bytes, rest: bytes) -> None:
    """Of a frame that has not come as a whole nothing is taken."""
    sent = frame(opcode, payload)
    for cut in {0, 1, 2, 5, 6, len(sent) // 2, len(sent) - 1} - {len(sent)}:
        begun = bytearray(sent[:cut])
        assert take_frame(begun, LIMIT) is None
        assert begun == sent[:cut]
    ahead = bytearray(sent + rest)
    assert take_frame(ahead, LIMIT) == (opcode, payload)
    assert ahead == rest


@pytest.mark.parametrize(
    "sent",
    [
        frame(PING, b"x"),
        frame(CLOSE, b"\x03\xe8"),
        frame(CONTINUED, b"x"),
        frame(TEXT, b"x", final=False),
        frame(TEXT, b"x" * 10, masked=False),
        frame(BINARY, b"x" * 65536),
        frame(BINARY, b"x" * 101),
        frame(TEXT | 0x40, b"x"),
    ],
    ids=["ping", "close", "rest", "piece", "unmasked", "long", "beyond the limit", "compressed"],
)
def test_everything_else_is_left_to_tornado(sent: bytes) -> None:
    """Not one byte of it is taken."""
    ahead = bytearray(sent)
    assert take_frame(ahead, 100) is None
    assert ahead == sent


class Witness(WebSocketHandler):
    """Writes down what it is told."""

    def initialize(self, heard: list[object]) -> None:
        """The list belongs to the test."""
        self.heard = heard

    @property
    def max_message_size(self) -> int:
        """Low enough to be met."""
        return LIMIT

    def check_origin(self, origin: str) -> bool:
        """Everybody's."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        """As the real handler does."""
        assert self.ws_connection is not None
        self.ws_connection.stream = ReadAhead(self.ws_connection.stream)  # type: ignore[assignment, arg-type]

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """A message."""
        self.heard.append(message)
        return None

    def on_ping(self, data: bytes) -> None:
        """A ping."""
        self.heard.append(("ping", data))

    def on_close(self) -> None:
        """The end."""
        self.heard.append(("closed", self.close_code))


class Quick(Witness):
    """The same, with whole frames."""

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Ours."""
        usual = super().get_websocket_protocol()
        assert isinstance(usual, WebSocketProtocol13)
        return SmallFrames(self, usual.mask_outgoing, usual.params)


async def conversation(kind: type[Witness], pieces: Sequence[bytes]) -> list[object]:
    """What a handler hears of a connection with these pieces."""
    heard: list[object] = []
    server = HTTPServer(Application([("/.*", kind, {"heard": heard})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        reader, writer = await asyncio.open_connection(*sockets[0].getsockname()[:2])
        writer.write(UPGRADE % kind.__name__.encode())
        await reader.readuntil(b"\r\n\r\n")
        # Where something is wrong, the server hangs up in the middle.
        with suppress(OSError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()
            await reader.read()
        writer.close()
        while not (heard and isinstance(heard[-1], tuple) and heard[-1][0] == "closed"):
            await asyncio.sleep(0.001)
        return heard
    finally:
        server.stop()
        await server.close_all_connections()


@dataclass(frozen=True)
class Sent:
    """A frame in few words."""

    opcode: int
    start: bytes
    size: int
    final: bool
    masked: bool

    def __bytes__(self) -> bytes:
        payload = self.start + b"x" * self.size
        return frame(self.opcode, payload, final=self.final, masked=self.masked)


sent_frames = st.builds(
    Sent,
    st.sampled_from((TEXT, TEXT, BINARY, BINARY, CONTINUED, PING, CLOSE, 3)),
    st.one_of(st.just(b""), st.binary(max_size=20), st.text(max_size=9).map(str.encode)),
    st.sampled_from((0, 0, 0, 105, 106, 125, 126, 300, 65515, 65535, 65536, LIMIT + 1)),
    st.sampled_from((True, True, True, False)),
    st.sampled_from((True, True, True, False)),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(sent_frames, min_size=1, max_size=6), st.lists(st.integers(1, 400), max_size=6))
def test_nothing_is_read_otherwise_than_by_tornado(frames: list[Sent], cuts: list[int]) -> None:
    """Right frames, wrong ones, pieces, pings among pieces: what is heard is the same."""
    sent, pieces = b"".join(map(bytes, frames)), []
    for cut in cuts:
        pieces.append(sent[:cut])
        sent = sent[cut:]
    pieces.append(sent)
    assert asyncio.run(conversation(Quick, pieces)) == asyncio.run(conversation(Witness, pieces))


async def test_keys_and_acknowledgements_are_one_step_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tornado's own reading, with its five coroutines for a frame, is not asked at all."""
    steps: list[int] = []
    small = ReadAhead.read_bytes

    async def counted(reader: ReadAhead, count: int) -> bytes:
        steps.append(count)
        return await small(reader, count)

    monkeypatch.setattr(ReadAhead, "read_bytes", counted)
    frames = [frame(TEXT, b'{"type":"ack","offset":7}'), frame(BINARY, b"k")] * 50
    heard = await conversation(Quick, [b"".join(frames)])
    assert heard == ['{"type":"ack","offset":7}', b"k"] * 50 + [("closed", None)]
    assert not steps


class Turns(Quick):
    """Writes down in which turn of the event loop it is told."""

    turn = 0

    def open(self, *args: str, **kwargs: str) -> None:
        """Count from here on."""
        super().open(*args, **kwargs)
        self._count()

    def _count(self) -> None:
        Turns.turn += 1
        asyncio.get_running_loop().call_soon(self._count)

    def on_message(self, message: str | bytes) -> None:
        """A message."""
        self.heard.append(self.turn)


async def test_others_have_their_turn_between_many_frames() -> None:
    """Nobody's keys hold the event loop, however many come at once."""
    turns = (await conversation(Turns, [frame(BINARY, b"k") * 600]))[:-1]
    assert len(turns) == 600
    # Those that are acted on where they were read, then as many as Tornado thinks right.
    assert turns.count(turns[0]) == AT_ONCE
    assert max(turns.count(turn) for turn in turns) < 300


class Slow(Quick):
    """Takes its time over each message."""

    busy = False

    async def on_message(self, message: str | bytes) -> None:
        """A message."""
        assert not self.busy
        self.busy = True
        for _ in range(3):
            await asyncio.sleep(0)
        self.busy = False
        self.heard.append(message)


async def test_a_message_that_takes_time_is_waited_for() -> None:
    """The next one, whether or not it has come already, is its own affair."""
    keys = [b"%d" % number for number in range(20)]
    for pieces in (map(frame, [BINARY] * 20, keys), [b"".join(map(frame, [BINARY] * 20, keys))]):
        assert await conversation(Slow, list(pieces)) == [*keys, ("closed", None)]
