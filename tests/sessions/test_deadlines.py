"""Deadlines strike when they should, warn before, and cost nothing while nothing is due."""

from __future__ import annotations

import pytest

from tornterm.sessions.deadlines import Deadlines, Lifetimes
from tornterm.testing.clock import FakeClock


class Watch:
    """Deadlines of a session that never comes to be, and what they did."""

    def __init__(self, **lifetimes: float) -> None:
        self.clock = FakeClock()
        self.struck: list[str] = []
        self.warned: list[tuple[str, float]] = []
        self.busy = False
        self.deadlines = Deadlines(
            self.clock,
            Lifetimes(**lifetimes),
            strike=self.struck.append,
            warn=lambda cause, left: self.warned.append((cause, left)),
            busy=lambda: self.busy,
        )


def test_a_session_that_nobody_attaches_to_ends_after_the_attach_timeout() -> None:
    """Created and never attached: struck at the timeout, not before."""
    watch = Watch(attach_timeout=60)
    watch.deadlines.start()
    watch.clock.advance(59.9)
    assert watch.struck == []
    watch.clock.advance(0.1)
    assert watch.struck == ["unattached"]


def test_a_visit_calls_the_attach_timeout_off() -> None:
    """One attachment is enough; from then on only grace counts."""
    watch = Watch(attach_timeout=60, grace_period=300)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.clock.advance(10_000)
    assert watch.struck == []
    watch.deadlines.left_alone()
    watch.clock.advance(299)
    assert watch.struck == []
    watch.clock.advance(1)
    assert watch.struck == ["grace"]


def test_coming_back_in_time_renews_the_grace_period() -> None:
    """Grace is counted anew from each time the last client leaves."""
    watch = Watch(grace_period=300)
    watch.deadlines.start()
    for _ in range(5):
        watch.deadlines.visited()
        watch.deadlines.left_alone()
        watch.clock.advance(299)
    assert watch.struck == []
    watch.clock.advance(1)
    assert watch.struck == ["grace"]


def test_zero_means_for_ever() -> None:
    """With every lifetime zero there is no timer at all."""
    watch = Watch(attach_timeout=0, grace_period=0)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.deadlines.left_alone()
    assert watch.clock.pending == 0


def test_an_attached_session_without_other_deadlines_has_no_timer() -> None:
    """Somebody is there and nothing else is set: nothing wakes the server up."""
    watch = Watch()
    watch.deadlines.start()
    watch.deadlines.visited()
    assert watch.clock.pending == 0


def test_idleness_is_about_typing_and_warned_of_once() -> None:
    """Typing puts the end off; the warning comes once for each approach."""
    watch = Watch(idle_timeout=600, warn_before=60)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.clock.advance(500)
    watch.deadlines.typed()
    watch.clock.advance(539)
    assert (watch.struck, watch.warned) == ([], [])
    watch.clock.advance(1)
    assert watch.warned == [("idle", 60)]
    watch.clock.advance(59)
    assert watch.struck == []
    watch.clock.advance(1)
    assert watch.struck == ["idle"]
    assert len(watch.warned) == 1


def test_a_job_in_the_foreground_keeps_a_silent_session_alive() -> None:
    """A build that takes hours without a key is not idle; its end starts the count."""
    watch = Watch(idle_timeout=600, warn_before=0)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.busy = True
    watch.clock.advance(7200)
    assert watch.struck == []
    watch.busy = False
    watch.clock.advance(500)
    assert watch.struck == []
    watch.clock.advance(100)
    assert watch.struck == ["idle"]


def test_the_longest_life_ends_whatever_happens() -> None:
    """Typing does not prolong it, and it is announced."""
    watch = Watch(max_lifetime=1000, warn_before=100)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.clock.advance(899)
    watch.deadlines.typed()
    assert watch.warned == []
    watch.clock.advance(1)
    assert watch.warned == [("lifetime", 100)]
    watch.clock.advance(100)
    assert watch.struck == ["lifetime"]


@pytest.mark.parametrize("cause", ["idle", "lifetime", "grace", "unattached"])
def test_every_cause_has_a_sentence_for_the_person(cause: str) -> None:
    """Whoever comes back too late reads why."""
    from tornterm.sessions.deadlines import EXPIRED

    assert EXPIRED[cause].endswith(".")


def test_cancelled_deadlines_never_strike() -> None:
    """A session that is ending by itself is not ended twice."""
    watch = Watch(max_lifetime=10, idle_timeout=10, grace_period=10)
    watch.deadlines.start()
    watch.deadlines.visited()
    watch.deadlines.left_alone()
    watch.deadlines.cancel()
    watch.clock.advance(100)
    assert watch.struck == []
    assert watch.clock.pending == 0
