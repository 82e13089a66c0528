"""What an audit sink must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from time import monotonic, sleep
from typing import Any

import pytest

from tornterm.errors import AuditUnreadable, CursorGone
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches, needed
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.types import AuditEvent, EventFilter, OlderEvents

__all__ = ["AuditConformance", "ReadableAuditConformance"]

EVENTS = tuple(
    AuditEvent(
        name,
        1_700_000_000.0 + number,
        user="alice",
        remote="192.0.2.1",
        session_id=f"session-{number}",
        facts={"number": number, "nested": {"list": [1, None, True, 0.5]}},
    )
    for number, name in enumerate(["auth.ok", "session.created", "session.exited"] * 4)
)


class AuditConformance:
    """The tests of an audit sink.

    Define the fixtures `plugin`, `kept`, `broken` and `hung`.
    """

    @pytest.fixture
    def plugin(self) -> object:
        """The plugin, made, with a place to keep events that is empty."""
        needed("plugin", "the plugin, made, with an empty place to keep events")

    @pytest.fixture
    def kept(self) -> Callable[[], Sequence[Mapping[str, Any]]]:
        """A function that gives the events that have been kept, each as `AuditEvent.as_dict`.

        It is called when `plugin` was given some events and then shut down.
        """
        needed("kept", "a function that gives what `plugin` kept, as AuditEvent.as_dict has it")

    @pytest.fixture
    def broken(self) -> object:
        """The plugin with a place that takes nothing, for example a folder that is not there."""
        needed("broken", "the plugin with a place that takes nothing")

    @pytest.fixture
    def hung(self) -> object:
        """The plugin with a place that never answers, whatever event it is given."""
        needed("hung", "the plugin with a place that never answers")

    @pytest.fixture
    def bench(self) -> Iterator[Callable[..., Bench]]:
        """Where the plugin is tried."""
        with benches() as make:
            yield make

    def test_keeps_every_event_whole_and_in_order(
        self,
        plugin: object,
        kept: Callable[[], Sequence[Mapping[str, Any]]],
        bench: Callable[..., Bench],
    ) -> None:
        """What was given before the shutdown is there after it."""
        tried = bench(plugin)
        for event in EVENTS:
            assert _fault(tried, event) is None
        tried.close()
        if not callable(kept):
            needed("kept", f"a function, which is called when the events are there, not {kept!r}")
        found = list(kept())
        assert found == [event.as_dict() for event in EVENTS], "events are missing or different"
        tried.check_loop()

    def test_survives_garbage(self, plugin: object, bench: Callable[..., Bench]) -> None:
        """Names and facts that a client chose are kept like any other."""
        tried = bench(plugin)
        for text in GARBAGE:
            event = AuditEvent("auth.failed", 1.0, user=text, facts={"account": text, text: 1})
            assert _fault(tried, event) is None, f"at {text!r:.60}"

    def test_changes_nothing_in_the_event(
        self, plugin: object, bench: Callable[..., Bench]
    ) -> None:
        """The next sink must be given the same thing."""
        given, same = (AuditEvent("auth.ok", 1.0, facts={"a": {"b": [1]}}) for _ in range(2))
        _fault(bench(plugin), given)
        assert given == same, "the plugin changed the event"

    def test_says_so_when_it_could_not_keep_one(
        self, broken: object, bench: Callable[..., Bench]
    ) -> None:
        """To return means that the event is kept; so a sink that cannot keep it raises."""
        assert _fault(bench(broken), EVENTS[0]) is not None, "it returned, and the event is lost"

    def test_a_hung_place_is_given_up(self, hung: object, bench: Callable[..., Bench]) -> None:
        """The event counts as not kept, and the event loop goes on meanwhile."""
        tried = bench(hung)
        assert _fault(tried, EVENTS[0], within=PATIENCE + 4) is not None
        tried.check_loop()


NAMES = (
    "a_b",
    "axb",
    "a%b",
    "a*b",
    "a?b",
    "a[b]",
    "a\\b",
    "a'b",
    "A_B",
    "é" * 300,
    "a\0b",
    "a\ud800b",
)
"""Values that a language for patterns or for databases could take for something else."""

AFTERWARDS = 30.0
"""Seconds within which what a sink keeps must be where it is read from."""


class ReadableAuditConformance(AuditConformance):
    """The tests of an audit sink that also gives what it has kept, by `tornterm_audit_older`.

    Define the fixtures `plugin`, `kept`, `broken` and `hung`.
    """

    def test_gives_what_it_kept(self, plugin: object, bench: Callable[..., Bench]) -> None:
        """All of it, as it was, the newest first, in pages of every size."""
        tried = _with(bench(plugin), EVENTS)
        for limit in (1, 5, len(EVENTS), 500):
            assert _all(tried, limit) == list(reversed(EVENTS)), f"by {limit} at once"
        tried.check_loop()

    def test_begins_at_a_time(self, plugin: object, bench: Callable[..., Bench]) -> None:
        """An event of that very time is among them, and none that is newer."""
        tried = _with(bench(plugin), EVENTS)
        for at in (0, 5, len(EVENTS) - 1):
            found = _all(tried, 4, until=EVENTS[at].time)
            assert found == list(reversed(EVENTS[: at + 1]))
        assert _all(tried, 4, until=EVENTS[0].time - 1) == []

    def test_gives_events_of_one_time(self, plugin: object, bench: Callable[..., Bench]) -> None:
        """Each once, wherever a page ends among them."""
        events = [AuditEvent("auth.ok", 1.0, facts={"number": number}) for number in range(9)]
        found = _all(_with(bench(plugin), events), 2)
        assert sorted(one.facts["number"] for one in found) == list(range(9))

    def test_gives_what_is_wanted(self, plugin: object, bench: Callable[..., Bench]) -> None:
        """As `EventFilter.passes` says, whatever characters a value has."""
        events = [AuditEvent(name, float(at), name, name, name) for at, name in enumerate(NAMES)]
        tried = _with(bench(plugin), [*events, *EVENTS])
        filters = [EventFilter(**{key: name}) for name in NAMES for key in _KEYS]
        filters += [EventFilter(event=name) for name in ("session.*", "*.ok", "*s*n.e*", "A*", "*")]
        filters += [EventFilter("auth.ok", "alice"), EventFilter("auth.ok", "bob")]
        for wanted in filters:
            expected = [one for one in reversed([*events, *EVENTS]) if wanted.passes(one)]
            assert _all(tried, 3, wanted) == expected, wanted

    def test_what_comes_meanwhile_changes_nothing(
        self, plugin: object, bench: Callable[..., Bench]
    ) -> None:
        """No event that was there at the beginning is lost or doubled."""
        tried = _with(bench(plugin), EVENTS)
        later = (AuditEvent("auth.ok", EVENTS[-1].time + at) for at in count(1))
        found = _all(tried, 1, until=EVENTS[-1].time, between=lambda: _give(tried, next(later)))
        assert found == list(reversed(EVENTS))

    def test_refuses_a_cursor_that_is_none(
        self, plugin: object, bench: Callable[..., Bench]
    ) -> None:
        """`CursorGone`, whatever somebody has made up; and the next request is answered."""
        tried = _with(bench(plugin), EVENTS)
        for text in filter(None, GARBAGE):
            with pytest.raises(CursorGone):
                _page(tried, text[: OlderEvents.MAX_CURSOR], 5)
        assert _all(tried, 5) == list(reversed(EVENTS))


_KEYS = ("event", "user", "remote", "session")


def _give(tried: Bench, event: AuditEvent) -> None:
    assert _fault(tried, event) is None


def _with(tried: Bench, events: Sequence[AuditEvent]) -> Bench:
    """Let the sink keep events, and wait until they can be read."""
    for event in events:
        _give(tried, event)
    end = monotonic() + AFTERWARDS
    while len(_all(tried, 500)) < len(events):
        assert monotonic() < end, "events that were kept cannot be read"
        sleep(0.05)
    return tried


def _page(
    tried: Bench, begin: float | str, limit: int, wanted: EventFilter | None = None
) -> OlderEvents:
    try:
        answer = tried.run(lambda host: host.older_events(wanted or EventFilter(), begin, limit))
    except AuditUnreadable as error:
        pytest.fail(f"the plugin could not be read: {error.why}")
    assert answer is not None, "the plugin says that it cannot be read"
    return answer[1]


def _all(
    tried: Bench,
    limit: int,
    wanted: EventFilter | None = None,
    *,
    until: float = 4e9,
    between: Callable[[], None] = lambda: None,
) -> list[AuditEvent]:
    """All events, page by page, with something happening between two of them."""
    found: list[AuditEvent] = []
    begin: float | str | None = until
    while begin is not None:
        page = _page(tried, begin, limit, wanted)
        found += page.events
        begin = page.cursor
        between()
    return found


def _fault(tried: Bench, event: AuditEvent, within: float = 15.0) -> Exception | None:
    """Give an event to the sink; what went wrong."""
    failed = tried.run(lambda host: host.audit(event), within=within)
    return next(iter(failed.values()), None)
