"""The screen model on libghostty-vt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tornterm.core.agreement import AgreedTerminal
from tornterm.core.dumping import dump
from tornterm.core.unfinished import Unfinished
from tornterm.types import Size

if TYPE_CHECKING:
    from tornterm.core.screen import ColourSlot

__all__ = ["GhosttyScreen"]


class GhosttyScreen:
    """A terminal emulator as a `Screen`.

    Args:
        size: The size of the terminal, which has just been reset.
        scrollback_lines: How many lines above the screen it keeps.
    """

    exact: Final = True

    def __init__(self, size: Size, *, scrollback_lines: int) -> None:
        self.size = size
        self._terminal = AgreedTerminal(size, scrollback_lines=scrollback_lines)
        self._tail = Unfinished()

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, counted from 0."""
        return self._terminal.emulator.cursor

    @property
    def unfinished(self) -> bytes:
        """The beginning of what the output has stopped in."""
        return self._tail.data

    @property
    def scrolls(self) -> bool:
        """Whether a line that is printed now pushes an older one up, and in the end out.

        Not on the alternate screen, between margins, or while a sequence has not ended.
        """
        emulator = self._terminal.emulator
        return not (emulator.alternate or self._tail.data or emulator.extras("scrolling_region"))

    def feed(self, data: bytes) -> None:
        """Take output, cut anywhere."""
        self._terminal.write(self._tail.feed(data))

    def resize(self, size: Size) -> None:
        """The terminal has another size from here on."""
        if size != self.size:
            self.size = size
            self._terminal.resize(size)

    def colour(self, slot: ColourSlot) -> tuple[int, int, int] | None:
        """Red, green and blue that a program has set; None if none has."""
        emulator = self._terminal.emulator
        if isinstance(slot, str):
            return emulator.colour(slot.upper())
        now = emulator.palette()[slot]
        return now if now != emulator.palette(default=True)[slot] else None

    def dump(self, *, history: int) -> bytes:
        """What to write to a terminal of this size, just reset, to have its whole state."""
        return dump(self._terminal, history=history, printed=self._tail.printed)

    def copy(self) -> GhosttyScreen:
        """Another model in the same state."""
        other = GhosttyScreen.__new__(GhosttyScreen)
        other.size = self.size
        other._terminal = self._terminal.copy()
        other._tail = self._tail.copy()
        return other

    def close(self) -> None:
        """Give its memory back."""
        self._terminal.emulator.close()
