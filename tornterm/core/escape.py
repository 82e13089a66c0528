r"""Where in a stream of terminal output a reader may begin.

The model is the state machine of the VT500 series as xterm and xterm.js have it, reduced to the
one question that matters here: is the terminal on the *ground*, where the next byte means itself,
or inside an escape sequence or a character?

====================  ===================================  ====================================
state                 entered by                           left by
====================  ===================================  ====================================
``ESCAPE``            ESC                                  ``[ ] P X ^ _``, ``SP`` to ``/``, or
                                                           any other printable character
``INTERMEDIATE``      ESC and then ``SP`` to ``/``         ``0`` to ``~``
``CSI``               ``ESC [``, U+009B                    ``@`` to ``~``
``OSC``               ``ESC ]``, U+009D                    BEL, U+009C
``STRING``            ``ESC P X ^ _``,                     U+009C
                      U+0090 U+0098 U+009E U+009F
====================  ===================================  ====================================

CAN and SUB end all of them, and so does U+009C. ESC and the other C1 characters of the table abort
whatever there was and begin anew; ``ESC \`` is no more than the best known case of that. Hence the
state after a block of output depends only on what follows the last of these *introducers*, and a
block is looked at from its end. Where terminals disagree about malformed sequences, the model
stays inside for as long as any of them does.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple

from tornterm.core.utf8 import unfinished

__all__ = [
    "GROUND",
    "INTRODUCERS",
    "Mode",
    "State",
    "find_exit",
    "introduce",
    "last_introducer",
    "last_sequence",
    "mode_after",
    "scan",
    "skip_to_ground",
]


class Mode(Enum):
    """Which kind of sequence the terminal is in."""

    GROUND = "ground"
    ESCAPE = "escape"
    INTERMEDIATE = "intermediate"
    CSI = "csi"
    OSC = "osc"
    STRING = "string"


class State(NamedTuple):
    """All that must be known of the output so far in order to understand what follows.

    Args:
        mode: The sequence that has not ended yet.
        partial: The bytes of a character that is not complete yet, at most three. They matter
            inside a sequence too: they may become a C1 character.
    """

    mode: Mode = Mode.GROUND
    partial: bytes = b""


GROUND: Final = State()
"""The state of a terminal that has just been reset."""

INTRODUCERS: Final = {
    b"\x1b": Mode.ESCAPE,
    b"\xc2\x90": Mode.STRING,
    b"\xc2\x98": Mode.STRING,
    b"\xc2\x9b": Mode.CSI,
    b"\xc2\x9d": Mode.OSC,
    b"\xc2\x9e": Mode.STRING,
    b"\xc2\x9f": Mode.STRING,
}
"""What begins a sequence, and the mode that it leads to."""

_C1_INTRODUCER: Final = re.compile(rb"\xc2[\x90\x98\x9b\x9d-\x9f]")

_AFTER_ESCAPE: Final = {
    b"[": Mode.CSI,
    b"]": Mode.OSC,
    **dict.fromkeys((b"P", b"X", b"^", b"_"), Mode.STRING),
    **{bytes((byte,)): Mode.INTERMEDIATE for byte in range(0x20, 0x30)},
}


def _exit(endings: bytes) -> re.Pattern[bytes]:
    """What leaves a mode: its own endings, and what leaves every one."""
    return re.compile(rb"[\x18\x1a\x1b" + endings + rb"]|\xc2[\x90\x98\x9b-\x9f]")


_EXITS: Final = {
    Mode.ESCAPE: _exit(rb"\x20-\x7e"),
    Mode.INTERMEDIATE: _exit(rb"\x30-\x7e"),
    Mode.CSI: _exit(rb"\x40-\x7e"),
    Mode.OSC: _exit(rb"\x07"),
    Mode.STRING: _exit(b""),
}

# The bytes with which an exit from these modes can begin.
_STOPS: Final = {
    Mode.OSC: (b"\x07", b"\x18", b"\x1a", b"\x1b", b"\xc2"),
    Mode.STRING: (b"\x18", b"\x1a", b"\x1b", b"\xc2"),
}

# Nearly every last sequence is one of these, and one match is cheaper than following it.
_PLAIN_CSI: Final = re.compile(rb"\x1b\[[ -?]*[@-~]")

# Nearly all sequences end within so many bytes.
_NEAR: Final = 256

_CHARACTER: Final = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{0,2}|[\xf0-\xf7][\x80-\xbf]{0,3}|."
)


def scan(state: State, block: bytes) -> State:
    """The state after `block`.

    The cost is that of finding the last introducer, whatever else the block holds.

    Args:
        state: The state before it.
        block: Output of any length, cut anywhere.
    """
    data = state.partial + block
    mode, _ = last_sequence(state.mode, data)
    partial = unfinished(data)
    return State(mode, data[-partial:]) if partial else State(mode)


def last_sequence(mode: Mode, data: bytes) -> tuple[Mode, int]:
    """Follow the last sequence of `data` to its end.

    Args:
        mode: The mode before it.
        data: Output that does not begin inside a character.

    Returns:
        The mode after it, and where in `data` the ground was reached; if it was not, its length.
    """
    at = last_introducer(data)
    if at >= 0:
        plain = _PLAIN_CSI.match(data, at)
        if plain:
            return Mode.GROUND, plain.end()
        mode, at = introduce(data, at)
    return _follow(mode, data, max(at, 0))


def skip_to_ground(state: State, block: bytes) -> int | None:
    """The first place in `block` at which a reader with a reset terminal may begin.

    Args:
        state: The state before the block.
        block: Output of any length, cut anywhere.

    Returns:
        An offset in the block, its length at the most, or None where all of it belongs to
        sequences or to a character.
    """
    data = state.partial + block
    mode, at = state.mode, 0
    if mode is Mode.GROUND and state.partial:
        character = _CHARACTER.match(data)
        assert character is not None
        if unfinished(character[0]) and character.end() == len(data):
            return None
        mode, at = INTRODUCERS.get(character[0], Mode.GROUND), character.end()
    mode, at = _follow(mode, data, at)
    return at - len(state.partial) if mode is Mode.GROUND else None


def last_introducer(data: bytes) -> int:
    """Where the last thing begins in `data` that begins a sequence, or -1."""
    at = data.rfind(b"\x1b")
    if data.find(b"\xc2", at + 1) >= 0:
        for match in _C1_INTRODUCER.finditer(data, at + 1):
            at = match.start()
    return at


def introduce(data: bytes, at: int) -> tuple[Mode, int]:
    """The mode that the introducer at `at` begins, and where it has been read."""
    end = at + (1 if data[at] == 0x1B else 2)
    return INTRODUCERS[data[at:end]], end


def _follow(mode: Mode, data: bytes, at: int) -> tuple[Mode, int]:
    """Follow sequences from `at` to where the ground is reached, or to the end of `data`."""
    while mode is not Mode.GROUND:
        found = find_exit(mode, data, at)
        if found is None:
            return mode, len(data)
        mode, at = mode_after(mode, found[0]), found.end()
    return mode, at


def find_exit(mode: Mode, data: bytes, at: int) -> re.Match[bytes] | None:
    """What leaves `mode` first in `data` from `at` on: an ending of its own, or an introducer."""
    found = _EXITS[mode].search(data, at, at + _NEAR)
    if found is not None:
        return found
    # Images come as strings of megabytes. To see that one goes on, looking for each byte that
    # might end it is some fifty times as fast as the pattern.
    stops = _STOPS.get(mode)
    if stops and not any(data.find(stop, at) >= 0 for stop in stops):
        return None
    return _EXITS[mode].search(data, at)


def mode_after(mode: Mode, found: bytes) -> Mode:
    """The mode to which `found`, an exit of `mode`, leads."""
    if found in INTRODUCERS:
        return INTRODUCERS[found]
    if mode is Mode.ESCAPE:
        return _AFTER_ESCAPE.get(found, Mode.GROUND)
    return Mode.GROUND
