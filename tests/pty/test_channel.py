"""How much work a channel makes of what it reads."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Iterator

import pytest

from tornterm.pty import bulk
from tornterm.pty.channel import READ_BYTES, Channel
from tornterm.pty.gathering import FULL, LARGE, MOST


class Packets:
    """A channel whose reads bring one packet each, and what it made of them."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe2(os.O_DIRECT | os.O_NONBLOCK)
        self.room = READ_BYTES
        self.asked = 0
        self.got: list[int] = []
        self.ends = 0
        self.channel = Channel(
            on_data=lambda data: self.got.append(len(memoryview(data))),
            on_eof=self._ended,
            on_drained=lambda: None,
            may_read=self._may_read,
        )
        self.reading = reading

    def _may_read(self) -> int:
        self.asked += 1
        return self.room

    def _ended(self) -> None:
        self.ends += 1

    def send(self, *sizes: int) -> None:
        for size in sizes:
            os.write(self.writing, b"x" * size)

    async def flood(self, count: int, size: int) -> None:
        """Send packets as fast as they are read, until none is left."""
        for _ in range(count):
            while True:
                try:
                    self.send(size)
                    break
                except BlockingIOError:
                    await turn()
        while select.select([self.reading], [], [], 0)[0]:
            await turn()


@pytest.fixture
def packets(io_loop: object) -> Iterator[Packets]:
    packets = Packets()
    yield packets
    packets.channel.close()
    if packets.writing >= 0:
        os.close(packets.writing)


async def turn() -> None:
    """One turn of the event loop in which it looks at descriptors."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_terminal_is_read_once_in_a_turn(packets: Packets) -> None:
    """In a second read Linux waits until it is full again, and the next flood has its turn late."""
    packets.send(LARGE, LARGE)
    packets.channel.connect(packets.reading)
    packets.channel._readable()
    packets.channel.flush()
    assert packets.got == [LARGE]


async def test_a_flood_is_passed_on_in_few_pieces(
    packets: Packets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is done for output, and whatever decides how much may be read, is done once each."""
    # By itself, as where there is no thread for it; and however slow the machine is, what is
    # passed on is passed on because it is enough.
    monkeypatch.setattr(bulk, "AVAILABLE", False)
    monkeypatch.setattr(packets.channel._gatherer, "_window", 600.0)
    packets.room = MOST
    asked = packets.asked
    packets.channel.connect(packets.reading)
    await packets.flood(256, 4096)
    packets.channel.flush()
    assert sum(packets.got) == 256 * 4096
    assert len(packets.got) <= 256 * 4096 // FULL + 2
    assert packets.asked - asked <= len(packets.got) + 2


async def test_no_more_is_gathered_than_may_be_read(packets: Packets) -> None:
    """The room is that at the beginning of a piece, and a piece keeps within it."""
    packets.room = 3 * LARGE
    packets.channel.connect(packets.reading)
    await packets.flood(32, LARGE)
    packets.channel.flush()
    assert sum(packets.got) == 32 * LARGE
    assert max(packets.got) <= 3 * LARGE


async def test_the_last_words_are_passed_on_when_it_is_closed(packets: Packets) -> None:
    """Also where they were being gathered."""
    packets.send(LARGE, LARGE, 7)
    packets.channel.connect(packets.reading)
    for _ in range(4):
        await turn()
    packets.channel.close()
    assert packets.got == [LARGE, LARGE + 7]


async def test_an_end_behind_a_flood_is_seen_after_it(packets: Packets) -> None:
    """It is no news that could be lost."""
    packets.send(LARGE)
    os.close(packets.writing)
    packets.writing = -1
    packets.channel.connect(packets.reading)
    await turn()
    await turn()
    assert (packets.got, packets.ends) == ([LARGE], 1)
