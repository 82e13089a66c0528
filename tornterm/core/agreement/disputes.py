"""What the emulator of the model and that of the page disagree about, and what to remember of it.

`tornterm.core.agreement` says who gives way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tornterm.core.charsets import ASCII, Charsets
from tornterm.core.modes import ENCODINGS, MOUSE
from tornterm.types import Size

__all__ = [
    "ALTERNATE",
    "DISPUTED_MODES",
    "IGNORED",
    "MOST_LINKED",
    "Agreed",
    "Saved",
    "as_characters",
    "at_least",
    "disputes_in",
]

IGNORED: Final = frozenset((2, 3, 40, 69, 1045, 2027))
"""Modes that change how libghostty draws and that the page's emulator does not have."""

ALTERNATE: Final = frozenset((47, 1047, 1049))
"""Modes that switch to the alternate screen."""

DISPUTED_MODES: Final = IGNORED | ALTERNATE | frozenset((12, 1048, *MOUSE, *ENCODINGS))
"""Modes that are not simply passed on."""

_DISPUTED: Final = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<erase>[0-2]?[KJ])"
    rb"|\[\?(?P<modes>[0-9;]*[hl])"
    rb"|(?P<save>7|\[[0-9;]*s)"
    rb"|(?P<restore>8|\[u)"
    rb"|\[(?P<margins>[0-9;]*)r"
    rb"|(?P<tab>H|\[[03]?g)"
    rb"|(?P<back>\[[0-9]*Z)"
    rb"|\[(?P<scroll>[0-9]*[ST])"
    rb"|\[(?P<repeat>[0-9]{4,12})b"
    rb"|(?P<flash>\[6m)"
    rb"|\[(?P<shape>[0-9]*) q"
    rb"|(?P<charset>[()*+./-][0-~]|[no|}~]|%[@G])"
    rb"|(?P<link>\]8;)[^\x07\x18\x1a\x1b]*(?:\x07|\x1b\\)?"
    rb"|(?P<align>#8)"
    rb"|(?P<soft>\[!p)"
    rb"|(?P<reset>c)"
    rb")"
)
_WITH_SHIFTS: Final = re.compile(_DISPUTED.pattern + rb"|(?P<shift>[\x0e\x0f])")

MOST_LINKED: Final = 1 << 15
"""Cells of a screen up to which links are kept; full of them, some 49,000 make libghostty panic."""

# xterm.js takes these as controls where they are encoded as UTF-8, and drops the others of C1.
_CONTROLS: Final = {
    0x84: "D", 0x85: "E", 0x88: "H", 0x90: "P", 0x98: "X", 0x9B: "[", 0x9C: "\\", 0x9D: "]",
    0x9E: "^", 0x9F: "_",
}  # fmt: skip
_CHARACTERS: Final = {
    **dict.fromkeys(range(0x80, 0xA0), ""),
    **{code: f"\x1b{final}" for code, final in _CONTROLS.items()},
    0xFEFF: "",
}
_ODD: Final = re.compile("[\x80-\x9f\ufeff]")
_LEADS: Final = (b"\xc2", "\ufeff".encode())


@dataclass(frozen=True, slots=True)
class Saved:
    """What the page's emulator keeps with a saved cursor that libghostty keeps otherwise.

    Args:
        above: Lines above the screen at that time: the place scrolls away with the text.
        charset: The designator of the character set in use.
    """

    above: int = 0
    charset: bytes = ASCII


@dataclass
class Agreed:
    """What must be remembered of the output in order to translate what follows."""

    charsets: Charsets = field(default_factory=Charsets)
    saved: list[Saved] = field(default_factory=lambda: [Saved(), Saved()])
    margins: bytes = b""
    tabs: bool = False
    visited: bool = False
    of_normal: tuple[bytes, bytes] = (b"", b"")
    blinks: bool = False
    shaped: bool = False


def at_least(size: Size) -> Size:
    """The smallest size that both emulators are sure of.

    The page has two columns or more; libghostty cannot copy a wide character in only one. With a
    single row it may crash once a larger screen was full before; nobody has a terminal like that.

    Args:
        size: The size that is asked for.
    """
    return Size(max(2, size.cols), max(2, size.rows))


def disputes_in(data: bytes) -> Iterator[re.Match[bytes]]:
    """The sequences that have to be translated, in order.

    Args:
        data: Output that is not cut inside one of them.

    Returns:
        Matches whose last group is named after what the sequence does.
    """
    pattern = _WITH_SHIFTS if b"\x0e" in data or b"\x0f" in data else _DISPUTED
    return pattern.finditer(data)


def as_characters(data: bytes) -> bytes:
    """Leave out what is not UTF-8, which xterm.js drops and libghostty replaces.

    Args:
        data: Output that is not cut inside a character.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "ignore")
    else:
        # Nearly always there is nothing to leave out, and to see that is much cheaper.
        if not any(lead in data for lead in _LEADS):
            return data
    return _ODD.sub(lambda match: _CHARACTERS[ord(match[0])], text).encode()
