"""Private homes: one directory for each user's name, and never one for two names."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tornterm.errors import SpawnError
from tornterm.spawning import label_of

__all__ = ["named_account", "private_home"]


def private_home(homes: Path, user: str, uid: int, gid: int) -> Path:
    """Make a user's home where there is none.

    Args:
        homes: The directory of all homes.
        user: A checked name.
        uid: Whose it must be.
        gid: The group of a new one.

    Raises:
        SpawnError: It cannot be made, or what is there is not the user's.
    """
    home = homes / label_of(user)
    try:
        _owned_directory(homes, uid, gid)
        _owned_directory(home, uid, gid)
    except OSError as error:
        raise SpawnError(f"the private home could not be made: {error.strerror}") from None
    return home


def named_account(homes: Path, files: Mapping[str, str], uid: int, gid: int) -> Path:
    """Keep the files that give the account inside a name, beside the homes.

    Args:
        homes: The directory of all homes, which is there.
        files: The text of each file.
        uid: Whose the directory is.
        gid: Its group.

    Returns:
        The directory in which the files are.

    Raises:
        SpawnError: They cannot be written.
    """
    # No home has such a name: each ends in a digest.
    folder = homes / "etc"
    try:
        _owned_directory(folder, uid, gid)
        for name, text in files.items():
            _keep(folder / name, text)
    except OSError as error:
        raise SpawnError(f"the account could not be named: {error.strerror}") from None
    return folder


def _keep(path: Path, text: str) -> None:
    with suppress(FileNotFoundError):
        if path.read_text() == text:
            return
    # Under a name of its own first: sandboxes are started at the same time.
    fd, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(fd, "w") as file:
        file.write(text)
        os.fchmod(fd, 0o444)
    os.replace(written, path)


def _owned_directory(path: Path, uid: int, gid: int) -> None:
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    # Opened once and asked through that, so that nobody can put a link in its place meanwhile.
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        own = os.geteuid()
        if found.st_uid == own != uid:
            # New, or left behind by an end between making and giving away.
            os.fchown(fd, uid, gid)
        elif found.st_uid != uid:
            raise SpawnError("the private home belongs to another account")
        if stat.S_IMODE(found.st_mode) != 0o700:
            os.fchmod(fd, 0o700)
    finally:
        os.close(fd)
