"""Limits hold for all doors together, under races, and say when to come again."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from tornterm.errors import LimitExceeded
from tornterm.sessions.doors import terminado_manager
from tornterm.testing.clients import LegacyClient, V1Client
from tornterm.testing.clock import FakeClock
from tornterm.testing.server import LiveServer
from tornterm.testing.socket import Refused
from tornterm.types import Size, User

from .programs import Program

SLEEPER = Program("/bin/sleep", "1000")
ALICE = User("alice")


class Crowd:
    """Two hundred who want a session at the same moment, each through one of the doors."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.clients: list[V1Client | LegacyClient] = []
        self.terminado = terminado_manager(server.terminals.sessions, ALICE)

    async def by_v1(self) -> bool:
        client = V1Client(self.server.url, headers=self.server.headers(), within=30)
        self.clients.append(client)
        try:
            await client.open()
        except Refused as refused:
            assert refused.close_code == 1013
            return False
        return True

    async def by_legacy(self) -> bool:
        client = LegacyClient(self.server.url, headers=self.server.headers(), within=30)
        self.clients.append(client)
        await client.open()
        try:
            await client.next_message("session")
        except ConnectionError:
            assert client.close_code == 1013
            return False
        return True

    async def by_http(self) -> bool:
        request = HTTPRequest(
            f"{self.server.url}api/sessions",
            method="POST",
            body="{}",
            headers={**self.server.headers(), "Content-Type": "application/json"},
            request_timeout=30,
        )
        try:
            await AsyncHTTPClient(force_instance=True).fetch(request)
        except HTTPClientError as error:
            assert error.code == 429
            return False
        return True

    async def by_terminado(self) -> bool:
        await asyncio.sleep(0)
        try:
            self.terminado.new_named_terminal()
        except LimitExceeded:
            return False
        return True

    async def leave(self) -> None:
        for client in self.clients:
            await client.disconnect()


@pytest.mark.gen_test(timeout=90)
async def test_two_hundred_at_once_get_exactly_as_many_sessions_as_there_are_places() -> None:
    """Whatever door they come through: N of them succeed, the rest are refused, none is lost."""
    places = 17
    tables = {"sessions": {"max": places, "max_per_user": 0, "max_per_hour": 0}}
    async with LiveServer(tables, [SLEEPER]) as server:
        crowd = Crowd(server)
        doors = [crowd.by_v1, crowd.by_legacy, crowd.by_http, crowd.by_terminado]
        answers = await asyncio.gather(*(doors[number % 4]() for number in range(200)))
        assert sum(answers) == places
        assert server.terminals.sessions.active_count == places
        await crowd.leave()
    assert server.terminals.sessions.active_count == 0


@pytest.mark.gen_test(timeout=90)
async def test_the_ledger_equals_the_living_programs_after_random_kills() -> None:
    """Killed from outside, ended over the API, or left alone: no place is lost or kept."""
    chance = random.Random(5)
    tables = {"sessions": {"max": 12, "max_per_user": 0, "max_per_hour": 0, "kill_after": "200ms"}}
    async with LiveServer(tables, [SLEEPER]) as server:
        sessions = server.terminals.sessions
        for _ in range(12):
            while not sessions.is_full:
                await sessions.create(ALICE, Size())
            for info in chance.sample(sessions.list_sessions(), 6):
                session = sessions.get_session(info.id)
                assert session is not None
                assert session.terminal.pid is not None
                if chance.random() < 0.5:
                    os.kill(session.terminal.pid, signal.SIGKILL)
                else:
                    await sessions.destroy_session(info.id)
            await _until(lambda: sessions.active_count == 6)
            pids = [sessions.get_session(i.id).terminal.pid for i in sessions.list_sessions()]  # type: ignore[union-attr]
            assert len(pids) == sessions.active_count
            for pid in pids:
                assert pid is not None
                os.kill(pid, 0)


async def test_a_retry_works_exactly_when_it_was_said_to() -> None:
    """At retryAfter the hour has room again; one second before it has not."""
    clock = FakeClock()
    tables = {"sessions": {"max_per_hour": 2}}
    async with LiveServer(tables, [SLEEPER], clock=clock) as server:
        sessions = server.terminals.sessions
        await sessions.create(ALICE, Size())
        clock.advance(100)
        await sessions.create(ALICE, Size())
        with pytest.raises(LimitExceeded) as refused:
            await sessions.create(ALICE, Size())
        wait = refused.value.retry_after
        assert (refused.value.code, refused.value.limit, refused.value.current, wait) == (
            "user_rate",
            2,
            2,
            3500,
        )
        clock.advance(wait - 1)
        with pytest.raises(LimitExceeded):
            await sessions.create(ALICE, Size())
        clock.advance(1)
        await sessions.create(ALICE, Size())


async def test_a_refusal_says_which_limit_it_was_in_every_dialect() -> None:
    """v1 in the error message, HTTP in the body and Retry-After, legacy in words; 1013 and 429."""
    tables = {"sessions": {"max_per_user": 1, "grace_period": "1h"}}
    async with LiveServer(tables, [SLEEPER]) as server:
        await server.terminals.sessions.create(ALICE, Size())
        async with V1Client(server.url, headers=server.headers()) as client:
            with pytest.raises(Refused):
                await client.open()
            assert client.error is not None
            assert (client.error.code, client.error.limit, client.error.current) == (
                "user_limit",
                1,
                1,
            )
            assert client.close_code == 1013
        async with LegacyClient(server.url, headers=server.headers()) as legacy:
            await legacy.open()
            assert "as many sessions" in (await legacy.next_message("error"))["message"]
            assert await legacy.wait_closed() == 1013
        with pytest.raises(HTTPClientError) as refused:
            await AsyncHTTPClient(force_instance=True).fetch(
                f"{server.url}api/sessions",
                method="POST",
                body="{}",
                headers={**server.headers(), "Content-Type": "application/json"},
            )
        assert refused.value.response is not None
        error = json.loads(refused.value.response.body)["error"]
        assert (refused.value.code, error["code"], error["limit"]) == (429, "user_limit", 1)
        # The one session waits 60 s for somebody to attach, then its place is free.
        assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 60


async def test_a_program_that_cannot_start_costs_no_place_and_no_attempt() -> None:
    """1011 for the client, and the next one has all the room."""
    tables = {"sessions": {"max": 1, "max_per_hour": 1}}
    async with LiveServer(tables, [Program("/does/not/exist")]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            with pytest.raises(Refused):
                await client.open()
            assert client.close_code == 1011
            assert client.error is not None
            assert "/does/not/exist" in client.error.message
        assert server.terminals.sessions.active_count == 0
        assert not await server.terminals.sessions.is_user_rate_limited(ALICE)


async def _until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)
