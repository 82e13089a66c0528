"""Where the emulator of the model and that of the page disagree, and who gives way.

The page draws with xterm.js. What libghostty-vt does otherwise is translated before it gets it, so
that the model shows what the page would; nothing else in the project knows of the differences.
Each has one method, in `drawing`, `screens` or here, or a line in a table of `disputes`, and a test
that names it.

Source: the behaviour of xterm.js 6.0 and libghostty-vt as of pyghostty 0.1.3, compared by
``tests/screen``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from tornterm.core.agreement.disputes import (
    MOST_LINKED,
    Agreed,
    Saved,
    as_characters,
    at_least,
    disputes_in,
)
from tornterm.core.agreement.drawing import Drawing
from tornterm.core.agreement.screens import Screens
from tornterm.core.charsets import ASCII, Charsets
from tornterm.core.libghostty import Emulator
from tornterm.types import Size

__all__ = ["AgreedTerminal"]


class AgreedTerminal(Drawing, Screens):
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

    def _charset(self, what: bytes, sequence: bytes) -> None:
        """Libghostty draws blanks for what is not ASCII while a set is in use."""
        self._state.charsets.obey(sequence)

    def _shift(self, what: bytes, sequence: bytes) -> None:
        self._state.charsets.obey(sequence)
