"""Observers see all in order, and one that misbehaves goes without anybody noticing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.samples import plugin
from tornterm.core.output_log import OutputLog
from tornterm.errors import PluginError
from tornterm.sessions.observers import (
    HOOK,
    PATIENCE,
    PATIENCE_SECONDS,
    Observers,
    WatchedObserver,
)
from tornterm.testing.clients import V1Client
from tornterm.testing.clock import FakeClock
from tornterm.testing.server import LiveServer
from tornterm.types import AuditEvent, ExitStatus, SessionInfo, Size

WORDS = "canary-of-the-screen"


class Watcher:
    """Writes down what it sees; raises or takes its time where it is told to."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.takes = 0.0
        self.raises: set[str] = set()
        self.now = 0.0

    def _see(self, *what: Any) -> None:
        self.seen.append(what)
        self.now += self.takes
        if what[0] in self.raises:
            raise RuntimeError(WORDS)

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        self._see("on_output", bytes(data), offset)

    def on_input(self, data: bytes, now: float) -> None:
        self._see("on_input", data)

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        self._see("on_resize", size, offset)

    def on_exit(self, status: ExitStatus, now: float) -> None:
        self._see("on_exit", status)

    def close(self) -> None:
        self._see("close")


class Show:
    """A log, two observers of it, and what is told about the first one."""

    def __init__(self) -> None:
        self.log = OutputLog(64 * 1024, Size())
        self.observers = Observers(self.log, FakeClock())
        self.watcher, self.neighbour = Watcher(), Watcher()
        self.slow: list[tuple[str, str, float]] = []
        self.removed: list[PluginError] = []
        self.observers.add([self.watched(self.watcher), self.watched(self.neighbour)])

    def watched(self, watcher: Watcher) -> WatchedObserver:
        return WatchedObserver(
            "recorder",
            watcher,
            slow=lambda *call: self.slow.append(call),
            removed=self.removed.append,
            timer=lambda: watcher.now,
        )

    def print(self, data: bytes = b"x") -> None:
        self.log.append(data)
        self.observers.show_output()


def test_everything_is_seen_in_order() -> None:
    """Output with offsets, resizes at their place, input, the end; then nothing more."""
    show = Show()
    show.log.append(b"ab")
    show.log.resize(Size(100, 30))
    show.print(b"cd")
    show.observers.show_input(b"ls\r")
    show.observers.finish(ExitStatus(0))
    show.observers.show_input(b"late")
    assert show.watcher.seen == [
        ("on_output", b"ab", 0),
        ("on_resize", Size(100, 30), 2),
        ("on_output", b"cd", 2),
        ("on_input", b"ls\r"),
        ("on_exit", ExitStatus(0)),
        ("close",),
    ]
    assert show.neighbour.seen == show.watcher.seen
    assert not show.slow and not show.removed


@pytest.mark.parametrize("method", ["on_output", "on_input", "on_exit"])
def test_one_that_raises_goes(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is closed and named, with the place but without its words; the other one sees all."""
    show = Show()
    show.watcher.raises = {method, "close"}
    show.print()
    show.observers.show_input(b"x")
    show.observers.finish(ExitStatus(0))
    assert [seen[0] for seen in show.watcher.seen][-2:] == [method, "close"]
    assert [seen[0] for seen in show.neighbour.seen][-1] == "close"
    assert [(error.plugin, error.hook) for error in show.removed] == [("recorder", HOOK)]
    assert "canary" not in str(show.removed[0])
    assert "in _see" in caplog.text and "canary" not in caplog.text
    assert len(show.neighbour.seen) == 4


def test_one_that_is_quick_enough_stays() -> None:
    """50 ms are allowed, any number of times."""
    show = Show()
    show.watcher.takes = 0.05 - 1e-6
    for _ in range(100):
        show.print()
    assert not show.slow and not show.removed


def test_one_that_keeps_holding_the_loop_goes() -> None:
    """Each slow call is reported; after a few within a minute it is closed and named."""
    show = Show()
    show.watcher.takes = 0.06
    for _ in range(PATIENCE):
        show.print()
    assert not show.removed
    show.print()
    assert [error.plugin for error in show.removed] == ["recorder"]
    assert show.watcher.seen[-1] == ("close",)
    count = len(show.watcher.seen)
    show.print()
    show.observers.finish(ExitStatus(0))
    assert len(show.watcher.seen) == count
    assert show.slow == [("recorder", HOOK, pytest.approx(0.06))] * (PATIENCE + 1)
    assert show.neighbour.seen[-1] == ("close",)


def test_one_that_is_slow_now_and_then_stays() -> None:
    """What was slow a minute ago is forgiven."""
    show = Show()
    for _ in range(5 * PATIENCE):
        show.watcher.takes = 0.06
        show.print()
        show.watcher.takes = 0.0
        show.watcher.now += PATIENCE_SECONDS / PATIENCE + 1
    assert len(show.slow) == 5 * PATIENCE
    assert not show.removed


async def test_its_end_is_audited_and_the_session_goes_on() -> None:
    """In a live server: the session's echo comes, the event names plugin and hook."""
    events: list[AuditEvent] = []
    watcher = Watcher()
    watcher.raises = {"on_output"}

    def observe(session: SessionInfo) -> Watcher:
        return watcher

    def audit(event: AuditEvent) -> None:
        events.append(event)

    spoiler = plugin("spoiler", observe_session=observe, audit=audit)
    async with LiveServer(plugins=[spoiler]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            client.send_input("echo $((6*7))\n")
            await client.wait_for(b"42\r\n")
    errors = [event.as_dict() for event in events if event.name == "plugin.error"]
    assert [(e["plugin"], e["hook"]) for e in errors] == [("spoiler", HOOK)]
    assert "canary" not in json.dumps(errors)
