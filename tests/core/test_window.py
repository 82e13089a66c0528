from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.core.window import MINIMUM_ALLOWANCE, START, AckWindow, Pace, allowance


@pytest.mark.parametrize(
    ("window", "capacity", "expected"),
    [
        (1 << 20, 1 << 20, 1 << 19),
        (1 << 20, 16 << 20, 1 << 20),
        (5000, 1 << 20, 5000),
        (1, 1 << 20, MINIMUM_ALLOWANCE),
        (1 << 20, 8192, MINIMUM_ALLOWANCE),
    ],
)
def test_the_allowance(window: int, capacity: int, expected: int) -> None:
    """The window as configured, at most half of what is kept, and at least the minimum."""
    assert allowance(window, capacity) == expected


@given(st.integers(0, 1 << 30), st.integers(8192, 1 << 30))
def test_what_is_on_its_way_is_kept(window: int, capacity: int) -> None:
    """Whatever the configuration, a client that is cut off finds its bytes in the log."""
    assert MINIMUM_ALLOWANCE <= allowance(window, capacity) <= capacity // 2


events = st.lists(st.tuples(st.sampled_from(["send", "ack"]), st.integers(0, 3000)), max_size=50)


@given(st.integers(0, 1 << 40), st.integers(4096, 8192), events)
def test_the_window_never_overflows(
    offset: int, allowed: int, events: list[tuple[str, int]]
) -> None:
    """However sends and acknowledgements alternate, no more than allowed is on its way."""
    window = AckWindow(offset, Pace(allowed))
    acked = sent = offset
    ignored = 0
    for kind, amount in events:
        if kind == "send":
            sent += min(amount, window.room)
            window.send(sent, 0.0)
        else:
            claim = offset + amount
            assert window.acknowledge(claim, 0.0) == (acked < claim <= sent)
            ignored += claim > sent
            acked = max(acked, claim) if claim <= sent else acked
        assert (window.acked, window.sent, window.ignored) == (acked, sent, ignored)
        assert window.room == allowed - (sent - acked) >= 0


def test_an_impossible_acknowledgement_opens_nothing() -> None:
    """Who claims to have parsed what was never sent gets no further, and it is counted."""
    window = AckWindow(100, Pace(4096))
    window.send(100 + 4096, 0.0)
    assert not window.acknowledge(100 + 4097, 0.0)
    assert window.room == 0
    assert window.ignored == 1
    assert window.acknowledge(100 + 4096, 0.0)
    assert window.room == 4096


def test_an_old_acknowledgement_changes_nothing() -> None:
    """The highest one counts; one that was overtaken is neither progress nor a mistake."""
    window = AckWindow(0, Pace(4096))
    window.send(3000, 0.0)
    assert window.acknowledge(2000, 0.0)
    assert not window.acknowledge(1000, 0.0)
    assert not window.acknowledge(2000, 0.0)
    assert (window.acked, window.ignored) == (2000, 0)


def test_what_a_client_has_missed_takes_few_round_trips() -> None:
    """It is sent as far as the limit allows, and only what comes behind it at the client's pace."""
    limit = 4 * START
    pace = Pace(limit)
    window = AckWindow(1000, pace)
    window.owed = 1000 + limit + 5000
    window.send(1000 + window.room, 0.0)
    assert window.sent == 1000 + limit
    window.acknowledge(1000 + limit - START, 0.1)
    window.send(window.sent + window.room, 0.1)
    assert window.sent == window.owed
    assert window.room == 0
    window.acknowledge(window.owed, 0.2)
    assert window.room == pace.allowance
