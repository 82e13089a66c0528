"""What an audit sink must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tornterm.testing.conformance.bench import PATIENCE, Bench, benches, needed
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.types import AuditEvent

__all__ = ["AuditConformance"]

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


def _fault(tried: Bench, event: AuditEvent, within: float = 15.0) -> Exception | None:
    """Give an event to the sink; what went wrong."""
    failed = tried.run(lambda host: host.audit(event), within=within)
    return next(iter(failed.values()), None)
