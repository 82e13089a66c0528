"""Tickets: one WebSocket for a page that cookies of ours do not reach.

A page of another site can neither send our cookie nor an API token. Its server gets a ticket for
the person, who is logged in there, and the page offers it as a subprotocol: `SocketHandler`.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from tornterm.core.tokens import digest, new_secret
from tornterm.errors import AuthError
from tornterm.types import User
from tornterm.web.logins import Login, Vouch

__all__ = ["LIFETIME", "PREFIX", "Admission", "Ticket", "TicketStore"]

PREFIX = "ticket."
"""What stands before the ticket in the list of subprotocols."""

LIFETIME = 30
"""Seconds for which a ticket can be used."""

MAX_TICKETS = 10_000
"""Tickets that wait to be used; the oldest makes room."""

MAX_PER_USER = 32
"""Tickets of one user that wait; so nobody's tickets make room for another user's."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a page needs for one connection.

    Args:
        value: The secret; offered as the subprotocol ``ticket.<value>``, beside ``tornterm.v1``.
        session: The session for which a resume token was asked for; empty for none.
        token: That resume token.
    """

    value: str = field(repr=False)
    session: str = ""
    token: str = field(default="", repr=False)

    def answer(self) -> dict[str, Any]:
        """The JSON object that a page expects, as ``POST {base}api/tickets`` answers it."""
        about = {"session": self.session, "token": self.token} if self.session else {}
        return {"ticket": self.value, "lifetime": LIFETIME, **about}


@dataclass(frozen=True, slots=True, eq=False)
class Admission:
    """Whom a ticket lets in.

    Args:
        user: The person.
        login: The login by which the ticket was got, which its connection lives by; None where
            that was no cookie of ours.
        vouch: Asked then whether the connection may stay.
    """

    user: User
    login: Login | None = None
    vouch: Vouch | None = None


class TicketStore:
    """The tickets that have not been used; only their digests are known."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[bytes, tuple[float, Admission]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def issue(self, admission: Admission, now: float) -> str:
        """Make a ticket.

        Args:
            admission: Whom it lets in.
            now: The time, in seconds.
        """
        self._forget_expired(now)
        name = admission.user.name
        own = [key for key, (_, other) in self._waiting.items() if other.user.name == name]
        if len(own) >= MAX_PER_USER:
            del self._waiting[own[0]]
        elif len(self._waiting) >= MAX_TICKETS:
            self._waiting.popitem(last=False)
        value = new_secret()
        self._waiting[digest(value)] = (now + LIFETIME, admission)
        return value

    def redeem(self, value: str, now: float) -> Admission:
        """Whom a ticket lets in, once.

        Args:
            value: The ticket.
            now: The time, in seconds.

        Raises:
            AuthError: It is unknown, used or too old.
        """
        self._forget_expired(now)
        found = self._waiting.pop(digest(value), None)
        if found is None:
            raise AuthError("no such ticket", "This ticket is not valid (any more).")
        return found[1]

    def _forget_expired(self, now: float) -> None:
        while self._waiting and next(iter(self._waiting.values()))[0] <= now:
            self._waiting.popitem(last=False)
