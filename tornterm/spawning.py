"""For spawn plugins: names that cannot be mistaken for anything else, accounts, and variables.

A user's name may come from anywhere: from a directory server, from the headers of a proxy. What
is made of it (a directory, a container, a word of a command) must be one user's alone, and mean
nothing but a name.

::

    name = checked_user(user.name)
    home = homes / label_of(name)
    account = account_to_run_as(self._settings.run_as, "sandboxes")
    return SpawnPlan(argv, env, cwd, uid=account.plan_uid, gid=account.plan_gid)
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tornterm.errors import SpawnError

__all__ = ["LONGEST_NAME", "RunAs", "account_to_run_as", "checked_user", "label_of", "passed_on"]

LONGEST_NAME = 128


def checked_user(name: str) -> str:
    """Check that a user's name is one.

    Args:
        name: The name, which may come from anywhere.

    Returns:
        The same name.

    Raises:
        SpawnError: It is empty, too long or not printable, or could be mistaken for an option or a
            path.
    """
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SpawnError(f"the user name {name!r:.60} is empty, too long or not printable")
    if name[0] in "-." or "/" in name:
        raise SpawnError(f"the user name {name!r:.60} looks like an option or a path")
    return name


def label_of(name: str) -> str:
    """A name for something that is one user's: a directory, a container.

    It holds a digest of the exact name, so users whose names differ only in case or in their
    Unicode form have things of their own, also where case does not count.

    Args:
        name: A checked name.

    Returns:
        At most 65 characters: lower-case letters, digits and ``-``, the first of which is no ``-``.
    """
    readable = re.sub("[^a-z0-9]+", "-", name.lower())[:32].strip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{readable}-{digest}" if readable else digest


class RunAs(NamedTuple):
    """The account that programs run as; never root.

    Args:
        uid: Its number.
        gid: The number of its group.
        changes: Whether it is another than the server's own.
    """

    uid: int
    gid: int
    changes: bool

    @property
    def plan_uid(self) -> int | None:
        """What `SpawnPlan.uid` has to be."""
        return self.uid if self.changes else None

    @property
    def plan_gid(self) -> int | None:
        """What `SpawnPlan.gid` has to be."""
        return self.gid if self.changes else None


def account_to_run_as(name: str, what: str) -> RunAs:
    """Find the account that programs are to run as.

    Args:
        name: The name in the configuration; empty for the server's own account.
        what: The programs, for messages: ``"sandboxes"``.

    Raises:
        SpawnError: That would be root, or cannot be.
    """
    own = os.geteuid()
    if not name and own != 0:
        return RunAs(own, os.getegid(), changes=False)
    if not name:
        raise SpawnError(f"the server is root, so {what} need an account to run as")
    if own != 0:
        raise SpawnError(f"only a server that is root can run {what} as another account")
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        # ValueError: a character that no account's name can have.
        raise SpawnError(f"there is no system account {name!r:.60}") from None
    if entry.pw_uid == 0:
        raise SpawnError(f"{what} never run as root")
    return RunAs(entry.pw_uid, entry.pw_gid, changes=True)


def passed_on(names: Iterable[str], server: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of the server that a program may have, but for those that are not UTF-8.

    Args:
        names: The names of those that it may have. Others often hold secrets.
        server: The server's environment; that of this process where left out.
    """
    server = os.environ if server is None else server
    return {name: server[name] for name in names if name in server and _is_text(server[name])}


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
