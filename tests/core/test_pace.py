"""How much is on its way to clients of all kinds, as a `Pace` has it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.core.window import FLOOR, QUEUE, START, TRIP_AGE, AckWindow, Pace

LIMIT = 512 * 1024
READ = 8192
"""Bytes that are sent at once."""

EVERY = 0.02
"""Seconds after which a client acknowledges, though not all that it has been sent is parsed."""


class Client:
    """A client that parses at a rate, behind a line on which everything takes its time.

    Its program prints without end.

    Args:
        rate: Bytes that it parses in a second.
        trip: Seconds to it and back.
        step: Bytes after which it acknowledges in any case.
        every: Seconds after which it acknowledges in any case.
    """

    def __init__(
        self, rate: float, trip: float, *, step: int = LIMIT // 4, every: float = EVERY
    ) -> None:
        self.rate = rate
        self.pace = Pace(LIMIT)
        self.parsed = 0
        self.busy_until = 0.0
        self.most = 0
        self._window = AckWindow(0, self.pace)
        self._trip = trip
        self._step = step
        self._every = every
        self._arrived = self._acked = 0
        self._acked_at = self._now = 0.0
        self._numbers = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._window.send(0, 0.0)
        self._after(trip, lambda: self._take(0))

    def run(self, seconds: float) -> float:
        """Let time pass; the bytes per second that were parsed in it."""
        until, before = self._now + seconds, self.parsed
        while self._events and self._events[0][0] <= until:
            self._now, _, event = heapq.heappop(self._events)
            event()
        assert self._events, "the server waits for the client, and the client for the server"
        self._now = until
        return (self.parsed - before) / seconds

    @property
    def backlog(self) -> float:
        """Seconds that what waits at the client is going to take."""
        return max(0.0, self.busy_until - self._now)

    def _after(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self._now + seconds, next(self._numbers), event))

    def _take(self, offset: int) -> None:
        """The server gets an acknowledgement, and sends what it may."""
        self._window.acknowledge(offset, self._now)
        while (room := self._window.room) >= self.pace.allowance // 4 and room > 0:
            end = self._window.sent + min(room, READ)
            self._window.send(end, self._now)
            self._after(self._trip / 2, lambda end=end: self._arrive(end))  # type: ignore[misc]
        assert self._window.sent - self._window.acked <= LIMIT

    def _arrive(self, end: int) -> None:
        size, self._arrived = end - self._arrived, end
        self.busy_until = max(self.busy_until, self._now) + size / self.rate
        self.most = max(self.most, self._arrived - self.parsed)
        self._after(self.busy_until - self._now, lambda: self._parse(end))

    def _parse(self, end: int) -> None:
        self.parsed = end
        due = self._now - self._acked_at >= self._every or end - self._acked >= self._step
        if due or end == self._arrived:
            self._acked, self._acked_at = end, self._now
            self._after(self._trip / 2, lambda: self._take(end))


rates = st.floats(5e3, 1e9)
trips = st.floats(0.0001, 1)
kinds = st.tuples(st.integers(1, LIMIT), st.sampled_from([EVERY, 1e9]))


@given(rates, trips, kinds, rates)
@settings(max_examples=60, deadline=None)
def test_it_never_ends_and_keeps_within_its_limits(
    rate: float, trip: float, kind: tuple[int, float], then: float
) -> None:
    """Whatever the client is like, and becomes, it is always sent something."""
    client = Client(rate, trip, step=kind[0], every=kind[1])
    for client.rate in (rate, then):
        for _ in range(10):
            client.run(8 * READ / client.rate + 2 * trip + client.backlog)
            assert FLOOR <= client.pace.allowance <= LIMIT
    assert client.parsed > 0


@pytest.mark.parametrize("rate", [0.2e6, 0.4e6, 1e6, 2e6])
@pytest.mark.parametrize("trip", [0.001, 0.03, 0.1])
def test_what_waits_at_a_slow_client_is_soon_over(rate: float, trip: float) -> None:
    """And yet it never runs dry."""
    client = Client(rate, trip)
    client.run(3)
    for _ in range(50):
        took = client.run(0.5)
        assert client.backlog <= trip + QUEUE + READ / rate
        assert took >= 0.95 * min(rate, LIMIT / (trip + READ / rate)) - READ / 0.5


@pytest.mark.parametrize("trip", [0.0002, 0.01, 0.1, 0.5])
def test_a_fast_client_may_be_sent_all_there_can_be(trip: float) -> None:
    """Within a few round trips, however long they are."""
    client = Client(1e9, trip)
    assert client.pace.allowance == START
    client.run(8 * trip)
    assert client.pace.allowance == LIMIT
    client.run(100 * trip)
    assert client.pace.allowance == LIMIT


def test_a_client_that_only_says_when_it_has_parsed_everything_is_sent_enough() -> None:
    """It stands still for a round trip each time, which for one nearby is next to nothing."""
    client = Client(0.4e6, 0.002, every=1e9)
    client.run(3)
    assert client.run(10) >= 0.95 * 0.4e6


def test_it_follows_a_client_that_gets_slower_and_faster_again() -> None:
    """As when four floods share a page, and then end."""
    client = Client(20e6, 0.01)
    client.run(1)
    assert client.pace.allowance == LIMIT
    client.rate = 0.4e6
    client.run(4)
    assert client.backlog <= 0.01 + QUEUE + READ / 0.4e6
    client.rate = 20e6
    client.run(1)
    assert client.pace.allowance == LIMIT


def test_one_pause_is_no_sign_of_a_slow_client() -> None:
    """After a second without an acknowledgement it may still be sent half of what it might."""
    pace = Pace(LIMIT)
    window = AckWindow(0, pace)
    now = 0.0
    for seconds in (0.01, 0.01, 0.01, 1.0):
        window.send(window.sent + window.room, now)
        window.acknowledge(window.sent, now := now + seconds)
    assert pace.allowance == LIMIT // 2


def test_a_client_that_is_sent_little_is_no_slow_one() -> None:
    """A program that prints now and then says nothing about who reads it."""
    pace = Pace(LIMIT)
    window = AckWindow(0, pace)
    for now in range(100):
        window.send(window.sent + START // 2, now)
        window.acknowledge(window.sent, now + 0.9)
    assert pace.allowance == START


def test_bytes_that_will_never_be_acknowledged_are_no_measure() -> None:
    """Before a snapshot the client may have lost them; afterwards a round begins anew."""
    pace = Pace(LIMIT)
    window = AckWindow(0, pace)
    window.send(START, 0.0)
    pace.forget()
    window = AckWindow(START * 10, pace)
    window.acknowledge(START * 10, 100.0)
    assert pace.allowance == START


class Line:
    """A line to a client that parses at once."""

    def __init__(self) -> None:
        self.pace = Pace(LIMIT)
        self.window = AckWindow(0, self.pace)
        self.now = 0.0

    def carry(self, count: int, trip: float) -> None:
        """Send something, and have it acknowledged after a round trip."""
        self.window.send(self.window.sent + count, self.now)
        self.now += trip
        self.window.acknowledge(self.window.sent, self.now)

    def flood(self, trip: float, rounds: int = 12) -> int:
        """Send all that may be sent, a few times; what may be sent then."""
        for _ in range(rounds):
            self.carry(self.window.room, trip)
        return self.pace.allowance


def test_a_way_that_has_become_longer_is_found_out_by_what_is_sent_alone() -> None:
    """Until then it looks like a slow client, whatever time goes by in floods."""
    line = Line()
    line.carry(1, 0.01)
    assert line.flood(0.01) == LIMIT
    assert line.flood(0.5) == FLOOR
    line.now += 10 * TRIP_AGE
    assert line.flood(0.5) == FLOOR
    for _ in range(3):
        line.carry(1, 0.5)
        line.now += TRIP_AGE
    assert line.flood(0.5) == LIMIT


def test_one_slow_echo_makes_no_way_longer() -> None:
    """The page may have been busy; the shortest of the time before counts, too."""
    line = Line()
    line.carry(1, 0.01)
    line.now += 2 * TRIP_AGE
    line.carry(1, 0.5)
    assert line.flood(0.5) == FLOOR
    line.carry(1, 0.01)
    assert line.flood(0.01) == LIMIT
    line.now += TRIP_AGE
    line.carry(1, 0.01)
    line.now += TRIP_AGE
    line.carry(1, 0.5)
    assert line.flood(0.5) == FLOOR
