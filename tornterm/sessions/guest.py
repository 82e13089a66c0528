"""Who is at the door."""

from __future__ import annotations

from dataclasses import dataclass

from tornterm.errors import AuthError, ConnectionGone
from tornterm.sessions.transport import Transport
from tornterm.types import User

__all__ = ["Guest"]


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is at the door.

    Args:
        user: The person; None for one who is not logged in and may only watch, by a share.
        transport: The connection.
        login: The id of the login that the connection lives by; empty for a bearer token.
    """

    user: User | None
    transport: Transport
    login: str = ""

    @property
    def person(self) -> User:
        """The person.

        Raises:
            AuthError: Nobody is logged in.
        """
        if self.user is None:
            raise AuthError
        return self.user

    def stays(self) -> None:
        """Nothing more is waited for: what follows happens only for a connection that is there.

        One that has ended meanwhile must not take control from another, nor use up a token.

        Raises:
            ConnectionGone: It has ended.
        """
        if self.transport.gone:
            raise ConnectionGone
