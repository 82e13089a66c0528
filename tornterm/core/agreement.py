"""Where the emulator of the model and that of the page disagree, and who gives way.

The page draws with xterm.js. What libghostty-vt does otherwise is translated before it gets it, so
that the model shows what the page would; nothing else in the project knows of the differences.
Each has one method here, or a line in a table, and a test that names it.

Source: the behaviour of xterm.js 6.0 and libghostty-vt as of pyghostty 0.1.3, compared by
``tests/screen``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from tornterm.core.charsets import ASCII, Charsets
from tornterm.core.disputes import (
    ALTERNATE,
    DISPUTED_MODES,
    IGNORED,
    MOST_LINKED,
    Agreed,
    Saved,
    as_characters,
    at_least,
    disputes_in,
)
from tornterm.core.ghostty_cells import Cell
from tornterm.core.libghostty import Emulator
from tornterm.core.modes import ENCODINGS, MOUSE
from tornterm.types import Size

__all__ = ["AgreedTerminal"]


class AgreedTerminal:
    """A terminal of libghostty-vt that is used to behave as the page's.

    Args:
        size: Its size.
        scrollback_lines: How many lines above the screen it keeps.

    Attributes:
        emulator: The terminal. It is given no character sets.
        lines: How many lines above the screen it keeps.
    """

    def __init__(self, size: Size, *, scrollback_lines: int) -> None:
        self.emulator = Emulator(at_least(size), scrollback_lines=scrollback_lines)
        self.lines = scrollback_lines
        self._state = Agreed()

    def copy(self) -> AgreedTerminal:
        """Another terminal in the same state."""
        other = AgreedTerminal.__new__(AgreedTerminal)
        other.emulator, other.lines = self.emulator.copy(), self.lines
        state = self._state
        other._state = replace(state, charsets=state.charsets.copy(), saved=list(state.saved))
        return other

    @property
    def charsets(self) -> Charsets:
        """The character sets, which the emulator does not know of."""
        return self._state.charsets

    def saved(self, *, alternate: bool) -> Saved:
        """What belongs to the saved cursor of the normal or the alternate screen."""
        return self._state.saved[alternate]

    @property
    def blinks(self) -> bool:
        """Whether the cursor blinks where no shape has been chosen for it."""
        return self._state.blinks

    @property
    def visited(self) -> bool:
        """Whether the alternate screen has been shown, so that a cursor may be saved on it."""
        return self._state.visited

    @property
    def beneath(self) -> bytes:
        """Sequences for margins and tab stops of the normal screen, while it is not shown."""
        margins, stops = self._state.of_normal
        return stops + (b"\x1b[%br" % margins if margins else b"")

    @property
    def above(self) -> int:
        """Lines above the screen, as far as a client keeps them; none above the alternate one."""
        return 0 if self.emulator.alternate else min(self.emulator.scrollback_rows, self.lines)

    def resize(self, size: Size) -> None:
        """Change the size; lines are wrapped anew whether or not new ones would be."""
        self._clear_the_edge(size.cols)
        if size.cols * size.rows > MOST_LINKED:
            self.emulator.write(b"\x1b]8;;\x1b\\")
        wraps = self.emulator.mode(7)
        self.emulator.write(b"\x1b[?7h")
        self.emulator.resize(at_least(size))
        self.emulator.write(b"" if wraps else b"\x1b[?7l")
        self._state.margins = b""
        self._state.of_normal = (b"", self._state.of_normal[1])

    def _clear_the_edge(self, cols: int) -> None:
        """Empty what will be cut off: libghostty cannot copy what it would keep of characters."""
        emulator = self.emulator
        if not emulator.alternate or cols >= emulator.cols:
            return
        origin = b"\x1b[?6h" * emulator.mode(6)
        again = b"%b%b\x1b[0;%bm" % (origin, self._place(*emulator.cursor), emulator.pen)
        emulator.write(b"\x1b[m\x1b[?6l")
        for number, row in enumerate(emulator.rows(0)):
            places = accumulate((cell.width for cell in row.cells), initial=0)
            ends = zip(places, row.cells, strict=False)
            edge = next((x for x, cell in ends if x + cell.width > cols), cols)
            emulator.write(b"\x1b[%d;%dH\x1b[K" % (number + 1, edge + 1))
        emulator.write(again)

    def write(self, data: bytes) -> None:
        """Parse output.

        Args:
            data: Output that is not cut inside a control sequence or a character.
        """
        if not data.isascii():
            data = as_characters(data)
        done = 0
        for match in disputes_in(data):
            kind = match.lastgroup
            if kind == "charset" and self._needless(match[0]):
                continue
            self._pass(data[done : match.start()])
            assert kind is not None
            getattr(self, f"_{kind}")(match[kind], match[0])
            done = match.end()
        self._pass(data[done:] if done else data)

    def _needless(self, sequence: bytes) -> bool:
        """Whether a sequence only says what is so, as those that end attributes often do."""
        charsets = self._state.charsets
        return sequence == b"\x1b(B" and charsets.active == charsets.slots[0] == ASCII

    def _pass(self, data: bytes) -> None:
        if self._state.charsets.active != ASCII:
            data = self._state.charsets.draw(data)
        self.emulator.write(data)

    def _erase(self, what: bytes, sequence: bytes) -> None:
        """Erasing leaves a cursor that stands behind the last column there, and what is before it.

        libghostty erases the last column, and what is written next does not wrap.
        """
        if not self.emulator.pending_wrap:
            self.emulator.write(sequence)
        elif what not in (b"K", b"0K"):
            last = self.emulator.last_cell() if what in (b"J", b"0J") else None
            self._behind_last(sequence, last)

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

    def _modes(self, what: bytes, sequence: bytes) -> None:
        modes = [int(field) for field in what[:-1].split(b";") if 0 < len(field) < 6]
        if DISPUTED_MODES.isdisjoint(modes):
            self.emulator.write(sequence)
            return
        for mode in modes:
            self._mode(mode, on=what.endswith(b"h"))

    def _mode(self, mode: int, *, on: bool) -> None:
        end = b"h" if on else b"l"
        if mode in IGNORED:
            return
        if mode in ALTERNATE:
            self._switch(mode, on=on)
        elif mode == 1048:
            (self._save if on else self._restore)(b"", b"")
        elif mode == 12:
            self._state.blinks = on
            if not self._state.shaped:
                self.emulator.write(b"\x1b[?12" + end)
        else:
            for group in (MOUSE, ENCODINGS):
                # The last one set counts, and resetting any of them ends it.
                if mode in group:
                    self.emulator.write(b"\x1b[?%bl" % b";".join(b"%d" % each for each in group))
            self.emulator.write(b"\x1b[?%d%b" % (mode, end))

    def _switch(self, mode: int, *, on: bool) -> None:
        """Screens have margins of their own; the alternate one begins empty, in the background."""
        state, emulator = self._state, self.emulator
        if on and mode == 1049:
            self._save(b"", b"")
        if on is not emulator.alternate:
            behind = emulator.pending_wrap
            if on:
                state.of_normal = (state.margins, emulator.tab_stops() if state.tabs else b"")
            emulator.write(b"\x1b[?1047h\x1b[2J" if on else b"\x1b[?1047l")
            here = emulator.cursor
            margins, stops = (b"", b"") if on else state.of_normal
            state.visited = True
            if state.tabs or margins != state.margins:
                emulator.write(stops or b"\x1b[?5W")
                state.margins = margins
                emulator.write(b"\x1b[%br" % margins)
                self._go(*here)
            if behind:
                self._behind_last(b"")
        if not on and mode == 1049:
            self._restore(b"", b"")

    def _save(self, what: bytes, sequence: bytes) -> None:
        self.emulator.write(b"\x1b7")
        saved = Saved(self.above, self._state.charsets.active)
        self._state.saved[self.emulator.alternate] = saved

    def _restore(self, what: bytes, sequence: bytes) -> None:
        """A restored place has scrolled with the text; origin mode and slots stay as they are."""
        emulator = self.emulator
        origin = emulator.mode(6)
        emulator.write(b"\x1b8")
        saved = self._state.saved[emulator.alternate]
        self._state.charsets.active = saved.charset
        row, column = emulator.cursor
        shift = self.above - saved.above
        if emulator.mode(6) != origin:
            emulator.write(b"\x1b[?6h" if origin else b"\x1b[?6l")
        elif not shift and not emulator.pending_wrap:
            return
        self._go(max(0, row - shift), column)

    def _margins(self, what: bytes, sequence: bytes) -> None:
        top, _, bottom = what.partition(b";")
        emulator = self.emulator
        first = int(top or 1)
        last = int(bottom) if bottom.isdigit() else 0
        last = last if 0 < last <= emulator.rows_shown else emulator.rows_shown
        if last > max(first, 1):
            whole = first <= 1 and last == emulator.rows_shown
            self._state.margins = b"" if whole else b"%d;%d" % (max(first, 1), last)
            emulator.write(b"\x1b[%br" % self._state.margins)

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

    def _flash(self, what: bytes, sequence: bytes) -> None:
        """Rapid blinking is not drawn."""

    def _shape(self, what: bytes, sequence: bytes) -> None:
        """Where no shape is chosen the cursor blinks as mode 12 says, and only there."""
        self._state.shaped = what not in (b"", b"0")
        self.emulator.write(sequence)
        if not self._state.shaped and self._state.blinks:
            self.emulator.write(b"\x1b[?12h")

    def _charset(self, what: bytes, sequence: bytes) -> None:
        """Libghostty draws blanks for what is not ASCII while a set is in use."""
        self._state.charsets.obey(sequence)

    def _shift(self, what: bytes, sequence: bytes) -> None:
        self._state.charsets.obey(sequence)

    def _link(self, what: bytes, sequence: bytes) -> None:
        """On a very large screen links are not kept."""
        if self.emulator.cols * self.emulator.rows_shown <= MOST_LINKED:
            self.emulator.write(sequence)

    def _align(self, what: bytes, sequence: bytes) -> None:
        """DECALN fills from the home position on with the pen, and changes nothing else."""
        emulator = self.emulator
        line, home = b"E" * emulator.cols, b"\x1b[?6h" if emulator.mode(6) else b"\x1b[H"
        first = -self._row(0)
        lines = (b"\x1b[%d;1H%b" % (row + 1, line) for row in range(first, emulator.rows_shown))
        emulator.write(b"\x1b[?6l%b%b" % (b"".join(lines), home))

    def _soft(self, what: bytes, sequence: bytes) -> None:
        """DECSTR, which libghostty does not know, leaves the cursor where it is."""
        here = self.emulator.cursor
        self._state.charsets = Charsets()
        self._state.margins, self._state.shaped = b"", False
        self.emulator.write(
            b"\x1b[m\x1b[4l\x1b[?1;6;45;66;1004;2004l\x1b[?7;25h\x1b[r\x1b[H\x1b[0 q"
        )
        self._save(b"", b"")
        self._go(*here)
        if self._state.blinks:
            self.emulator.write(b"\x1b[?12h")

    def _reset(self, what: bytes, sequence: bytes) -> None:
        """RIS leaves the title, a hidden cursor and two options as they are."""
        emulator = self.emulator
        title, lines = emulator.title, emulator.mode(20, ansi=True)
        hidden = not emulator.mode(25)
        self._state = Agreed(blinks=self._state.blinks)
        emulator.write(sequence)
        emulator.write(b"\x1b[20h" * lines + b"\x1b[?12h" * self._state.blinks)
        emulator.write(b"\x1b[?25l" * hidden)
        emulator.write(b"\x1b]2;%b\x1b\\" % title if title else b"")
