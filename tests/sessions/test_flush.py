"""Small output goes out at once; a flood is gathered into few large flushes."""

from __future__ import annotations

from tornterm.sessions.flush import FULL, LARGE, WINDOW, Flusher
from tornterm.testing.clock import FakeClock


class Line:
    """A flusher and the ends of the log at which it flushed."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.end = 0
        self.flushed: list[int] = []
        self.flusher = Flusher(self.clock, lambda: self.flushed.append(self.end))

    def grow(self, size: int) -> None:
        self.end += size
        self.flusher.grown(self.end)


def test_an_echo_after_silence_is_not_delayed() -> None:
    """Each small piece goes out with its own flush and sets no timer."""
    line = Line()
    for _ in range(10):
        line.grow(20)
    assert line.flushed == [20 * n for n in range(1, 11)]
    assert line.clock.pending == 0


def test_a_flood_is_gathered_for_a_window() -> None:
    """After a large flush nothing goes out until the window is over."""
    line = Line()
    line.grow(LARGE)
    line.grow(LARGE)
    line.grow(LARGE)
    assert line.flushed == [LARGE]
    line.clock.advance(WINDOW)
    assert line.flushed == [LARGE, 3 * LARGE]


def test_a_full_frame_does_not_wait() -> None:
    """Once a frame's worth has gathered it goes out within the window."""
    line = Line()
    line.grow(LARGE)
    line.grow(FULL - 1)
    assert len(line.flushed) == 1
    line.grow(1)
    assert len(line.flushed) == 2


def test_the_end_of_a_flood_leaves_no_timer_behind() -> None:
    """When nothing has gathered, the window closes for good."""
    line = Line()
    line.grow(LARGE)
    line.clock.advance(WINDOW)
    assert line.clock.pending == 0
    line.grow(1)
    assert line.flushed == [LARGE, LARGE + 1]


def test_a_closed_flusher_never_flushes_again() -> None:
    """A session that has ended pumps by itself."""
    line = Line()
    line.grow(LARGE)
    line.grow(LARGE)
    line.flusher.close()
    line.clock.advance(1)
    assert line.flushed == [LARGE]


def test_a_resize_within_the_window_goes_out_with_it() -> None:
    """It moves no end, and would otherwise wait until the program prints again."""
    line = Line()
    line.grow(LARGE)
    line.grow(0)
    line.clock.advance(WINDOW)
    assert line.flushed == [LARGE, LARGE]
