r"""Questions in terminal output: what a terminal would answer, as if it was typed.

A program's question is to be answered once. Where it has been already, or is another client's to
answer, the question is kept from the terminal, because its answer could not be told from typing.
"""

from __future__ import annotations

import re

__all__ = ["QuestionFilter"]

_LONGEST = 4096

_CSI = rb"(?:\x1b\[|\xc2\x9b)"
_OSC = rb"(?:\x1b\]|\xc2\x9d)"
_DCS = rb"(?:\x1bP|\xc2\x90)"
_APC = rb"(?:\x1b_|\xc2\x9f)"
_ST = rb"(?:\x1b\\|\xc2\x9c|\x07)"

_QUESTION = re.compile(
    rb"|".join(
        (
            rb"\x05",  # ENQ
            rb"\x1bZ",  # DECID
            _CSI + rb"[>=?]?[0-9;]*c",  # device attributes
            _CSI + rb"\??[0-9;]*n",  # status and cursor position
            _CSI + rb"[01]?x",  # terminal parameters
            _CSI + rb"\??[0-9;]*\$p",  # state of a mode
            _CSI + rb"[0-9;]*(?:\$[uw]|\*y|&u|'\||#R)",  # state, checksums, locator, colours
            _CSI + rb">[0-9]*q",  # name and version
            _CSI + rb"\?(?:u|[0-9;]*[mS])",  # keyboard protocol, key modifiers, graphics
            _CSI + rb"(?:1[1345689]|2[01])(?:;[0-9]*)*t",  # the window
            _DCS + rb"[$+]q[^\x07\x1b]*" + _ST,  # settings, capabilities
            _OSC + rb"(?:[45]|1[0-9]|2[12]|52);(?:[^\x07\x1b;]*;)*\?(?:;[^\x07\x1b]*)?" + _ST,
            _APC + rb"G(?:[^\x07\x1b;]*,)?a=q[^\x07\x1b]*" + _ST,  # graphics
        )
    )
)
_UNFINISHED = re.compile(
    rb"(?:\x1b|\xc2|"
    + _CSI
    + rb"[0-?]*[ -/]*|(?:"
    + rb"|".join((_OSC, _DCS, _APC))
    + rb")[^\x07\x1b]*[\x1b\xc2]?)\Z"
)


class QuestionFilter:
    """Takes questions out of output that comes in pieces."""

    def __init__(self) -> None:
        self._kept = b""

    def quiet(self, data: bytes) -> bytes:
        """Output without its questions; what may become one is kept back for the next call."""
        data = _QUESTION.sub(b"", self._kept + data)
        self._kept = b""
        tail = _UNFINISHED.search(data, max(0, len(data) - _LONGEST))
        if tail:
            self._kept, data = tail.group(), data[: tail.start()]
        return data

    def loud(self, data: bytes) -> bytes:
        """Output with its questions, behind what was kept back."""
        data, self._kept = self._kept + data, b""
        return data

    def forget(self) -> None:
        """What follows does not go on from here."""
        self._kept = b""
