"""System accounts: which names there may be, and who may use this server."""

from __future__ import annotations

from dataclasses import dataclass

from tornterm.config.fields import is_user_name
from tornterm.types import User
from tornterm_auth_pam.settings import PamSettings

__all__ = ["Account", "account_of", "is_name", "is_password", "user_of"]

LONGEST_PASSWORD = 511
"""Bytes of an answer that PAM takes; a longer one is cut off by some modules."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the system knows it, under the one name that it has there."""

    name: str
    uid: int
    gid: int
    groups: tuple[str, ...]


def is_name(text: str) -> bool:
    """Whether a text could be an account's name, without asking anybody.

    What has several forms in Unicode counts in its composed one only, so that nobody has two names.
    """
    return is_user_name(text, without="/ :,")


def is_password(text: str) -> bool:
    """Whether a text can be handed to PAM whole: a NUL would end it early."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_PASSWORD and "\0" not in text


def account_of(found: object) -> Account | None:
    """Understand what `tornterm_auth_pam.login.found` says, which may have come from a process."""
    if not isinstance(found, dict):
        return None
    name, uid, gid, groups = (found.get(key) for key in ("name", "uid", "gid", "groups"))
    if not isinstance(name, str) or type(uid) is not int or type(gid) is not int:
        return None
    if not isinstance(groups, list | tuple) or not all(isinstance(each, str) for each in groups):
        return None
    return Account(name, uid, gid, tuple(groups))


def user_of(account: Account, settings: PamSettings) -> User | None:
    """The user that an account is here, or None where it may not log in."""
    groups = set(account.groups)
    known = is_name(account.name) and account.uid >= max(1, settings.min_uid)
    if not known or (settings.allowed_groups and not groups & set(settings.allowed_groups)):
        return None
    return User(account.name, account.groups, admin=bool(groups & set(settings.admin_groups)))
