"""What is typed, line by line; nothing of a line of which the terminal has not shown all."""

from __future__ import annotations

import re

from tornterm_record_asciicast.redaction import Redactor

__all__ = ["MASK", "Typed", "without_secrets"]

MASK = "[masked]"

MOST = 8192
"""Bytes of a line that are kept at the most: a terminal that shows lines takes fewer."""

_END = re.compile(rb"[\r\n\x03\x04]")
"""What ends a line: Enter, and also Ctrl-C and Ctrl-D."""

_REST = re.compile(rb"[^\r\n\x03\x04]+")


def without_secrets(data: bytes) -> bytes:
    """Nothing but where lines end, of what was typed and not shown; not even how much it was."""
    return _REST.sub(b"*", data)


class Typed:
    """Makes lines of what is typed.

    Args:
        redactor: Replaces what the patterns match.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._line = bytearray()
        self._masked = False

    def feed(self, data: bytes, *, shown: bool) -> str:
        """Take what was typed; gives the lines that are complete now.

        Args:
            data: What was typed.
            shown: Whether the terminal showed it.
        """
        done, at = "", 0
        for end in _END.finditer(data):
            self._add(data[at : end.start()], shown=shown)
            # An empty line is a secret as well where nothing is shown.
            self._masked |= not shown
            done += self.finish() + end[0].decode()
            at = end.end()
        self._add(data[at:], shown=shown)
        return done

    def _add(self, data: bytes, *, shown: bool) -> None:
        if data:
            self._line += data
            self._masked |= not shown or len(self._line) > MOST
        if self._masked:
            self._line.clear()

    def finish(self) -> str:
        """The line so far, because nothing follows it."""
        text = (
            MASK if self._masked else self._redactor.replaced(self._line.decode(errors="replace"))
        )
        self._line.clear()
        self._masked = False
        return text
