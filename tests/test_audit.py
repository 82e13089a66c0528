"""The audit log: recording never waits, and nothing is lost in silence."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from tornterm.audit import AuditLog
from tornterm.errors import AuditUnavailable, ConfigError, PluginError
from tornterm.hookspecs import hookimpl
from tornterm.plugins import PluginHost
from tornterm.types import AuditEvent


class Sink:
    """Keeps events, unless it is told to fail or to wait."""

    def __init__(self, name: str = "sink") -> None:
        self.name = name
        self.kept: list[AuditEvent] = []
        self.attempts = 0
        self.broken = False
        self.attempted = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.kept]

    @hookimpl
    async def tornterm_audit(self, event: AuditEvent) -> None:
        self.attempts += 1
        self.attempted.set()
        await self.open.wait()
        if self.broken:
            raise OSError("disk full")
        self.kept.append(event)


def log_to(*sinks: object, required: bool = False, queue: int = 1000) -> AuditLog:
    host = PluginHost([], {}, sinks)
    return AuditLog(host, required, lambda: 12.5, queue=queue, retry=0.01)


async def test_events_reach_all_sinks_in_order() -> None:
    """Each sink gets each event, in the order of recording, with the time of the clock."""
    one, two = Sink("one"), Sink("two")
    log = log_to(one, two)
    for number in range(20):
        log.record(log.event("session.created", user="alice", number=number))
    await log.close()
    assert one.kept == two.kept
    assert [event.facts["number"] for event in one.kept] == list(range(20))
    assert one.kept[0].time == 12.5


async def test_recording_does_not_wait() -> None:
    """A sink that takes its time delays nobody who records."""
    sink = Sink()
    sink.open.clear()
    log = log_to(sink)
    for _ in range(100):
        log.record(log.event("auth.ok"))
    await sink.attempted.wait()
    assert sink.kept == []
    sink.open.set()
    await log.close()
    assert len(sink.kept) == 100


async def test_a_failing_sink_does_not_keep_others_from_an_event(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without audit.required an event that one sink refuses is logged and counted, not repeated."""
    bad, good = Sink("bad"), Sink("good")
    bad.broken = True
    log = log_to(bad, good)
    log.record(log.event("auth.ok"))
    log.record(log.event("auth.failed"))
    await log.close()
    assert good.names == ["auth.ok", "auth.failed"]
    assert bad.attempts == 2
    assert log.lost == 2
    assert "disk full" in caplog.text


async def test_overflow_is_counted_logged_and_recorded(caplog: pytest.LogCaptureFixture) -> None:
    """What finds no room is lost, but the log says so, and so does the audit log itself."""
    sink = Sink()
    sink.open.clear()
    log = log_to(sink, queue=3)
    log.record(log.event("first"))
    await sink.attempted.wait()
    for _ in range(5):
        log.record(log.event("auth.failed"))
    assert log.lost == 2
    assert "audit event auth.failed lost" in caplog.text
    sink.open.set()
    await log.close()
    assert sink.names == ["first", "audit.lost", "auth.failed", "auth.failed", "auth.failed"]
    assert sink.kept[1].facts == {"count": 2}


async def test_required_refuses_while_a_sink_fails_and_loses_nothing() -> None:
    """The failed event is tried again by itself; when it is kept, new sessions are possible."""
    bad, good = Sink("bad"), Sink("good")
    bad.broken = True
    log = log_to(bad, good, required=True)
    log.check()
    log.record(log.event("session.created"))
    log.record(log.event("session.exited"))
    while bad.attempts < 3:
        bad.attempted.clear()
        await bad.attempted.wait()
    with pytest.raises(AuditUnavailable, match=r"'bad'.*disk full"):
        log.check()
    bad.broken = False
    await log.close()
    log.check()
    assert bad.names == ["session.created", "session.exited"]
    assert good.names == bad.names, "a sink that has an event does not get it again"
    assert log.lost == 0


async def test_required_refuses_while_the_queue_is_full() -> None:
    """A queue without room is as bad as a sink that fails."""
    sink = Sink()
    sink.open.clear()
    log = log_to(sink, required=True, queue=2)
    log.record(log.event("first"))
    await sink.attempted.wait()
    log.record(log.event("second"))
    log.check()
    log.record(log.event("third"))
    with pytest.raises(AuditUnavailable, match="2 events wait"):
        log.check()
    sink.open.set()
    await log.close()
    log.check()
    assert sink.names == ["first", "second", "third"]


