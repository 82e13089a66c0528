"""What may be asked about, and what may be believed: names, passwords, the directory's texts."""

from __future__ import annotations

from tornterm.config.fields import is_user_name
from tornterm.errors import AuthError

__all__ = ["Unavailable", "Wrong", "is_name", "is_password", "shown"]

LONGEST_NAME = 128
LONGEST_PASSWORD = 1024
"""Bytes; more is no password, and the directory would have to compute with all of it."""


class Wrong(AuthError):
    """The name or the password is wrong; it does not say which.

    Args:
        why: For the log.
    """

    def __init__(self, why: str = "wrong name or password") -> None:
        super().__init__(why, "Wrong name or password.")


class Unavailable(AuthError):
    """The directory gave no proper answer.

    Args:
        why: For the log.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why, "The directory that knows the accounts cannot be asked right now.")


def is_name(text: str) -> bool:
    """Whether a text could be a user's name.

    What has several forms in Unicode counts in its composed one only, so that nobody has two names.
    """
    return is_user_name(text, without="/,")


def is_password(text: str) -> bool:
    """Whether a text can be sent as a password.

    An empty one must never be: to a directory it means somebody who wants to be nobody, and to
    that it says yes. After a NUL some directories do not read on.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_PASSWORD and "\0" not in text


def shown(text: str) -> str:
    """A name for the page, or nothing where it would spoil the page."""
    return text if text.isprintable() and len(text) <= LONGEST_NAME else ""
