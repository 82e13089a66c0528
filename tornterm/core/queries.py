"""What programs ask a terminal, and what it would answer: for while there is none.

The answers are those of the page's own emulator, xterm.js, so that a program that is started alone
finds the same terminal as one that is watched. What it asks about the screen is answered with the
help of a screen model; what that does not know is answered as a fresh terminal would.

Source: the control sequences of xterm (``ctlseqs``) and what xterm.js 6 makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from tornterm.core.lexer import Kind, Lexer, Token
from tornterm.core.modes import ENCODINGS, MOUSE, SWITCHES
from tornterm.core.sequences import C0, Osc, function_of_dcs, parse_csi, parse_osc

__all__ = ["CURSOR", "PALETTE", "STATE", "Query", "QueryReader"]

CURSOR: Final = b"cursor"
"""Asks a model for row and column, counted from 0."""

STATE: Final = b"state"
"""Asks a model for a drawing of its screen, in which its modes are."""

_ATTRIBUTES: Final = b"\x1b[?1;2c"
_SECONDARY: Final = b"\x1b[>0;276;0c"
_MODES: Final = {**SWITCHES, **dict.fromkeys((*MOUSE, *ENCODINGS), False), 2026: False}
_ALTERNATE: Final = (47, 1047, 1049)
_ANSI_MODES: Final = (4, 20)

_NAMED: Final = {10: b"foreground", 11: b"background", 12: b"cursor colour"}
_CUBE: Final = (0, 95, 135, 175, 215, 255)
PALETTE: Final[dict[bytes, tuple[int, int, int]]] = {
    name: (value >> 16, value >> 8 & 0xFF, value & 0xFF)
    for name, value in (
        (b"foreground", 0xD8DEE6),
        (b"background", 0x0E1318),
        (b"cursor colour", 0x7EE0B8),
        *(
            (b"%d" % number, value)
            for number, value in enumerate(
                (
                    *(0x1B232B, 0xF2777A, 0x7FD39B, 0xE9C46A, 0x6FB1EE, 0xC99BEA, 0x5FD0D0),
                    *(0xC5CED8, 0x6B7885, 0xFF9A9B, 0xA5EBBB, 0xFFDF8E, 0x97CBFF, 0xE0BCFA),
                    *(0x8CEAEA, 0xF4F8FB),
                    *((r << 16 | g << 8 | b) for r in _CUBE for g in _CUBE for b in _CUBE),
                    *((8 + 10 * n) * 0x010101 for n in range(24)),
                )
            )
        ),
    )
}
"""The colours of the page's dark theme, which is what a program that nobody watches is told."""


class Query(NamedTuple):
    """Something that a program has asked.

    Args:
        offset: The offset in the output behind it.
        question: What to ask a screen model, standing there; empty where that is not needed.
        answer: Makes the answer of what the model says; of nothing where it does not know.
    """

    offset: int
    question: bytes
    answer: Callable[[bytes], bytes]


class QueryReader:
    """Finds what is asked in output that comes in pieces.

    Args:
        offset: The offset of the first byte that will be fed.

    Attributes:
        offset: The offset behind what has been fed.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self._lexer = Lexer(plain=True)

    def feed(self, data: bytes) -> list[Query]:
        """What is asked in `data`, which follows on what was fed before."""
        at = self.offset - len(self._lexer.held)
        self.offset += len(data)
        if not self._lexer.held and not self._lexer.inside and not _may_ask(data):
            return []
        queries: list[Query] = []
        for token in self._lexer.feed(data):
            at += len(token.data)
            if token.first and token.last:
                queries += (Query(at, *found) for found in _asked(token))
        return queries


def _may_ask(data: bytes) -> bool:
    return b"\x1b" in data or b"\xc2" in data


_Found = tuple[bytes, Callable[[bytes], bytes]]


def _asked(token: Token) -> Iterator[_Found]:
    """Each question of a sequence: what to ask the model, and how to answer."""
    match token.kind:
        case Kind.CSI:
            yield from _asked_by_csi(token.data)
        case Kind.OSC:
            osc = parse_osc(token.data)
            if osc is not None and b"?" in osc.values:
                yield from _asked_by_osc(osc)
        case Kind.DCS if (function := function_of_dcs(token.data)) in (b"$q", b"+q"):
            # Settings and capabilities are not looked up: the answer is that they are unknown.
            yield b"", _always(b"\x1bP0%cr\x1b\\" % function[:1])
        case Kind.ESCAPE if token.data[1:].translate(None, C0) == b"Z":
            yield b"", _always(_ATTRIBUTES)


def _always(answer: bytes) -> Callable[[bytes], bytes]:
    return lambda known: answer


def _asked_by_csi(data: bytes) -> Iterator[_Found]:
    csi = parse_csi(data)
    if csi is None:
        return
    match csi.prefix, csi.function, csi.number(0):
        case b"", b"c", 0:
            yield b"", _always(_ATTRIBUTES)
        case b">", b"c", 0:
            yield b"", _always(_SECONDARY)
        case b"", b"n", 5:
            yield b"", _always(b"\x1b[0n")
        case ((b"" | b"?"), b"n", 6):
            yield CURSOR, partial(_cursor, csi.prefix)
        case ((b"" | b"?"), b"$p", mode):
            yield STATE, partial(_mode, csi.prefix, mode)


def _cursor(prefix: bytes, known: bytes) -> bytes:
    row, column = map(int, known.split() or (0, 0))
    return b"\x1b[%b%d;%dR" % (prefix, row + 1, column + 1)


def _mode(prefix: bytes, mode: int, known: bytes) -> bytes:
    """1 where a mode is set, 2 where it is reset, 0 where there is none of that number."""
    state = 0
    if prefix and mode in _ALTERNATE:
        state = 1 if _last_set(known, prefix, _ALTERNATE) else 2
    elif (prefix and mode in _MODES) or (not prefix and mode in _ANSI_MODES):
        is_set = _last_set(known, prefix, (mode,))
        if is_set is None:
            is_set = bool(prefix) and _MODES[mode]
        state = 1 if is_set else 2
    return b"\x1b[%b%d;%d$y" % (prefix, mode, state)


def _last_set(drawing: bytes, prefix: bytes, modes: tuple[int, ...]) -> bool | None:
    """Whether a drawing leaves one of these modes set; None where it says nothing of them."""
    state = None
    for token in Lexer().feed(drawing):
        csi = parse_csi(token.data) if token.kind is Kind.CSI else None
        if csi is None or csi.prefix != prefix or csi.function not in (b"h", b"l"):
            continue
        if any(csi.number(index) in modes for index in range(len(csi.parameters))):
            state = csi.function == b"h"
    return state


def _asked_by_osc(osc: Osc) -> Iterator[_Found]:
    if osc.number == 4:
        for number, value in zip(osc.values[::2], osc.values[1::2], strict=False):
            if value == b"?" and number in PALETTE:
                yield number, partial(_colour, b"4;" + number, number)
    else:
        for at, value in enumerate(osc.values, osc.number):
            if value == b"?" and at in _NAMED:
                yield _NAMED[at], partial(_colour, b"%d" % at, _NAMED[at])


def _colour(what: bytes, slot: bytes, known: bytes) -> bytes:
    red, green, blue = map(int, known.split()) if known else PALETTE[slot]
    channels = b"/".join(b"%02x%02x" % (channel, channel) for channel in (red, green, blue))
    return b"\x1b]%b;rgb:%b\x1b\\" % (what, channels)
