"""When output goes out: at once after silence, gathered in a flood.

What costs in a flood is not the bytes but one frame and one turn of the event loop for every few
kilobytes that the kernel's tty hands out. So after a large flush further output is gathered for a
few milliseconds or until a frame is full; a small answer to a key never waits.
"""

from __future__ import annotations

from collections.abc import Callable

from tornterm.sessions.clock import Clock, Timer

__all__ = ["Flusher"]

LARGE = 2048
"""Bytes in one flush from which on output counts as a flood."""

FULL = 64 * 1024
"""Gathered bytes that go out without waiting any longer."""

WINDOW = 0.003
"""Seconds for which the output of a flood is gathered."""


class Flusher:
    """Decides when what has been appended to a log is sent on.

    Args:
        clock: Where the time comes from.
        flush: Sends what there is.
        window: Seconds for which output is gathered.
        large: Bytes in one flush from which on what follows is gathered.
    """

    def __init__(
        self,
        clock: Clock,
        flush: Callable[[], None],
        *,
        window: float = WINDOW,
        large: int = LARGE,
    ) -> None:
        self._clock = clock
        self._window = window
        self._large = large
        self._flush = flush
        self._sent = 0
        self._end = 0
        self._news = False  # a resize is news, too, and does not move the end
        self._timer: Timer | None = None

    def grown(self, end: int) -> None:
        """The log has grown to `end`, or has got a resize event."""
        self._end = end
        self._news = True
        if self._timer is None or end - self._sent >= FULL:
            self._send()

    def _send(self) -> None:
        size = self._end - self._sent
        self._sent = self._end
        self._news = False
        if size >= self._large and self._timer is None:
            self._timer = self._clock.call_later(self._window, self._window_over)
        self._flush()

    def _window_over(self) -> None:
        self._timer = None
        if self._news:
            self._send()

    def close(self) -> None:
        """Gather nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
