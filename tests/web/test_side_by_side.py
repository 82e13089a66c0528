"""Several terminals in one application and one process, and what is left when they are closed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from tornado.web import Application, RequestHandler

from tornterm import Terminals
from tornterm.errors import AuthError, LimitExceeded, SessionNotFound
from tornterm.testing.clients import V1Client
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer
from tornterm.types import SpawnPlan, SpawnRequest, User

CAT = ("/bin/cat",)


def by_header(name: str) -> Callable[[RequestHandler], User | None]:
    """A login of the host's, that goes by a header of that name."""

    def authenticate(handler: RequestHandler) -> User | None:
        found = handler.request.headers.get(name)
        return User(found, admin=found == "root") if found else None

    return authenticate


def make(base: str, header: str, events: CapturedEvents, **sessions: Any) -> Terminals:
    def spawn(user: User, request: SpawnRequest) -> SpawnPlan:
        script = f"echo this is {base} of {user.name}; exec cat"
        return SpawnPlan(("/bin/sh", "-c", script), {}, "/")

    tables = {"plugins": {"enabled": []}, "sessions": {"kill_after": "100ms", **sessions}}
    return Terminals(tables, [events], base=base, authenticate=by_header(header), spawn=spawn)


class Pair:
    """Two terminals in one application."""

    def __init__(self) -> None:
        self.events = CapturedEvents(), CapturedEvents()
        self.one = make("/one", "X-One", self.events[0], max_per_user=1)
        self.two = make("/two", "X-Two", self.events[1], max_per_user=2)
        application = Application([*self.one.handlers(), *self.two.handlers()])
        self.server = LiveServer(terminals=self.one, application=application)
        self.origin = self.server.origin

    async def ask(self, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, Any]:
        sent = {"Origin": self.origin, **headers}
        json_body = {} if method == "POST" else None
        answer = await self.server.fetch(path, headers=sent, method=method, json=json_body)
        return answer.code, json.loads(answer.body or b"null")

    @asynccontextmanager
    async def client(self, base: str, headers: dict[str, str]) -> AsyncIterator[V1Client]:
        sent = {"Origin": self.origin, **headers}
        async with V1Client(f"{self.origin}{base}/", headers=sent, within=60) as client:
            await client.open()
            yield client


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    """The pair, served."""
    made = Pair()
    async with made.server:
        await made.two.start()
        try:
            yield made
        finally:
            await made.two.close()


async def test_each_has_its_own_login_settings_and_sessions() -> None:
    """Who is somebody at one is nobody at the other, and an admin only where an admin."""
    async with pair() as both:
        for base, header, most in (("/one", "X-One", 1), ("/two", "X-Two", 2)):
            own, other = {header: "ann"}, {"X-One": "ann", "X-Two": "ann"}
            del other[header]
            async with both.client(base, own) as client:
                await client.wait_for(f"this is {base} of ann".encode())
            assert (await both.ask(f"{base}/api/me", other))[0] == 401
            _, quota = await both.ask(f"{base}/api/limits", own)
            assert (quota["sessions"], quota["max_per_user"]) == (1, most)
        root = {"X-One": "root"}
        _, shown = await both.ask("/one/api/sessions", {"X-One": "ann"})
        session = shown["sessions"][0]["id"]
        assert (await both.ask(f"/one/api/sessions/{session}", root))[0] == 200
        assert (await both.ask(f"/two/api/sessions/{session}", {"X-Two": "root"}))[0] == 404
        with pytest.raises(LimitExceeded):
            await both.one.open(User("ann"))
        await both.two.open(User("ann"))
        with pytest.raises(SessionNotFound):
            both.two.session(session)
        made = "session.created"
        async with asyncio.timeout(60):
            while [one.names.count(made) for one in both.events] != [1, 2]:
                await asyncio.sleep(0.01)


async def test_tickets_of_one_open_nothing_at_the_other() -> None:
    """Nor do they get used up there."""
    async with pair() as both:
        _, made = await both.ask("/one/api/tickets", {"X-One": "ann"}, "POST")
        with pytest.raises(AuthError):
            both.two.tickets.redeem(made["ticket"], both.two.clock.now())
        admission = both.one.tickets.redeem(made["ticket"], both.one.clock.now())
        assert admission.user.name == "ann"


async def test_closing_one_leaves_the_other() -> None:
    """Its programs, its connections and its door."""
    async with pair() as both:
        async with both.client("/two", {"X-Two": "ann"}) as client:
            async with both.client("/one", {"X-One": "ann"}):
                await both.one.close()
            assert both.one.sessions.active_count == 0
            client.send_input("still here\n")
            await client.wait_for(b"still here\r\nstill here")
            status, _ = await both.ask("/two/api/sessions", {"X-Two": "ben"}, "POST")
            assert status == 201


def held() -> dict[str, object]:
    """What a process has that something could have left behind."""
    gc.collect()
    children = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    with open(children) as file:
        running = len(file.read().split())
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "children": running,
        "log handlers": [handler for one in loggers for handler in getattr(one, "handlers", ())],
        "signal handlers": [signal.getsignal(number) for number in signal.valid_signals()],
        "tasks": len(asyncio.all_tasks()),
        "foreground threads": [one.name for one in threading.enumerate() if not one.daemon],
    }


async def use() -> weakref.ref[Terminals]:
    """Have terminals in every state when they are closed."""
    events = CapturedEvents()
    terminals = make("/term", "X-Name", events, max_per_user=0)
    application = Application(terminals.handlers())
    async with LiveServer(terminals=terminals, application=application) as server:
        async with AsyncExitStack() as stack:
            headers = {"Origin": server.origin, "X-Name": "ann"}
            for _ in range(3):
                client = V1Client(server.url, headers=headers, within=60)
                await stack.enter_async_context(client)
                await client.open()
                await client.wait_for(b"this is /term")
            await client.close()
            kept = await terminals.open(User("ben"), keep=True)
            reading = asyncio.ensure_future(kept.wait())
            await terminals.ticket(User("ann"))
            await asyncio.sleep(0)
            await terminals.close()
            with contextlib.suppress(SessionNotFound):
                await asyncio.wait_for(reading, 60)
    return weakref.ref(terminals)


async def test_nothing_is_left_of_what_was_closed() -> None:
    """Attached, detached, read, with a ticket out: no task, descriptor, child or handler."""
    await use()  # what the process makes once and keeps: its forker, resolver threads
    before = held()
    gone = await use()
    async with asyncio.timeout(60):
        while (now := held()) != before:
            await asyncio.sleep(0.05)
    assert now == before
    async with asyncio.timeout(60):
        while gone() is not None:
            gc.collect()
            await asyncio.sleep(0.05)
