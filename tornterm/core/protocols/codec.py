"""Turns dataclasses whose annotations carry checks into a reader and writer of JSON messages.

A message is a frozen dataclass with the class variable `TYPE`, its name on the wire. Each field is
``Annotated[type, check]``, with ``| None`` where null is allowed. A field with a default may be
left out; null then means the same as leaving it out.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from tornterm.core.protocols.fields import Check, kind_of, load_object
from tornterm.errors import ProtocolError

__all__ = ["Codec", "record"]

_M = TypeVar("_M")


def _object(record: Any) -> dict[str, object]:
    """What `asdict` gives for a record with slots, which copies each value with all it holds."""
    return {name: getattr(record, name) for name in record.__slots__}


# `json.dumps` would make one for each message.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_object)

_WIRE_NAMES = {"exit_code": "exitCode", "retry_after": "retryAfter"}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    wire: str
    check: Check
    required: bool
    nullable: bool

    def read(self, value: object) -> Any:
        if value is None and self.nullable:
            return None
        return self.check(self.wire, value)


def _check_in(hint: object) -> tuple[Check, bool]:
    """The check in ``Annotated[type, check]``, and whether None is allowed beside it."""
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (part for part in get_args(hint) if part is not type(None))
        return _check_in(inner)[0], True
    assert get_origin(hint) is Annotated, f"{hint} says nothing about its limits"
    check: Check = get_args(hint)[1]
    return check, False


def _fields_of(message: type) -> tuple[_Field, ...]:
    hints = get_type_hints(message, include_extras=True)
    found = []
    for field in fields(message):
        check, nullable = _check_in(hints[field.name])
        wire = _WIRE_NAMES.get(field.name, field.name)
        required = field.default is MISSING and field.default_factory is MISSING
        found.append(_Field(field.name, wire, check, required, nullable))
    return tuple(found)


def record(item: type) -> Check:
    """A check for an object inside a message; it becomes an `item`.

    Args:
        item: A dataclass with slots, annotated as a message is.
    """
    parts = _fields_of(item)

    def check(name: str, value: object) -> Any:
        if type(value) is not dict:
            raise ProtocolError(f"{name} must be an object, not {kind_of(value)}")
        return item(**_arguments(name, parts, value))

    return check


class Codec(Generic[_M]):
    """Reads and writes the messages of one direction.

    Args:
        messages: The message classes.
        longest: The most bytes a text frame may have.
    """

    def __init__(self, messages: Iterable[type[_M]], longest: int) -> None:
        self._longest = longest
        self._messages: dict[str, tuple[type[_M], tuple[_Field, ...]]] = {}
        self._writers: dict[type, tuple[str, tuple[_Field, ...]]] = {}
        for message in messages:
            name, parts = message.TYPE, _fields_of(message)  # type: ignore[attr-defined]
            self._messages[name] = (message, parts)
            self._writers[message] = (name, parts)

    def knows(self, message: object) -> bool:
        """Whether this direction has messages of that class."""
        return type(message) in self._writers

    def read(self, frame: str) -> _M | str:
        """Read one text frame.

        Args:
            frame: The frame.

        Returns:
            The message; where there is none of that `type`, the type.

        Raises:
            ProtocolError: It is no message of this dialect; the text says why.
        """
        values = load_object(frame, self._longest)
        name = values.get("type")
        if type(name) is not str:
            raise ProtocolError(
                "a message must have a type"
                if name is None
                else f"type must be a string, not {kind_of(name)}"
            )
        known = self._messages.get(name)
        if known is None:
            return name
        message, parts = known
        return message(**_arguments(name, parts, values))

    def write(self, message: object) -> str:
        """Write one message as a text frame; an unset optional field is left out."""
        name, parts = self._writers[type(message)]
        values: dict[str, object] = {"type": name}
        for part in parts:
            value = getattr(message, part.name)
            if value is not None or part.required:
                values[part.wire] = value
        return _encoder.encode(values)


def _arguments(name: str, parts: tuple[_Field, ...], values: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for part in parts:
        if part.wire not in values:
            if part.required:
                raise ProtocolError(f"{name} needs the field {part.wire}")
        elif part.required or values[part.wire] is not None:
            arguments[part.name] = part.read(values[part.wire])
    return arguments
