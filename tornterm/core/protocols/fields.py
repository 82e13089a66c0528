"""How JSON messages are checked: strict JSON, bounded fields, errors that say what would be right.

No error text here repeats a string that a client sent: such texts reach logs, and a token, a
password or typed text may stand in any field of a confused client's message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, NoReturn, TypeAlias

from tornterm.errors import ProtocolError
from tornterm.types import Size

__all__ = [
    "MAX_INTEGER",
    "Cells",
    "Check",
    "Count",
    "Label",
    "Name",
    "PingId",
    "RoleName",
    "Sentence",
    "boolean",
    "integer",
    "integer_or_text",
    "kind_of",
    "list_of",
    "load_object",
    "one_of",
    "text",
]

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

Check = Callable[[str, object], Any]
"""Takes the name of a field and its value; returns the value or raises `ProtocolError`."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_HALVES = re.compile("[\ud800-\udfff]")


def kind_of(value: object) -> str:
    """What a JSON value is, in words that reveal nothing of a string or a structure."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if abs(value) < 10**20 else "an integer of more than 20 digits"
        case float():
            return f"the number {value}"
        case str():
            return f"a string of {len(value)} characters"
        case list():
            return "an array"
        case _:
            return "an object"


def _refuse(name: str, wanted: str, value: object) -> NoReturn:
    raise ProtocolError(f"{name} must be {wanted}, not {kind_of(value)}")


def integer(lowest: int = 0, highest: int = MAX_INTEGER, wanted: str = "") -> Check:
    """A check for an integer; 1.0 and true are none.

    Args:
        lowest: The lowest that passes.
        highest: The highest.
        wanted: What errors say that it must be, where not all that passes makes sense.
    """
    wanted = wanted or f"an integer from {lowest} to {highest}"

    def check(name: str, value: object) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            _refuse(name, wanted, value)
        return value

    return check


def text(longest: int, *, shortest: int = 0, lines: bool = False) -> Check:
    """A check for a string.

    Args:
        longest: The most characters it may have.
        shortest: The fewest.
        lines: Whether control characters are allowed; never lone surrogates.
    """
    wanted = f"a string of {shortest} to {longest} characters"

    def check(name: str, value: object) -> str:
        if type(value) is not str or not shortest <= len(value) <= longest:
            _refuse(name, wanted, value)
        if _HALVES.search(value):
            raise ProtocolError(f"{name} must not contain lone surrogates")
        if not lines and _CONTROLS.search(value):
            raise ProtocolError(f"{name} must not contain control characters")
        return value

    return check


def one_of(*choices: str) -> Check:
    """A check for one of a few words."""
    wanted = " or ".join(f'"{choice}"' for choice in choices)

    def check(name: str, value: object) -> str:
        if type(value) is not str or value not in choices:
            _refuse(name, wanted, value)
        return value

    return check


def boolean(name: str, value: object) -> bool:
    """The check for true and false."""
    if type(value) is not bool:
        _refuse(name, "true or false", value)
    return value


def integer_or_text(longest: int) -> Check:
    """A check for an id that a client may choose freely: an integer or a short string."""
    is_text, is_integer = text(longest), integer(-MAX_INTEGER)

    def check(name: str, value: object) -> int | str:
        if type(value) is int:
            number: int = is_integer(name, value)
            return number
        if type(value) is not str:
            _refuse(name, f"an integer or a string of at most {longest} characters", value)
        string: str = is_text(name, value)
        return string

    return check


def list_of(item: Check, most: int) -> Check:
    """A check for an array; it becomes a tuple.

    Args:
        item: The check for each item.
        most: How many items there may be.
    """

    def check(name: str, value: object) -> tuple[Any, ...]:
        if type(value) is not list or len(value) > most:
            _refuse(name, f"an array of at most {most} items", value)
        return tuple(item(f"{name}[{at}]", one) for at, one in enumerate(value))

    return check


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ProtocolError("a message must not have the same field twice")
    return result


def _not_json(_: str) -> NoReturn:
    raise ProtocolError("a message must be JSON, which has no NaN and no Infinity")


# `json.loads` would make one for each message.
_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_not_json)


def load_object(message: str, longest: int, what: str = "a text frame") -> dict[str, Any]:
    """Read a text frame as one JSON object.

    Args:
        message: The frame.
        longest: The most bytes it may have.
        what: What errors call it.

    Raises:
        ProtocolError: It is longer, no JSON, no object, or says one thing twice.
    """
    value = load_value(message, longest, what)
    if type(value) is not dict:
        raise ProtocolError(f"{what} must be a JSON object, not {kind_of(value)}")
    return value


def load_value(message: str, longest: int, what: str = "a text frame") -> Any:
    """Read a text frame as JSON.

    Args:
        message: The frame.
        longest: The most bytes it may have.
        what: What errors call it.

    Raises:
        ProtocolError: It is longer, no JSON, or says one thing twice.
    """
    if len(message) > longest or len(message.encode("utf-8", "surrogatepass")) > longest:
        raise ProtocolError(f"{what} must not be longer than {longest} bytes")
    try:
        return _decoder.decode(message)
    except json.JSONDecodeError as error:
        raise ProtocolError(
            f"{what} must be one JSON object: {error.msg} at character {error.pos}"
        ) from None
    except ValueError:
        raise ProtocolError(f"an integer must not be greater than {MAX_INTEGER}") from None
    except RecursionError:
        raise ProtocolError("a message must not be nested so deeply") from None


RoleName: TypeAlias = Annotated[Literal["writer", "viewer"], one_of("writer", "viewer")]
Cells: TypeAlias = Annotated[int, integer(1, Size.MAXIMUM)]
Count: TypeAlias = Annotated[int, integer()]
Name: TypeAlias = Annotated[str, text(256, shortest=1)]
Label: TypeAlias = Annotated[str, text(256)]
Sentence: TypeAlias = Annotated[str, text(4096, lines=True)]
PingId: TypeAlias = Annotated[int | str, integer_or_text(64)]
