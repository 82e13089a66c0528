"""What is kept of a login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from tornterm.types import User

__all__ = ["Close", "Connection", "Login", "Vouch", "least_missed"]

Close = Callable[[], None]

Vouch = Callable[[], Awaitable[bool]]
"""Says whether one connection's user is still who they were."""


@dataclass(slots=True, eq=False)
class Connection:
    """A live connection, and the login that it depends on for now."""

    login: Login
    close: Close


@dataclass(slots=True, eq=False)
class Login:
    """One login.

    Args:
        id: A public name; empty for one connection that came with a token instead of a cookie.
        user: Who is logged in.
        created: Seconds since the epoch.
        expires: Seconds since the epoch.
        deadline: The same moment on the clock that never goes back.
        checked: When somebody last vouched for the user, on that clock.
        digest: What is kept of the cookie's value.
        connections: The live connections that depend on it.
        vouch: Asked besides the plugins, where somebody else logged the user in.
    """

    id: str
    user: User
    created: float
    expires: float
    deadline: float
    checked: float
    digest: bytes = field(repr=False)
    connections: list[Connection] = field(default_factory=list, repr=False)
    vouch: Vouch | None = field(default=None, repr=False)


def least_missed(logins: Iterable[Login]) -> Login:
    """The oldest of those without a connection, or the oldest of all.

    Args:
        logins: Some logins.
    """
    return min(logins, key=lambda login: (bool(login.connections), login.checked, login.deadline))
