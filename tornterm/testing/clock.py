"""A clock that stands still until a test moves it."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

__all__ = ["FakeClock"]


class _FakeTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """Time for tests: it moves only when `advance` says so, and timers fire in their order.

    Args:
        start: Seconds of the monotonic side at the beginning.
        epoch: Seconds since the epoch at the beginning.
    """

    def __init__(self, start: float = 1000.0, epoch: float = 1_700_000_000.0) -> None:
        self._now = start
        self._offset = epoch - start
        self._order = itertools.count()
        self._timers: list[tuple[float, int, _FakeTimer]] = []

    def now(self) -> float:
        """Seconds that move only with `advance`."""
        return self._now

    def wall(self) -> float:
        """Seconds since the epoch that move only with `advance`."""
        return self._now + self._offset

    def call_later(self, delay: float, callback: Callable[[], None]) -> _FakeTimer:
        """Call `callback` when `advance` has moved the time by `delay` seconds."""
        timer = _FakeTimer(callback)
        heapq.heappush(self._timers, (self._now + delay, next(self._order), timer))
        return timer

    @property
    def pending(self) -> int:
        """Timers that are set and not called off."""
        return sum(1 for _, _, timer in self._timers if timer.callback is not None)

    def advance(self, seconds: float) -> None:
        """Move the time, firing what becomes due at its own moment.

        Args:
            seconds: By how much.
        """
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
        self._now = end
