r"""Output that can be drawn without anybody answering or hearing of it.

A snapshot is drawn by an emulator that takes it for what a program prints now. Whatever a terminal
would answer, and whatever acts elsewhere than on its screen, was answered and done when it was
printed. It is taken out here; everything else passes as it is.

Sources: the control sequences of xterm (``ctlseqs``), DEC's VT510 manual, and the extensions of
kitty, iTerm2 and VTE as far as they answer or act.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tornterm.core.lexer import Kind, Lexer, Token
from tornterm.core.sequences import (
    C0,
    Osc,
    function_of_dcs,
    number_of_osc,
    parse_csi,
    parse_osc,
)

__all__ = ["QuietFilter"]

_SOUNDS: Final = b"\x05\x07"
"""ENQ, to which a terminal says who it is, and BEL."""

_DECID: Final = b"\xc2\x9a"
"""The C1 control that asks who is there."""

# Private marker and function of what is taken out whatever its parameters are.
_CSI_OUT: Final = {
    *((prefix, b"c") for prefix in (b"", b">", b"=")),  # device attributes
    *((prefix, b"n") for prefix in (b"", b"?")),  # status, cursor position
    *((prefix, b"$p") for prefix in (b"", b"?")),  # state of a mode
    *((prefix, b"i") for prefix in (b"", b"?")),  # printer
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
_TITLE_STACK: Final = (22, 23)
"""What is left of the functions that move the window, make it larger or report of it."""

# Properties of the window, notifications, commands to an editor, the clipboard, features,
# progress, files.
_OSC_OUT: Final = {3, 9, 51, 52, 60, 61, 62, 99, 777, 1337, 5113, 5522}
_OSC_PAIRS: Final = (4, 5)
_OSC_ROWS: Final = range(10, 20)
_OSC_ASKING: Final = (21, 22, 50)

_DCS_OUT: Final = (b"$q", b"+q")
_GRAPHICS: Final = (b"\x1b_G", b"\xc2\x9fG")

_OPENERS: Final = {
    Kind.CSI: b"\x1b[",
    Kind.OSC: b"\x1b]",
    Kind.DCS: b"\x1bP",
    Kind.STRING: b"\x1b_",
}


class QuietFilter:
    """Takes out of output, in pieces, what is not to be drawn again.

    What comes out does not depend on how the output was cut. Sequences longer than
    `tornterm.core.lexer.LONGEST` are judged by their first bytes.
    """

    def __init__(self) -> None:
        self._lexer = Lexer(plain=True)
        self._dropping = False
        self._swallow = False

    def feed(self, data: bytes) -> bytes:
        """The quiet part of the output so far that has not been given yet.

        Args:
            data: What follows on what was fed before.
        """
        return b"".join(self._quiet(self._lexer.feed(data)))

    def finish(self) -> bytes:
        """What is left of a sequence that has not ended, for a reader whose rest comes otherwise.

        Of a long one that was being taken out only the beginning is given, so that the rest of
        it is not taken for text.
        """
        inside = self._lexer.inside
        opener = _OPENERS[inside] if inside and self._dropping else b""
        return opener + self._lexer.held

    def _quiet(self, tokens: Iterator[Token]) -> Iterator[bytes]:
        for token in tokens:
            if token.kind is Kind.TEXT:
                self._swallow = False
                yield _text(token.data)
            elif self._swallow and token.data == b"\x1b\\":
                # The end of a string whose beginning was taken out.
                self._swallow = False
            elif token.first:
                kept = _sequence(token)
                self._dropping = self._swallow = not kept
                yield kept
            elif not self._dropping:
                yield token.data


def _text(data: bytes) -> bytes:
    data = data.translate(None, _SOUNDS)
    return data.replace(_DECID, b"") if _DECID in data else data


def _sequence(token: Token) -> bytes:
    """What stays of a sequence, or of a long one's beginning."""
    match token.kind:
        case Kind.CSI | Kind.ESCAPE if not token.last:
            # Longer than any that means something.
            return b""
        case Kind.CSI | Kind.ESCAPE:
            return _short(token.kind, token.data)
        case Kind.OSC:
            return _osc(token)
        case Kind.DCS:
            return b"" if function_of_dcs(token.data) in _DCS_OUT else token.data
        case _:
            return b"" if token.data.startswith(_GRAPHICS) else token.data


# Programs that ask at all ask the same thing over and over.
@lru_cache(maxsize=256)
def _short(kind: Kind, data: bytes) -> bytes:
    asks = _csi_is_out(data) if kind is Kind.CSI else data[1:].translate(None, C0) == b"Z"
    return b"" if asks else data.translate(None, _SOUNDS)


def _csi_is_out(data: bytes) -> bool:
    csi = parse_csi(data)
    if csi is None:
        return False
    if (csi.prefix, csi.function) == (b"", b"t"):
        return csi.number(0) not in _TITLE_STACK
    return (csi.prefix, csi.function) in _CSI_OUT


def _osc(token: Token) -> bytes:
    number = number_of_osc(token.data)
    if number in _OSC_OUT:
        return b""
    if number in _OSC_PAIRS or number in _OSC_ROWS or number in _OSC_ASKING:
        osc = parse_osc(token.data)
        # One that is too long to be looked through may ask at its end.
        return _unasked(osc, token.data) if osc and token.last else b""
    return token.data


def _unasked(osc: Osc, data: bytes) -> bytes:
    """What an OSC about colours and the like sets, without what it asks."""
    if osc.number in _OSC_ASKING:
        return b"" if any(value.endswith(b"?") for value in osc.values) else data
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
