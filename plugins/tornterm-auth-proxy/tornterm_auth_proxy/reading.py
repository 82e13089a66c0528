"""What a header says, and whether it can be believed to be the only one that says it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from tornado.httputil import HTTPHeaders

from tornterm.errors import AuthError

__all__ = ["Reason", "Refused", "checked_name", "listed", "one_value", "shown_name"]

LONGEST_NAME = 128
MOST_GROUPS = 1000

Reason = Literal["peer", "secret", "duplicate", "variant", "name", "groups", "not allowed"]
"""Why a login was refused, as it is counted."""


class Refused(AuthError):
    """Headers that are not to be believed, or somebody who may not log in.

    Args:
        reason: What it is counted as.
        why: For the log; holds nothing out of a header.
    """

    told = "The proxy in front of this server did not say clearly who you are."

    def __init__(self, reason: Reason, why: str) -> None:
        self.reason = reason
        super().__init__(why, self.told)


def one_value(headers: Mapping[str, str], name: str) -> str:
    """The text of a header, or nothing where it is missing or empty.

    Programs behind a gateway cannot tell ``X-Remote-User`` from ``X_Remote_User``, so proxies may
    overwrite the one and let the other pass. Whoever sends such a twin wants to be somebody else.

    Args:
        headers: All headers.
        name: The header that is wanted.

    Raises:
        Refused: There are several, one in another spelling, or its bytes are not UTF-8.
    """
    alike = [(given, value) for given, value in _all(headers) if _plain(given) == _plain(name)]
    if any(given.lower() != name.lower() for given, _ in alike):
        raise Refused("variant", f"another spelling of the header {name} was sent")
    if len(alike) > 1:
        raise Refused("duplicate", f"the header {name} was sent more than once")
    value = alike[0][1] if alike else ""
    try:
        # HTTP hands over bytes, which Tornado shows as if they were Latin-1.
        return value.encode("latin-1").decode("utf-8").strip(" \t")
    except UnicodeError:
        raise Refused("name", f"the header {name} is not UTF-8") from None


def checked_name(text: str, *, lower_case: bool) -> str:
    """The name of a user.

    A name that has several forms in Unicode is taken in its composed one only: the same letters in
    another form would either be a second person or make one of two people.

    Args:
        text: The name as the proxy says it.
        lower_case: Whether it is put into lower case.

    Raises:
        Refused: It could be mistaken for an option, a path, a list or another name.
    """
    name = text.lower() if lower_case else text
    if len(name) > LONGEST_NAME:
        raise Refused("name", f"the name has more than {LONGEST_NAME} characters")
    if not name.isprintable() or name != name.strip():
        raise Refused("name", "the name has invisible characters or spaces around it")
    if set("/,") & set(name) or name[0] in "-.":
        raise Refused("name", 'the name has a "/" or ",", or begins with "-" or "."')
    if unicodedata.normalize("NFC", name) != name:
        raise Refused("name", "the name is not in Unicode's composed form (NFC)")
    return name


def shown_name(text: str) -> str:
    """The name for the page, or nothing where it would spoil the page."""
    return text if text.isprintable() and len(text) <= LONGEST_NAME else ""


def listed(text: str, separator: str) -> tuple[str, ...]:
    """The groups in a list, in its order.

    Args:
        text: The header's text.
        separator: What stands between two of them.

    Raises:
        Refused: There are too many, or one is no name; who sends that cannot be relied on for the
            others.
    """
    groups = tuple(dict.fromkeys(part.strip() for part in text.split(separator)))
    groups = tuple(group for group in groups if group)
    if len(groups) > MOST_GROUPS:
        raise Refused("groups", f"there are more than {MOST_GROUPS} groups")
    if any(len(group) > LONGEST_NAME or not group.isprintable() for group in groups):
        raise Refused("groups", "the name of a group is too long or has invisible characters")
    return groups


def _all(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every header line: a mapping would show repeated ones as a single one."""
    lines: Iterable[tuple[str, str]]
    lines = headers.get_all() if isinstance(headers, HTTPHeaders) else headers.items()
    yield from lines


def _plain(name: str) -> str:
    """What is left of a header's name where all punctuation is alike."""
    return re.sub(r"[^a-z0-9]", "-", name.lower())
