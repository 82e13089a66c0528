"""Changing the file of `local_users` without harm: in one step, and all else stays as it is."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

from tornterm.builtin.names import checked_name
from tornterm.builtin.users_file import (
    UserEntry,
    broken,
    checked_group,
    header_of,
    parse_users,
    text_of,
)
from tornterm.errors import ConfigError

__all__ = ["add_user", "remove_user"]


def add_user(
    path: Path,
    name: str,
    password: str,
    groups: Sequence[str] = (),
    admin: bool = False,
    *,
    replace: bool = False,
) -> None:
    """Add a user to the file, which is made if there is none; all else in it stays as it is.

    Args:
        path: The file.
        name: The user's name.
        password: The password's hash, from `hash_password`.
        groups: The user's groups.
        admin: Whether the user may see and end the sessions of others.
        replace: Whether to take the place of a user of that name.

    Raises:
        ValueError: The name cannot be one, or is taken.
        ConfigError: The file is wrong as it is, or cannot be written.
    """
    name = checked_name(name)
    grouped = tuple(checked_group(group) for group in groups)
    entry = UserEntry(password=password, groups=grouped, admin=admin)
    with _changing(path) as text:
        users = parse_users(text.old, path)
        if name in users and not replace:
            raise ValueError(f'there is a user "{name}" already; --replace takes its place')
        kept = _without(text.old, name)
        gap = "" if not kept else "\n" if kept.endswith("\n") else "\n\n"
        text.new = kept + gap + _table(name, entry)
        _must_hold(text.new, {**users, name: entry}, path)


def remove_user(path: Path, name: str) -> None:
    """Remove a user from the file; all else in it stays as it is.

    Args:
        path: The file.
        name: The user's name.

    Raises:
        ValueError: There is no such user.
        ConfigError: The file is wrong as it is, or cannot be written.
    """
    name = checked_name(name)
    with _changing(path) as text:
        users = parse_users(text.old, path)
        if name not in users:
            raise ValueError(f'there is no user "{name}"')
        text.new = _without(text.old, name)
        del users[name]
        _must_hold(text.new, users, path)


class _Change:
    def __init__(self, old: str) -> None:
        self.old = old
        self.new = old


@contextmanager
def _changing(path: Path) -> Iterator[_Change]:
    """Hold the directory's lock, give the text, and put the changed one in its place."""
    path = Path(os.path.realpath(path))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise broken(path, f"cannot be written: {error.strerror}") from error
    try:
        # Two commands at once must not undo each other's change.
        fcntl.flock(directory, fcntl.LOCK_EX)
        change = _Change(text_of(path) if path.exists() else "")
        yield change
        _put(path, change.new)
        os.fsync(directory)
    except OSError as error:
        raise broken(path, f"cannot be written: {error.strerror}") from error
    finally:
        os.close(directory)


def _put(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner may read it."""
    handle, temporary = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            with suppress(FileNotFoundError, PermissionError):
                # Root changes the file of the server's own account: that must go on reading it.
                status = path.stat()
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _without(text: str, name: str) -> str:
    """The text without the table of a user; comments around it stay."""
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    dropping: list[str] | None = None
    for line in [*lines, "[end]"]:
        header = header_of(line)
        if header is not None and dropping is not None:
            # Comments behind it belong to what follows.
            kept += _trailing(dropping)
            dropping = None
        if header is not None and header[:1] == ["users"] and _is_user(header, name):
            dropping = []
        if dropping is None:
            kept.append(line)
        else:
            dropping.append(line)
    return "".join(kept[:-1])


def _is_user(header: list[str], name: str) -> bool:
    try:
        return len(header) == 2 and checked_name(header[1]) == name
    except ValueError:
        return False


def _trailing(lines: list[str]) -> list[str]:
    """The empty lines and comments at the end."""
    end = len(lines)
    while end and lines[end - 1].strip()[:1] in ("", "#"):
        end -= 1
    return lines[end:]


def _table(name: str, entry: UserEntry) -> str:
    key = name if re.fullmatch("[A-Za-z0-9_-]+", name) else _string(name)
    groups = ", ".join(_string(group) for group in entry.groups)
    return (
        f"[users.{key}]\n"
        f"password = {_string(entry.password)}\n"
        f"groups = [{groups}]\n"
        f"admin = {str(entry.admin).lower()}\n"
    )


def _string(text: str) -> str:
    # JSON's strings are TOML's, but for characters that no name may hold.
    return json.dumps(text, ensure_ascii=False)


def _must_hold(text: str, users: Mapping[str, UserEntry], path: Path) -> None:
    """Check what would be written: a form that was not understood must not be destroyed."""
    try:
        holds = parse_users(text, path) == dict(users)
    except ConfigError:
        holds = False
    if not holds:
        raise broken(path, "is written in a way that only a person can change; please edit it")
