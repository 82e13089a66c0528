from __future__ import annotations

import math
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tornterm.core.ledger import HOUR, Ledger, Reservation, UserHourlyRateLimiter
from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import LimitExceeded
from tornterm.types import Limits

NO_LIMITS = Limits()
USERS = {
    "alice": Limits(max_per_user=2, max_per_hour=4),
    "bob": Limits(max_per_user=3, group="students", max_in_group=4),
    "carol": Limits(max_per_hour=3, group="students", max_in_group=4),
    "dave": NO_LIMITS,
}

# Quarters add up exactly, so that a second more and a second less is the same moment again.
seconds = st.integers(0, 20_000).map(lambda quarters: quarters / 4)


def refusal(ledger: Ledger, user: str, limits: Limits, now: float) -> LimitExceeded:
    with pytest.raises(LimitExceeded) as caught:
        ledger.reserve(user, limits, now)
    return caught.value


@dataclass(eq=False)
class Place:
    """A reservation as it should be."""

    reservation: Reservation
    user: str
    group: str
    committed: bool = False


class LedgerMachine(RuleBasedStateMachine):
    """Sessions that begin, fail, run and end in any order, beside a plain count of them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.ledger = Ledger(5)
        self.places: list[Place] = []
        self.created: list[tuple[str, float]] = []

    def fits(self, user: str, at: float) -> bool:
        """Whether a place would be free at `at`, if all that is known comes true by then."""
        limits = USERS[user]
        places = [
            place
            for place in self.places
            if at <= self.now
            or place.reservation.frees_at is None
            or place.reservation.frees_at > at
        ]
        mine = [place for place in places if place.user == user]
        group = [place for place in places if limits.group and place.group == limits.group]
        recent = [when for who, when in self.created if who == user and when + HOUR > at]
        starting = [place for place in mine if not place.committed]
        return all(
            not limit or used < limit
            for used, limit in (
                (len(places), self.ledger.max_sessions),
                (len(mine), limits.max_per_user),
                (len(group), limits.max_in_group),
                (len(recent) + len(starting), limits.max_per_hour),
            )
        )

    @rule(user=st.sampled_from(sorted(USERS)), times=st.integers(1, 4))
    def reserve(self, user: str, times: int) -> None:
        for _ in range(times):
            if self.fits(user, self.now):
                reservation = self.ledger.reserve(user, USERS[user], self.now)
                self.places.append(Place(reservation, user, USERS[user].group))
            else:
                error = refusal(self.ledger, user, USERS[user], self.now)
                assert error.current >= error.limit > 0
                self.check_retry(user, error.retry_after)

    def check_retry(self, user: str, retry_after: int | None) -> None:
        if retry_after is None:
            assert not self.fits(user, math.inf)
        else:
            assert retry_after >= 1
            assert self.fits(user, self.now + retry_after)
            assert not self.fits(user, self.now + retry_after - 1)

    @precondition(lambda self: self.places)
    @rule(data=st.data(), lasts=st.none() | seconds)
    def commit(self, data: st.DataObject, lasts: float | None) -> None:
        place = data.draw(st.sampled_from(self.places))
        place.reservation.commit(self.now)
        place.reservation.frees_at = None if lasts is None else self.now + lasts
        if not place.committed:
            place.committed = True
            self.created.append((place.user, self.now))

    @precondition(lambda self: self.places)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.places))
        self.places.remove(place)
        place.reservation.release()
        place.reservation.release()

    @rule(passed=seconds)
    def wait(self, passed: float) -> None:
        self.now += passed

    @rule(maximum=st.integers(0, 6))
    def reload(self, maximum: int) -> None:
        self.ledger.max_sessions = maximum

    @invariant()
    def everything_is_counted(self) -> None:
        assert self.ledger.active == len(self.places)
        for user, limits in USERS.items():
            mine = [place for place in self.places if place.user == user]
            usage = self.ledger.usage(user, limits, self.now)
            assert self.ledger.count(user) == usage.sessions == len(mine)
            assert usage.created == sum(
                who == user and when + HOUR > self.now for who, when in self.created
            )
            assert (usage.retry_after == 0) == self.fits(user, self.now)
            if usage.retry_after != 0:
                self.check_retry(user, usage.retry_after)

    @invariant()
    def no_limit_is_exceeded(self) -> None:
        for user, limits in USERS.items():
            assert not limits.max_per_user or self.ledger.count(user) <= limits.max_per_user
        assert sum(place.group == "students" for place in self.places) <= 4

    def teardown(self) -> None:
        for place in self.places:
            place.reservation.release()
        assert self.ledger.active == 0
        assert not any(self.ledger.count(user) for user in USERS)
        self.ledger.rate.cleanup(self.now + HOUR)
        assert len(self.ledger.rate) == 0


def test_the_ledger_counts_what_is_there() -> None:
    """No order of events exceeds a limit, loses a place or names a wrong time to retry."""
    run_state_machine_as_test(
        LedgerMachine, settings=settings(max_examples=150, stateful_step_count=40)
    )


@pytest.mark.parametrize(
    ("maximum", "limits", "code", "limit"),
    [
        (2, NO_LIMITS, ErrorCode.SERVER_FULL, 2),
        (0, Limits(max_per_user=2), ErrorCode.USER_LIMIT, 2),
        (0, Limits(group="g", max_in_group=2), ErrorCode.GROUP_LIMIT, 2),
        (0, Limits(max_per_hour=2), ErrorCode.USER_RATE, 2),
    ],
)
def test_a_refusal_says_which_limit_it_was(
    maximum: int, limits: Limits, code: ErrorCode, limit: int
) -> None:
    """The limit is named, with its value, what is used of it, and a sentence."""
    ledger = Ledger(maximum)
    places = [ledger.reserve("alice", limits, 0.0) for _ in range(2)]
    for place in places:
        place.commit(0.0)
    error = refusal(ledger, "alice", limits, 100.0)
    assert (error.code, error.limit, error.current) == (code, limit, 2)
    assert error.retry_after == (3500 if code is ErrorCode.USER_RATE else None)
    assert error.public


def test_without_limits_there_is_always_room() -> None:
    """Zero means no limit, everywhere."""
    ledger = Ledger()
    for _ in range(1000):
        ledger.reserve("alice", NO_LIMITS, 0.0).commit(0.0)
    assert ledger.active == 1000
    assert not ledger.is_full
    assert not ledger.is_user_at_concurrent_limit("alice", NO_LIMITS)
    assert not ledger.is_user_rate_limited("alice", NO_LIMITS, 0.0)


def test_a_group_shares_its_places() -> None:
    """The members' sessions count together, those of others do not."""
    ledger = Ledger()
    students = Limits(group="students", max_in_group=2)
    ledger.reserve("alice", students, 0.0)
    ledger.reserve("bob", students, 0.0)
    ledger.reserve("carol", Limits(group="teachers", max_in_group=2), 0.0)
    assert refusal(ledger, "dave", students, 0.0).code == ErrorCode.GROUP_LIMIT
    assert refusal(ledger, "alice", students, 0.0).code == ErrorCode.GROUP_LIMIT


