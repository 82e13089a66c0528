"""What is kept in memory: an hour of samples, the latest events, the plugins' calls."""

from __future__ import annotations

from tornterm.errors import PluginError
from tornterm.plugins import PluginInfo
from tornterm.testing.clock import FakeClock
from tornterm.types import AuditEvent
from tornterm.web.admin.health import PluginHealth
from tornterm.web.admin.history import History, memory_in_use
from tornterm.web.admin.recent import EventFilter, RecentEvents


class Sessions:
    """Sessions that print as the test says."""

    def __init__(self) -> None:
        self.printed: dict[str, int] = {}

    @property
    def active_count(self) -> int:
        return len(self.printed)

    def outputs(self) -> list[tuple[str, int]]:
        return list(self.printed.items())


class LateClock(FakeClock):
    """Its timers may fire late, as on a loop that is busy."""

    def late(self, seconds: float) -> None:
        self._now += seconds
        self.advance(0)


def test_a_sample_every_ten_seconds_for_an_hour() -> None:
    """Older ones make room; what was printed is a rate, whoever printed it."""
    clock, sessions, rung = FakeClock(), Sessions(), []
    sessions.printed["old"] = 5_000
    history = History(sessions, lambda: 7, clock, lambda: rung.append(1))
    history.start()
    sessions.printed |= {"old": 5_500, "new": 500}
    clock.advance(10)
    latest = history.latest
    assert latest is not None
    assert (latest.sessions, latest.connections, latest.output) == (2, 7, 100.0)
    assert latest.time == clock.wall()
    assert latest.delay == 0
    clock.advance(2 * 3600)
    columns = history.columns()
    assert {len(column) for column in columns.values()} == {360}
    assert columns["time"] == sorted(columns["time"])
    assert columns["output"][-1] == 0
    assert len(rung) == history.taken == 721
    history.close()
    history.close()
    assert clock.pending == 0


def test_the_delay_of_the_loop_is_the_longest() -> None:
    """A second in which nothing else ran shows, whatever came after it."""
    clock, sessions = LateClock(), Sessions()
    history = History(sessions, lambda: 0, clock, lambda: None)
    history.start()
    clock.late(1.5)
    clock.advance(10)
    assert history.columns()["delay"] == [1.0]
    clock.advance(10)
    assert history.columns()["delay"] == [1.0, 0.0]
    history.close()


def test_the_memory_is_that_of_this_process() -> None:
    """It is a number of bytes that a Python process can have."""
    assert 5_000_000 < memory_in_use() < 100_000_000_000


def event(number: int, **values: str) -> AuditEvent:
    return AuditEvent(values.pop("name", "session.created"), float(number), **values)


def test_the_latest_events_by_number() -> None:
    """The oldest make room, and a reader can tell how many it has missed."""
    rung: list[int] = []
    recent = RecentEvents(lambda: rung.append(1), kept=3)
    assert recent.since(0, 10) == []
    assert (recent.first, recent.last) == (1, 0)
    for number in range(1, 6):
        recent.add(event(number))
    assert len(rung) == 5
    assert (recent.first, recent.last) == (3, 5)
    assert [one.number for one in recent.since(0, 10)] == [3, 4, 5]
    assert [one.number for one in recent.since(3, 1)] == [4]
    assert recent.since(5, 10) == []


def test_events_are_found_by_what_is_asked_for() -> None:
    """By name with a star, by user, session and address; the newest first."""
    recent = RecentEvents(lambda: None)
    recent.add(event(1, name="auth.ok", user="alice", remote="10.0.0.1"))
    recent.add(event(2, user="alice", session_id="s1"))
    recent.add(event(3, name="session.exited", user="bob", session_id="s2"))

    def numbers(before: int = 0, most: int = 10, **wanted: str) -> list[int]:
        found = recent.find(EventFilter(**wanted), before=before, most=most)
        return [one.number for one in found]

    assert numbers() == [3, 2, 1]
    assert numbers(event="session.*") == [3, 2]
    assert numbers(event="auth.ok") == [1]
    assert numbers(event="auth") == []
    assert numbers(user="alice") == [2, 1]
    assert numbers(user="alice", event="session.*") == [2]
    assert numbers(session="s2") == [3]
    assert numbers(remote="10.0.0.1") == [1]
    assert numbers(most=2) == [3, 2]
    assert numbers(before=3) == [2, 1]


def test_the_calls_of_plugins() -> None:
    """How often, how long, how often in vain; and never what an error says by itself."""
    health = PluginHealth(lambda: 12.0)
    health.called("a", "tornterm_limits", 0.25, None)
    health.called("a", "tornterm_limits", 0.5, ValueError("the password was swordfish"))
    health.held_the_loop("a", "tornterm_limits", 0.125)
    infos = [
        PluginInfo("a", "dist", "1.0", ("tornterm_limits", "tornterm_spawn"), 1),
        PluginInfo("b", "", "", (), 2),
    ]
    first, second = health.describe(infos)
    assert (first["calls"], first["errors"]) == (2, 1)
    assert (first["seconds"], first["blocked"]) == (0.75, 0.125)
    assert first["hooks"][0]["longest"] == 0.5
    assert first["hooks"][1]["calls"] == 0
    assert first["trouble"] == {"time": 12.0, "hook": "tornterm_limits", "why": "ValueError"}
    assert (second["calls"], second["trouble"]) == (0, None)
    health.failed(PluginError("a", "tornterm_spawn", "no plan"))
    trouble = health.describe(infos)[0]["trouble"]
    assert trouble == {"time": 12.0, "hook": "tornterm_spawn", "why": "no plan"}
