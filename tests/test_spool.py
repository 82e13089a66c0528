"""What audit sinks over a network share: the spool, the pauses, and one event once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tornterm.spool import Backoff, Full, Spool, SpooledSink, Waiting
from tornterm.testing.conformance.bench import benches
from tornterm.types import AuditEvent


def test_a_full_spool_says_so(tmp_path: Path) -> None:
    """What was taken stays, and what is too much is refused aloud."""
    spool = Spool(tmp_path / "spool.sqlite3", 2)
    assert spool.open() == 0
    spool.add({})
    spool.add({})
    with pytest.raises(Full, match="2 events wait"):
        spool.add({})
    spool.remove(spool.first(1))
    spool.add({})
    assert spool.open() == 2
    assert (tmp_path / "spool.sqlite3").stat().st_mode & 0o777 == 0o600


def test_waiting_grows() -> None:
    """Twice as long after each failure, up to a bound, and from the start after a success."""
    backoff = Backoff(1.0, 60.0, chance=lambda: 1.0)
    assert [backoff.failed() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.succeeded()
    assert backoff.failed() == 1
    assert backoff.failed(asked=30) == 30
    assert backoff.failed(asked=3600) == 60
    assert Backoff(1.0, 60.0, chance=lambda: 0.0).failed() == 0.5


def test_an_event_that_is_given_again_waits_once(tmp_path: Path) -> None:
    """The host does so where a slow disk made it give up; another event like it is another."""

    async def send(batch: Sequence[Waiting]) -> int:
        raise AssertionError("nothing was started")

    spool = Spool(tmp_path / "spool.sqlite3", 100)
    spool.open()
    sink = SpooledSink(spool, send)
    one, two = AuditEvent("auth.ok", 1.0), AuditEvent("auth.ok", 1.0)
    for event in (one, one, two, two):
        sink.tornterm_audit(event)
    assert len(spool.first(10)) == 2


def test_a_sender_that_breaks_is_called_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In order, with the same ids; and what it said is not logged, for it may be a secret."""
    seen: list[tuple[str, str]] = []

    class Broken(SpooledSink):
        name = "broken"

    async def send(batch: Sequence[Waiting]) -> int:
        seen.append((batch[0].id, json.loads(batch[0].text)["event"]))
        if len(seen) == 1:
            raise ValueError("password hunter2")
        return 1

    spool = Spool(tmp_path / "spool.sqlite3", 100)
    plugin = Broken(spool, send, gather=0.0, backoff=Backoff(0.01, 0.01))
    with benches() as make:
        bench = make(plugin)
        for name in ("auth.ok", "auth.failed"):
            assert bench.run(lambda host, n=name: host.audit(AuditEvent(n, 1.0))) == {}
    assert [name for _, name in seen] == ["auth.ok", "auth.ok", "auth.failed"]
    assert seen[0] == seen[1]
    assert spool.first(1) == []
    assert "ValueError" in caplog.text and "hunter2" not in caplog.text
