"""Limits: one ledger for all doors, in which a place is checked and taken in one step.

A place is reserved before a program is started, committed once it runs, and released when it is
gone. What is refused says which limit it was, how much of it is used, and when a retry can work:
at that very second it does unless somebody else was quicker, and a second earlier it cannot.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator

from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import LimitExceeded
from tornterm.types import Limits, Usage

__all__ = ["HOUR", "Ledger", "Reservation", "UserHourlyRateLimiter"]

HOUR = 3600.0
"""Seconds in the window over which creations are counted."""

_CLEANUP_INTERVAL = 60.0


class UserHourlyRateLimiter:
    """Counts what each user has created within a rolling hour.

    Looking changes nothing: `allow` is a peek and `record` is for what succeeded only. Time is an
    argument, in seconds, and never runs backwards.
    """

    def __init__(self) -> None:
        # When each creation leaves the window, the oldest first.
        self._leaving: dict[str, list[float]] = {}
        self._cleaned = -math.inf

    def __len__(self) -> int:
        """How many users are remembered."""
        return len(self._leaving)

    def count(self, user: str, now: float) -> int:
        """Creations of a user within the last hour."""
        return len(self._recent(user, now))

    def allow(self, user: str, maximum: int, now: float) -> bool:
        """Whether a user may create one more; a `maximum` of 0 means no limit."""
        return not maximum or self.count(user, now) < maximum

    def record(self, user: str, now: float) -> None:
        """Count a creation that succeeded."""
        if now - self._cleaned >= _CLEANUP_INTERVAL:
            self.cleanup(now)
        self._leaving[user] = [*self._recent(user, now), now + HOUR]

    def retry_after_seconds(self, user: str, maximum: int, now: float) -> int:
        """Whole seconds until `allow` says yes if nothing else is created; 0 if it does now."""
        recent = self._recent(user, now)
        if not maximum or len(recent) < maximum:
            return 0
        return _seconds_until(recent[len(recent) - maximum], now)

    def cleanup(self, now: float) -> None:
        """Forget users who have created nothing within the hour."""
        self._cleaned = now
        self._leaving = {
            user: recent for user in self._leaving if (recent := self._recent(user, now))
        }

    def _recent(self, user: str, now: float) -> list[float]:
        leaving = self._leaving.get(user, [])
        return leaving[bisect_right(leaving, now) :]


class Reservation:
    """A place that has been taken for one session.

    Attributes:
        user: Whose it is.
        group: The group it counts for as well; empty for none.
        committed: Whether the session came to be.
        frees_at: Seconds on the ledger's clock at which the place will be free for certain, or
            None where that is not known.
    """

    def __init__(self, ledger: Ledger, user: str, group: str) -> None:
        self.user = user
        self.group = group
        self.committed = False
        self.frees_at: float | None = None
        self._ledger = ledger

    def commit(self, now: float) -> None:
        """The session has come to be, which counts for the hour even if it has ended since."""
        if not self.committed:
            self.committed = True
            self._ledger.rate.record(self.user, now)

    def release(self) -> None:
        """Give the place back; harmless when it has been given back before."""
        self._ledger.forget(self)


class Ledger:
    """Who has how many sessions.

    Args:
        max_sessions: Places for all users together; 0 for no limit.

    Attributes:
        max_sessions: The same; a lower value than what is taken ends nothing.
        rate: What was created within the hour.
    """

    def __init__(self, max_sessions: int = 0) -> None:
        self.max_sessions = max_sessions
        self.rate = UserHourlyRateLimiter()
        self._taken: set[Reservation] = set()

    def reserve(self, user: str, limits: Limits, now: float) -> Reservation:
        """Take a place, or say which limit is in the way.

        Args:
            user: For whom.
            limits: What this user may have.
            now: Seconds on the caller's clock.

        Raises:
            LimitExceeded: A limit is reached; of several, the one that stays so the longest.
        """
        refusal = self._refusal(user, limits, now)
        if refusal is not None:
            raise refusal
        reservation = Reservation(self, user, limits.group)
        self._taken.add(reservation)
        return reservation

    def forget(self, reservation: Reservation) -> None:
        """Take back a place; for `Reservation.release` alone."""
        self._taken.discard(reservation)

    def usage(self, user: str, limits: Limits, now: float) -> Usage:
        """How much of a user's limits is used, and when another session can be made."""
        refusal = self._refusal(user, limits, now)
        return Usage(
            limits=limits,
            sessions=self.count(user),
            created=self.rate.count(user, now),
            retry_after=refusal.retry_after if refusal else 0,
        )

    @property
    def active(self) -> int:
        """Places taken, starting sessions included."""
        return len(self._taken)

    def count(self, user: str) -> int:
        """Places taken by one user."""
        return sum(1 for reservation in self._taken if reservation.user == user)

    def taken(self) -> tuple[Counter[str], Counter[str]]:
        """Places taken by each user, and by each group, counted in one go."""
        users = Counter(place.user for place in self._taken)
        return users, Counter(place.group for place in self._taken if place.group)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for anybody."""
        return bool(self.max_sessions) and self.active >= self.max_sessions

    def is_user_at_concurrent_limit(self, user: str, limits: Limits) -> bool:
        """Whether a user must end a session before making another."""
        return bool(limits.max_per_user) and self.count(user) >= limits.max_per_user

    def is_user_rate_limited(self, user: str, limits: Limits, now: float) -> bool:
        """Whether a user has created as many as one hour allows."""
        return not self.rate.allow(user, limits.max_per_hour, now)

    def retry_after_seconds(self, user: str, limits: Limits, now: float) -> int:
        """Whole seconds until the hour allows a user another session; 0 where it does now."""
        return self.rate.retry_after_seconds(user, limits.max_per_hour, now)

    def _refusal(self, user: str, limits: Limits, now: float) -> LimitExceeded | None:
        """Why there is no place for a user now, or None where there is one."""
        refusals = [*self._full(user, limits, now), *self._too_many(user, limits, now)]
        return max(refusals, key=_wait, default=None)

    def _full(self, user: str, limits: Limits, now: float) -> Iterator[LimitExceeded]:
        """The limits on sessions at the same time that are reached."""
        yield from _check(
            ErrorCode.SERVER_FULL,
            self.max_sessions,
            self._taken,
            now,
            "The server has no room for another session.",
        )
        yield from _check(
            ErrorCode.USER_LIMIT,
            limits.max_per_user,
            [place for place in self._taken if place.user == user],
            now,
            f"You have as many sessions as you may have at once ({limits.max_per_user}).",
        )
        if limits.group:
            yield from _check(
                ErrorCode.GROUP_LIMIT,
                limits.max_in_group,
                [place for place in self._taken if place.group == limits.group],
                now,
                f"The group {limits.group} has as many sessions as it may have at once.",
            )

    def _too_many(self, user: str, limits: Limits, now: float) -> Iterator[LimitExceeded]:
        """The hour's limit if it is reached; what is being started counts as if it had begun."""
        limit = limits.max_per_hour
        starting = sum(1 for r in self._taken if r.user == user and not r.committed)
        current = self.rate.count(user, now) + starting
        if limit and current >= limit:
            # Where the starting ones alone fill the limit, all depends on how they turn out.
            left = limit - starting
            retry = self.rate.retry_after_seconds(user, left, now) if left > 0 else None
            yield LimitExceeded(
                ErrorCode.USER_RATE,
                limit,
                current,
                retry,
                f"You have made as many sessions within an hour as you may ({limit}).",
            )


def _check(
    code: ErrorCode, limit: int, places: Collection[Reservation], now: float, detail: str
) -> Iterator[LimitExceeded]:
    """The refusal, if as many `places` as `limit` or more are taken."""
    surplus = len(places) - limit
    if limit and surplus >= 0:
        known = sorted(place.frees_at for place in places if place.frees_at is not None)
        retry = _seconds_until(known[surplus], now) if surplus < len(known) else None
        yield LimitExceeded(code, limit, len(places), retry, detail)


def _wait(refusal: LimitExceeded) -> float:
    return math.inf if refusal.retry_after is None else refusal.retry_after


def _seconds_until(moment: float, now: float) -> int:
    """Whole seconds, at least one, after which `now` has reached `moment`."""
    seconds = max(1, math.ceil(moment - now) - 1)
    # The difference is rounded, and so may be one off where it is close to a whole number.
    while now + seconds < moment:
        seconds += 1
    return seconds
