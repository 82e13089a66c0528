"""Time as an argument: what the session layer needs of a clock, and the real one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Clock", "LoopClock", "Timer"]


class Timer(Protocol):
    """Something that was scheduled and can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it has already happened."""


class Clock(Protocol):
    """Tells the time and wakes up; tests replace it to move time by hand."""

    def now(self) -> float:
        """Seconds that never go backwards; only differences mean anything."""

    def wall(self) -> float:
        """Seconds since the epoch, for what people and logs see."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` after `delay` seconds."""


class LoopClock:
    """The clock of the running event loop."""

    # Asked several times for each key, so without a call in between.
    now = staticmethod(time.monotonic)
    """Seconds of the monotonic clock that asyncio uses as well."""

    wall = staticmethod(time.time)
    """Seconds since the epoch."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` on the running loop after `delay` seconds."""
        return asyncio.get_running_loop().call_later(delay, callback)
