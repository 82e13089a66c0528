"""Connections that end while the server still asks whether they may come in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tornterm.hookspecs import hookimpl
from tornterm.sessions.reception import Guest, Reception
from tornterm.testing.clients import LegacyClient, V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import Action, SessionInfo, User


class Gate:
    """A policy that takes as long as the test wants."""

    def __init__(self) -> None:
        self.waiting = 0
        self._open = asyncio.Event()
        self._open.set()

    @hookimpl
    async def tornterm_authorize(self, user: User, action: Action, session: SessionInfo) -> None:
        """Have no opinion, late."""
        if action == "control":
            self.waiting += 1
            await self._open.wait()
            self.waiting -= 1

    def shut(self) -> None:
        """From now on everybody waits."""
        self._open.clear()

    def open(self) -> None:
        """Let everybody through."""
        self._open.set()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def resume(server: LiveServer, writer: V1Client) -> tuple[V1Client, Awaitable[object]]:
    client = V1Client(server.url, headers=server.headers())
    coming = client.resume(session=writer.session, token=writer.token, offset=0, control="take")
    return client, coming


async def resume_legacy(
    server: LiveServer, writer: V1Client
) -> tuple[LegacyClient, Awaitable[object]]:
    client = LegacyClient(server.url, headers=server.headers())
    return client, client.open(resume=writer.token or "")


def remembered(reception: Reception, patch: pytest.MonkeyPatch) -> list[Guest]:
    """Everybody who is at the door from now on."""
    guests: list[Guest] = []

    def remember(name: str) -> None:
        method = getattr(reception, name)

        def remembering(guest: Guest, *args: object, **kwargs: object) -> object:
            guests.append(guest)
            return method(guest, *args, **kwargs)

        patch.setattr(reception, name, remembering)

    remember("resume")
    remember("open_legacy")
    return guests


@pytest.mark.parametrize("come", [resume, resume_legacy])
async def test_who_has_gone_takes_control_from_nobody(
    come: Callable[..., Awaitable[tuple[V1Client | LegacyClient, Awaitable[object]]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor uses up a token, nor is announced: the one who types notices nothing."""
    gate = Gate()
    async with LiveServer(plugins=[gate]) as server:
        async with V1Client(server.url, headers=server.headers()) as writer:
            await writer.open()
            guests = remembered(server.terminals.reception, monkeypatch)
            session = server.terminals.sessions.get_session(writer.session or "")
            assert session is not None
            before = session.writer, session.lease, len(session.tokens)
            gate.shut()
            client, coming = await come(server, writer)
            task = asyncio.ensure_future(coming)
            await until(lambda: gate.waiting and client.connected)
            assert not guests[-1].transport.gone
            client.abort()
            await until(lambda: guests[-1].transport.gone)
            gate.open()
            await until(lambda: not gate.waiting)
            await asyncio.gather(task, return_exceptions=True)
            writer.send_input("echo $((6*7))\n")
            await writer.wait_for(b"42\r\n")
            assert (session.writer, session.lease, len(session.tokens)) == before
            assert server.terminals.sessions.active_count == 1
            await client.disconnect()
