"""Clients that do not read and programs that do not: nobody else notices, and nothing grows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.browser.process import ServerProcess, serving
from tornterm.testing.clients import LegacyClient, V1Client

TOKEN = "slow-client-token-0123456789"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
MIB = 1024 * 1024
ALLOWED_GROWTH = 8 * MIB
LEVEL_GROWTH = 1 * MIB
LEVEL_SECONDS = 6
MOST_SECONDS = 60
PASTE_SECONDS = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own, so that its memory can be measured."""
    more = f'[[plugins.token.tokens]]\nuser = "owner"\ntoken = "{TOKEN}"\nadmin = true\n'
    with serving(tmp_path, more=more) as process:
        yield process


def resident(server: ServerProcess) -> int:
    """Bytes of memory that the server has in use."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


class Neighbour:
    """Somebody else's session, whose echo has to work all the time."""

    def __init__(self, client: V1Client) -> None:
        self.client = client
        self.number = 0

    async def echo(self) -> None:
        self.number += 1
        self.client.send_input(f"echo $(({self.number}+1000000))\n")
        await self.client.wait_for(f"{self.number + 1000000}\r\n".encode())

    async def echo_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self.echo()
            await asyncio.sleep(0.1)


async def delete(server: ServerProcess, session_id: str) -> None:
    """End a session over the API; returns when its program is gone."""
    await AsyncHTTPClient(force_instance=True).fetch(
        f"{server.url}api/sessions/{session_id}", method="DELETE", headers=HEADERS
    )


async def sessions(server: ServerProcess) -> list[str]:
    """The ids of the living sessions."""
    answer = await AsyncHTTPClient(force_instance=True).fetch(
        f"{server.url}api/sessions", headers=HEADERS
    )
    return [session["id"] for session in json.loads(answer.body)["sessions"]]


@pytest.mark.slow
@pytest.mark.gen_test(timeout=120)
async def test_clients_that_stop_reading_cost_nothing(server: ServerProcess) -> None:
    """`yes` without end into clients that take nothing: flat memory, working neighbours."""
    url = server.url
    async with (
        V1Client(url, headers=HEADERS) as other,
        V1Client(url, headers=HEADERS, auto_ack=False) as v1,
        LegacyClient(url, headers=HEADERS) as legacy,
    ):
        await other.open()
        neighbour = Neighbour(other)
        await neighbour.echo()
        for client in (v1, legacy):
            await stop_in_a_flood(client)
        before = resident(server)
        await stay_level(server, neighbour)
        assert resident(server) - before < ALLOWED_GROWTH
        await end_all_but_the_first(server)
        await neighbour.echo()


async def stay_level(server: ServerProcess, neighbour: Neighbour) -> None:
    """Return when memory has not grown for a while; what leaks slowly never gets there."""
    level, calm = resident(server), 0
    for _ in range(MOST_SECONDS):
        await neighbour.echo_for(1)
        calm += 1
        if resident(server) - level > LEVEL_GROWTH:
            level, calm = resident(server), 0
        if calm == LEVEL_SECONDS:
            return
    raise AssertionError("the server has grown all the time")


async def stop_in_a_flood(client: V1Client | LegacyClient) -> None:
    """Let a client stop reading while its program prints."""
    await client.open()
    # Without an acknowledgement the v1 client gets one window, the legacy one no end.
    if isinstance(client, V1Client):
        client.ack()
    client.send_input("yes\n")
    await client.wait_for(b"y\r\n" * 100)
    client.stop_reading()


@pytest.mark.slow
@pytest.mark.gen_test(timeout=120)
async def test_pastes_that_nobody_reads_cost_nothing(server: ServerProcess) -> None:
    """10 MB for a program that does not read: flat memory, working neighbours, a clean end."""
    url = server.url
    async with (
        V1Client(url, headers=HEADERS) as other,
        V1Client(url, headers=HEADERS) as v1,
        LegacyClient(url, headers=HEADERS) as legacy,
    ):
        await other.open()
        neighbour = Neighbour(other)
        await neighbour.echo()
        before = resident(server)
        for client in (v1, legacy):
            await client.open()
            client.send_input("stty raw -echo; echo rea''dy; sleep 1000\n")
            await client.wait_for(b"ready")
            for _ in range(10):
                client.send_input(b"p" * 1000 * 1000)
        await neighbour.echo_for(PASTE_SECONDS)
        assert resident(server) - before < ALLOWED_GROWTH
        await end_all_but_the_first(server)
        await neighbour.echo()


async def end_all_but_the_first(server: ServerProcess) -> None:
    """Every stuck session can be ended; the oldest is the neighbour's."""
    first, *stuck = await sessions(server)
    assert len(stuck) == 2
    for session_id in stuck:
        await delete(server, session_id)
    assert await sessions(server) == [first]
