"""The kinds of value that a configuration holds besides numbers, words and switches.

These are annotated types for pydantic models: tornterm's own tables and those that plugins
register use the same ones, so a duration looks alike everywhere and a mistake is explained alike.

::

    class Table(ConfigTable):
        timeout: Annotated[Duration, shortest("1s")] = setting("30s", "How long to wait.")
        buffer: Annotated[ByteSize, smallest("4 KiB")] = setting("64 KiB", "How much to keep.")
        password: KnownSecret | None = setting(None, "The password, where one is needed.")
        file: ConfigPath = setting("users.toml", "Where the users are kept.")
        groups: Words = setting((), "Whose members may log in; empty for everybody.")

Relative paths are resolved against the directory of the configuration file, which validation finds
in its context: ``Model.model_validate(table, context={"directory": Path(...)})``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from tornterm.config.paths import parse_path
from tornterm.config.secret import Secret
from tornterm.config.units import format_duration, format_size, parse_duration, parse_size

__all__ = [
    "Argument",
    "ByteSize",
    "ConfigPath",
    "ConfigTable",
    "Duration",
    "KnownSecret",
    "Secret",
    "VariableName",
    "Word",
    "Words",
    "explained",
    "is_loopback",
    "is_user_name",
    "setting",
    "shortest",
    "smallest",
    "wrong",
]


def wrong(why: str) -> PydanticCustomError:
    """The error that a validator raises: its text is shown as it is.

    Args:
        why: What is wrong and what would be right.
    """
    return PydanticCustomError("config", "{why}", {"why": why})


def explained(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make pydantic report the text of a parser's ValueError as it is.

    Args:
        parse: Takes the value as written; its ValueError says what is wrong and what is right.
    """

    def validate(value: object) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            raise wrong(str(error)) from None

    return validate


def setting(
    default: Any, description: str, *, example: Any = None, restart: bool = False, **more: Any
) -> Any:
    """One key of a configuration table.

    Args:
        default: The value where the key is left out, as a person would write it in TOML; None
            where there is no value then, and ``...`` where the key must not be left out.
        description: One or two sentences, for the reference page and the example file.
        example: What the example file shows where the default would explain nothing.
        restart: Whether a change takes effect only when the server is started again.
        **more: Further arguments of `pydantic.Field`: ``ge`` and ``le`` for numbers, ``min_length``
            and ``max_length`` for texts and lists; ``repr=False`` keeps a value from being shown;
            ``strict=False`` lets a list of TOML become a tuple.
    """
    if example is not None:
        more["examples"] = [example]
    if restart:
        more["json_schema_extra"] = {"restart": True}
    return Field(default=default, description=description, **more)


Duration = Annotated[
    float,
    BeforeValidator(explained(parse_duration)),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "x-kind": "duration"}),
]
"""Seconds as a float; written ``"30s"``, ``"5m"``, ``"1h 30m"``, or as a number of seconds."""

ByteSize = Annotated[
    int,
    BeforeValidator(explained(parse_size)),
    PlainSerializer(format_size, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "x-kind": "size"}),
]
"""Bytes as an int; written ``"64 KiB"``, ``"1 MiB"``, ``"100 KB"``, or as a number of bytes."""

ConfigPath = Annotated[
    Path,
    BeforeValidator(parse_path),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1, "x-kind": "path"}),
]
"""An absolute path; written relative to the configuration file, or with ``~``."""


def _argument(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain a NUL character")
    return text


def _variable(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        raise ValueError("must be names of environment variables")
    return name


Argument = Annotated[str, AfterValidator(explained(_argument))]
"""An argument of a program, or what a variable holds: a text without a NUL character."""

VariableName = Annotated[str, AfterValidator(explained(_variable))]
"""The name of an environment variable."""

Word = Annotated[str, Field(min_length=1)]
"""A text that is not empty."""

Words = Annotated[tuple[Word, ...], Strict(strict=False)]
"""Any number of words, a tuple; written as a list."""


def _has_value(secret: Secret) -> Secret:
    if not secret.known:
        raise wrong("a hash is not enough here; the secret itself is needed")
    return secret


KnownSecret = Annotated[Secret, AfterValidator(_has_value)]
"""A `Secret` that is to be sent or used as a key, so its hash alone will not do."""


def shortest(minimum: str, *, or_zero: bool = False) -> AfterValidator:
    """The lower bound of a `Duration`.

    Args:
        minimum: The bound as a person writes it, for example ``"1s"``.
        or_zero: Whether 0 is allowed as well, where it means "off".
    """
    return _at_least(parse_duration(minimum), minimum, or_zero)


def smallest(minimum: str, *, or_zero: bool = False) -> AfterValidator:
    """The lower bound of a `ByteSize`.

    Args:
        minimum: The bound as a person writes it, for example ``"8 KiB"``.
        or_zero: Whether 0 is allowed as well, where it means "off".
    """
    return _at_least(parse_size(minimum), minimum, or_zero)


def _at_least(bound: float, written: str, or_zero: bool) -> AfterValidator:
    def check(value: float) -> float:
        if value < bound and not (or_zero and value == 0):
            why = f'must be at least "{written}"' + (', or "0" for none' if or_zero else "")
            raise wrong(why)
        return value

    return AfterValidator(check)


class ConfigTable(BaseModel):
    """The base of the model of a configuration table.

    Unknown keys are errors, values keep their types, nothing changes after reading, defaults are
    written as a person would (``"5m"``), and a validation error never repeats what was typed.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        hide_input_in_errors=True,
    )


def is_loopback(host: str | None) -> bool:
    """Whether a host that is written down is this machine, so that nobody listens on the way.

    Args:
        host: A name or an address without brackets, as `urllib.parse.urlsplit` gives it as
            ``hostname``; None for none.

    Returns:
        True for ``localhost`` and the loopback addresses; a name is never looked up.
    """
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_user_name(text: str, *, longest: int = 128, without: str = "/") -> bool:
    """Whether a text can be a user's name: one that is mistaken for nothing else.

    That is an option, a path, something invisible, or somebody else's name: what has several forms
    in Unicode counts in its composed one (NFC) only, so that nobody has two names.

    Args:
        text: What somebody else says that the name is.
        longest: Characters that it may have.
        without: Characters that it must not have.
    """
    return (
        0 < len(text) <= longest
        and text.isprintable()
        and text == text.strip()
        and not set(without) & set(text)
        and text[0] not in "-."
        and unicodedata.normalize("NFC", text) == text
    )
