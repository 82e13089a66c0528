"""The character sets of a terminal: which ASCII characters are drawn as others."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ASCII", "Charsets"]

ASCII: Final = b"B"
"""The designator of the set in which everything is drawn as itself."""

_SLOTS: Final = {b"(": 0, b")": 1, b"*": 2, b"+": 3, b"-": 1, b".": 2}
_LEVELS: Final = {b"\x0f": 0, b"\x0e": 1, b"n": 2, b"o": 3, b"|": 3, b"}": 2, b"~": 1}
_INTO: Final = (b"\x1b(", b"\x1b)", b"\x1b*", b"\x1b+")
_SHIFT: Final = (b"\x0f", b"\x0e", b"\x1bn", b"\x1bo")

_DRAWN: Final = {
    b"0": dict(
        zip("`abcdefghijklmnopqrstuvwxyz{|}~", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True)
    ),
    b"A": {"#": "£"},
}
# Text, and what text is not: sequences, of which a string may have been cut.
_TEXT: Final = re.compile(
    rb"(\x1b\[[ -?]*[@-~]|\x1b\][^\x07\x1b]*\x07?|\x1b[PX^_][^\x1b]*|\x1b[ -/]*[0-~])"
)


class Charsets:
    """What programs have designated and shifted to.

    Attributes:
        slots: The designators of G0 to G3.
        level: Which of them is in use.
        active: The designator of the set that is drawn with. It is that of the slot in use,
            unless a cursor that was saved under another set has been restored.
    """

    __slots__ = ("active", "level", "slots")

    def __init__(self) -> None:
        self.slots = [ASCII] * 4
        self.level = 0
        self.active = ASCII

    def copy(self) -> Charsets:
        """Another one that is equal."""
        other = Charsets()
        other.slots, other.level, other.active = list(self.slots), self.level, self.active
        return other

    def obey(self, sequence: bytes) -> None:
        """Designate a set or shift to a slot.

        Args:
            sequence: What the program has sent; one that is not known changes nothing.
        """
        if sequence in (b"\x1b%@", b"\x1b%G"):
            self.level, self.slots[0], self.active = 0, ASCII, ASCII
        elif len(sequence) == 3:
            slot = _SLOTS.get(sequence[1:2])
            if slot is not None:
                self.slots[slot] = sequence[2:]
                if slot == self.level:
                    self.active = self.slots[slot]
        else:
            self.level = _LEVELS.get(sequence[-1:], self.level)
            self.active = self.slots[self.level]

    def draw(self, data: bytes) -> bytes:
        """Replace the characters of text, in output with sequences, by those that are drawn."""
        drawn = _DRAWN.get(self.active)
        if drawn is None:
            return data
        table = str.maketrans(drawn)
        parts = _TEXT.split(data)
        parts[::2] = [text.decode().translate(table).encode() for text in parts[::2]]
        return b"".join(parts)

    def restore(self) -> bytes:
        """Sequences that make a terminal just reset have these slots and this level."""
        made = [into + set_ for into, set_ in zip(_INTO, self.slots, strict=True) if set_ != ASCII]
        return b"".join(made) + (_SHIFT[self.level] if self.level else b"")
