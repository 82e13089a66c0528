r"""Questions in terminal output: what a terminal would answer, as if it was typed.

A program's question is to be answered once. Where it has been already, or is another client's to
answer, the question is kept from the terminal, because its answer could not be told from typing.

Sources: the control sequences of xterm (``ctlseqs``), DEC's VT510 manual, and the extensions of
kitty, iTerm2 and VTE as far as they answer.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tornterm.core.lexer import Kind, Token
from tornterm.core.sequences import (
    C0,
    Osc,
    function_of_dcs,
    number_of_osc,
    parse_csi,
    parse_osc,
)
from tornterm.core.sieve import Sieve

__all__ = ["QuestionFilter", "sequence_without_questions", "text_without_questions"]

_ENQ: Final = b"\x05"
"""The control that asks a terminal who it is."""

_DECID: Final = b"\xc2\x9a"
"""The C1 control that asks the same."""

# Private marker and function of what asks whatever its parameters are.
_CSI: Final = {
    *((prefix, b"c") for prefix in (b"", b">", b"=")),  # device attributes
    *((prefix, b"n") for prefix in (b"", b"?")),  # status, cursor position
    *((prefix, b"$p") for prefix in (b"", b"?")),  # state of a mode
    (b"", b"x"),  # terminal parameters
    (b"", b"$u"),  # state of the terminal
    (b"", b"&u"),  # preferred character set
    (b"", b"$w"),  # cursor or tab stops
    (b"", b"*y"),  # checksum of an area
    (b"", b'"v'),  # displayed extent
    (b"", b"'|"),  # locator
    (b"", b"#R"),  # colours
    (b"", b"#|"),  # attributes of an area
    (b">", b"q"),  # name and version
    (b"?", b"u"),  # keyboard protocol
    (b"?", b"m"),  # key modifiers
    (b"?", b"S"),  # graphics
}
_WINDOW: Final = (11, 13, 14, 15, 16, 18, 19, 20, 21)
"""Functions that report of the window."""

# Which features there are; files and the clipboard, as kitty has them.
_OSC: Final = (60, 61, 5113, 5522)
_OSC_PAIRS: Final = (4, 5)
_OSC_ROWS: Final = range(10, 20)
# Properties of the window, colours, pointer, font, clipboard.
_OSC_MARKED: Final = (3, 21, 22, 50, 52)
_OSC_NOTIFICATION: Final = 99
_OSC_ITERM: Final = 1337
_ITERM: Final = (b"Report", b"RequestUpload", b"Capabilities")

_DCS: Final = (b"$q", b"+q")
_GRAPHICS: Final = re.compile(rb"(?:\x1b_|\xc2\x9f)G(?:[^;]*,)?a=q")


class QuestionFilter(Sieve):
    """Takes questions out of output that comes in pieces, and nothing else."""

    def __init__(self) -> None:
        super().__init__(text_without_questions, sequence_without_questions)


def text_without_questions(data: bytes) -> bytes:
    """What stays of printable characters and controls.

    Args:
        data: All of a token.
    """
    data = data.translate(None, _ENQ)
    return data.replace(_DECID, b"") if _DECID in data else data


def sequence_without_questions(token: Token) -> bytes:
    """What stays of a sequence, or of a long one's beginning; empty where it only asks.

    Args:
        token: The sequence.
    """
    match token.kind:
        case Kind.CSI | Kind.ESCAPE if not token.last:
            # Longer than any that means something.
            return b""
        case Kind.CSI | Kind.ESCAPE:
            return _short(token.kind, token.data)
        case Kind.OSC:
            return _osc(token)
        case Kind.DCS:
            return b"" if function_of_dcs(token.data) in _DCS else token.data
        case _:
            return b"" if _GRAPHICS.match(token.data) else token.data


# Programs that ask at all ask the same thing over and over.
@lru_cache(maxsize=256)
def _short(kind: Kind, data: bytes) -> bytes:
    asks = _csi_asks(data) if kind is Kind.CSI else data[1:].translate(None, C0) == b"Z"
    return b"" if asks else data.translate(None, _ENQ)


def _csi_asks(data: bytes) -> bool:
    csi = parse_csi(data)
    if csi is None:
        return False
    if (csi.prefix, csi.function) == (b"", b"t"):
        return csi.number(0) in _WINDOW
    return (csi.prefix, csi.function) in _CSI


def _osc(token: Token) -> bytes:
    number = number_of_osc(token.data)
    if number in _OSC:
        return b""
    if number in _OSC_PAIRS or number in _OSC_ROWS or number == 21:
        # One that is too long to be looked through may ask at its end.
        osc = parse_osc(token.data) if token.last else None
        return _unasked(osc, token.data) if osc else b""
    if number in _OSC_MARKED or number in (_OSC_NOTIFICATION, _OSC_ITERM):
        osc = parse_osc(token.data)
        return _unasked(osc, token.data) if osc else token.data
    return token.data


def _unasked(osc: Osc, data: bytes) -> bytes:
    """What an OSC sets, without what it asks."""
    if osc.number in _OSC_PAIRS or osc.number in _OSC_ROWS:
        return _colours(osc, data)
    if osc.number == _OSC_NOTIFICATION:
        asks = b"p=?" in b"".join(osc.values[:1]).split(b":")
    elif osc.number == _OSC_ITERM:
        asks = osc.values[:1] != () and osc.values[0].startswith(_ITERM)
    else:
        asks = any(b"?" in (value[:1], value[-1:]) for value in osc.values)
    return b"" if asks else data


def _colours(osc: Osc, data: bytes) -> bytes:
    if b"?" not in osc.values:
        return data
    if osc.number in _OSC_PAIRS:
        pairs = zip(osc.values[::2], osc.values[1::2], strict=False)
        kept = b"".join(b";%b;%b" % pair for pair in pairs if pair[1] != b"?")
        return b"%b%d%b%b" % (osc.introducer, osc.number, kept, osc.end) if kept else b""
    # Each value of the others is about the next number.
    end = osc.end or b"\x1b\\"
    return b"".join(
        b"%b%d;%b%b" % (osc.introducer, number, value, end)
        for number, value in enumerate(osc.values, osc.number)
        if value != b"?"
    )
