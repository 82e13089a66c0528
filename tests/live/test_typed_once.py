"""Lines typed over a connection that breaks between sending and accounting, again and again."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tornterm.testing.clients import V1Client
from tornterm.testing.proxy import FaultProxy
from tornterm.testing.server import LiveServer

from .programs import Program

CUTS = 500


async def cut(client: V1Client, proxy: FaultProxy, chance: random.Random) -> None:
    """Break the connection while a line is on its way: at once, a little later, or in a frame."""
    for _ in range(chance.choice([0, 0, 1, 2, 5, 20])):
        await asyncio.sleep(0)
    if chance.random() < 0.4:
        proxy.cut_after(chance.randrange(1, 120))
        await asyncio.sleep(0.002)
    if chance.random() < 0.5:
        client.abort()
    proxy.cut()
    client.abort()


@pytest.mark.slow
@pytest.mark.gen_test(timeout=120)
async def test_each_line_is_in_the_file_exactly_once(tmp_path: Path) -> None:
    """Five hundred cuts between send and acknowledge, and ``cat`` has got what was typed."""
    chance = random.Random(500)
    file = tmp_path / "typed"
    program = Program("/bin/sh", "-c", f"exec cat > '{file}'")
    lines = [f"line {number} {'x' * chance.randrange(60)}\n" for number in range(CUTS)]
    unaccounted = 0
    async with LiveServer(plugins=[program]) as server, FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/"
        async with V1Client(url, headers=server.headers()) as client:
            await client.open()
            for line in lines:
                client.send_input(line)
                await cut(client, proxy, chance)
                unaccounted += len(client.input) > 0
                await client.resume()
            client.send_input("\x04")
            assert await client.wait_closed() == 1000
            assert client.lost_input == b""
    assert file.read_text().splitlines(keepends=True) == lines
    assert unaccounted > CUTS / 2, "nearly every cut is to come before the account"
