"""Names of users: which ones there may be."""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST_NAME", "checked_name", "normal_name"]

LONGEST_NAME = 128


def normal_name(name: str) -> str:
    """The form in which names are kept and compared: Unicode's NFC.

    What looks the same and is typed the same is then the same name, whichever of its forms a
    keyboard or an operating system makes of it.
    """
    return unicodedata.normalize("NFC", name)


def checked_name(name: str) -> str:
    """Check a name that somebody wants to give to a user.

    Args:
        name: The name as written.

    Returns:
        The name as it is kept.

    Raises:
        ValueError: It could be mistaken for an option, a path or another name.
    """
    name = normal_name(name)
    if not name:
        raise ValueError("a user name must not be empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a user name must have at most {LONGEST_NAME} characters")
    if not name.isprintable():
        raise ValueError("a user name must not contain control or invisible characters")
    if "/" in name:
        raise ValueError('a user name must not contain "/"')
    if name[0] in "-.":
        raise ValueError(f'a user name must not begin with "{name[0]}"')
    if name != name.strip():
        raise ValueError("a user name must not begin or end with a space")
    return name
