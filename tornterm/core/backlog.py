"""Lines that a screen need not be shown yet, because more of them may push them out again.

A flood is lines of text. Once as many lines have been printed as a screen and its history hold,
what came before has left nothing behind but the look in which it stopped. Recognising such lines
costs a small part of drawing them.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Backlog", "is_plain"]

LARGEST: Final = 1024 * 1024
"""Bytes that are kept at the most."""

_LONGEST_LOOK: Final = 4096

# What stays within its line or moves on to the next: text, bell, tab, new lines, colours and
# erasing to the end of the line. Not backspace, which may go back to the line before.
_HARMLESS: Final = bytes((*b"\a\t\n\r\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)))
_OTHER_SEQUENCE: Final = re.compile(rb"\x1b(?!\[[0-9;:]*[mK])")
_C1: Final = re.compile(rb"\xc2(?:[\x80-\x9f]|\Z)")
_LOOK: Final = re.compile(rb"\x1b\[[0-9;:]*m")
_RESET: Final = b"\x1b[0m"
_SHORT_RESET: Final = b"\x1b[m"


def is_plain(data: bytes) -> bool:
    """Whether output does nothing but write lines, and ends in no sequence.

    Args:
        data: Output that begins outside of sequences and characters.
    """
    return (
        not data.translate(None, _HARMLESS)
        and _OTHER_SEQUENCE.search(data) is None
        and _C1.search(data) is None
    )


class Backlog:
    """Plain output, of which no more is kept than can be seen of it.

    Args:
        rows: Rows of the screen.
        history: Lines above it that count too.
    """

    def __init__(self, rows: int, history: int) -> None:
        self._rows = rows
        self._enough = rows + history
        self._parts: list[bytes] = []
        self._size = 0
        self._lines = 0
        self._look = b""
        self._scrolled = False

    def add(self, data: bytes) -> bool:
        """Take plain output.

        Returns:
            Whether it was taken; it is not where too much would have to be kept.
        """
        if self._size + len(data) > LARGEST:
            return False
        self._parts.append(data)
        self._size += len(data)
        self._lines += data.count(b"\n")
        if self._lines > 2 * self._enough:
            self._shorten()
        return True

    def take(self) -> bytes:
        """What to show the screen for all that was added; the backlog is empty then."""
        # The cursor ends where so many lines would have brought it.
        above = b"\r\n" * self._rows if self._scrolled else b""
        shown = b"".join((above, self._look, *self._parts))
        self._parts, self._look = [], b""
        self._size = self._lines = 0
        self._scrolled = False
        return shown

    def _shorten(self) -> None:
        """Forget lines above the last ones, if it is clear in which look they stop."""
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        start = self._start_of_the_last(data)
        left = data.count(b"\n", start)
        look = _look_after(self._look, data, start)
        if self._lines - left < self._rows or look is None:
            return
        self._look, self._scrolled = look, True
        self._parts = [data[start:]]
        self._size, self._lines = len(data) - start, left

    def _start_of_the_last(self, data: bytes) -> int:
        """A place behind a new line, with enough lines and not many more behind it."""
        # Lines are much alike, so the first try is nearly always the last.
        length = 5 * self._enough * len(data) // (4 * self._lines)
        while length < len(data):
            start = data.find(b"\r\n", len(data) - length) + 2
            if start > 1 and data.count(b"\n", start) >= self._enough:
                return start
            length += length // 4 + 1
        return 0


def _look_after(look: bytes, data: bytes, end: int) -> bytes | None:
    """What gives a pen the look that it has at `end`; None where that is a long story."""
    reset = data.rfind(_RESET, 0, end)
    # The other way to write it is looked for behind it only, so this does not read everything.
    reset = max(reset, data.rfind(_SHORT_RESET, max(reset, 0), end))
    if reset >= 0:
        look = b""
    look += b"".join(_LOOK.findall(data, max(reset, 0), end))
    return look if len(look) <= _LONGEST_LOOK else None
