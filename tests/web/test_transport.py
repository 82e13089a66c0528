"""Frames on a real socket: whole, in order, one system call each while the peer reads."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import closing, suppress
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.iostream import IOStream
from tornado.websocket import WebSocketClosedError

from tornterm.web import transport as module
from tornterm.web.transport import SocketTransport


class Pair:
    """A transport and the peer's end of its connection."""

    def __init__(self) -> None:
        ours, self.peer = socket.socketpair()
        self.peer.setblocking(False)
        self.stream = IOStream(ours)
        handler: Any = SimpleNamespace(
            ws_connection=SimpleNamespace(stream=self.stream, is_closing=self._is_closing),
            get_compression_options=lambda: None,
            write_message=self._closed,
            close=lambda code, reason: None,
        )
        self.transport = SocketTransport(handler, "127.0.0.1")

    said_goodbye = False

    def _is_closing(self) -> bool:
        return self.said_goodbye or self.stream.closed()

    def _closed(self, frame: str | bytes, binary: bool) -> None:
        raise WebSocketClosedError

    def close(self) -> None:
        self.stream.close()
        self.peer.close()

    async def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += await asyncio.get_running_loop().sock_recv(self.peer, size - len(data))
        return data


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes that each system call took."""
    taken: list[int] = []
    give = module._give

    def counted(sock: socket.socket, pieces: list[bytes]) -> int:
        taken.append(give(sock, pieces))
        return taken[-1]

    monkeypatch.setattr(module, "_give", counted)
    return taken


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x82\x00"),
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65535, b"\x82\x7e\xff\xff"),
        (65536, b"\x82\x7f" + (65536).to_bytes(8, "big")),
    ],
)
async def test_a_frame_is_one_system_call(calls: list[int], size: int, header: bytes) -> None:
    """Nothing is left to wait for, so nothing is counted as unsent."""
    with closing(Pair()) as pair:
        data = os.urandom(size)
        pair.transport.send_bytes(data)
        assert calls == [len(header) + size]
        assert pair.transport.unsent == 0
        assert await pair.read(len(header) + size) == header + data


async def test_frames_stay_whole_and_in_order_when_the_socket_is_full(calls: list[int]) -> None:
    """What the socket does not take waits in the stream, and so does all that follows it."""
    with closing(Pair()) as pair:
        sent = b""
        moved: list[int] = []
        pair.transport.on_writable = lambda: moved.append(pair.transport.unsent)
        for number in range(40):
            data = bytes([number]) * 30_000
            pair.transport.send_bytes(data)
            pair.transport.send_text("{}")
            sent += b"\x82\x7e" + len(data).to_bytes(2, "big") + data + b"\x81\x02{}"
        assert pair.transport.unsent > 0
        assert pair.stream.writing()
        attempts = len(calls)
        assert attempts < 80  # behind a queue the socket is not tried again
        assert await pair.read(len(sent)) == sent
        while pair.transport.unsent:
            await asyncio.sleep(0)
        assert moved[-1] == 0
        pair.transport.send_bytes(b"again")
        assert len(calls) == attempts + 1


async def test_frames_that_are_held_are_one_system_call(calls: list[int]) -> None:
    """They count as unsent meanwhile, so that whoever adds to them stops in time."""
    with closing(Pair()) as pair:
        pair.transport.hold()
        pair.transport.send_bytes(b"one")
        pair.transport.send_text("{}")
        pair.transport.send_bytes(b"three")
        sent = b"\x82\x03one\x81\x02{}\x82\x05three"
        assert (calls, pair.transport.unsent) == ([], len(sent))
        pair.transport.release()
        assert (calls, pair.transport.unsent) == ([len(sent)], 0)
        assert await pair.read(len(sent)) == sent
        pair.transport.send_bytes(b"!")
        assert len(calls) == 2


async def test_the_last_release_sends(calls: list[int]) -> None:
    """Who greets somebody holds what others hold for a while as well."""
    with closing(Pair()) as pair:
        pair.transport.hold()
        pair.transport.hold()
        pair.transport.send_bytes(b"x")
        pair.transport.release()
        assert calls == []
        pair.transport.release()
        assert calls == [3]


async def test_held_frames_stay_in_order_with_what_the_socket_has_not_taken() -> None:
    """Wherever the socket stops taking them: in a header, in a payload, before any of it."""
    with closing(Pair()) as pair:
        sent = b""
        for number in range(60):
            pair.transport.hold()
            for size in (7, 20_000 + number, 300):
                data = bytes([number]) * size
                pair.transport.send_bytes(data)
                header = (
                    bytes((0x82, size)) if size < 126 else b"\x82\x7e" + size.to_bytes(2, "big")
                )
                sent += header + data
            pair.transport.release()
        assert pair.transport.unsent > 0
        assert await pair.read(len(sent)) == sent
        while pair.transport.unsent:
            await asyncio.sleep(0)


async def test_very_many_held_frames_are_sent(calls: list[int]) -> None:
    """The system takes a limited number of pieces in one call."""
    with closing(Pair()) as pair:
        pair.transport.hold()
        for _ in range(2000):
            pair.transport.send_bytes(b"x")
        pair.transport.release()
        assert 2 <= len(calls) <= 20
        assert await pair.read(6000) == b"\x82\x01x" * 2000


async def test_what_is_held_goes_before_the_close_frame(calls: list[int]) -> None:
    """It was sent before."""
    with closing(Pair()) as pair:
        pair.transport.hold()
        pair.transport.send_bytes(b"last words")
        pair.transport.close(1000, "ended")
        assert len(calls) == 1
        assert await pair.read(12) == b"\x82\x0alast words"


async def test_nothing_follows_a_close_frame(calls: list[int]) -> None:
    """Where the client has said goodbye and Tornado has answered it, output is dropped."""
    with closing(Pair()) as pair:
        pair.said_goodbye = True
        pair.transport.send_bytes(b"late")
        pair.transport.send_text("late")
        assert calls == []
        with pytest.raises(BlockingIOError):
            pair.peer.recv(1)


async def test_a_connection_that_is_gone_is_no_error() -> None:
    """The handler's `on_close` says so; sending does not raise."""
    with closing(Pair()) as pair:
        pair.peer.close()
        for _ in range(3):
            pair.transport.send_bytes(b"x" * 1000)
            await asyncio.sleep(0)


