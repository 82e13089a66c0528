"""`tornterm attach` against a real server, over a connection that is cut again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.live.person import DEADLINE_SECONDS, Person, seated
from tornterm.attach import attach
from tornterm.attach.local import LocalTerminal
from tornterm.sessions.members import Right
from tornterm.testing.proxy import FaultProxy
from tornterm.testing.server import LiveServer


@asynccontextmanager
async def attached(
    server: LiveServer, url: str, session: str | None = None
) -> AsyncIterator[tuple[Person, asyncio.Task[int]]]:
    """A client on a terminal of its own, whose prompt stands there."""
    async with seated() as (person, terminal):
        task = asyncio.ensure_future(
            attach(
                url,
                headers=server.headers(),
                session=session,
                stdin_fd=terminal,
                stdout_fd=terminal,
            )
        )
        try:
            await person.sees(b"$ ")
            yield person, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def attached_over() -> AsyncIterator[tuple[Person, FaultProxy, asyncio.Task[int]]]:
    """A client, connected through a network that can be cut."""
    async with LiveServer() as server, FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/"
        async with attached(server, url) as (person, task):
            yield person, proxy, task


async def test_output_input_and_the_exit_code() -> None:
    """What one would expect of a terminal."""
    async with attached_over() as (person, _, task):
        person.type(b"echo $((6*7))\r")
        await person.sees(b"42\r\n")
        person.type(b"exit 5\r")
        assert await task == 5


async def test_every_key_arrives_once_however_often_the_line_is_cut() -> None:
    """Typed before, during and after a cut: each line is run exactly once."""
    async with attached_over() as (person, proxy, _):
        for number in range(8):
            person.type(b"echo n$((100+%d))n\r" % number)
            proxy.cut_after(number * 7)
            await person.sees(b"n%dn\r\n" % (100 + number))
        for number in range(8):
            assert person.seen.count(b"n%dn\r\n" % (100 + number)) == 1


async def test_leaving_leaves_the_session_running() -> None:
    """`~.` after a new line ends the client with 0, not the shell."""
    async with LiveServer() as server, attached(server, server.url) as (person, task):
        person.type(b"\r~.")
        assert await task == 0
        [session] = server.terminals.sessions.get_user_sessions("alice")
        async with attached(server, server.url, session.id) as (again, _):
            again.type(b"echo $((6*7))\r")
            await again.sees(b"42\r\n")


async def test_two_clients_take_control_from_each_other() -> None:
    """A second client takes the right to type, and `~t` takes it back, with what follows it."""
    async with LiveServer() as server, attached(server, server.url) as (first, _):
        [session] = server.terminals.sessions.get_user_sessions("alice")
        async with attached(server, server.url, session.id) as (second, _):
            second.type(b"echo $((6*7))\r")
            await first.sees(b"42\r\n")
            first.type(b"echo $((7*7))\r")
            first.type(b"~techo $((8*8))\r")
            await second.sees(b"64\r\n")
            assert b"49\r\n" not in second.seen


class Notes:
    """What all clients of a test have said about themselves, which goes to stderr."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self._news = asyncio.Event()
        patch.setattr(LocalTerminal, "note", lambda _, text: self._add(text))

    def _add(self, text: str) -> None:
        self.said.append(text)
        self._news.set()

    async def has(self, text: str) -> None:
        """Wait for a note, and forget what was said before and with it."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not any(text in note for note in self.said):
                self._news.clear()
                await self._news.wait()
        self.said.clear()


async def test_a_share_link_watches_asks_and_is_granted_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a login; typing before it is granted goes nowhere, and ~r gives it back."""
    notes = Notes(monkeypatch)
    async with LiveServer() as server, attached(server, server.url) as (owner, _):
        [info] = server.terminals.sessions.get_user_sessions("alice")
        session = server.terminals.sessions.get_session(info.id)
        assert session is not None
        secret, share = session.shares.issue(Right.ASK, 600)
        async with seated() as (guest, terminal):
            link = f"{server.url}s/{info.id}#share={secret}"
            task = asyncio.ensure_future(
                attach(link, headers={}, stdin_fd=terminal, stdout_fd=terminal)
            )
            await notes.has("~t asks for control")
            guest.type(b"echo $((6*7))\r")
            guest.type(b"~t")
            await notes.has("Guest asks for control")
            owner.type(b"\r~g")
            await notes.has("this terminal has control now")
            guest.type(b"echo $((7*8))\r")
            await owner.sees(b"56\r\n")
            guest.type(b"~r")
            await notes.has("this terminal has control now")
            owner.type(b"echo $((8*8))\r")
            await guest.sees(b"64\r\n")
            assert b"42\r\n" not in owner.seen
            session.shares.revoke(share.id)
            assert await task == 255


async def test_what_is_refused_is_said_and_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """To grant what nobody asks for."""
    notes = Notes(monkeypatch)
    async with LiveServer() as server, attached(server, server.url) as (owner, _):
        owner.type(b"\r~g")
        await notes.has("Nobody asks")
        owner.type(b"echo $((6*7))\r")
        await owner.sees(b"42\r\n")


async def test_keys_that_waited_too_long_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shown instead of being typed, and typed when the person says so."""
    notes = Notes(monkeypatch)
    async with attached_over() as (person, proxy, _):
        person.type(b"echo be''fore\r")
        await person.sees(b"before\r\n")
        monkeypatch.setattr("tornterm.attach.visit._PATIENCE_SECONDS", 0.0)
        proxy.refusing = True
        proxy.cut()
        await notes.has("reconnecting")
        person.type(b"echo $((6*7))\r")
        proxy.refusing = False
        await notes.has("not sent, after so long: echo $((6*7))")
        assert b"42\r\n" not in person.seen
        person.type(b"~s")
        await person.sees(b"42\r\n")
