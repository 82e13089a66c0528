"""Logins that have begun: what the browser must bring back, and what only we know."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Attempt", "Pending"]

MOST = 10_000
"""Anybody can begin a login; the oldest ones go first."""


@dataclass(frozen=True)
class Attempt:
    """A login that has begun.

    Args:
        state: What comes back in the address.
        binding: What comes back in the cookie, so that nobody can be logged in by a link.
        verifier: What the code is bound to; only the hub gets to see it.
        redirect: The address that the browser comes back to.
        until: When it is too late.
    """

    state: str = field(repr=False)
    binding: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    until: float


class Pending:
    """All logins that have begun and not ended.

    Args:
        seconds: How long one may take.
        now: Seconds on a clock that never goes back.
    """

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._all: dict[str, Attempt] = {}

    def begin(self, verifier: str, redirect: str) -> Attempt:
        """Begin a login that comes back to that address."""
        state, binding = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        attempt = Attempt(state, binding, verifier, redirect, self._now() + self._seconds)
        while len(self._all) >= MOST:
            del self._all[next(iter(self._all))]
        self._all[state] = attempt
        return attempt

    def take(self, state: str, binding: str) -> Attempt | None:
        """The login that has come back, once, and only to the browser that began it."""
        attempt = self._all.get(state)
        if attempt is None or not hmac.compare_digest(attempt.binding.encode(), binding.encode()):
            return None
        del self._all[state]
        return attempt if self._now() <= attempt.until else None
