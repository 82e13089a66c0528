"""What a program has switched on the terminal, so that it can be switched back."""

from __future__ import annotations

import re

__all__ = ["ModeTracker"]

_ON_BY_ITSELF = {7, 25}
_ALTERNATE = {47, 1047, 1049}
_LONGEST = 64

_PRIVATE = re.compile(rb"\x1b\[\?([0-9;]{1,40})([hl])")
_OTHERS = (
    (re.compile(rb"\x1b="), b"\x1b>"),  # keypad
    (re.compile(rb"\x1b\[>4;[12]m"), b"\x1b[>4m"),  # keys with modifiers
    (re.compile(rb"\x1b\[[>=][0-9;]*u"), b"\x1b[<9u"),  # keyboard protocol
    (re.compile(rb"\x1b\[[0-6] q"), b"\x1b[0 q"),  # shape of the cursor
    (re.compile(rb"\x1b\[[0-9]+;[0-9]*r"), b"\x1b7\x1b[r\x1b8"),  # scrolling region
    (re.compile(rb"\x1b[()][^B]|\x0e"), b"\x1b(B\x1b)B\x0f"),  # character sets
)
_PLAIN = b"\x1b[m"


class ModeTracker:
    """Looks at output as it passes."""

    def __init__(self) -> None:
        self._changed: set[int] = set()
        self._undo: dict[bytes, None] = {}
        self._tail = b""

    @property
    def alternate(self) -> bool:
        """Whether the alternate screen is shown."""
        return bool(self._changed & _ALTERNATE)

    def feed(self, data: bytes) -> None:
        """Take note of what `data` switches."""
        # The tail is looked at twice, which changes nothing: the order is kept.
        data = self._tail + data
        self._tail = data[-_LONGEST:]
        for match in _PRIVATE.finditer(data):
            for number in match[1].split(b";"):
                self._switch(int(number or b"0"), match[2] == b"h")
        for pattern, undo in _OTHERS:
            if undo not in self._undo and pattern.search(data):
                self._undo[undo] = None

    def _switch(self, mode: int, on: bool) -> None:
        if on is (mode in _ON_BY_ITSELF):
            self._changed.discard(mode)
        else:
            self._changed.add(mode)

    def undo(self) -> bytes:
        """What switches everything back; afterwards nothing is switched."""
        modes = b"".join(
            b"\x1b[?%d%s" % (mode, b"h" if mode in _ON_BY_ITSELF else b"l")
            for mode in sorted(self._changed)
        )
        result = b"".join(self._undo) + modes + _PLAIN
        self._changed.clear()
        self._undo.clear()
        self._tail = b""
        return result
