"""Shares: what the owner of a session gives to others, so that they can see it.

A share is a secret, of which only the digest is kept. Whoever holds it may watch the session
until the share ends; with some shares one may also ask for the right to write. The holders of a
share have clients and resume tokens of their own: whatever they do, nothing of the owner's is
forgotten for it, and all of it ends with the share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tornterm.core.lifecycle import ErrorCode
from tornterm.core.tokens import ResumeTokens, digest, new_id, new_secret, same
from tornterm.errors import LimitExceeded
from tornterm.sessions.clients import ClientTable
from tornterm.sessions.clock import Clock, Timer
from tornterm.sessions.members import Right
from tornterm.types import User

__all__ = ["MAX_GUESTS", "MAX_SHARES", "Party", "Share", "Shares"]

MAX_SHARES = 64
"""Shares of one session at the same time."""

MAX_GUESTS = 100
"""Connections of one session that came with a share, at the same time."""


@dataclass(slots=True, eq=False)
class Party:
    """Those who come to a session on the same grounds: its owner's side, or by one share.

    Args:
        tokens: The tokens with which they come back.
        clients: What the session remembers of each of their clients.
    """

    tokens: ResumeTokens = field(default_factory=ResumeTokens)
    clients: ClientTable = field(default_factory=ClientTable)


@dataclass(slots=True, eq=False, kw_only=True)
class Share(Party):
    """What one secret opens.

    Args:
        id: Its public name, by which it can be taken back.
        digest: What is kept of the secret.
        right: What its holders may do at the most: watch, or also ask for control.
        created: Seconds since the epoch.
        expires: Seconds since the epoch at which it ends.
        by: The administrator who made it and alone can use it; empty for the owner's shares.
        timer: Ends it.
    """

    id: str
    digest: bytes = field(repr=False)
    right: Right
    created: float
    expires: float
    by: str = ""
    timer: Timer | None = None

    @property
    def stranger(self) -> User:
        """Who somebody is that holds the share and is not logged in."""
        return User(f"share:{self.id}", backend="share", display_name="Guest")


class Shares:
    """The shares of one session.

    Args:
        clock: Where the time comes from.
        ended: Called with each share that has ended, so that those who came by it can be told.
    """

    def __init__(self, clock: Clock, ended: Callable[[Share], None]) -> None:
        self._clock = clock
        self._ended = ended
        self._shares: dict[str, Share] = {}

    def __len__(self) -> int:
        return len(self._shares)

    def all(self) -> list[Share]:
        """Those of the owner that are valid, the oldest first."""
        return [share for share in self._shares.values() if not share.by]

    def issue(self, right: Right, lifetime: float, by: str = "") -> tuple[str, Share]:
        """Make a share.

        Args:
            right: What its holders may do at the most.
            lifetime: Seconds until it ends.
            by: The administrator for whom it is, if it is not the owner's.

        Returns:
            The secret, which nobody can be told again, and the share.

        Raises:
            LimitExceeded: The session has `MAX_SHARES` of them.
        """
        if len(self._shares) >= MAX_SHARES:
            sentence = f"This session has {MAX_SHARES} shares; take one back first."
            code = ErrorCode.SHARE_LIMIT
            raise LimitExceeded(code, MAX_SHARES, len(self._shares), None, sentence)
        secret, created = new_secret(), self._clock.wall()
        share = Share(
            id=new_id()[:16],
            digest=digest(secret),
            right=right,
            created=created,
            expires=created + lifetime,
            by=by,
        )
        share.timer = self._clock.call_later(lifetime, lambda: self._expire(share.id))
        self._shares[share.id] = share
        return secret, share

    def find(self, secret: str) -> Share | None:
        """The valid share of that secret, or None. Looks at all of them, always."""
        found = None
        for share in self._shares.values():
            if same(share.digest, secret):
                found = share
        return found

    def of_token(self, token: str) -> Share | None:
        """The valid share whose holder was given that resume token, or None."""
        for share in self._shares.values():
            if share.tokens.find(token) is not None:
                return share
        return None

    def valid(self, share: Share) -> bool:
        """Whether a share has not ended."""
        return share.id in self._shares

    def revoke(self, share_id: str) -> Share | None:
        """End a share, with the connections that came by it.

        Returns:
            The share; None where there is none of that id.
        """
        share = self._shares.pop(share_id, None)
        if share is not None:
            if share.timer is not None:
                share.timer.cancel()
            self._ended(share)
        return share

    def _expire(self, share_id: str) -> None:
        self.revoke(share_id)

    def close(self) -> None:
        """End all of them."""
        for share_id in list(self._shares):
            self.revoke(share_id)
