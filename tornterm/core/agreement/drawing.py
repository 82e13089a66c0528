"""Disputes about what is drawn, and what is not."""

from __future__ import annotations

from tornterm.core.agreement.disputes import MOST_LINKED
from tornterm.core.agreement.standing import Standing

__all__ = ["Drawing"]


class Drawing(Standing):
    """Erases, scrolls, repeats and links as the page's emulator does."""

    def _erase(self, what: bytes, sequence: bytes) -> None:
        """Erasing leaves a cursor that stands behind the last column there, and what is before it.

        libghostty erases the last column, and what is written next does not wrap.
        """
        if not self.emulator.pending_wrap:
            self.emulator.write(sequence)
        elif what not in (b"K", b"0K"):
            last = self.emulator.last_cell() if what in (b"J", b"0J") else None
            self._behind_last(sequence, last)

    def _tab(self, what: bytes, sequence: bytes) -> None:
        """Behind the last column there is no tab stop to set or clear.

        libghostty wants to be told which one to clear.
        """
        self._state.tabs = True
        if what == b"[3g" or not self.emulator.pending_wrap:
            self.emulator.write(b"\x1b[0g" if what == b"[g" else sequence)

    def _back(self, what: bytes, sequence: bytes) -> None:
        """Behind the last column there is no way back to a tab stop.

        libghostty goes there and still wraps before it writes, a state that it cannot copy.
        """
        if not self.emulator.pending_wrap:
            self.emulator.write(sequence)

    def _scroll(self, what: bytes, sequence: bytes) -> None:
        """What is scrolled out does not go above the screen; what comes in has no background."""
        emulator = self.emulator
        count = int(what[:-1] or 1)
        if what.endswith(b"T"):
            pen = emulator.pen
            scroll = b"\x1b[m%b\x1b[0;%bm" % (sequence, pen) if pen else sequence
        else:
            row, column = emulator.cursor
            top = int(self._state.margins.partition(b";")[0] or 1) - 1
            there, back = self._place(top, 0), self._place(row, column)
            scroll = b"%b\x1b[%dM%b" % (there, max(1, count), back)
        if emulator.pending_wrap:
            self._behind_last(scroll)
        else:
            emulator.write(scroll)

    def _repeat(self, what: bytes, sequence: bytes) -> None:
        """A character need not be repeated more often than fills the screen."""
        emulator = self.emulator
        count = min(int(what), 0x7FFFFFFF)
        screen = emulator.cols * emulator.rows_shown
        if count > 2 * screen:
            count = screen + (count - screen) % emulator.cols
        emulator.write(b"\x1b[%db" % count)

    def _align(self, what: bytes, sequence: bytes) -> None:
        """DECALN fills from the home position on with the pen, and changes nothing else."""
        emulator = self.emulator
        line, home = b"E" * emulator.cols, b"\x1b[?6h" if emulator.mode(6) else b"\x1b[H"
        first = -self._row(0)
        lines = (b"\x1b[%d;1H%b" % (row + 1, line) for row in range(first, emulator.rows_shown))
        emulator.write(b"\x1b[?6l%b%b" % (b"".join(lines), home))

    def _flash(self, what: bytes, sequence: bytes) -> None:
        """Rapid blinking is not drawn."""

    def _shape(self, what: bytes, sequence: bytes) -> None:
        """Where no shape is chosen the cursor blinks as mode 12 says, and only there."""
        self._state.shaped = what not in (b"", b"0")
        self.emulator.write(sequence)
        if not self._state.shaped and self._state.blinks:
            self.emulator.write(b"\x1b[?12h")

    def _link(self, what: bytes, sequence: bytes) -> None:
        """On a very large screen links are not kept."""
        if self.emulator.cols * self.emulator.rows_shown <= MOST_LINKED:
            self.emulator.write(sequence)