async def test_not_required_never_refuses() -> None:
    """Without audit.required a broken sink keeps nobody from working."""
    sink = Sink()
    sink.broken = True
    log = log_to(sink, queue=1)
    for _ in range(5):
        log.record(log.event("auth.ok"))
    log.check()
    await log.close()
    log.check()


async def test_close_gives_up_after_its_time(caplog: pytest.LogCaptureFixture) -> None:
    """A sink that hangs does not keep the server from ending; what is lost is counted."""
    sink = Sink()
    sink.open.clear()
    log = log_to(sink)
    for _ in range(3):
        log.record(log.event("auth.ok"))
    await log.close(0.01)
    assert log.lost == 3
    assert "lost" in caplog.text
    log.record(log.event("too.late"))
    assert log.lost == 4


async def test_events_before_the_loop_are_kept() -> None:
    """What is recorded before there is a loop goes out with the first event on it."""
    sink = Sink()
    log = log_to(sink)
    await asyncio.to_thread(lambda: log.record(log.event("early")))
    log.record(log.event("late"))
    await log.close()
    assert sink.names == ["early", "late"]


async def test_required_needs_a_sink() -> None:
    """A required log that nobody keeps is a mistake in the configuration."""
    with pytest.raises(ConfigError, match=r"\[audit\] required"):
        AuditLog(PluginHost([], {}), required=True)


async def test_without_sinks_nothing_waits() -> None:
    """Where no plugin keeps events, recording is free and nothing counts as lost."""
    log = AuditLog(PluginHost([], {}), queue=1)
    for _ in range(5):
        log.record(log.event("auth.ok"))
    assert log.lost == 0
    log.required = True
    with pytest.raises(AuditUnavailable):
        log.check()


async def test_facts_from_clients_are_cut_and_made_printable() -> None:
    """Nobody can write lines, colours or megabytes into the audit log."""
    log = log_to(Sink())
    event = log.event(
        "auth.failed",
        user="bob\n2026 auth.ok",
        remote="\x1b[2J",
        session_id="\u202egnp",
        agent="x" * 10_000,
        nested={"a\x00": ["b\r\n", 1, None, float("nan")]},
        other=object,
    )
    assert event.user == "bob\\n2026 auth.ok"
    assert event.remote == "\\x1b[2J"
    assert event.session_id == "\\u202egnp"
    assert len(event.facts["agent"]) == 256
    assert event.facts["nested"] == {"a\\x00": ["b\\r\\n", 1, None, "nan"]}
    assert json.loads(json.dumps(event.as_dict())) == event.as_dict()


async def test_facts_cannot_take_the_place_of_an_event_s_own_values() -> None:
    """A fact named like the event's time or user would replace it in the flat form."""
    log = log_to(Sink())
    with pytest.raises(TypeError, match="event"):
        log.event("auth.ok", event="session.created")


async def test_a_failing_plugin_is_recorded() -> None:
    """A plugin whose answer counted and that failed stands in the audit log."""

    class Failing:
        @hookimpl
        async def tornterm_revalidate(self) -> None:
            raise RuntimeError("directory down")

    sink = Sink()
    host = PluginHost([], {}, [sink, Failing()])
    log = AuditLog(host)
    host.on_error = log.plugin_failed
    assert await host.revalidate(None) is False  # type: ignore[arg-type]
    await log.close()
    assert sink.names == ["plugin.error"]
    facts = sink.kept[0].facts
    assert (facts["plugin"], facts["hook"]) == ("Failing", "tornterm_revalidate")
    assert "directory down" in facts["why"]


async def test_a_failing_sink_is_not_recorded_in_itself() -> None:
    """A sink's own failure must not make another event for it to fail at."""
    sink = Sink()
    sink.broken = True
    host = PluginHost([], {}, [sink])
    log = AuditLog(host)
    host.on_error = log.plugin_failed
    log.record(log.event("auth.ok"))
    await log.close()
    assert sink.attempts == 1


async def test_a_worker_that_meets_a_bug_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """Even what the host itself never raises must not end the audit log."""

    class Buggy:
        calls = 0

        def names_for(self, hook: str) -> tuple[str, ...]:
            return ("buggy",)

        async def audit(self, event: AuditEvent, only: object = None) -> dict[str, PluginError]:
            self.calls += 1
            if self.calls == 1:
                raise KeyError(event.name)
            return {}

    sinks = Buggy()
    log = AuditLog(sinks)
    with caplog.at_level(logging.ERROR):
        log.record(log.event("one"))
        log.record(log.event("two"))
        await log.close()
    assert sinks.calls == 3, "both events, and one that says that the first was lost"
    assert "the audit worker failed" in caplog.text
