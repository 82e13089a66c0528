"""Home directories out of a template: a user's name must never lead anywhere else."""

from __future__ import annotations

import os

from tornterm.errors import SpawnError

__all__ = ["home_below"]


def home_below(template: str, placeholder: str, user: str) -> str:
    """Fill a template like ``/home/{user}`` and check where it leads.

    Args:
        template: An absolute path that may contain `placeholder`.
        placeholder: What stands for the user's name.
        user: The user's name, which may come from anywhere.

    Returns:
        The real path of a directory that exists.

    Raises:
        SpawnError: The name could change the path's meaning, there is no such directory, or it
            is, through a link, not below what stands before the placeholder.
    """
    if placeholder not in template:
        return _directory(template)
    if not user or user[0] in ".-" or not user.isprintable() or "/" in user:
        raise SpawnError(f"the user name {user!r:.60} cannot be part of a path")
    # "/srv/u-{user}/home": all homes are below /srv.
    parent = os.path.realpath(os.path.dirname(template.partition(placeholder)[0]))
    home = _directory(template.replace(placeholder, user))
    if os.path.commonpath((parent, home)) != parent or home == parent:
        raise SpawnError(f"the home directory of {user!r:.60} is not below {parent}")
    return home


def _directory(path: str) -> str:
    try:
        real = os.path.realpath(path, strict=True)
    except OSError as error:
        raise SpawnError(f"the home directory {path}: {error.strerror}") from None
    if not os.path.isdir(real):
        raise SpawnError(f"the home directory {path} is not a directory")
    return real
