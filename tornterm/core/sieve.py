"""What is common to all that takes escape sequences out of output which comes in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tornterm.core.lexer import Kind, Lexer, Token

__all__ = ["Sieve"]

_OPENERS: Final = {
    Kind.CSI: b"\x1b[",
    Kind.OSC: b"\x1b]",
    Kind.DCS: b"\x1bP",
    Kind.STRING: b"\x1b_",
}


class Sieve:
    """Takes out of output what a judge says, and lets everything else pass as it is.

    What comes out does not depend on how the output was cut. Sequences longer than
    `tornterm.core.lexer.LONGEST` are judged by their first bytes.

    Args:
        text: What stays of text.
        sequence: What stays of a sequence, or of a long one's beginning.
    """

    def __init__(self, text: Callable[[bytes], bytes], sequence: Callable[[Token], bytes]) -> None:
        self._text = text
        self._sequence = sequence
        self.forget()

    def forget(self) -> None:
        """What is fed from now on does not go on from here."""
        self._lexer = Lexer(plain=True)
        self._dropping = False
        self._swallow = False

    def feed(self, data: bytes) -> bytes:
        """What stays of the output so far and has not been given yet.

        Args:
            data: What follows on what was fed before.
        """
        return b"".join(self._sifted(self._lexer.feed(data)))

    def finish(self) -> bytes:
        """What is left of a sequence that has not ended, for a reader whose rest comes otherwise.

        Of a long one that was being taken out only the beginning is given, so that the rest of
        it is not taken for text.
        """
        inside = self._lexer.inside
        opener = _OPENERS[inside] if inside and self._dropping else b""
        return opener + self._lexer.held

    def _sifted(self, tokens: Iterator[Token]) -> Iterator[bytes]:
        for token in tokens:
            if token.kind is Kind.TEXT:
                self._swallow = False
                yield self._text(token.data)
            elif self._swallow and token.data == b"\x1b\\":
                # The end of a string whose beginning was taken out.
                self._swallow = False
            elif token.first:
                kept = self._sequence(token)
                self._dropping = self._swallow = not kept
                yield kept
            elif not self._dropping:
                yield token.data
