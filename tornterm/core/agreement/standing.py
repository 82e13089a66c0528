"""Where the cursor of the emulator stands, and how it is put somewhere."""

from __future__ import annotations

from tornterm.core.agreement.disputes import Agreed
from tornterm.core.ghostty_cells import Cell
from tornterm.core.libghostty import Emulator

__all__ = ["Standing"]


class Standing:
    """An emulator whose cursor can be put anywhere.

    Attributes:
        emulator: The terminal. It is given no character sets.
        lines: How many lines above the screen it keeps.
    """

    emulator: Emulator
    lines: int
    _state: Agreed

    @property
    def above(self) -> int:
        """Lines above the screen, as far as a client keeps them; none above the alternate one."""
        return 0 if self.emulator.alternate else min(self.emulator.scrollback_rows, self.lines)

    def _behind_last(self, sequence: bytes, last: Cell | None = None) -> None:
        """Obey a sequence that leaves the cursor behind the last column.

        Args:
            sequence: What to obey.
            last: What the last column of the cursor's row shows then, if it is not what the
                sequence has put there.
        """
        emulator = self.emulator
        row, _ = emulator.cursor
        emulator.write(sequence)
        last = last or emulator.last_cell()
        self._go(row, emulator.cols - last.width)
        pen = emulator.pen
        text = last.text.encode() or b" "
        emulator.write(b"\x1b[%bm%b\x1b[0;%bm" % (last.look.sgr, text, pen))

    def _row(self, row: int) -> int:
        """A row as the sequence that goes there counts it."""
        if not self.emulator.mode(6):
            return row
        return row - (int(self._state.margins.partition(b";")[0] or 1) - 1)

    def _place(self, row: int, column: int) -> bytes:
        return b"\x1b[%d;%dH" % (self._row(row) + 1, column + 1)

    def _go(self, row: int, column: int) -> None:
        self.emulator.write(self._place(row, column))
