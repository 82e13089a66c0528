"""Observers see all in order, and one that misbehaves goes without anybody noticing."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.contract.samples import plugin
from tornterm.core.output_log import OutputLog
from tornterm.core.protocols import v1
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


class Listener(Watcher):
    """One that also wants to know whether what is typed is shown, and that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.takes_bytes: Any = 100

    def on_echo(self, echo: bool, now: float) -> None:
        self._see("on_echo", echo)

    def room(self) -> int:
        if "room" in self.raises:
            raise RuntimeError(WORDS)
        return self.takes_bytes  # type: ignore[no-any-return]

    @property
    def typed(self) -> list[tuple[Any, ...]]:
        """What it was told of input."""
        return [seen for seen in self.seen if seen[0] in {"on_echo", "on_input"}]


class Show:
    """A log, two observers of it, and what is told about the first one."""

    def __init__(self, watcher: Watcher | None = None) -> None:
        self.log = OutputLog(64 * 1024, Size())
        self.echoes = True
        self.observers = Observers(self.log, FakeClock(), lambda: self.echoes)
        self.watcher, self.neighbour = watcher or Watcher(), Watcher()
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


def test_whether_what_is_typed_is_shown() -> None:
    """Told before the input where it changed; shown only if it was before and is afterwards."""
    show = Show(listener := Listener())
    for before, after in [(False, False), (True, True), (True, True), (False, True), (True, False)]:
        show.echoes = before
        echoed = show.observers.echoes()
        show.echoes = after
        show.observers.show_input(b"x", echoed)
    show.echoes = True
    echoed = show.observers.echoes()
    show.echoes = False
    show.observers.show_input(b"x\r", echoed)
    typed = ("on_input", b"x")
    told = [typed, ("on_echo", True), typed, typed, ("on_echo", False), typed, typed]
    told += [("on_echo", True), ("on_input", b"x\r")]
    assert listener.typed == told
    assert [seen[0] for seen in show.neighbour.seen] == ["on_input"] * 6


def test_room() -> None:
    """As much as the fullest one has; one that raises or says nothing sensible has all."""
    assert Show().observers.room() == sys.maxsize
    show = Show(listener := Listener())
    assert show.observers.room() == 100
    listener.takes_bytes = None
    assert show.observers.room() == sys.maxsize
    listener.raises = {"room"}
    assert show.observers.room() == sys.maxsize
    assert [error.why for error in show.removed] == ["room raised RuntimeError"]


async def test_a_listener_in_a_live_server() -> None:
    """It hears when a program hides what is typed; the program waits for it, and people know."""
    listener = Listener()

    def observe(session: SessionInfo) -> Listener:
        return listener

    tables = {"plugins": {"shell": {"command": ["/bin/sh"]}}}
    async with LiveServer(tables, [plugin("listener", observe_session=observe)]) as server:
        async with V1Client(server.url, headers=server.headers(), within=30.0) as client:
            await client.open()
            await client.wait_for(b"$ ")
            client.send_input("stty -echo; echo $((6*7))\n")
            await client.wait_for(b"42\r\n")
            client.send_input(f"x={WORDS}\n")
            client.send_input("stty echo; echo $((7*7))\n")
            await client.wait_for(b"49\r\n")
            assert [seen for seen in listener.typed if seen[0] == "on_echo"] == [
                ("on_echo", True),
                ("on_echo", False),
            ]
            assert listener.typed.index(("on_echo", False)) == 2
            listener.takes_bytes = 0
            client.send_input("echo $((8*8))\n")
            waits = await client.next_message(v1.Notice)
            assert (waits.code, waits.message[:17]) == ("waiting", "The program waits")
            assert b"64\r\n" not in client.recording.data
            async with V1Client(server.url, headers=server.headers(), within=30.0) as other:
                await other.resume(token=client.token, session=client.session)
                assert await other.next_message(v1.Notice) == waits
            listener.takes_bytes = 100
            await client.wait_for(b"64\r\n")
            goes_on = await client.next_message(v1.Notice)
            assert (goes_on.code, goes_on.message) == ("going_on", "The program goes on.")


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
