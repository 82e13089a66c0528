"""What is in the database is found again: each event once, whatever else happens to it."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from database import Make, give, run, settle

from tornterm.errors import AuditUnreadable, CursorGone
from tornterm.spool import Waiting
from tornterm.types import AuditEvent, EventFilter, OlderEvents
from tornterm_audit_sql import Sql, older
from tornterm_audit_sql.older import Position
from tornterm_audit_sql.store import Store


def row(number: int, time: float, **more: Any) -> Waiting:
    """One that is to be written."""
    event = {"event": "test.event", "time": time, "number": number, **more}
    return Waiting(number, f"{number:032x}", json.dumps(event))


async def numbers(
    store: Store, limit: int, until: float = 1e9, wanted: EventFilter | None = None
) -> list[int]:
    """The numbers of all events, page by page."""
    found: list[int] = []
    before: Position | None = Position(until)
    while before is not None:
        page = await store.older(wanted or EventFilter(), before, limit)
        found += [one.facts["number"] for one in page.events]
        before = None if page.cursor is None else Position.parse(page.cursor)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_none_lost_and_none_doubled(make: Make, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """In the order of time and then of coming, though more are written, later and earlier ones."""
    monkeypatch.setattr(older, "WINDOW", 7)
    chance = random.Random(seed)
    users = ("alice", "bob", "carol")

    async def paging() -> None:
        store = Store(make())
        rows = [
            row(n, chance.choice((1.0, 1.5, 2.0, 0.1 * n)), user=chance.choice(users))
            for n in range(60)
        ]
        await store.send(rows)
        there = [json.loads(one.text) for one in rows]
        there.sort(key=lambda one: (one["time"], one["number"]), reverse=True)
        later = iter(range(1000, 10_000))
        for wanted, expected in (
            (EventFilter(), there),
            (EventFilter(user="bob"), [one for one in there if one["user"] == "bob"]),
            (EventFilter(event="nothing.*"), []),
        ):
            until = there[0]["time"]
            before: Position | None = Position(until)
            found: list[int] = []
            while before is not None:
                page = await store.older(wanted, before, chance.randint(1, 9))
                found += [one.facts["number"] for one in page.events]
                before = None if page.cursor is None else Position.parse(page.cursor)
                # Of the same time, and much older, as another server may bring it late.
                new = [row(next(later), chance.choice((until, until + 1, 0.5, 1.0)), user="bob")]
                await store.send(new)
            assert [number for number in found if number < 1000] == [
                one["number"] for one in expected
            ]
            assert len(found) == len(set(found))

    asyncio.run(paging())


def test_a_rare_event_among_many(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request looks through so many rows and no more, and the next one goes on."""
    monkeypatch.setattr(older, "WINDOW", 100)

    async def looking() -> None:
        store = Store(make())
        await store.send([row(n, float(n), session="s1" if n == 50 else "s2") for n in range(950)])
        wanted = EventFilter(session="s1")
        page = await store.older(wanted, Position(1e9), 10)
        assert page == OlderEvents((), str(Position(850.0, page_number(page))))
        assert await numbers(store, 10, wanted=wanted) == [50]

    asyncio.run(looking())


def test_events_of_one_moment_are_in_the_order_they_came_in(make: Make) -> None:
    """Also from one page to the next, and whatever way the database takes to them."""
    rows = [row(n, 1.0) for n in range(40)]
    asyncio.run(Store(make()).send(rows))
    # With an index the database may happen to find them in order.
    run(make(), "DROP INDEX tornterm_audit_time")
    assert asyncio.run(numbers(Store(make()), 7)) == [*reversed(range(40))]


def page_number(page: OlderEvents) -> int:
    assert page.cursor is not None
    return Position.parse(page.cursor).number


def test_rows_of_somebody_else_are_passed_over(make: Make) -> None:
    """The columns say that they fit, and what they hold is no event, or does not fit."""
    rows = [row(1, 1.0, user="alice"), Waiting(2, "b" * 32, '{"time": 2}')]
    asyncio.run(Store(make()).send([*rows, row(3, 3.0, user="x" * 256 + "y")]))
    run(make(), "UPDATE tornterm_audit SET data = '[' WHERE time = 2")

    async def looking() -> None:
        store = Store(make())
        assert await numbers(store, 2) == [3, 1]
        assert await numbers(store, 2, wanted=EventFilter(user="x" * 256)) == []
        assert await numbers(store, 2, wanted=EventFilter(user="x" * 256 + "y")) == [3]

    asyncio.run(looking())


def test_nothing_is_there_yet(make: Make, tmp_path: Path) -> None:
    """Nothing is found, and nobody else may read the file that is made by that."""
    assert asyncio.run(Store(make()).older(EventFilter(), Position(1.0), 5)) == OlderEvents()
    file = tmp_path / "audit.sqlite3"
    assert not file.exists() or file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "1", "1:", "nan:1", "inf:1", "1:-1", f"1:{2**63}", "1:1:1", "1;DROP TABLE x:1"]
)
def test_what_is_no_cursor(text: str) -> None:
    """Somebody made it up."""
    with pytest.raises(CursorGone):
        Position.parse(text)


@pytest.mark.parametrize("position", [Position(1.5, 7), Position(1e-300, 0), Position(-1.1e300)])
def test_a_cursor_leads_back(position: Position) -> None:
    """To the very same place."""
    assert Position.parse(str(position)) == position


def ask(tried: Any, *values: Any) -> Sequence[AuditEvent]:
    """The events of one answer."""
    name, page = tried.run(lambda host: host.older_events(*values))
    assert name == "sql"
    found: Sequence[AuditEvent] = page.events
    return found


def test_a_database_that_is_away_costs_one_request(make: Make, bench: Any, tmp_path: Path) -> None:
    """Events go on being kept meanwhile, and are found when it is back."""
    plugin = Sql(make(timeout="300ms"))
    tried = bench(plugin)
    first, second = (AuditEvent("auth.ok", float(n), "alice") for n in (1, 2))
    give(tried, first)
    tried.run(lambda host: asyncio.wait_for(plugin.settled(), 30), 35)
    if make().url is None:
        with closing(sqlite3.connect(tmp_path / "audit.sqlite3")) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(AuditUnreadable, match="NotTaken"):
                ask(tried, EventFilter(), 9.0, 5)
            give(tried, second)
        tried.run(lambda host: asyncio.wait_for(plugin.settled(), 30), 35)
        assert ask(tried, EventFilter(), 9.0, 5) == (second, first)
    else:
        run(make(), "ALTER TABLE tornterm_audit RENAME COLUMN data TO other")
        with pytest.raises(AuditUnreadable, match="NotTaken: the database says"):
            ask(tried, EventFilter(), 9.0, 5)
        run(make(), "ALTER TABLE tornterm_audit RENAME COLUMN other TO data")
        assert ask(tried, EventFilter(), 9.0, 5) == (first,)
    settle(tried, plugin)
