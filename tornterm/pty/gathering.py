"""When what has been read of a terminal is passed on: at once after silence, gathered in a flood.

What costs in a flood is not the bytes but what is done once for every few kilobytes that the
kernel's tty hands out: entering them in the log, asking who wants them and how much more may come,
a frame, a turn of the event loop. So after a large piece, what follows is gathered for a few
milliseconds, or until there is enough for two frames; a small answer to a key never waits. The
longer a flood lasts, the longer is gathered: of many that go on side by side, each brings little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["FULL", "LARGE", "LONGEST_WINDOW", "MOST", "WINDOW", "Gatherer"]

LARGE = 2048
"""Bytes passed on at once from which on output counts as a flood."""

MOST = 128 * 1024
"""Bytes that are gathered at the most."""

FULL = MOST - 4096
"""Gathered bytes that are passed on without waiting: the next read would not fit any more."""

WINDOW = 0.003
"""Seconds for which output is gathered when a flood begins, so that a screen is soon complete."""

LONGEST_WINDOW = 0.024
"""Seconds for which it is gathered when a flood has lasted, which nobody reads line by line."""


class _Timer(Protocol):
    def cancel(self) -> None:
        """Call it off."""


class Gatherer:
    """Passes on what it is given, in few large pieces.

    Args:
        pass_on: Takes a piece.
        call_later: Calls something after so many seconds.

    Attributes:
        size: Bytes that have been gathered and not passed on.
    """

    __slots__ = ("_call_later", "_pass_on", "_pieces", "_timer", "_window", "size")

    def __init__(
        self,
        pass_on: Callable[[bytes], None],
        call_later: Callable[[float, Callable[[], None]], _Timer],
    ) -> None:
        self.size = 0
        self._pass_on = pass_on
        self._call_later = call_later
        self._pieces: list[bytes] = []
        self._timer: _Timer | None = None
        self._window = WINDOW

    def add(self, data: bytes) -> bool:
        """Take a piece, and pass it on unless it is one of a flood.

        Returns:
            Whether it was passed on before its time, because there was enough.
        """
        if self._timer is None and len(data) < LARGE:
            # Nothing is being gathered.
            self._pass_on(data)
            return False
        self._pieces.append(data)
        self.size += len(data)
        enough = self.size >= FULL
        if self._timer is None or enough:
            self._send()
        return enough

    def flush(self) -> None:
        """Pass on what has been gathered, now."""
        if not self.size:
            return
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        self._pass_on(data)

    def close(self) -> None:
        """Pass on what has been gathered, and gather nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.flush()

    def _send(self) -> None:
        if self.size >= LARGE and self._timer is None:
            self._timer = self._call_later(self._window, self._window_over)
        self.flush()

    def _window_over(self) -> None:
        self._timer = None
        lasts = self.size >= LARGE
        self._window = min(2 * self._window, LONGEST_WINDOW) if lasts else WINDOW
        if self.size:
            self._send()