async def test_a_compressed_connection_uses_tornados_own_way() -> None:
    """Its frames are not ours to make."""
    written: list[tuple[Any, bool]] = []

    def write_message(frame: str | bytes, binary: bool) -> asyncio.Future[None]:
        written.append((frame, binary))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    handler: Any = SimpleNamespace(
        ws_connection=SimpleNamespace(stream=None, is_closing=lambda: False),
        get_compression_options=dict,
        write_message=write_message,
    )
    transport = SocketTransport(handler, "127.0.0.1")
    transport.send_bytes(b"data")
    transport.send_text("text")
    await asyncio.sleep(0)
    assert written == [(b"data", True), ("text", False)]
    assert transport.unsent == 0


@pytest.mark.parametrize("held", [False, True])
async def test_a_view_is_let_go_of_when_it_has_been_sent(held: bool) -> None:
    """Taken, waiting for the socket, or lost with it: the memory may change, and be given back."""
    memory = bytearray(b"x" * 65536)

    def send(pair: Pair) -> None:
        if held:
            pair.transport.hold()
        pair.transport.send_bytes(memoryview(memory)[:])
        if held:
            pair.transport.release()
        memory.append(0)  # no view is left, else this is a BufferError
        memory[0] ^= 1

    with closing(Pair()) as pair:
        send(pair)
        assert (
            await pair.read(65536 + 10) == b"\x82\x7f" + (65536).to_bytes(8, "big") + b"x" * 65536
        )
        while not pair.stream.writing():
            send(pair)
        memory[:] = bytes(len(memory))
        sent = b""
        while pair.transport.unsent:
            sent += await asyncio.get_running_loop().sock_recv(pair.peer, 1 << 20)
            await asyncio.sleep(0)
        pair.peer.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                sent += pair.peer.recv(1 << 20)
        # A header has seven zeros.
        assert b"\0" * 8 not in sent
    with closing(Pair()) as broken:
        broken.peer.close()
        send(broken)
        assert broken.stream.error is not None
