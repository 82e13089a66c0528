"""The live tables of sessions and users, looked after only while somebody looks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from tornterm.sessions.clock import Clock
from tornterm.types import SessionInfo, User
from tornterm.web.admin.board import Board
from tornterm.web.shapes import session_json

__all__ = ["Roster"]

logger = logging.getLogger("tornterm.web")

INTERVAL = 1.0
"""Seconds between two looks at all sessions."""

AT_ONCE = 200
"""Sessions that are looked at before others get their turn on the event loop."""

Sessions = Callable[[], list[tuple[User, SessionInfo]]]
Users = Callable[[Iterable[tuple[User, SessionInfo]]], dict[str, dict[str, Any]]]


class Roster:
    """Compares what is with what was, once a second, and enters what has changed.

    Args:
        sessions: All living sessions, with their owners.
        users: All users, given the sessions.
        clock: Where the time comes from.
        news: Called when something has changed.

    Attributes:
        sessions: The table of sessions, by id.
        users: The table of users, by name.
    """

    def __init__(
        self, sessions: Sessions, users: Users, clock: Clock, news: Callable[[], None]
    ) -> None:
        self.sessions = Board()
        self.users = Board()
        self._list = sessions
        self._users = users
        self._clock = clock
        self._news = news
        self._watching = 0
        self._task: asyncio.Task[None] | None = None
        self._fresh = asyncio.Event()
        # Bytes and moment of the last look at each session, and the rate that came of it.
        self._seen: dict[str, tuple[int, float]] = {}

    @contextlib.asynccontextmanager
    async def watched(self) -> Any:
        """Keep the tables up to date while the block lasts; they are so when it begins."""
        self._watching += 1
        try:
            if self._task is None:
                self._fresh.clear()
                self._task = asyncio.get_running_loop().create_task(self._work())
            await self._fresh.wait()
            yield
        finally:
            self._watching -= 1
            if not self._watching:
                self.close()

    def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        # Whoever still waits for the first look must not wait for ever.
        self._fresh.set()

    async def _work(self) -> None:
        while True:
            before = self.sessions.version, self.users.version
            try:
                await self.look()
            except Exception:
                logger.exception("looking at the sessions for administrators failed")
            self._fresh.set()
            if (self.sessions.version, self.users.version) != before:
                self._news()
            await self._pause()

    async def look(self) -> None:
        """Bring both tables up to date."""
        listed = self._list()
        now, seen = self._clock.now(), {}
        for at, (_, info) in enumerate(listed):
            if at and at % AT_ONCE == 0:
                await asyncio.sleep(0)
            end, moment = self._seen.get(info.id, (info.output, now))
            rate = (info.output - end) / (now - moment) if now > moment else 0.0
            seen[info.id] = (info.output, now)
            self.sessions.put(info.id, {**session_json(info), "rate": round(rate)})
        self._seen = seen
        self.sessions.keep_only(seen)
        users = self._users(listed)
        for name, row in users.items():
            self.users.put(name, row)
        self.users.keep_only(users)

    async def _pause(self) -> None:
        over = asyncio.Event()
        timer = self._clock.call_later(INTERVAL, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
