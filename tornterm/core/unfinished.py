"""The tail of a stream of output that belongs to what has not ended yet."""

from __future__ import annotations

from typing import Final

from tornterm.core import escape, utf8

__all__ = ["LONGEST", "Unfinished"]

LONGEST: Final = 4096
"""Bytes that are kept of a sequence; one that is longer is not obeyed."""


class Unfinished:
    """Follows output, cut anywhere, and keeps the sequence or character that it ends in.

    Attributes:
        data: What to write to a terminal that has had everything before it, so that it is in the
            midst of the same sequence or character. Empty where the output ends on the ground.
        printed: Whether the last that the output did was to write a character, so that what comes
            next may combine with it.
    """

    __slots__ = ("_begun", "_state", "data", "printed")

    def __init__(self) -> None:
        self.data = b""
        self.printed = False
        self._begun = b""  # of a sequence that is too long
        self._state = escape.GROUND

    def feed(self, block: bytes) -> bytes:
        """Take what comes next.

        Returns:
            What of the output can be obeyed now and was not before: never the beginning of a
            sequence or of a character, and nothing of a sequence that is too long.
        """
        if not block:
            return b""
        before, self._state = self._state, escape.scan(self._state, block)
        whole = self._behind_overlong(before, block) if self._begun else self.data + block
        if whole is None:
            self.data = self._begun + self._state.partial
            return b""
        if self._state.mode is escape.Mode.GROUND:
            self._note_character(before, block)
            self.data = self._state.partial
            return whole[: len(whole) - len(self.data)]
        self.printed = False
        at = max(0, escape.last_introducer(whole))
        self.data = whole[at:]
        if len(self.data) > LONGEST:
            self._begun = _beginning(self.data)
            self.data = self._begun + self._state.partial
        return whole[:at]

    def _behind_overlong(self, before: escape.State, block: bytes) -> bytes | None:
        """What follows on a sequence that was too long; None while it goes on."""
        data = before.partial + block
        found = escape.find_exit(before.mode, data, 0)
        if found is None:
            return None
        self._begun = b""
        begins = found[0] in escape.INTRODUCERS
        return data[found.start() if begins else found.end() :]

    def _note_character(self, before: escape.State, block: bytes) -> None:
        """See whether `block`, which ends on the ground, ends in text."""
        data = before.partial + block
        end = len(data) - len(self._state.partial)
        _, ground = escape.last_sequence(before.mode, data)
        if end > ground:
            self.printed = data[end - 1] >= 0x20 and data[end - 1] != 0x7F
        elif ground:
            self.printed = False

    def copy(self) -> Unfinished:
        """Another that has followed the same output."""
        other = Unfinished()
        other.data, other.printed = self.data, self.printed
        other._begun, other._state = self._begun, self._state
        return other


def _beginning(sequence: bytes) -> bytes:
    """As much of a sequence as is kept, which ends with a whole character."""
    kept = sequence[:LONGEST]
    return kept[: len(kept) - utf8.unfinished(kept)]
