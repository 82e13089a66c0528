"""Letting a program wait for observers that have no room for what it prints."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.sessions.clock import Clock, Timer

__all__ = ["LOOK_SECONDS", "TELL_SECONDS", "Pacing"]

LOOK_SECONDS = 0.1
"""Seconds between two looks whether there is room again."""

TELL_SECONDS = 0.3
"""Seconds of waiting after which people are told; less is how fast a flood can be kept."""


class Pacing:
    """Remembers only whether people know that the program waits; the rest is asked each time.

    Args:
        clock: Where the time comes from.
        room: How many bytes of output the observers can take.
        poke: Lets the terminal look again whether it may read.
        tell: Tells people that the program waits, or that it goes on.
    """

    def __init__(
        self,
        clock: Clock,
        room: Callable[[], int],
        poke: Callable[[], None],
        tell: Callable[[bool], None],
    ) -> None:
        self.told = False
        """Whether people know that the program waits."""
        self._clock = clock
        self._room = room
        self._poke = poke
        self._tell = tell
        self._timer: Timer | None = None
        self._waited = 0.0

    def room(self) -> int:
        """Bytes of output that may be read; where there are none, it is looked after by time."""
        room = max(0, self._room())
        if (room == 0 or self.told) and self._timer is None:
            self._timer = self._clock.call_later(LOOK_SECONDS, self._look)
        return room

    def _look(self) -> None:
        self._timer = None
        self._waited = self._waited + LOOK_SECONDS if self._room() <= 0 else 0.0
        waits = self._waited >= TELL_SECONDS
        if waits != self.told:
            self.told = waits
            self._tell(waits)
        self._poke()

    def cancel(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
