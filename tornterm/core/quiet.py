r"""Output that can be drawn without anybody answering or hearing of it.

A snapshot is drawn by an emulator that takes it for what a program prints now. Whatever a terminal
would answer, and whatever acts elsewhere than on its screen, was answered and done when it was
printed. It is taken out here; everything else passes as it is.

Sources: the control sequences of xterm (``ctlseqs``), DEC's VT510 manual, and the extensions of
kitty, iTerm2 and VTE as far as they act. What they answer is `tornterm.core.questions`' business.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tornterm.core.lexer import Kind, Token
from tornterm.core.questions import sequence_without_questions, text_without_questions
from tornterm.core.sequences import number_of_osc, parse_csi
from tornterm.core.sieve import Sieve

__all__ = ["QuietFilter"]

_BEL: Final = b"\x07"

_PRINTER: Final = ((b"", b"i"), (b"?", b"i"))
_WINDOW: Final = (b"", b"t")
_TITLE_STACK: Final = (22, 23)
"""What is left of the functions that move the window, make it larger or report of it."""

# Properties of the window, notifications, commands to an editor, the clipboard, features,
# progress, files.
_OSC: Final = {3, 9, 51, 52, 62, 99, 777, 1337}
_NO_WISH: Final = rb"(?!\s*(?i:inline))[^:;]*"
_PICTURE: Final = re.compile(
    rb"(?:\x1b\]|\xc2\x9d)0*1337;File=(?:%b;)*inline=1(?:;%b)*:" % (_NO_WISH, _NO_WISH)
)
"""A file that is shown among the text, instead of being downloaded, and says so once."""

_GRAPHICS: Final = (b"\x1b_G", b"\xc2\x9fG")


class QuietFilter(Sieve):
    """Takes out of output, in pieces, what is not to be drawn again."""

    def __init__(self) -> None:
        super().__init__(_text, _sequence)


def _text(data: bytes) -> bytes:
    return text_without_questions(data).translate(None, _BEL)


def _sequence(token: Token) -> bytes:
    """What stays of a sequence, or of a long one's beginning."""
    match token.kind:
        case Kind.CSI | Kind.ESCAPE if token.last:
            if token.kind is Kind.CSI and _csi_acts(token.data):
                return b""
            return sequence_without_questions(token).translate(None, _BEL)
        case Kind.OSC if number_of_osc(token.data) in _OSC:
            return token.data if _PICTURE.match(token.data) else b""
        case Kind.STRING if token.data.startswith(_GRAPHICS):
            return b""
    return sequence_without_questions(token)


@lru_cache(maxsize=256)
def _csi_acts(data: bytes) -> bool:
    csi = parse_csi(data)
    if csi is None:
        return False
    if (csi.prefix, csi.function) == _WINDOW:
        return csi.number(0) not in _TITLE_STACK
    return (csi.prefix, csi.function) in _PRINTER
