"""Audit events in a file: whole lines, for its owner only, never larger than said."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.builtin.apps import FakeApp
from tornterm.errors import ConfigError
from tornterm.plugins import PluginHost
from tornterm.types import AuditEvent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@asynccontextmanager
async def keeping(path: Path, **table: Any) -> AsyncIterator[PluginHost]:
    host = PluginHost(["jsonl"], {"jsonl": {"path": str(path), **table}})
    app = FakeApp(host)
    await host.startup(app)
    try:
        yield host
    finally:
        await host.shutdown(app)


def event(number: int, **facts: Any) -> AuditEvent:
    return AuditEvent("session.created", float(number), "alice", "::1", "s1", facts)


def put(path: Path, text: str) -> None:
    path.write_text(text)


def text(path: Path) -> str:
    return path.read_text()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text(path).splitlines()]


async def test_each_event_is_a_line(path: Path) -> None:
    """One JSON object per line, in order, whatever the texts hold."""
    async with keeping(path) as host:
        for number in range(3):
            assert (
                await host.audit(event(number, text='a\n"\u2028\ud800', odd={1, 2} and object))
                == {}
            )
    kept = lines(path)
    assert [line["time"] for line in kept] == [0.0, 1.0, 2.0]
    assert kept[0]["event"] == "session.created"
    assert kept[0]["text"] == 'a\n"\u2028\ud800'


async def test_the_file_is_for_its_owner_and_grows(path: Path) -> None:
    """A later run goes on where an earlier one stopped; directories are made."""
    path = path.parent / "state" / "tornterm" / path.name
    for number in range(2):
        async with keeping(path) as host:
            await host.audit(event(number))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(lines(path)) == 2


async def test_rotation_keeps_so_many_files(path: Path) -> None:
    """No file grows past its size, the oldest goes, and what stays is without a gap."""
    async with keeping(path, max_size=4096, keep=2) as host:
        for number in range(100):
            await host.audit(event(number, text="x" * 100))
    assert sorted(os.listdir(path.parent)) == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]
    kept: list[float] = []
    for name in ("audit.jsonl.2", "audit.jsonl.1", "audit.jsonl"):
        file = path.with_name(name)
        assert file.stat().st_size <= 4096
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        kept += [line["time"] for line in lines(file)]
    assert kept == [float(number) for number in range(100 - len(kept), 100)]
    assert 40 < len(kept) < 100


async def test_an_event_larger_than_a_file_is_kept_whole(path: Path) -> None:
    """The limit turns pages; it never cuts an event."""
    async with keeping(path, max_size=4096, keep=1) as host:
        await host.audit(event(1, text="x" * 10_000))
        await host.audit(event(2))
    assert len(lines(path)[0]) > 0
    assert [line["time"] for line in lines(path.with_name("audit.jsonl.1"))] == [1.0]


async def test_without_a_limit_there_is_one_file(path: Path) -> None:
    """max_size = 0 leaves turning pages to others."""
    async with keeping(path, max_size=0) as host:
        for number in range(50):
            await host.audit(event(number, text="x" * 1000))
    assert os.listdir(path.parent) == ["audit.jsonl"]


async def test_a_file_that_was_moved_away_is_made_again(path: Path) -> None:
    """logrotate may move the file at any time; nothing is written into the old one after."""
    async with keeping(path) as host:
        await host.audit(event(1))
        os.replace(path, path.with_name("moved"))
        await host.audit(event(2))
    assert [line["time"] for line in lines(path.with_name("moved"))] == [1.0]
    assert [line["time"] for line in lines(path)] == [2.0]


async def test_half_a_line_spoils_no_other(path: Path) -> None:
    """After a crash in the middle of a line the next event begins on a line of its own."""
    half = '{"event": "half'
    put(path, half)
    async with keeping(path) as host:
        await host.audit(event(1))
    written = text(path)
    assert written.startswith(half + "\n")
    assert json.loads(written.removeprefix(half))["time"] == 1.0


@pytest.mark.parametrize(
    ("policy", "synced"), [("always", 3), ("never", 0)], ids=["always", "never"]
)
async def test_fsync_policy(
    path: Path, policy: str, synced: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Always means before anything goes on; never means never."""
    calls: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (calls.append(file), real(file))[1])
    async with keeping(path, fsync=policy) as host:
        for number in range(3):
            await host.audit(event(number))
    assert len(calls) == synced


async def test_fsync_at_intervals(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last event, too, reaches the disk, though no other follows; the end waits for nothing."""
    synced = threading.Event()
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (real(file), synced.set())[0])
    async with keeping(path, fsync="interval", fsync_interval="100ms") as host:
        await host.audit(event(1))
        assert await asyncio.to_thread(synced.wait, 10)
        synced.clear()
        await host.audit(event(2))
    assert synced.is_set(), "what is left is forced to the disk at the end"


async def test_a_disk_that_fails_at_intervals_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that a thread met reaches the audit log with the next event, which is kept."""
    met = threading.Event()
    real = os.fsync

    def failing(file: int) -> None:
        if not met.is_set():
            met.set()
            raise OSError(5, "Input/output error")
        real(file)

    monkeypatch.setattr(os, "fsync", failing)
    with caplog.at_level(logging.ERROR):
        async with keeping(path, fsync="interval", fsync_interval="100ms") as host:
            await host.audit(event(1))
            assert await asyncio.to_thread(met.wait, 10)
            while not caplog.records:
                await asyncio.to_thread(met.wait, 10)
            failed = await host.audit(event(2))
            assert "Input/output error" in failed["jsonl"].why
            assert await host.audit(event(3)) == {}
    assert [line["time"] for line in lines(path)] == [1.0, 2.0, 3.0]


async def test_a_full_disk_is_a_failure(path: Path) -> None:
    """What cannot be written raises, and the next event is written when it can be again."""
    async with keeping(path) as host:
        await host.audit(event(1))
        os.unlink(path)
        os.symlink("/dev/full", path)
        failed = await host.audit(event(2))
        assert "No space left" in failed["jsonl"].why
        os.unlink(path)
        assert await host.audit(event(2)) == {}
    assert [line["time"] for line in lines(path)] == [2.0]


async def test_a_wrong_path_stops_the_start(tmp_path: Path) -> None:
    """A place that cannot be written is told at the start, with the key."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"\[plugins.jsonl\] path: .*cannot be written"):
        async with keeping(tmp_path / "file" / "audit.jsonl"):
            pass


@pytest.mark.parametrize(
    "table",
    [{"fsync": "sometimes"}, {"keep": 0}, {"max_size": "1 KiB"}, {"fsync_interval": "0"}],
)
def test_wrong_tables_are_named(table: dict[str, Any]) -> None:
    """Every mistake is told with its key."""
    with pytest.raises(ConfigError, match=rf"\[plugins.jsonl\] {next(iter(table))}:"):
        PluginHost(["jsonl"], {"jsonl": table}, source="t.toml")
