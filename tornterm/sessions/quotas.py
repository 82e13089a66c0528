"""What a user may have, and how much of it is used: the ledger, with what plugins say."""

from __future__ import annotations

from collections import OrderedDict

from tornterm.config.settings import Settings
from tornterm.core.ledger import Ledger, Reservation
from tornterm.plugins import PluginHost
from tornterm.sessions.clock import Clock
from tornterm.types import Limits, Usage, User

__all__ = ["Quotas"]

_REMEMBERED = 10_000
"""Users whose limits are remembered."""


class Quotas:
    """Asks the configuration and the plugins for limits, and the ledger for places.

    Args:
        settings: The configuration.
        plugins: Who may change a user's limits.
        clock: Where the time comes from.

    Attributes:
        ledger: Who has how many sessions.
    """

    def __init__(self, settings: Settings, plugins: PluginHost, clock: Clock) -> None:
        self.ledger = Ledger(settings.sessions.max)
        self._settings = settings
        self._plugins = plugins
        self._clock = clock
        # By user: who that was, and what the plugins said last.
        self._known: OrderedDict[str, tuple[User, Limits]] = OrderedDict()

    def reload(self, settings: Settings) -> None:
        """Go by other numbers from now on."""
        self._settings = settings
        self._known.clear()
        self.ledger.max_sessions = settings.sessions.max

    def configured(self, user: User) -> Limits:
        """What this user may have by the configuration alone."""
        return self._settings.limits_for(user.name, user.groups)

    async def limits(self, user: User) -> Limits:
        """What this user may have, after the plugins were asked."""
        limits = await self._plugins.limits(user, self.configured(user))
        self._known[user.name] = (user, limits)
        self._known.move_to_end(user.name)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return limits

    def known(self, user: User) -> Limits:
        """What this user may have, as far as that is known without asking the plugins again."""
        who, limits = self._known.get(user.name, (None, None))
        return limits if limits is not None and who == user else self.configured(user)

    def reserve(self, user: User, limits: Limits) -> Reservation:
        """Take a place; checked and taken in one step, for all doors alike.

        Raises:
            LimitExceeded: The server, the user or the group has no room, or the user has made
                too many within the hour.
        """
        return self.ledger.reserve(user.name, limits, self._clock.now())

    async def usage(self, user: User) -> Usage:
        """How much of a user's limits is used."""
        return self.ledger.usage(user.name, await self.limits(user), self._clock.now())

    async def is_user_at_concurrent_limit(self, user: User) -> bool:
        """Whether this user must end a session before making another."""
        return self.ledger.is_user_at_concurrent_limit(user.name, await self.limits(user))

    async def is_user_rate_limited(self, user: User) -> bool:
        """Whether this user has made as many sessions as one hour allows."""
        limits = await self.limits(user)
        return self.ledger.is_user_rate_limited(user.name, limits, self._clock.now())

    async def retry_after_seconds(self, user: User) -> int:
        """Seconds until the hour allows this user another session, 0 where it does now."""
        limits = await self.limits(user)
        return self.ledger.retry_after_seconds(user.name, limits, self._clock.now())
