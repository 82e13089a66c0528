"""Disputes about modes, the two screens, and what each of them keeps."""

from __future__ import annotations

from tornterm.core.agreement.disputes import (
    ALTERNATE,
    DISPUTED_MODES,
    IGNORED,
    Agreed,
    Saved,
)
from tornterm.core.agreement.standing import Standing
from tornterm.core.charsets import Charsets
from tornterm.core.modes import ENCODINGS, MOUSE

__all__ = ["Screens"]


class Screens(Standing):
    """Switches, saves, restores and resets as the page's emulator does."""

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
