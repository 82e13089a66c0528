"""Draws cells and the cursor of a terminal with sequences that all terminals obey alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final

from tornterm.core.ghostty_cells import PLAIN, Cell, Look, Row
from tornterm.core.libghostty import Emulator

__all__ = ["draw_rows", "place_cursor"]

_LOOK: Final = attrgetter("look")
_TEXT: Final = attrgetter("text")


def draw_rows(rows: list[Row]) -> Iterator[bytes]:
    """Write rows from the home position on, and go back to the default look."""
    pen = _Pen()
    follows = False
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        wraps = after is not None and row.wrapped
        yield from _row(_filled(row, after) if wraps else row.cells, pen, follows, wraps)
        if after is not None and not wraps:
            yield pen.change(PLAIN) + b"\r\n"
        follows = wraps
    yield pen.change(PLAIN)


def _filled(row: Row, after: Row | None) -> list[Cell]:
    """The cells of a row that wraps, the last column too unless a wide character skips it."""
    if row.short and after and after.cells[0].width == 1:
        return [*row.cells, Cell("", 1, PLAIN)]
    return row.cells


def _row(cells: list[Cell], pen: _Pen, follows: bool, wraps: bool) -> Iterator[bytes]:
    """Write one row.

    Args:
        cells: Its cells.
        pen: The look of what was written last.
        follows: Whether the terminal wraps to it, when its first cell is written.
        wraps: Whether the terminal is to wrap from it to the next.
    """
    if not wraps:
        cells = _without_blank_end(cells, least=follows)
    if follows:
        yield from _cells(cells[:1], pen, spaces=True)
        if pen.look.sgr:
            # A terminal that scrolls while it wraps fills the new line with the background.
            yield pen.change(PLAIN) + b"\x1b[K"
        cells = cells[1:]
    yield from _cells(cells, pen, spaces=wraps)


def _without_blank_end(cells: list[Cell], *, least: int) -> list[Cell]:
    end = len(cells)
    while end > least and not cells[end - 1].text and not cells[end - 1].look.sgr:
        end -= 1
    return cells[:end]


def _cells(cells: Iterable[Cell], pen: _Pen, *, spaces: bool) -> Iterator[bytes]:
    """Write cells side by side; those that are empty as spaces, or by stepping over them."""
    for look, alike in groupby(cells, key=_LOOK):
        for written, run in groupby(map(_TEXT, alike), key=bool):
            texts = list(run)
            if written:
                yield pen.change(look) + "".join(texts).encode()
            else:
                empty = b" " * len(texts) if spaces else _skip(look, len(texts))
                yield pen.change(_background(look)) + empty


def _skip(look: Look, count: int) -> bytes:
    """Leave cells empty, with no more than their background."""
    erase = b"\x1b[%dX" % count if look.sgr else b""
    return erase + b"\x1b[%dC" % count


def _background(look: Look) -> Look:
    return Look(look.sgr)


class _Pen:
    """Writes the sequences between one look and another."""

    def __init__(self) -> None:
        self.look = PLAIN

    def change(self, look: Look) -> bytes:
        """Go from the look that was last asked for to this one."""
        before, self.look = self.look, look
        if look == before:
            return b""
        parts = []
        if look.sgr != before.sgr:
            parts.append(b"\x1b[%bm" % (b"0;" + look.sgr if look.sgr and before.sgr else look.sgr))
        if look.link != before.link:
            parts.append(b"\x1b]8;;%b\x1b\\" % look.link)
        if look.protected != before.protected:
            parts.append(b'\x1b[%d"q' % look.protected)
        return b"".join(parts)


def place_cursor(emulator: Emulator, *, printed: bool = False) -> bytes:
    """Write what moves the cursor to where it is, with the pen in hand.

    Args:
        emulator: The terminal; it is not changed.
        printed: Whether a combining character that comes next has something to combine with.

    Returns:
        Sequences; where the cursor stands behind the last column, they write that one again.
    """
    row, column = emulator.cursor
    pen = b"\x1b[%bm" % emulator.pen if emulator.pen else b""
    hand = pen + emulator.extras("hyperlink", "protection")
    cell = _before(emulator, row, column) if printed or emulator.pending_wrap else None
    if cell is None or not cell.text:
        return _move(emulator, row, column) + hand
    column += emulator.pending_wrap - cell.width
    # Where characters are inserted, the one that is written again must be taken out first.
    out = b"\x1b[%dP" % cell.width if emulator.mode(4, ansi=True) else b""
    place = _move(emulator, row, column) + out
    if printed:
        return place + hand + cell.text.encode()
    look = _Pen().change(cell.look)
    back = (b"\x1b]8;;\x1b\\" if cell.look.link else b"") + b'\x1b[0"q' * cell.look.protected
    return place + look + cell.text.encode() + back + b"\x1b[m" + hand


def _before(emulator: Emulator, row: int, column: int) -> Cell | None:
    """The cell that was written last if the cursor has not moved since."""
    end = column + emulator.pending_wrap
    x = 0
    for cell in emulator.rows(0)[row].cells:
        x += cell.width
        if x >= end:
            return cell if x == end else None
    return None


def _move(emulator: Emulator, row: int, column: int) -> bytes:
    """Place the cursor; in origin mode rows are counted from the margin."""
    if emulator.mode(6):
        margins = emulator.extras("scrolling_region")
        row -= int(margins[2:].partition(b";")[0]) - 1 if margins else 0
    return b"\x1b[%d;%dH" % (row + 1, column + 1)
