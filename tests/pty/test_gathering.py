"""Small output is passed on at once; a flood in few large pieces, and none of it stays behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tornterm.pty.gathering import FULL, LARGE, LONGEST_WINDOW, MOST, WINDOW, Gatherer
from tornterm.testing.clock import FakeClock


class Line:
    """A gatherer and the pieces that it has passed on."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.passed: list[bytes] = []
        self.gatherer = Gatherer(self.passed.append, self.clock.call_later)

    def add(self, size: int) -> None:
        self.gatherer.add(b"x" * size)

    @property
    def sizes(self) -> list[int]:
        return [len(piece) for piece in self.passed]


def test_an_echo_after_silence_is_not_delayed() -> None:
    """Each small piece goes out by itself and sets no timer."""
    line = Line()
    for _ in range(10):
        line.add(20)
    assert line.sizes == [20] * 10
    assert line.clock.pending == 0


def test_a_flood_is_gathered_for_a_window() -> None:
    """After a large piece nothing goes out until the window is over."""
    line = Line()
    for _ in range(3):
        line.add(LARGE)
    assert line.sizes == [LARGE]
    line.clock.advance(WINDOW)
    assert line.sizes == [LARGE, 2 * LARGE]


def test_enough_does_not_wait() -> None:
    """What no further read would fit behind goes out within the window."""
    line = Line()
    line.add(LARGE)
    line.add(FULL - 1)
    assert line.sizes == [LARGE]
    line.add(1)
    assert line.sizes == [LARGE, FULL]
    assert FULL + 4095 <= MOST


def test_the_end_of_a_flood_leaves_no_timer_behind() -> None:
    """When nothing has been gathered, the window closes for good."""
    line = Line()
    line.add(LARGE)
    line.clock.advance(WINDOW)
    assert line.clock.pending == 0
    line.add(1)
    assert line.sizes == [LARGE, 1]


def test_a_flood_that_lasts_is_gathered_for_longer() -> None:
    """One of many floods brings little within a window, so the windows grow; not for ever."""
    line = Line()
    line.add(LARGE)
    windows = [WINDOW, 2 * WINDOW, 4 * WINDOW, 8 * WINDOW, LONGEST_WINDOW]
    assert windows[3] == LONGEST_WINDOW
    for number, window in enumerate(windows, 2):
        line.add(LARGE)
        line.clock.advance(0.9 * window)
        assert len(line.sizes) == number - 1
        line.clock.advance(0.1 * window + 1e-6)
        assert len(line.sizes) == number


def test_a_flood_that_is_over_is_forgotten() -> None:
    """What is large again after a pause is complete as soon as at first."""
    line = Line()
    for _ in range(5):
        line.add(LARGE)
        line.clock.advance(LONGEST_WINDOW)
    line.clock.advance(LONGEST_WINDOW)
    line.add(LARGE)
    line.add(1)
    line.clock.advance(WINDOW)
    assert line.sizes[-2:] == [LARGE, 1]


def test_what_comes_after_can_have_it_passed_on() -> None:
    """A resize belongs behind all that was read before it; the flood goes on being gathered."""
    line = Line()
    for _ in range(2):
        line.add(LARGE)
    line.gatherer.flush()
    line.gatherer.flush()
    line.add(LARGE)
    assert line.sizes == [LARGE, LARGE]
    line.clock.advance(WINDOW)
    assert line.sizes == [LARGE] * 3


def test_a_closed_one_has_passed_on_everything() -> None:
    """The last words of a program are seldom a whole frame."""
    line = Line()
    line.add(LARGE)
    line.add(5)
    line.gatherer.close()
    assert line.sizes == [LARGE, 5]
    assert line.clock.pending == 0


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(1, 9000), st.booleans())))
def test_nothing_is_lost_or_turned_round(reads: list[tuple[bytes, int, bool]]) -> None:
    """However it comes, and however time passes."""
    line, came = Line(), b""
    for data, times, waits in reads:
        came += data * times
        line.gatherer.add(data * times)
        assert line.gatherer.size < FULL
        if waits:
            line.clock.advance(LONGEST_WINDOW)
            assert b"".join(line.passed) == came
    line.clock.advance(LONGEST_WINDOW)
    assert b"".join(line.passed) == came
