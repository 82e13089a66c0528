r"""Terminal output in tokens: text, and whole escape sequences, however the output is cut.

`tornterm.core.escape` says where sequences end; this is its other reader. Joined, the tokens are
the output, byte for byte. ``ESC \`` is a token of its own: the ESC has ended the string before it,
as it would have done with anything else behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from tornterm.core.escape import INTRODUCERS, Mode, find_exit, introduce, mode_after

__all__ = ["LONGEST", "Kind", "Lexer", "Token"]

LONGEST: Final = 8192
"""Bytes of the longest sequence that is one token; 256 colours can be set in one."""


class Kind(Enum):
    """What a token is."""

    TEXT = "text"
    """Printable characters and controls outside of sequences."""
    ESCAPE = "escape"
    CSI = "csi"
    OSC = "osc"
    DCS = "dcs"
    STRING = "string"
    """SOS, PM and APC."""


class Token(NamedTuple):
    """A piece of output.

    Args:
        kind: What it is.
        data: The bytes, with the introducer, and with what ends it unless that begins another.
        first: Whether the token begins the sequence; what is longer than `LONGEST` comes in
            several tokens, of which the first has just that length.
        last: Whether the token ends it.
    """

    kind: Kind
    data: bytes
    first: bool = True
    last: bool = True


_KINDS: Final = {
    Mode.ESCAPE: Kind.ESCAPE,
    Mode.INTERMEDIATE: Kind.ESCAPE,
    Mode.CSI: Kind.CSI,
    Mode.OSC: Kind.OSC,
}
_DCS: Final = (b"\x1bP", b"\xc2\x90")

# Text, and such sequences as every program prints by the thousand and no reader asks about: with
# them a flood of colours costs no more than one of letters.
_PLAIN: Final = (
    rb"[^\x1b\xc2]"
    rb"|\xc2[\xa0-\xbf]"
    rb"|\x1b\[[0-9:;]{0,64}[@-MPSTXZ`abd-hlmrs]"
    rb"|\x1b\[\?[0-9;]{0,64}[hl]"
    rb"|\x1b[()][0-9A-Z]"
    rb"|\x1b[78=>]"
)
# Nearly every other sequence is one of these, and one match is cheaper than following it.
_SHORT: Final = re.compile(rb"\x1b\[[ -?]*[@-~]")
_INTRODUCER: Final = re.compile(rb"\x1b|\xc2(?:[\x90\x98\x9b\x9d-\x9f]|\Z)")


class Lexer:
    """Makes tokens of output that comes in pieces; holds back `LONGEST` bytes at the most.

    Args:
        plain: Leave cursor movement, colours, modes and other sequences that nobody answers in
            the text. Such a reader is told of all others.
    """

    def __init__(self, *, plain: bool = False) -> None:
        text = _PLAIN if plain else rb"[^\x1b\xc2]|\xc2[\xa0-\xbf]"
        self._text = re.compile(rb"(?:" + text + rb")++")
        self._held = b""
        self._inside: tuple[Kind, Mode] | None = None

    @property
    def held(self) -> bytes:
        """What has come and is in no token yet: a sequence, or half a character."""
        return self._held

    @property
    def inside(self) -> Kind | None:
        """The kind of a long sequence whose first token has been given and whose last has not."""
        return self._inside[0] if self._inside else None

    def feed(self, data: bytes) -> Iterator[Token]:
        """The tokens that are complete with `data`.

        Args:
            data: What follows on what was fed before. All of it has been taken in only when
                the iteration is over.
        """
        data, at = self._held + data, 0
        self._held = b""
        if self._inside:
            at, token = self._go_on(self._inside, data)
            if token.data or token.last:
                yield token
        while at < len(data):
            end = self._text_end(data, at)
            if end > at:
                yield Token(Kind.TEXT, data[at:end])
            if end == len(data):
                return
            at = end
            mode, end, complete = _sequence(data, at)
            if end - at > LONGEST:
                yield from self._pieces(mode, data[at:end], complete)
            elif complete:
                yield Token(_kind(mode, data, at), data[at:end])
            else:
                self._held = data[at:]
                return
            at = end

    def _text_end(self, data: bytes, at: int) -> int:
        """Where the next sequence begins, or what may become one."""
        while at < len(data):
            match = self._text.match(data, at)
            at = match.end() if match else at
            found = _INTRODUCER.match(data, at)
            if found is not None:
                return at
            # A C1 control that introduces nothing is text.
            at = min(at + 1, len(data))
        return at

    def _pieces(self, mode: Mode, data: bytes, complete: bool) -> Iterator[Token]:
        """A sequence, or the beginning of one, that is longer than a token."""
        kind = _kind(mode, data, 0)
        yield Token(kind, data[:LONGEST], last=False)
        rest = data[LONGEST:]
        if complete:
            yield Token(kind, rest, first=False)
            return
        self._inside = (kind, mode)
        rest = self._hold_half(rest)
        if rest:
            yield Token(kind, rest, first=False, last=False)

    def _go_on(self, inside: tuple[Kind, Mode], data: bytes) -> tuple[int, Token]:
        """More of a long sequence: where it ends in `data`, and the token of it."""
        kind, mode = inside
        found = find_exit(mode, data, 0)
        if found is None:
            rest = self._hold_half(data)
            return len(data), Token(kind, rest, first=False, last=False)
        self._inside = None
        end = found.start() if found[0] in INTRODUCERS else found.end()
        return end, Token(kind, data[:end], first=False)

    def _hold_half(self, data: bytes) -> bytes:
        """Keep back what may be the first half of the C1 control that ends the sequence."""
        if data.endswith(b"\xc2"):
            self._held = b"\xc2"
            return data[:-1]
        return data


def _kind(mode: Mode, data: bytes, begin: int) -> Kind:
    return _KINDS.get(mode) or (Kind.DCS if data.startswith(_DCS, begin) else Kind.STRING)


def _sequence(data: bytes, begin: int) -> tuple[Mode, int, bool]:
    """The sequence at `begin`: the mode it ends in, where, and whether it is complete."""
    short = _SHORT.match(data, begin)
    if short is not None:
        return Mode.CSI, short.end(), True
    if begin == len(data) - 1 and data[begin] == 0xC2:
        return Mode.GROUND, len(data), False
    mode, at = introduce(data, begin)
    while True:
        found = find_exit(mode, data, at)
        if found is None:
            return mode, len(data), False
        if found[0] in INTRODUCERS:
            return mode, found.start(), True
        following = mode_after(mode, found[0])
        if following is Mode.GROUND:
            return mode, found.end(), True
        mode, at = following, found.end()
