"""Who has logged in through the provider, and whether they still may."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from tornterm.config.fields import is_user_name
from tornterm.types import User
from tornterm_auth_oidc.settings import OidcSettings
from tornterm_auth_oidc.tokens import Claims, Denied

__all__ = ["LOGIN", "People", "Person", "user_of"]

LOGIN = "oidc_login"
"""The attribute of a user that says which login this is; it opens nothing."""

LONGEST_NAME = 64

MOST = 100_000
"""Logins that are remembered: one that nobody uses any more does not say so. The oldest go first,
and with them whoever is still logged in by one."""


@dataclass
class Person:
    """One login, with what never leaves this process."""

    subject: str
    session: str
    refresh_token: str = field(repr=False)
    good_until: float
    asked: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)


class People:
    """All logins that have come through the provider and not ended."""

    def __init__(self) -> None:
        self._all: dict[str, Person] = {}

    def add(self, person: Person) -> str:
        """Remember a login; returns its name."""
        name = secrets.token_urlsafe(16)
        while len(self._all) >= MOST:
            del self._all[next(iter(self._all))]
        self._all[name] = person
        return name

    def get(self, name: object) -> Person | None:
        """A login, or None where it has ended."""
        return self._all.get(name) if isinstance(name, str) else None

    def remove(self, name: str) -> None:
        """Forget one login."""
        self._all.pop(name, None)

    def end(self, *, session: str = "", subject: str = "") -> int:
        """Forget all logins of a session at the provider, or else of a person.

        Returns:
            How many there were.
        """
        ended = list(self._matching(session, subject))
        for name in ended:
            del self._all[name]
        return len(ended)

    def _matching(self, session: str, subject: str) -> Iterator[str]:
        for name, person in self._all.items():
            if (session and person.session == session) or (
                not session and subject and person.subject == subject
            ):
                yield name


def user_of(claims: Claims, settings: OidcSettings) -> User:
    """The user whom claims describe.

    Args:
        claims: Verified claims.
        settings: The plugin's table.

    Raises:
        Denied: They have no name, or are in none of the groups that may log in.
    """
    name = claims.get(settings.username_claim)
    if not isinstance(name, str) or not is_user_name(name, longest=LONGEST_NAME):
        raise Denied(f"the claim {settings.username_claim} holds no name")
    found = claims.get(settings.groups_claim, [])
    listed = found if isinstance(found, list) else [found]
    groups = tuple(group for group in listed if isinstance(group, str) and group)
    if settings.allowed_groups and not set(groups) & set(settings.allowed_groups):
        raise Denied("the user is in none of the groups that may log in")
    shown = claims.get("name")
    return User(
        name,
        groups,
        admin=bool(set(groups) & set(settings.admin_groups)),
        display_name=shown if isinstance(shown, str) and shown.isprintable() else "",
    )
