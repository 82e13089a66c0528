"""Two thousand cuts at random places: what was received and what was declared is the source."""

from __future__ import annotations

import asyncio
import random

import pytest

from tornterm.core.protocols import v1
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer

from .programs import endless, printed

SEED = "cuts"
TRAVELLERS = 5
CUTS = 140
"""Of each of them; they travel at once, since each spends most of its time waiting for output."""


class Witness(V1Client):
    """A client that remembers from where it asked to go on."""

    asked: int | None = None

    def send(self, message: v1.ClientMessage) -> None:
        if isinstance(message, v1.Resume):
            self.asked = message.offset
        super().send(message)


class Traveller:
    """A client whose connection is cut again and again, and who checks every byte."""

    def __init__(self, server: LiveServer, chance: random.Random) -> None:
        self.client = Witness(server.url, headers=server.headers())
        self.chance = chance
        self.exact = 0
        self.fresh = 0

    async def travel(self, cuts: int) -> None:
        async with self.client:
            await self.client.open()
            for _ in range(cuts):
                await self._read_a_while()
                self.client.abort()
                for _ in range(self.chance.choice([0, 0, 1, 5, 30])):
                    await asyncio.sleep(0)
                exact = await self._come_back()
                # After an exact resume there is no second piece: nothing is missing between.
                assert len(self.client.recording.pieces) <= (1 if exact else 2)
                self._check_pieces()

    async def _read_a_while(self) -> None:
        client = self.client
        count = len(client.recording.screen) + self.chance.choice([0, 1, 700, 30_000, 80_000])
        await client.wait_for(lambda _: len(client.recording.screen) >= count)

    async def _come_back(self) -> bool:
        client = self.client
        answer = await client.resume()
        if answer.mode == "exact":
            assert (answer.offset, answer.skipped) == (client.asked, 0)
            self.exact += 1
            return True
        self.fresh += 1
        part = await client.next_message(v1.Snapshot)
        while not part.first:  # what was left of a snapshot in which the connection was cut
            part = await client.next_message(v1.Snapshot)
        parts = [part]
        if self.chance.random() < 0.5:  # this half is cut inside the snapshot
            return False
        while not parts[-1].last:
            parts.append(await client.next_message(v1.Snapshot))
        length = sum(part.bytes for part in parts)
        end = parts[-1].offset
        assert end is not None
        assert answer.skipped == (0 if client.asked is None else end - length - client.asked)
        await client.wait_for(lambda _: len(client.recording.snapshots[-1]) == length)
        assert client.recording.snapshots[-1] == printed(SEED, end - length, end)
        return False

    def _check_pieces(self) -> None:
        """Each piece is right at its place."""
        at: int | None = None
        for offset, piece in self.client.recording.pieces:
            assert at is None or offset > at
            at = offset + len(piece)
            assert piece == printed(SEED, offset, at)
        self.client.recording.clear()


@pytest.mark.slow
@pytest.mark.gen_test(timeout=240)
@pytest.mark.parametrize("scrollback", ["4 MiB", "256 KiB", "16 KiB"])
async def test_what_was_received_and_declared_is_what_was_printed(scrollback: str) -> None:
    """Within the ring every byte, beyond it a snapshot and the exact number of bytes skipped."""
    # Without a model, a snapshot is the output itself, which can be told byte by byte.
    numbers = {"scrollback": scrollback, "window": "64 KiB", "screen_model": False}
    tables = {"sessions": numbers}
    async with LiveServer(tables, [endless(SEED)]) as server:
        travellers = [Traveller(server, random.Random(number)) for number in range(TRAVELLERS)]
        async with asyncio.TaskGroup() as journeys:
            for traveller in travellers:
                journeys.create_task(traveller.travel(CUTS))
    for traveller in travellers:
        assert traveller.exact + traveller.fresh == CUTS
        # A small ring is nearly always overrun, and a large one hardly ever when the cut was short.
        if scrollback == "16 KiB":
            assert traveller.fresh > CUTS / 10
        else:
            assert traveller.exact > 0
