"""The stream of events: everything that changes, once, and never a memory of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.web.admin.listener import Listener
from tests.web.conftest import Serve
from tests.web.site import Site
from tests.web.test_api import make
from tornterm.testing.clock import FakeClock
from tornterm.types import SessionInfo, Size, User
from tornterm.web.admin.desk import MAX_FEEDS
from tornterm.web.admin.recent import RecentEvents


async def test_the_tables_follow_what_happens(serve: Serve) -> None:
    """A session appears, changes its title and goes; so does the row of its user."""
    site = await serve()
    first = (await make(site))["id"]
    async with Listener(site, site.bearer("root")) as listener:
        assert listener.status == 200
        assert "content-type: text/event-stream" in listener.head.lower()
        sessions, users = listener.tables["sessions"], listener.tables["users"]
        await listener.until(lambda: first in sessions and "alice" in users)
        second = (await make(site, site.bearer("bob"), title="build"))["id"]
        await listener.until(lambda: second in sessions and "bob" in users)
        assert (sessions[second]["user"], sessions[second]["title"]) == ("bob", "build")
        assert "rate" in sessions[second]
        await site.ask(f"/api/sessions/{second}", "PATCH", site.bearer("bob"), {"title": "tests"})
        await listener.until(lambda: sessions[second]["title"] == "tests")
        await site.ask(f"/api/sessions/{second}", "DELETE", site.bearer("bob"))
        await listener.until(lambda: second not in sessions and "bob" not in users)
        assert set(sessions) == {first}
        names = [event["event"] for event in listener.audit]
        assert names.count("session.created") == 2
        assert "session.killed" in names


async def test_each_event_once_over_two_connections(serve: Serve) -> None:
    """Who comes back says how far it has got; a number of another run counts for nothing."""
    site = await serve()
    await make(site)
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.audit)
        last = listener.last_id
    await make(site)
    async with Listener(site, {**site.bearer("root"), "Last-Event-ID": last}) as again:
        await again.until(lambda: again.audit)
        assert [event["number"] for event in again.audit] == [int(last) + 1]
    async with Listener(site, {**site.bearer("root"), "Last-Event-ID": "999"}) as stranger:
        await stranger.until(lambda: len(stranger.audit) == 2)


async def test_what_was_missed_is_counted(serve: Serve) -> None:
    """The latest events are there, and how many were before them."""
    site = await serve()
    recent = site.terminals.desk.recent = RecentEvents(site.terminals.desk.wake, kept=3)
    site.terminals.audit.on_event = recent.add
    for _ in range(5):
        await make(site)
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.audit)
        missed = [data["missed"] for name, data in listener.frames if name == "audit"]
        assert (missed, len(listener.audit)) == ([2], 3)


async def test_it_ends_with_the_login(serve: Serve) -> None:
    """As every other connection does."""
    site = await serve()
    cookie = await site.log_in("root")
    async with Listener(site, cookie) as listener:
        await listener.until(lambda: listener.tables["users"])
        assert (await site.ask("/logout", "POST", cookie)).status == 204
        await listener.end()
    assert site.terminals.logins.connections == 0


async def test_it_ends_with_who_may_not_stay(serve: Serve) -> None:
    """A token whose user was dismissed keeps no stream open."""
    clock = FakeClock()
    site = await serve({"auth": {"revalidate": "5s"}}, clock=clock)
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.tables["users"])
        del site.people.users["root"]
        clock.advance(5)
        await listener.end()


async def test_it_ends_with_the_server(serve: Serve) -> None:
    """Nothing is left that would keep it from ending."""
    site = await serve()
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.tables["users"])
        await site.terminals.close()
        await listener.end()


async def gone(site: Site) -> None:
    """Wait until nobody reads any more."""
    async with asyncio.timeout(30):
        while site.terminals.logins.connections:
            await asyncio.sleep(0.01)


async def test_nobody_looks_while_nobody_reads(serve: Serve) -> None:
    """The tables cost nothing without a reader, and are right for the next one."""
    site = await serve()
    roster = site.terminals.desk.roster
    assert roster._task is None
    first = (await make(site))["id"]
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.tables["sessions"])
        assert roster._task is not None
    await gone(site)
    assert roster._task is None
    await site.ask(f"/api/sessions/{first}", "DELETE", site.bearer())
    second = (await make(site))["id"]
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.tables["sessions"])
        assert set(listener.tables["sessions"]) == {second}


async def test_there_are_only_so_many(serve: Serve) -> None:
    """One more is refused with a reason, until another goes."""
    site = await serve()
    desk = site.terminals.desk
    for _ in range(MAX_FEEDS - 1):
        desk.enter()
    async with Listener(site, site.bearer("root")) as listener:
        await listener.until(lambda: listener.tables["users"])
        answer = await site.ask("/api/admin/events", headers=site.bearer("root"))
        assert (answer.status, answer.code) == (429, "page_limit")
    await gone(site)
    async with Listener(site, site.bearer("root")) as listener:
        assert listener.status == 200


def many(count: int) -> list[tuple[User, SessionInfo]]:
    owners = [User(f"user-{number}") for number in range(100)]
    return [
        (owner, SessionInfo(f"s{n}", owner.name, "", "", "running", 0.0, Size(), 0, n))
        for n in range(count)
        for owner in (owners[n % len(owners)],)
    ]


async def test_thousands_of_sessions_come_in_pieces(serve: Serve) -> None:
    """So that the first ones are there soon; later only what changed is sent."""
    clock = FakeClock()
    site = await serve(clock=clock)
    listed: list[tuple[User, SessionInfo]] = many(2000)
    site.terminals.desk.roster._list = lambda: listed
    async with Listener(site, site.bearer("root")) as listener:
        sessions = listener.tables["sessions"]
        await listener.until(lambda: len(sessions) == 2000)
        frames = [data for name, data in listener.frames if name == "sessions"]
        assert [data["reset"] for data in frames] == [True, *[False] * 7]
        assert {len(data["rows"]) for data in frames} == {250}
        changed: Any = listed[7][1]
        listed[7] = (listed[7][0], SessionInfo(**{**_fields(changed), "title": "new"}))
        del listed[1999]
        before = len(listener.frames)
        clock.advance(1)
        await listener.until(lambda: sessions["s7"]["title"] == "new")
        frames = [data for name, data in listener.frames[before:] if name == "sessions"]
        assert [(len(data["rows"]), data["gone"]) for data in frames] == [(1, ["s1999"])]


def _fields(info: SessionInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in SessionInfo.__dataclass_fields__}


async def test_a_slow_reader_costs_nothing(serve: Serve) -> None:
    """What it does not read is not kept for it: it gets each row once, as it is by then."""
    clock = FakeClock()
    site = await serve(clock=clock)
    listed = many(2000)
    looks = 0

    def look() -> list[tuple[User, SessionInfo]]:
        nonlocal looks
        looks += 1
        return [
            (owner, SessionInfo(**{**_fields(info), "title": f"look {looks} {'x' * 200}"}))
            for owner, info in listed
        ]

    site.terminals.desk.roster._list = look

    def seen(listener: Listener, name: str) -> int:
        return int(listener.tables["sessions"].get(name, {}).get("title", "0 0").split()[1])

    async with Listener(site, site.bearer("root")) as slow:
        async with Listener(site, site.bearer("root")) as quick:
            for turn in range(1, 31):
                await quick.until(lambda turn=turn: seen(quick, "s1999") == turn)
                clock.advance(1)
        await slow.until(lambda: seen(slow, "s0") == 31)
        frames = [data for name, data in slow.frames if name == "sessions"]
        assert sum(len(data["rows"]) for data in frames) < 25 * 2000
