"""Small steps through what has come: exact, and next to no work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError

from tornterm.web.readahead import ReadAhead


class CountingStream(IOStream):
    """Counts the reads of the socket."""

    reads = 0

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        self.reads += 1
        return super().read_from_fd(buf)


@pytest.fixture
def ends(io_loop: IOLoop) -> Iterator[tuple[CountingStream, socket.socket]]:
    """A stream, and the socket at its other end."""
    ours, theirs = socket.socketpair()
    stream = CountingStream(ours)
    with closing(stream), theirs:
        yield stream, theirs


async def test_bytes_come_in_order_however_they_were_cut(
    ends: tuple[CountingStream, socket.socket],
) -> None:
    """Every step gets what it asked for, from one read or from several."""
    stream, peer = ends
    reader = ReadAhead(stream)
    sent = bytes(range(256)) * 40
    got, at = b"", 0
    for step in (0, 1, 2, 4, 200, 3, 5000):
        while at < len(got) + step:
            peer.send(sent[at : at + 97])
            at += 97
        got += await reader.read_bytes(step)
    assert got == sent[: len(got)] and len(got) == 5210


async def test_many_small_frames_are_one_read(
    ends: tuple[CountingStream, socket.socket],
) -> None:
    """Nor is there a turn of the event loop between them."""
    stream, peer = ends
    reader = ReadAhead(stream)
    peer.send(b"ab" * 1000)
    turns = asyncio.create_task(asyncio.sleep(0))
    await reader.read_bytes(2)
    reads = stream.reads
    await turns
    later = asyncio.create_task(asyncio.sleep(0))
    for _ in range(999):
        assert await reader.read_bytes(2) == b"ab"
    assert not later.done()
    assert (stream.reads, reads) == (1, 1)
    await later


async def test_what_came_before_the_end_can_be_read(
    ends: tuple[CountingStream, socket.socket],
) -> None:
    """The end shows where something is missing, not before."""
    stream, peer = ends
    reader = ReadAhead(stream)
    peer.send(b"abc")
    peer.close()
    assert await reader.read_bytes(3) == b"abc"
    with pytest.raises(StreamClosedError):
        await reader.read_bytes(1)
    assert reader.closed()


async def test_what_is_waited_for_is_taken_where_it_is_read(
    ends: tuple[CountingStream, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One read each, and whoever waits is not woken before something is left."""
    stream, peer = ends
    reader = ReadAhead(stream)
    reads, taken, came = [], [], asyncio.Event()

    def take(ahead: bytearray) -> bool:
        taken.append(bytes(ahead))
        came.set()
        left = b"!" in ahead
        ahead.clear()
        return left

    read = ReadAhead._read
    monkeypatch.setattr(ReadAhead, "_read", lambda self: reads.append(1) or read(self))
    waiting = asyncio.ensure_future(reader.wait(take))
    for key in range(10):
        came.clear()
        peer.send(b"%d" % key)
        await came.wait()
    assert not waiting.done()
    peer.send(b"!")
    await waiting
    assert taken == [b"%d" % key for key in range(10)] + [b"!"]
    assert (len(reads), stream.reads) == (11, 0)


async def test_others_read_as_ever_when_the_waiting_is_over(
    ends: tuple[CountingStream, socket.socket],
) -> None:
    """The stream is its own again, also after whoever waited has been cancelled."""
    stream, peer = ends
    reader = ReadAhead(stream)
    waiting = asyncio.ensure_future(reader.wait(lambda ahead: True))
    await asyncio.sleep(0)
    peer.send(b"a")
    await waiting
    peer.send(b"bc")
    assert await reader.read_bytes(3) == b"abc"
    waiting = asyncio.ensure_future(reader.wait(lambda ahead: True))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert "_handle_read" not in vars(stream)


async def test_the_end_comes_while_it_waits(
    ends: tuple[CountingStream, socket.socket],
) -> None:
    """And whoever waits again hears the same."""
    stream, peer = ends
    reader = ReadAhead(stream)
    peer.send(b"a")
    assert await reader.read_bytes(1) == b"a"
    waiting = asyncio.ensure_future(reader.wait(lambda ahead: True))
    await asyncio.sleep(0)
    peer.close()
    with pytest.raises(StreamClosedError):
        await waiting
    with pytest.raises(StreamClosedError):
        await reader.read_bytes(1)
    with pytest.raises(StreamClosedError):
        await reader.wait(lambda ahead: True)
