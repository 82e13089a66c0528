"""How fast logins may be tried."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.errors import LimitExceeded
from tornterm.web.throttle import Throttle

WINDOW = 900.0


def refusal(
    throttle: Throttle, address: str, account: str, now: float, door: str = ""
) -> LimitExceeded | None:
    try:
        throttle.check(address, account, now, door=door)
    except LimitExceeded as error:
        return error
    return None


@given(
    limit=st.integers(1, 6),
    gaps=st.lists(st.integers(0, 3200).map(lambda eighths: eighths / 8), min_size=1, max_size=40),
)
def test_no_window_holds_more_failures_than_the_limit(limit: int, gaps: list[float]) -> None:
    """Whatever the timing, and the computed wait is exact to the second."""
    throttle = Throttle(WINDOW, limit, 0)
    now, failures = 0.0, []
    for gap in gaps:
        now += gap
        error = refusal(throttle, "192.0.2.1", "", now)
        recent = [when for when in failures if when + WINDOW > now]
        assert (error is not None) == (len(recent) >= limit)
        if error is None:
            throttle.failed("192.0.2.1", "", now)
            failures.append(now)
            continue
        assert error.retry_after is not None and error.retry_after >= 1
        assert (error.limit, error.current) == (limit, len(recent))
        assert refusal(throttle, "192.0.2.1", "", now + error.retry_after - 1) is not None
        copy = Throttle(WINDOW, limit, 0)
        for when in failures:
            copy.failed("192.0.2.1", "", when)
        assert refusal(copy, "192.0.2.1", "", now + error.retry_after) is None


def test_tries_at_the_same_moment_count_at_once() -> None:
    """Tries that have not been judged yet count, so nobody gains by trying in parallel."""
    throttle = Throttle(WINDOW, 3, 0)
    for _ in range(3):
        throttle.begin("192.0.2.1", "", 0.0)
    with pytest.raises(LimitExceeded) as caught:
        throttle.begin("192.0.2.1", "", 0.0)
    assert caught.value.code == "ip_rate"
    assert caught.value.retry_after == WINDOW


def test_a_success_does_not_count() -> None:
    """Who logs in correctly may do so as often as they like."""
    throttle = Throttle(WINDOW, 2, 2)
    for now in range(20):
        throttle.begin("192.0.2.1", "alice", float(now)).succeeded()
    assert len(throttle.addresses) == len(throttle.accounts) == 0


def test_a_success_forgives_the_account_but_not_the_address() -> None:
    """An attacker with an account of their own cannot use it to try others for ever."""
    throttle = Throttle(WINDOW, 4, 2)
    for account in ("victim-1", "victim-2", "victim-3"):
        throttle.begin("192.0.2.1", account, 0.0)
    throttle.begin("192.0.2.1", "attacker", 0.0).succeeded()
    throttle.begin("192.0.2.1", "victim-1", 0.0)
    assert refusal(throttle, "192.0.2.1", "attacker", 0.0) is not None


def test_an_account_is_guarded_against_many_addresses() -> None:
    """The limit per account holds wherever the tries come from, and for that account only."""
    throttle = Throttle(WINDOW, 100, 3)
    for number in range(3):
        throttle.begin(f"192.0.2.{number}", "Alice", 0.0)
    error = refusal(throttle, "198.51.100.1", " alice ", 0.0)
    assert error is not None
    assert error.code == "login_rate"
    assert refusal(throttle, "198.51.100.1", "bob", 0.0) is None


def test_one_ipv6_network_is_one_client() -> None:
    """Everybody has as many IPv6 addresses as they like, but not as many networks."""
    throttle = Throttle(WINDOW, 2, 0)
    throttle.failed("2001:db8::1", "", 0.0)
    throttle.failed("2001:db8::ffff:2", "", 0.0)
    assert refusal(throttle, "2001:db8::3", "", 0.0) is not None
    assert refusal(throttle, "2001:db8:0:1::3", "", 0.0) is None


def test_doors_are_counted_apart() -> None:
    """A program with an old token does not keep the people beside it from logging in."""
    throttle = Throttle(WINDOW, 1, 0)
    throttle.failed("192.0.2.1", "", 0.0, door="bearer")
    assert refusal(throttle, "192.0.2.1", "", 0.0, door="bearer") is not None
    assert refusal(throttle, "192.0.2.1", "", 0.0) is None


def test_zero_means_no_limit() -> None:
    """And then nothing is remembered."""
    throttle = Throttle(WINDOW, 0, 0)
    for _ in range(100):
        throttle.begin("192.0.2.1", "alice", 0.0)
    assert len(throttle.addresses) == len(throttle.accounts) == 0


def test_memory_is_bounded() -> None:
    """Any number of addresses and names, however long, is remembered in bounded space."""
    throttle = Throttle(WINDOW, 5, 5, capacity=50)
    for number in range(1000):
        throttle.failed(f"10.0.{number // 256}.{number % 256}", f"{number}" * 1000, 0.0)
    assert len(throttle.addresses) == len(throttle.accounts) == 50
    for _ in range(1000):
        throttle.failed("192.0.2.1", "alice", 0.0)
    assert refusal(throttle, "192.0.2.1", "alice", WINDOW) is None


def test_what_has_expired_is_forgotten() -> None:
    """A key without failures in the window takes no space once it is looked at."""
    throttle = Throttle(WINDOW, 5, 5)
    throttle.failed("192.0.2.1", "alice", 0.0)
    throttle.check("192.0.2.1", "alice", WINDOW)
    assert len(throttle.addresses) == len(throttle.accounts) == 0
