"""terminado's dialect: text frames that are JSON arrays, whose first element is their name.

::

    server -> client   ["setup", {}]  ["stdout", text]  ["disconnect", 1]
    client -> server   ["stdin", text]  ["set_size", rows, cols, ...]  anything else is ignored
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass

from tornterm.errors import ProtocolError
from tornterm.types import Size

__all__ = [
    "DISCONNECT",
    "RESET",
    "SETUP",
    "SetSize",
    "TerminadoDecoder",
    "encode_output",
    "parse_message",
]

SETUP = '["setup", {}]'
"""The first message of every connection."""

DISCONNECT = '["disconnect", 1]'
"""The last message, when the program has ended."""

RESET = "\x1bc"
"""What clears a terminal, screen and modes: the dialect has no other word for it."""


@dataclass(frozen=True, slots=True)
class SetSize:
    """The client's terminal has this size now; None where that cannot be a size."""

    size: Size | None


def parse_message(frame: str | bytes) -> bytes | SetSize | None:
    """Read a message.

    Args:
        frame: A frame as it came.

    Returns:
        The bytes to type, a size, or None for what is to be ignored.

    Raises:
        ProtocolError: It is no message of this dialect.
    """
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        raise ProtocolError("a message must be a JSON array") from None
    if not isinstance(message, list) or not message or not isinstance(message[0], str):
        raise ProtocolError("a message must be a JSON array whose first element is its name")
    kind, *rest = message
    if kind == "stdin":
        if len(rest) < 1 or not isinstance(rest[0], str):
            raise ProtocolError("stdin needs the text that was typed")
        return rest[0].encode("utf-8", "replace")
    if kind == "set_size":
        if len(rest) < 2:
            raise ProtocolError("set_size needs rows and columns")
        return SetSize(_size(rest[1], rest[0]))
    return None


def _size(cols: object, rows: object) -> Size | None:
    try:
        return Size.checked(cols, rows)
    except ProtocolError:
        return None  # a terminal that is not shown measures nothing


def encode_output(text: str) -> str:
    """The message that shows text."""
    return json.dumps(["stdout", text], ensure_ascii=False)


class TerminadoDecoder:
    """Turns output into text; what is not UTF-8 is replaced, and no character is cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of `data` and of what was kept back before.

        Args:
            data: Output, in order.
            final: Whether nothing follows; else an incomplete character at the end is kept back.
        """
        return self._decoder.decode(data, final)
