"""The first news is told at once; what follows within a window is told together."""

from __future__ import annotations

from tornterm.sessions.flush import FULL, Flusher
from tornterm.testing.clock import FakeClock

WINDOW = 0.01


class Line:
    """A flusher and the ends of the log at which it flushed."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.end = 0
        self.flushed: list[int] = []
        self.flusher = Flusher(self.clock, lambda: self.flushed.append(self.end), WINDOW)

    def grow(self, size: int) -> None:
        self.end += size
        self.flusher.grown(self.end)


def test_what_follows_the_first_is_gathered_for_a_window() -> None:
    """Nothing goes out until it is over."""
    line = Line()
    for _ in range(3):
        line.grow(20)
    assert line.flushed == [20]
    line.clock.advance(WINDOW)
    assert line.flushed == [20, 60]


def test_a_full_frame_does_not_wait() -> None:
    """Once a frame's worth has gathered it goes out within the window."""
    line = Line()
    line.grow(1)
    line.grow(FULL - 1)
    assert len(line.flushed) == 1
    line.grow(1)
    assert len(line.flushed) == 2


def test_silence_leaves_no_timer_behind() -> None:
    """When nothing has gathered, the window closes for good."""
    line = Line()
    line.grow(1)
    line.clock.advance(WINDOW)
    assert line.clock.pending == 0
    line.grow(1)
    assert line.flushed == [1, 2]


def test_a_closed_flusher_never_flushes_again() -> None:
    """A session that has ended pumps by itself."""
    line = Line()
    line.grow(1)
    line.grow(1)
    line.flusher.close()
    line.clock.advance(1)
    assert line.flushed == [1]


def test_a_resize_within_the_window_goes_out_with_it() -> None:
    """It moves no end, and would otherwise wait until the program prints again."""
    line = Line()
    line.grow(1)
    line.grow(0)
    line.clock.advance(WINDOW)
    assert line.flushed == [1, 1]
