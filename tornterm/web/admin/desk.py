"""What the administration of one application keeps in memory, and who is told of news."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tornterm.audit import AuditLog
from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import LimitExceeded
from tornterm.plugins import PluginHost
from tornterm.sessions.clock import Clock
from tornterm.sessions.manager import SessionManager
from tornterm.web.admin.health import PluginHealth
from tornterm.web.admin.history import History
from tornterm.web.admin.people import user_rows
from tornterm.web.admin.recent import RecentEvents
from tornterm.web.admin.roster import Roster
from tornterm.web.logins import LoginStore
from tornterm.web.metrics import Metrics

__all__ = ["MAX_FEEDS", "Desk"]

MAX_FEEDS = 64
"""Streams of events at the same time."""


class Desk:
    """The administration's side of one application.

    Args:
        sessions: The sessions.
        logins: Who is logged in.
        clock: Where the time comes from.

    Attributes:
        roster: The live tables.
        recent: The latest audit events.
        history: The last hour's figures.
        health: How the plugins are doing.
        started: Seconds since the epoch at which the application was made.
        reread: Reads the configuration again and gives the keys that need a restart; None where
            that is for the application around the terminals to do.
    """

    def __init__(self, sessions: SessionManager, logins: LoginStore, clock: Clock) -> None:
        self.started = clock.wall()
        self.reread: Callable[[], Awaitable[Sequence[str]]] | None = None
        self.health = PluginHealth(clock.wall)
        self.recent = RecentEvents(self._ring)
        self.history = History(sessions, lambda: logins.connections, clock, self._ring)
        self.roster = Roster(
            sessions.owned,
            lambda owned: user_rows(owned, logins, sessions.quotas, clock.now()),
            clock,
            self._ring,
        )
        self.closed = False
        self._feeds = 0
        self._reading: set[str] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def listen(self, plugins: PluginHost, audit: AuditLog, metrics: Metrics) -> None:
        """Hear of audit events, and of what plugins do, which is counted for scrapers as well.

        Args:
            plugins: The plugins.
            audit: Where events go.
            metrics: What scrapers see.
        """
        audit.on_event = self.recent.add
        plugins.on_call = _both(metrics.plugin_called, self.health.called)
        plugins.on_slow = _both(metrics.plugin_held_the_loop, self.health.held_the_loop)
        plugins.on_error = _both(audit.plugin_failed, self.health.failed)

    def start(self) -> None:
        """Begin to keep figures; on the running event loop."""
        self.history.start()

    def close(self) -> None:
        """Stop, and end all streams."""
        self.closed = True
        self.history.close()
        self.roster.close()
        self._ring()

    def enter(self) -> None:
        """Take a place for one stream.

        Raises:
            LimitExceeded: There are too many.
        """
        if self._feeds >= MAX_FEEDS:
            sentence = "Too many administration pages are open."
            raise LimitExceeded(ErrorCode.PAGE_LIMIT, MAX_FEEDS, self._feeds, None, sentence)
        self._feeds += 1

    def leave(self) -> None:
        """Give the place back."""
        self._feeds -= 1

    @contextmanager
    def reading(self, user: str) -> Iterator[None]:
        """Hold the one place that each administrator has for reading what sinks have kept.

        Args:
            user: The administrator.

        Raises:
            LimitExceeded: Another request of theirs holds it.
        """
        if user in self._reading:
            sentence = "Another request of yours for older events is still under way."
            raise LimitExceeded("busy", 1, 1, None, sentence)
        self._reading.add(user)
        try:
            yield
        finally:
            self._reading.discard(user)

    async def news(self, seconds: float) -> None:
        """Return when something is new, or when the time is over.

        Args:
            seconds: How long to wait at the most.
        """
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait((waiting,), timeout=seconds)
        finally:
            self._waiting.discard(waiting)

    def wake(self) -> None:
        """Let every stream look whether it is over."""
        self._ring()

    def _ring(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


def _both(*calls: Callable[..., None]) -> Callable[..., None]:
    """One function that does what several do, one after the other."""

    def call(*arguments: Any) -> None:
        for each in calls:
            each(*arguments)

    return call
