"""A screen that draws lines of a flood only when somebody looks, or when something else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tornterm.core.backlog import Backlog, first_other, plain_from
from tornterm.core.ghostty import GhosttyScreen
from tornterm.types import Size

if TYPE_CHECKING:
    from tornterm.core.screen import ColourSlot

__all__ = ["LazyScreen"]


LONGEST_LINE: Final = 4096
"""Bytes of an unfinished line that are kept until it goes on."""


class LazyScreen:
    """A `Screen` that is the same as the one in it, at a small part of the work.

    Args:
        screen: The screen that draws.
        history: Lines above the screen that it keeps.
    """

    exact: Final = True

    def __init__(self, screen: GhosttyScreen, history: int) -> None:
        self._screen = screen
        self._history = history
        self._start()

    def _start(self) -> None:
        self._backlog = Backlog(self._screen.size.rows, self._history)
        self._begun = b""
        self._scrolls: bool | None = None

    def feed(self, data: bytes) -> None:
        """Take output, cut anywhere."""
        data, self._begun = self._begun + data, b""
        # What a line begins with is judged together with the rest of it.
        end = data.rfind(b"\n") + 1
        if len(data) - end > LONGEST_LINE:
            end = len(data)
        if end:
            self._feed_lines(data[:end])
        self._begun = data[end:]

    def _feed_lines(self, lines: bytes) -> None:
        other = first_other(lines)
        if other >= 0:
            # A prompt stands between two floods, and an editor prints nothing else.
            begin, end = lines.rfind(b"\n", 0, other) + 1, plain_from(lines)
            self._feed_plain(lines[:begin])
            self._drawn().feed(lines[begin:end])
            self._scrolls = None
            lines = lines[end:]
        self._feed_plain(lines)

    def _feed_plain(self, lines: bytes) -> None:
        """Put plain lines off, if the screen scrolls and they are not too many."""
        if not lines:
            return
        if not (self._is_scrolling() and self._backlog.add(lines)):
            self._drawn().feed(lines)

    def _is_scrolling(self) -> bool:
        if self._scrolls is None:
            # Plain lines do not change it.
            self._scrolls = self._screen.scrolls
        return self._scrolls

    @property
    def scrolls(self) -> bool:
        """Whether lines that follow push older ones up, as `Screen.scrolls` says."""
        return not self._begun and self._is_scrolling()

    def _drawn(self) -> GhosttyScreen:
        """The screen, with everything drawn."""
        rest = self._backlog.take() + self._begun
        if rest:
            self._screen.feed(rest)
        if self._begun:
            self._begun, self._scrolls = b"", None
        return self._screen

    @property
    def size(self) -> Size:
        """The size of the terminal."""
        return self._screen.size

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, counted from 0."""
        return self._drawn().cursor

    @property
    def unfinished(self) -> bytes:
        """The beginning of what the output has stopped in."""
        return self._drawn().unfinished

    def resize(self, size: Size) -> None:
        """The terminal has another size from here on."""
        self._drawn().resize(size)
        self._start()

    def colour(self, slot: ColourSlot) -> tuple[int, int, int] | None:
        """Red, green and blue that a program has set; None if none has."""
        return self._drawn().colour(slot)

    def dump(self, *, history: int) -> bytes:
        """What to write to a terminal of this size, just reset, to have its whole state."""
        return self._drawn().dump(history=history)

    def copy(self) -> LazyScreen:
        """Another screen in the same state."""
        return LazyScreen(self._drawn().copy(), self._history)

    def close(self) -> None:
        """Give its memory back."""
        self._screen.close()