def test_a_place_that_is_known_to_become_free() -> None:
    """The time to retry is when the first place becomes free for certain."""
    ledger = Ledger(3)
    places = [ledger.reserve("alice", NO_LIMITS, 0.0) for _ in range(3)]
    places[0].frees_at = 500.0
    places[1].frees_at = 300.5
    assert refusal(ledger, "bob", NO_LIMITS, 100.0).retry_after == 201
    places[1].frees_at = None
    assert refusal(ledger, "bob", NO_LIMITS, 100.0).retry_after == 400
    assert refusal(ledger, "bob", NO_LIMITS, 600.0).retry_after == 1


def test_after_a_limit_was_lowered_more_than_one_place_must_become_free() -> None:
    """The time to retry is when enough of them are."""
    ledger = Ledger(3)
    for frees_at in (10.0, 20.0, 30.0):
        ledger.reserve("alice", NO_LIMITS, 0.0).frees_at = frees_at
    ledger.max_sessions = 2
    assert refusal(ledger, "bob", NO_LIMITS, 0.0).retry_after == 20


def test_of_several_limits_the_longest_counts() -> None:
    """What is named is what stays in the way until a retry can work."""
    ledger = Ledger(1)
    limits = Limits(max_per_user=1, max_per_hour=1)
    place = ledger.reserve("alice", limits, 0.0)
    place.commit(0.0)
    place.frees_at = 60.0
    error = refusal(ledger, "alice", limits, 0.0)
    assert (error.code, error.retry_after) == (ErrorCode.USER_RATE, 3600)
    place.frees_at = None
    error = refusal(ledger, "alice", limits, 0.0)
    assert (error.code, error.retry_after) == (ErrorCode.SERVER_FULL, None)


