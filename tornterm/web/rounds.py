"""Asking the plugins about users: each user once at a time, and no user waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable

from tornterm.types import User

__all__ = ["Rounds"]

logger = logging.getLogger("tornterm.web")

AT_ONCE = 64
"""Questions that are open at the same time."""


class Rounds:
    """Questions about users that are under way.

    Args:
        ask: Whether a user is still good.
        answered: Told of each answer: the user, the moment of the question, and whether good.
    """

    def __init__(
        self,
        ask: Callable[[User], Awaitable[bool]],
        answered: Callable[[User, float, bool], None],
    ) -> None:
        self._ask = ask
        self._answered = answered
        self._latest: dict[Hashable, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    @staticmethod
    def key(user: User) -> Hashable:
        """What makes two logins a matter of the same question."""
        return user.name, user.backend, user.groups, user.admin

    def begin(self, users: Iterable[User], now: float, *, anew: bool = False) -> None:
        """Ask about users without waiting.

        Args:
            users: Whom; repeated ones are asked about once.
            now: The moment of the question.
            anew: Whether the answer to a question that is already under way is too old.
        """
        for user in {self.key(user): user for user in users}.values():
            self._task(user, now, anew)

    async def ask(self, user: User, now: float) -> None:
        """Ask about one user and wait for the answer; arguments as for `begin`."""
        # Whoever waits may go away; the question stays, for the others that wait for it.
        await asyncio.shield(self._task(user, now, False))

    def close(self) -> None:
        """Call off all questions."""
        for task in self._tasks:
            task.cancel()

    def _task(self, user: User, now: float, anew: bool) -> asyncio.Task[None]:
        key = self.key(user)
        task = self._latest.get(key)
        if task is None or anew:
            task = asyncio.get_running_loop().create_task(self._question(user, now))
            self._latest[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._done(key, done))
        return task

    def _done(self, key: Hashable, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._latest.get(key) is task:
            del self._latest[key]

    async def _question(self, user: User, now: float) -> None:
        async with self._places:
            try:
                good = await self._ask(user)
            except Exception:
                logger.exception("asking about a login failed, so it ends")
                good = False
        self._answered(user, now, good)
