"""What the file sink gives of what it has kept."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.builtin.test_jsonl import event, keeping, put, text
from tornterm.builtin import backwards
from tornterm.errors import CursorGone
from tornterm.plugins import PluginHost
from tornterm.types import AuditEvent, EventFilter, OlderEvents

ALL = EventFilter()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


async def page(
    host: PluginHost, begin: float | str, limit: int = 100, **wanted: str
) -> OlderEvents:
    answer = await host.older_events(EventFilter(**wanted), begin, limit, "jsonl")
    assert answer is not None
    return answer[1]


async def times(
    host: PluginHost, begin: float = 1e12, limit: int = 100, **wanted: str
) -> list[float]:
    """The times of all events, page by page."""
    found: list[float] = []
    cursor: float | str | None = begin
    while cursor is not None:
        older = await page(host, cursor, limit, **wanted)
        assert len(older.events) <= limit
        found += [one.time for one in older.events]
        cursor = older.cursor
    return found


async def test_pages_through_all_files(path: Path) -> None:
    """The newest first, also those of files that were turned."""
    async with keeping(path, max_size=4096, keep=50) as host:
        for number in range(200):
            await host.audit(event(number, text="x" * 100))
        assert len(os.listdir(path.parent)) > 5
        for limit in (7, 100, 500):
            assert await times(host, limit=limit) == [float(n) for n in reversed(range(200))]
        older = await page(host, 1e12, 1)
        assert older.events == (event(199, text="x" * 100),)


async def test_events_that_come_meanwhile(path: Path) -> None:
    """Neither hide an older one nor bring it twice, though the file is turned by them."""
    async with keeping(path, max_size=4096, keep=500) as host:
        for number in range(100):
            await host.audit(event(number, text="x" * 100))
        seen: list[float] = []
        cursor: float | str | None = 99.0
        number = 100
        while cursor is not None:
            older = await page(host, cursor, 3)
            seen += [one.time for one in older.events]
            cursor = older.cursor
            for _ in range(11):
                await host.audit(event(number, text="y" * 100))
                number += 1
        assert seen == [float(n) for n in reversed(range(100))]


async def test_at_or_before_a_time(path: Path) -> None:
    """That one is among them; and from there on nothing is left out, if the clock went back."""
    async with keeping(path) as host:
        for time in (1, 5, 5, 6, 2, 3, 9):
            await host.audit(event(time))
        assert await times(host, 5.0) == [3.0, 2.0, 6.0, 5.0, 5.0, 1.0]
        assert await times(host, 0.5) == []


async def test_a_time_that_is_far_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is newer is passed over in steps, and stays passed over."""
    monkeypatch.setattr(backwards, "MOST", 300)
    monkeypatch.setattr(backwards, "BLOCK", 100)
    monkeypatch.setattr(backwards, "LONGEST", 250)
    async with keeping(path) as host:
        for number in range(50):
            await host.audit(event(number))
        older = await page(host, 3.0, 2)
        assert older.events == ()
        assert older.cursor is not None
        assert await times(host, 3.0, 2) == [3.0, 2.0, 1.0, 0.0]


async def test_only_what_is_wanted(path: Path) -> None:
    """A star stands for anything, and nothing else for anything but itself."""
    names = ["a.b", "a.bc", "a%b", "a_b", "axb", "a?b", "a[b]", "*"]
    async with keeping(path) as host:
        for number, name in enumerate(names):
            await host.audit(AuditEvent(name, float(number), f"user {name}", "::1", f"s{number}"))
        for name in names[:-1]:
            assert await times(host, event=name) == [float(names.index(name))]
        assert await times(host, event="a.*") == [1.0, 0.0]
        assert await times(host, event="a*b") == [5.0, 4.0, 3.0, 2.0, 0.0]
        assert await times(host, event="*", limit=3) == [float(n) for n in reversed(range(8))]
        assert await times(host, user="user *") == [7.0]
        assert await times(host, user="user a_b", session="s3", remote="::1") == [3.0]
        assert await times(host, user="user a_b", session="s4") == []


async def test_a_line_that_somebody_else_wrote(path: Path) -> None:
    """Is found by what it says, however it is written."""
    odd = r'{"time": 1.0,"user":"\u00c9va \/ b","session":"\u00e9","remote":"::1",  "event":"a\/b"}'
    put(path, odd + "\n")
    async with keeping(path) as host:
        for wanted in ({"user": "Éva / b"}, {"session": "é"}, {"event": "a/*"}, {"remote": "::1"}):
            assert await times(host, **wanted) == [1.0], wanted


async def test_what_is_no_event_is_passed_over(path: Path) -> None:
    """Halves of lines, other JSON, other files' contents; the events between are there."""
    put(path, '{"event": "half\n[1]\n{"time": 1}\n' + "[" * 100_000 + "\n\x00\xff\n")
    async with keeping(path) as host:
        await host.audit(event(1))
        put(path, text(path) + '{"event": "a", "time": NaN}\n{"event": "a", "time": 2}\n{"event"')
        assert await times(host) == [2.0, 1.0]


async def test_a_cursor_that_leads_nowhere(path: Path) -> None:
    """After logrotate's copytruncate, or made up: said so, and the next request is answered."""
    async with keeping(path) as host:
        for number in range(10):
            await host.audit(event(number))
        cursor = (await page(host, 100.0, 3)).cursor
        assert cursor is not None
        os.truncate(path, 0)
        for made_up in (cursor, "nothing", f"{cursor}x", "@", "0:0:0:0:0:0@"):
            with pytest.raises(CursorGone):
                await page(host, made_up)
        await host.audit(event(11))
        assert await times(host) == [11.0]


async def test_no_file_yet(path: Path) -> None:
    """Nothing was kept, so nothing is found; and what is no file cannot be read."""
    async with keeping(path) as host:
        os.unlink(path)
        assert await page(host, 1.0) == OlderEvents()
        os.symlink("/dev/full", path)
        assert await host.older_events(ALL, 1.0, 5) is None


async def test_a_disk_that_hangs_keeps_no_event_from_being_kept(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many read at once, and none gets on: they hold neither the lock nor the sink's threads."""
    entered = threading.Semaphore(0)
    over = threading.Event()

    def hanging(*_: Any) -> bytes:
        entered.release()
        over.wait()
        return b""

    async with keeping(path) as host:
        await host.audit(event(1))
        monkeypatch.setattr(backwards.os, "pread", hanging)
        readers = [asyncio.create_task(page(host, 5.0)) for _ in range(6)]
        for _ in range(4):
            await asyncio.to_thread(entered.acquire)
        monkeypatch.undo()
        assert await host.audit(event(2)) == {}
        over.set()
        await asyncio.gather(*readers, return_exceptions=True)
        assert await times(host) == [2.0, 1.0]