def test_what_is_being_started_counts_for_the_hour() -> None:
    """Many that start side by side cannot exceed the hour's limit together."""
    ledger = Ledger()
    limits = Limits(max_per_hour=2)
    first, second = (ledger.reserve("alice", limits, 0.0) for _ in range(2))
    error = refusal(ledger, "alice", limits, 0.0)
    assert (error.code, error.current, error.retry_after) == (ErrorCode.USER_RATE, 2, None)
    first.commit(10.0)
    assert refusal(ledger, "alice", limits, 10.0).retry_after == 3600
    second.release()
    ledger.reserve("alice", limits, 10.0)


def test_what_failed_does_not_count_for_the_hour() -> None:
    """Only successful creations are counted."""
    ledger = Ledger()
    limits = Limits(max_per_hour=1)
    for _ in range(10):
        ledger.reserve("alice", limits, 0.0).release()
    assert ledger.usage("alice", limits, 0.0).created == 0


def test_a_creation_counts_once_and_even_if_it_ended_at_once() -> None:
    """A program that is gone before anybody looked has been created all the same."""
    ledger = Ledger()
    place = ledger.reserve("alice", NO_LIMITS, 0.0)
    place.release()
    place.commit(0.0)
    place.commit(0.0)
    assert ledger.usage("alice", NO_LIMITS, 0.0).created == 1
    assert ledger.active == 0


def test_the_predicates_agree_with_reserving() -> None:
    """What may be asked beforehand says the same as trying."""
    ledger = Ledger(2)
    limits = Limits(max_per_user=1, max_per_hour=1)
    ledger.reserve("alice", limits, 0.0).commit(0.0)
    assert ledger.is_user_at_concurrent_limit("alice", limits)
    assert ledger.is_user_rate_limited("alice", limits, 3599.5)
    assert not ledger.is_user_rate_limited("alice", limits, 3600.0)
    assert ledger.retry_after_seconds("alice", limits, 3599.5) == 1
    assert not ledger.is_user_at_concurrent_limit("bob", limits)
    assert not ledger.is_full
    ledger.reserve("bob", limits, 0.0)
    assert ledger.is_full


@pytest.mark.parametrize("seed", range(3))
def test_many_doors_at_once(seed: int) -> None:
    """Exactly as many come in as there are places, whoever comes through which door."""
    ledger = Ledger(17)
    rng = random.Random(seed)

    def knock(number: int) -> bool:
        try:
            place = ledger.reserve(f"user{rng.randrange(5)}", NO_LIMITS, 0.0)
        except LimitExceeded:
            return False
        if number % 2:
            place.commit(0.0)
        return True

    assert sum(map(knock, range(200))) == 17
    assert ledger.active == 17


# The hour by itself.

times = st.one_of(st.integers(0, 10**6).map(float), st.floats(0, 1e9))


@settings(max_examples=500)
@given(times, st.one_of(st.integers(0, 3599), st.floats(0, 3599.9)))
def test_the_time_to_retry_is_exact(created: float, age: float) -> None:
    """At the second that was named it works, a second earlier it does not."""
    limiter = UserHourlyRateLimiter()
    limiter.record("alice", created)
    now = created + age
    retry = limiter.retry_after_seconds("alice", 1, now)
    assert not limiter.allow("alice", 1, now + retry - 1)
    assert limiter.allow("alice", 1, now + retry)


def test_looking_changes_nothing() -> None:
    """Asking a thousand times is not an attempt."""
    limiter = UserHourlyRateLimiter()
    assert all(limiter.allow("alice", 1, 0.0) for _ in range(1000))
    assert limiter.retry_after_seconds("alice", 1, 0.0) == 0
    assert len(limiter) == 0


def test_the_hour_rolls() -> None:
    """Each creation leaves the window an hour after it was made, not all at the full hour."""
    limiter = UserHourlyRateLimiter()
    for now in (0.0, 600.0, 1200.0):
        limiter.record("alice", now)
    assert not limiter.allow("alice", 3, 3599.0)
    assert limiter.retry_after_seconds("alice", 3, 1200.0) == 2400
    assert limiter.allow("alice", 3, 3600.0)
    assert limiter.retry_after_seconds("alice", 2, 3600.0) == 600
    assert limiter.count("alice", 4800.0) == 0


def test_idle_users_are_forgotten() -> None:
    """However many users come and go, those of the last hour are all that is kept."""
    limiter = UserHourlyRateLimiter()
    for number in range(10_000):
        limiter.record(f"user{number}", number * 60.0)
    assert len(limiter) <= 62
