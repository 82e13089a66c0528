"""Lines that a screen need not be shown yet, because more of them may push them out again.

A flood is lines of text. Once as many lines have been printed as a screen and its history hold,
what came before has left nothing behind but the look in which it stopped. Recognising such lines
costs a small part of drawing them.
"""

from __future__ import annotations

import re
from typing import Final

from tornterm.core.patterns import finder

__all__ = ["Backlog", "first_other", "is_plain", "plain_from"]

LARGEST: Final = 1024 * 1024
"""Bytes that are kept at the most."""

_SLACK: Final = LARGEST // 4
"""Bytes after which it is looked what can be forgotten: seldom, so that it costs nearly nothing."""

_LONGEST_LOOK: Final = 4096
_COUNTED: Final = 16 * 1024

# Text and controls stay within their line or move on to the next, and so do colours and erasing to
# the end of the line. Of the controls only three do more: backspace, which may go back to the line
# before, and the two that shift to another character set. To look for three bytes is cheaper than
# to look at all.
_HARMFUL: Final = (b"\b", b"\x0e", b"\x0f")
_find_other_sequence: Final = finder(rb"\x1b(?!\[[0-9;:]*+[mK])")
_C1_LEAD: Final = b"\xc2"
_C1: Final = re.compile(rb"\xc2(?:[\x80-\x9f]|\Z)")
_LOOK: Final = re.compile(rb"\x1b\[[0-9;:]*m")
_RESET: Final = b"\x1b[0m"
_SHORT_RESET: Final = b"\x1b[m"


def is_plain(data: bytes) -> bool:
    """Whether output does nothing but write lines, and ends in no sequence.

    Args:
        data: Output that begins outside of sequences and characters.
    """
    return first_other(data) < 0


def first_other(data: bytes) -> int:
    """Where output first does something else than write lines, or is cut off; -1 for nowhere.

    Args:
        data: As for `is_plain`.
    """
    found = [_find_other_sequence(data), *map(data.find, _HARMFUL)]
    # Few languages have the byte at all, and to find out costs next to nothing.
    if _C1_LEAD in data and (control := _C1.search(data)):
        found.append(control.start())
    return min((at for at in found if at >= 0), default=-1)


def plain_from(lines: bytes) -> int:
    """Where the plain ones at the end of some lines begin, or somewhat behind that.

    Args:
        lines: Whole lines that are not plain together.
    """
    begin, end = 0, len(lines)
    # By halves: that one is not plain is known as soon as something else is found in it.
    while middle := lines.find(b"\n", (begin + end) // 2, end - 1) + 1:
        if is_plain(lines[middle:end]):
            end = middle
        else:
            begin = middle
    return end


class Backlog:
    """Plain output, of which no more is kept than can be seen of it.

    Args:
        rows: Rows of the screen.
        history: Lines above it that count too.
    """

    def __init__(self, rows: int, history: int) -> None:
        self._rows = rows
        self._enough = rows + history
        self._start()

    def _start(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._shortens_at = _SLACK
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
        if self._size >= self._shortens_at:
            self._forget(self._first())
            self._shortens_at = self._size + _SLACK
        return True

    def take(self) -> bytes:
        """What to show the screen for all that was added; the backlog is empty then."""
        self._forget(self._first(exactly=True))
        # The cursor ends where so many lines would have brought it.
        above = b"\r\n" * self._rows if self._scrolled else b""
        shown = b"".join((above, self._look, *self._parts))
        self._start()
        return shown

    def _first(self, *, exactly: bool = False) -> int:
        """The first of the parts that hold enough lines.

        Args:
            exactly: Divide a part where that leaves fewer lines.
        """
        parts = self._parts
        first, missing, wanted = len(parts), self._enough, 0
        while first and missing > 0:
            first -= 1
            wanted = missing
            missing -= _count_lines(parts[first], wanted)
        if exactly and missing < 0:
            start = _start_of_last_lines(parts[first], wanted)
            parts[first : first + 1] = [parts[first][:start], parts[first][start:]]
            first += 1
        return first

    def _forget(self, first: int) -> None:
        """Forget the parts before one, if the rest begins a line in a look that is clear."""
        parts = self._parts
        while first and not parts[first - 1].endswith(b"\r\n"):
            first -= 1
        look = _look_after(self._look, parts[:first])
        if look is None or not _has_lines(parts[:first], self._rows):
            return
        self._look, self._scrolled = look, True
        self._size -= sum(map(len, parts[:first]))
        del parts[:first]


def _count_lines(data: bytes, enough: int) -> int:
    """How many lines there are, or more than `enough`: then what is before is not looked at."""
    count, end = 0, len(data)
    while end > 0 and count <= enough:
        start = max(0, end - _COUNTED)
        count += data.count(b"\n", start, end)
        end = start
    return count


def _start_of_last_lines(data: bytes, lines: int) -> int:
    """Where the last lines of output begin that ends with one, and has more."""
    at = len(data)
    for _ in range(lines + 1):
        at = data.rfind(b"\n", 0, at)
    return at + 1


def _has_lines(parts: list[bytes], lines: int) -> bool:
    for part in reversed(parts):
        at = len(part)
        while lines > 0 and (at := part.rfind(b"\n", 0, at)) >= 0:
            lines -= 1
    return lines <= 0


def _look_after(look: bytes, parts: list[bytes]) -> bytes | None:
    """What gives a pen the look that it has in the end; None where that is a long story."""
    looks: list[bytes] = []
    for part in reversed(parts):
        reset = part.rfind(_RESET)
        # The other way to write it is looked for behind it only, so this does not read everything.
        reset = max(reset, part.rfind(_SHORT_RESET, max(reset, 0)))
        looks += reversed(_LOOK.findall(part, max(reset, 0)))
        if reset >= 0:
            break
    else:
        looks.append(look)
    found = b"".join(reversed(looks))
    return found if len(found) <= _LONGEST_LOOK else None
