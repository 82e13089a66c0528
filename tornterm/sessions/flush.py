"""When those are told who may wait a little: at once after silence, then window by window."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.sessions.clock import Clock, Timer

__all__ = ["FULL", "Flusher"]

FULL = 64 * 1024
"""Gathered bytes that go out without waiting any longer."""


class Flusher:
    """Decides when what has been appended to a log is sent on.

    Args:
        clock: Where the time comes from.
        flush: Sends what there is.
        window: Seconds for which output is gathered after each flush.
    """

    def __init__(self, clock: Clock, flush: Callable[[], None], window: float) -> None:
        self._clock = clock
        self._window = window
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
        self._sent = self._end
        self._news = False
        if self._timer is None:
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
