"""The attributes that a terminal gives to what is written next."""

from __future__ import annotations

from typing import Final

__all__ = ["Rendition"]

_ON: Final = {
    1: "weight", 2: "faint", 3: "italic", 4: "underline", 5: "blink", 6: "blink", 7: "inverse",
    8: "invisible", 9: "strike", 21: "underline", 53: "overline",
}  # fmt: skip
_OFF: Final = {
    22: ("weight", "faint"), 23: ("italic",), 24: ("underline",), 25: ("blink",),
    27: ("inverse",), 28: ("invisible",), 29: ("strike",), 39: ("fg",), 49: ("bg",),
    55: ("overline",), 59: ("line",),
}  # fmt: skip
_COLOURS: Final = {38: "fg", 48: "bg", 58: "line"}
_LONGEST: Final = 40


class Rendition:
    """What the last ``SGR`` sequences amount to."""

    __slots__ = ("_set",)

    def __init__(self) -> None:
        self._set: dict[str, bytes] = {}

    @property
    def sgr(self) -> bytes:
        """The sequence that sets it from the default; empty where it is the default."""
        return b"\x1b[%bm" % b";".join(self._set.values()) if self._set else b""

    def copy(self) -> Rendition:
        """Another that is equal."""
        other = Rendition()
        other._set = dict(self._set)
        return other

    def apply(self, params: bytes) -> None:
        """Obey one sequence.

        Args:
            params: What stands between ``CSI`` and ``m``.
        """
        fields = params.split(b";")
        at = 0
        while at < len(fields):
            at += self._one(fields, at)

    def _one(self, fields: list[bytes], at: int) -> int:
        """Obey what begins at one field; how many fields that took."""
        field = fields[at]
        head = field.partition(b":")[0]
        code = int(head) if head.isdigit() and len(head) < 4 else 0 if not head else -1
        if code == 0:
            self._set.clear()
        elif code in _COLOURS:
            return self._colour(_COLOURS[code], fields, at)
        elif code in _ON:
            if field == b"4:0":
                self._set.pop("underline", None)
            else:
                self._set[_ON[code]] = field[:_LONGEST]
        elif code in _OFF:
            for name in _OFF[code]:
                self._set.pop(name, None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            self._set["fg"] = field
        elif 40 <= code <= 47 or 100 <= code <= 107:
            self._set["bg"] = field
        return 1

    def _colour(self, name: str, fields: list[bytes], at: int) -> int:
        if b":" in fields[at]:
            self._set[name] = fields[at][:_LONGEST]
            return 1
        kind = fields[at + 1] if at + 1 < len(fields) else b""
        length = {b"5": 3, b"2": 5}.get(kind, 2)
        value = fields[at : at + length]
        if length > 2 and len(value) == length:
            self._set[name] = b";".join(value)[:_LONGEST]
        return length
