"""The legacy dialect: a WebSocket without a subprotocol that carries a terminal almost bare.

What a client sends is typed, but for two control messages of an exact shape; what it receives is
output, but for text frames that are one of five control messages. The rules are in
``docs/protocol.md``, "The legacy dialect".
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import Any

from tornterm.errors import ProtocolError
from tornterm.types import Size

__all__ = [
    "Ignored",
    "LegacyEncoder",
    "Ping",
    "Query",
    "Resize",
    "encode_error",
    "encode_exit",
    "encode_pong",
    "encode_resumed",
    "encode_session",
    "parse_input",
    "parse_query",
]

_LONGEST_CONTROL = 256
_BEYOND = Size.MAXIMUM + 1


@dataclass(frozen=True, slots=True)
class Resize:
    """The client's terminal has this size now."""

    cols: int
    rows: int


@dataclass(frozen=True, slots=True)
class Ping:
    """The client wants a pong."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A resize to a size that cannot be: nothing is typed and nothing changes."""

    why: str


@dataclass(frozen=True, slots=True)
class Query:
    """What the address of a legacy connection says.

    Args:
        size: The size of the client's terminal.
        resume: The token of the session to take up; None for a new session.
        control: Whether the client wants control messages among the output.
    """

    size: Size
    resume: str | None = field(repr=False)
    control: bool


def parse_query(
    cols: str | None, rows: str | None, resume: str | None, control: str | None
) -> Query:
    """Read the query arguments of a legacy connection; each is None where it is absent.

    Args:
        cols: Columns; 80 if absent.
        rows: Rows; 24 if absent.
        resume: A resume token; one that no session can have is kept, as unknown ones are.
        control: ``off`` leaves the control messages out, ``on`` and absent do not.

    Raises:
        ProtocolError: A size or `control` has a value that means nothing.
    """
    if control not in (None, "", "on", "off"):
        raise ProtocolError("control must be on or off")
    size = Size.checked(_number("cols", cols, 80), _number("rows", rows, 24))
    return Query(size, resume or None, control != "off")


def _number(name: str, value: str | None, default: int) -> int:
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        raise ProtocolError(f"{name} must be an integer from 1 to {Size.MAXIMUM}")
    return _bounded(value)


def _bounded(digits: str) -> int:
    # Python refuses to read integers of thousands of digits; too large is too large.
    return int(digits) if len(digits) <= 18 else _BEYOND


def parse_input(frame: str | bytes) -> bytes | Resize | Ping | Ignored:
    """Tell what is typed from what is control.

    A binary frame is always typed. A text frame is typed unless it is a JSON object of exactly the
    shape ``{"type": "resize", "cols": <integer>, "rows": <integer>}`` or ``{"type": "ping"}``. A
    resize to a size that cannot be is ignored: it was not meant to be typed.

    Args:
        frame: A frame as it came.

    Returns:
        The bytes to type, or the control message.
    """
    if isinstance(frame, bytes):
        return frame
    control = _control(frame) if frame.startswith("{") else None
    return frame.encode("utf-8", "replace") if control is None else control


def _control(frame: str) -> Resize | Ping | Ignored | None:
    if len(frame) > _LONGEST_CONTROL:
        return None
    try:
        pairs: list[tuple[str, Any]] = json.loads(frame, object_pairs_hook=list, parse_int=_bounded)
    except (ValueError, RecursionError):
        return None
    message = dict(pairs)
    if len(message) < len(pairs):
        return None
    if message == {"type": "ping"}:
        return Ping()
    if message.keys() != {"type", "cols", "rows"} or message["type"] != "resize":
        return None
    if type(message["cols"]) is not int or type(message["rows"]) is not int:
        return None
    try:
        size = Size.checked(message["cols"], message["rows"])
    except ProtocolError as problem:
        return Ignored(str(problem))
    return Resize(size.cols, size.rows)


def _write(kind: str, **values: object) -> str:
    return json.dumps({"type": kind, **values}, separators=(",", ":"))


def encode_session(token: str) -> str:
    """The message after a creation."""
    return _write("session", token=token)


def encode_resumed(token: str) -> str:
    """The message before the replay."""
    return _write("resumed", token=token)


def encode_exit(exit_code: int | None, signal: int | None) -> str:
    """The message after the last output."""
    return _write("exit", exitCode=exit_code, signal=signal)


def encode_error(message: str) -> str:
    """The message before the server closes because of a problem."""
    return _write("error", message=message)


def encode_pong() -> str:
    """The answer to a ping."""
    return _write("pong")


class LegacyEncoder:
    """Turns output into frames: text where it is UTF-8, binary where it is not.

    A text frame of output is never one JSON object, whatever the program prints, so that a client
    may take every one that is for a control message.
    """

    def __init__(self) -> None:
        self._carry = b""

    def encode(self, data: bytes, *, final: bool = False) -> list[str | bytes]:
        """Make frames of `data` and of what was kept back before.

        Args:
            data: Output, in order.
            final: Whether nothing follows; else an incomplete character at the end is kept back.
        """
        data = self._carry + data
        self._carry = b""
        try:
            text, used = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError:
            return [data]
        self._carry = data[used:]
        return _apart(text)


def _apart(text: str) -> list[str | bytes]:
    rest = text.lstrip(" \t\r\n{")
    opening = text[: len(text) - len(rest)]
    if "{" not in opening or not rest:
        return [text] if text else []
    return [opening, rest]
