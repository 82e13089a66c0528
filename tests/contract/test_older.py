"""Who is asked for older events, and what an answer must be."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.samples import answers, plugin
from tornterm.errors import AuditUnreadable, CursorGone, PluginError
from tornterm.plugins import PluginHost
from tornterm.types import AuditEvent, EventFilter, OlderEvents

EVENT = AuditEvent("auth.ok", 1.0, "alice")
WANTED = EventFilter(user="alice")


def sinks(*plugins: object, **more: Any) -> PluginHost:
    return PluginHost([], {}, plugins, **more)


async def ask(host: PluginHost, begin: float | str = 9.0, sink: str = "") -> Any:
    return await host.older_events(WANTED, begin, 2, sink)


async def test_the_first_that_can_is_asked() -> None:
    """In the order of the plugins; one that cannot is passed over, and a name asks that one."""
    host = sinks(
        plugin("a", audit_older=answers(None)),
        plugin("b", audit_older=answers(OlderEvents((EVENT,), "b goes on"))),
        plugin("c", audit_older=answers(OlderEvents((), "c goes on"))),
    )
    assert await ask(host) == ("b", OlderEvents((EVENT,), "b goes on"))
    assert await ask(host, "there", "c") == ("c", OlderEvents((), "c goes on"))
    assert await ask(host, sink="a") is None
    assert await ask(host, sink="nobody") is None
    assert await ask(sinks()) is None


async def test_a_list_of_events_will_do() -> None:
    """It becomes a tuple, which nobody can change."""
    events: Any = [EVENT]
    assert await ask(sinks(plugin("a", audit_older=answers(OlderEvents(events))))) == (
        "a",
        OlderEvents((EVENT,)),
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([EVENT], "returned list, not OlderEvents or None"),
        (OlderEvents((EVENT,) * 3), "at most 2 events"),
        (OlderEvents(7), "at most 2 events"),  # type: ignore[arg-type]
        (OlderEvents(({"event": "x"},)), "AuditEvent"),  # type: ignore[arg-type]
        (OlderEvents((AuditEvent("auth.ok", 1.0, "bob"),)), "an event that was asked for"),
        (OlderEvents((AuditEvent("a", math.nan, "alice"),)), "that JSON can carry"),
        (OlderEvents((AuditEvent("", 1.0, "alice"),)), "that JSON can carry"),
        (OlderEvents((AuditEvent("a", 1.0, "alice", 5),)), "JSON can carry"),  # type: ignore[arg-type]
        (OlderEvents((AuditEvent("a", 1.0, "alice", facts={"x": object()}),)), "JSON can carry"),
        (OlderEvents((AuditEvent("a", 1.0, "alice", facts={"x": math.inf}),)), "JSON can carry"),
        (
            OlderEvents((AuditEvent("a", 1.0, "alice", facts={"x": "y" * 9_000_000}),)),
            "no more than",
        ),
        (OlderEvents((), ""), "a new cursor"),
        (OlderEvents((), "x" * 257), "a new cursor"),
        (OlderEvents((), "a\nb"), "a new cursor"),
        (OlderEvents((), 5), "a new cursor"),  # type: ignore[arg-type]
        (OlderEvents((), "there"), "a new cursor"),
        (OSError("no such table"), "OSError: no such table"),
        (PluginError("a", "", "x"), "PluginError"),
    ],
)
async def test_nonsense_is_a_failure(answer: Any, why: str) -> None:
    """It is told, audited, and the next sink is not asked: its events are others."""
    asked: list[str] = []

    async def other() -> None:
        asked.append("b")

    host = sinks(plugin("a", audit_older=answers(answer)), plugin("b", audit_older=other))
    told: list[PluginError] = []
    host.on_error = told.append
    with pytest.raises(AuditUnreadable, match="'a' gave no older events") as caught:
        await ask(host, "there")
    assert why in caught.value.why
    assert [(error.plugin, error.hook) for error in told] == [("a", "tornterm_audit_older")]
    assert asked == []


async def test_a_cursor_that_is_gone_is_an_answer() -> None:
    """Nobody has failed."""
    host = sinks(plugin("a", audit_older=answers(CursorGone("it was cut"))))
    told: list[PluginError] = []
    host.on_error = told.append
    with pytest.raises(CursorGone):
        await ask(host, "there")
    assert told == []


async def test_one_that_hangs_is_given_up() -> None:
    """After the time of every call."""

    async def forever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(AuditUnreadable, match=r"longer than 0\.05 s"):
        await ask(sinks(plugin("a", audit_older=forever), timeout=0.05))


async def test_readers_that_hang_leave_keeping_its_threads() -> None:
    """A sink that hangs whenever it is read still keeps what happens."""
    over = threading.Event()
    kept: list[AuditEvent] = []

    def hanging() -> None:
        over.wait()

    def keep(event: AuditEvent) -> None:
        kept.append(event)

    host = sinks(plugin("a", audit_older=hanging, audit=keep), timeout=0.1)
    for _ in range(6):
        with pytest.raises(AuditUnreadable):
            await ask(host)
    patient = await host.audit(EVENT)
    over.set()
    assert (patient, kept) == ({}, [EVENT])


@pytest.mark.parametrize(
    ("event", "wanted", "passes"),
    [
        ("session.created", "session.*", True),
        ("session.created", "*created", True),
        ("session.created", "s*n.*d", True),
        ("session.created", "session.create?", False),
        ("session.created", "session.[c]reated", False),
        ("a[b]?", "a[b]?", True),
        ("a\nb", "a*b", True),
        ("Session.created", "session.*", False),
        ("a", "", True),
    ],
)
def test_a_star_alone_is_special(event: str, wanted: str, passes: bool) -> None:
    """Whoever asks for a name gets that name."""
    assert EventFilter(event=wanted).passes(AuditEvent(event, 1.0)) is passes


def test_a_filter_looks_at_all_it_has() -> None:
    """Each value has to be the same."""
    event = AuditEvent("a", 1.0, "alice", "::1", "s1")
    build: Callable[..., EventFilter] = EventFilter
    values = {"event": "a", "user": "alice", "remote": "::1", "session": "s1"}
    assert build(**values).passes(event)
    for name in values:
        assert not build(**{**values, name: "other"}).passes(event)


def test_an_event_comes_back_from_its_dictionary() -> None:
    """As it was; what is missing is empty."""
    event = AuditEvent("a", 1.5, "alice", "::1", "s1", {"x": [1, None]})
    assert AuditEvent.from_dict(event.as_dict()) == event
    assert AuditEvent.from_dict({"event": "a", "time": 1}) == AuditEvent("a", 1.0)


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "event",
        {},
        {"event": "a"},
        {"event": "", "time": 1},
        {"event": 7, "time": 1},
        {"event": "a", "time": "1"},
        {"event": "a", "time": True},
        {"event": "a", "time": math.nan},
        {"event": "a", "time": 10**400},
        {"event": "a", "time": 1, "user": None},
        {"event": "a", "time": 1, "session": 5},
        {"event": "a", "time": 1, 5: 5},
    ],
)
def test_what_is_no_event(values: Any) -> None:
    """A file may have anything in it."""
    with pytest.raises(ValueError, match="event"):
        AuditEvent.from_dict(values)
