"""The file that holds the users of `local_users`, and what may stand in it.

::

    [users.alice]
    password = "$argon2id$v=19$..."
    groups = ["students"]
    admin = false
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import argon2
import tomli
from pydantic import AfterValidator, Field, ValidationError

from tornterm.builtin.names import checked_name
from tornterm.config.fields import ConfigTable, explained, setting
from tornterm.errors import ConfigError, ConfigProblem

__all__ = [
    "UserEntry",
    "UserName",
    "broken",
    "checked_group",
    "hash_password",
    "header_of",
    "list_users",
    "parse_users",
    "read_users",
    "text_of",
]

SHORTEST_PASSWORD = 8
"""In characters; what is shorter is guessed, however slowly it may be tried."""


def _checked_hash(text: str) -> str:
    try:
        argon2.extract_parameters(text)
    except argon2.exceptions.InvalidHashError:
        raise ValueError("must be a hash that `tornterm user add` made, not a password") from None
    return text


def checked_group(name: str) -> str:
    """Check the name of a group.

    Raises:
        ValueError: It is empty, or holds what cannot be seen.
    """
    if not name or not name.isprintable():
        raise ValueError("a group name must be visible text")
    return name


UserName = Annotated[str, AfterValidator(explained(checked_name))]
Group = Annotated[str, AfterValidator(explained(checked_group))]


class UserEntry(ConfigTable):
    """One user of the configuration itself. In the file of users the table is [users.NAME]."""

    password: Annotated[str, AfterValidator(explained(_checked_hash))] = setting(
        ..., "The argon2 hash of the password, made by `tornterm user add`.", repr=False
    )
    groups: tuple[Group, ...] = setting((), "The user's groups.", strict=False)
    admin: bool = setting(False, "Whether the user may see and end the sessions of others.")


class UsersFile(ConfigTable):
    """The whole file."""

    users: dict[UserName, UserEntry] = Field(default_factory=dict)


def hash_password(password: str) -> str:
    """The argon2 hash of a password; takes a moment and much memory on purpose.

    Raises:
        ValueError: The password is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"the password must have at least {SHORTEST_PASSWORD} characters")
    return argon2.PasswordHasher().hash(password)


def read_users(path: Path) -> dict[str, UserEntry]:
    """Read the file.

    Args:
        path: The file.

    Raises:
        ConfigError: It cannot be read, or something in it is wrong: names file, line and key.
    """
    return parse_users(text_of(path), path)


def list_users(path: Path) -> list[tuple[str, UserEntry]]:
    """The users in the order of their names; none where there is no file.

    Raises:
        ConfigError: As for `read_users`.
    """
    return sorted(read_users(path).items()) if path.exists() else []


def text_of(path: Path) -> str:
    """The file's text.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise broken(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise broken(path, f"is not UTF-8 text (at byte {error.start})") from error


def parse_users(text: str, path: Path) -> dict[str, UserEntry]:
    """Understand the file's text.

    Args:
        text: The text.
        path: The file, for messages.

    Raises:
        ConfigError: Something in it is wrong: names file, line and key.
    """
    try:
        data = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        # tomli's text ends with the line and the column.
        raise broken(path, f"is not TOML: {error}") from None
    try:
        parsed = UsersFile.model_validate(data).users
    except ValidationError as error:
        raise ConfigError([_problem(path, text, detail) for detail in error.errors()]) from None
    if len(parsed) < len(data.get("users", {})):
        raise broken(path, "holds the same name in two forms of Unicode")
    return parsed


def _problem(path: Path, text: str, detail: Mapping[str, Any]) -> ConfigProblem:
    place = [str(part) for part in detail["loc"] if part != "[key]"]
    table, key = (place[:2], ".".join(place[2:])) if place[:1] == ["users"] else ([], place[0])
    why = "is missing" if detail["type"] == "missing" else detail["msg"]
    why = "unknown key" if detail["type"] == "extra_forbidden" else why
    line = _line_of(text, table, key.partition(".")[0])
    where = f"{path}, line {line}" if line else str(path)
    return ConfigProblem(where, ".".join(table), key, why[:1].lower() + why[1:])


def broken(path: Path, why: str) -> ConfigError:
    """The error for the file as a whole."""
    return ConfigError([ConfigProblem(str(path), "", "", why)])


def header_of(line: str) -> list[str] | None:
    """The keys of a line like ``[users."a.b"]``; None for other lines."""
    if not line.lstrip().startswith("["):
        return None
    try:
        table = tomli.loads(line)
    except (tomli.TOMLDecodeError, RecursionError):
        return None
    keys = []
    while isinstance(table, dict) and len(table) == 1:
        ((key, table),) = table.items()
        keys.append(key)
    return keys


def _line_of(text: str, table: list[str], key: str) -> int | None:
    """The line on which a key stands, or else its table's; None where neither is found."""
    inside: list[str] | None = []
    found = None
    for number, line in enumerate(text.splitlines(), 1):
        header = header_of(line)
        if header is not None:
            inside = header
            found = number if inside == table else found
        elif inside == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[.=]""", line):
            return number
    return found
