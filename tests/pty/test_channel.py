"""How much work a channel makes of what it reads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from tornterm.pty.channel import FLOOD, READ_BYTES, Channel


class Packets:
    """A channel whose reads bring one packet each, and what it made of them."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe2(os.O_DIRECT | os.O_NONBLOCK)
        self.room = READ_BYTES
        self.got: list[int] = []
        self.ends = 0
        self.channel = Channel(
            on_data=lambda data: self.got.append(len(data)),
            on_eof=self._ended,
            on_drained=lambda: None,
            may_read=lambda: self.room,
        )
        self.reading = reading

    def _ended(self) -> None:
        self.ends += 1

    def send(self, *sizes: int) -> None:
        for size in sizes:
            os.write(self.writing, b"x" * size)


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


async def test_a_flood_is_read_twice_in_a_turn(packets: Packets) -> None:
    """All that is done for output is then done for both; then the next flood has its turn."""
    packets.send(FLOOD, FLOOD, FLOOD)
    packets.channel.connect(packets.reading)
    await turn()
    assert packets.got[0] == 2 * FLOOD
    await turn()
    assert packets.got == [2 * FLOOD, FLOOD]


async def test_little_is_read_once(packets: Packets) -> None:
    """An answer to a key costs no second system call that finds nothing."""
    packets.send(100, 100)
    packets.channel.connect(packets.reading)
    await turn()
    assert packets.got[0] == 100


async def test_both_reads_together_bring_no_more_than_they_may(packets: Packets) -> None:
    """What limits reading is not overstepped by the second."""
    packets.room = FLOOD + 10
    packets.send(FLOOD, FLOOD)
    packets.channel.connect(packets.reading)
    await turn()
    assert packets.got[0] == FLOOD + 10


async def test_an_end_behind_a_flood_is_seen_after_it(packets: Packets) -> None:
    """It is no news that could be lost."""
    packets.send(FLOOD)
    os.close(packets.writing)
    packets.writing = -1
    packets.channel.connect(packets.reading)
    await turn()
    await turn()
    assert (packets.got, packets.ends) == ([FLOOD], 1)
