"""Asking whether logins are good: each user once at a time, and no user waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Generic, TypeVar

__all__ = ["Rounds"]

logger = logging.getLogger("tornterm.web")

T = TypeVar("T")

AT_ONCE = 64
"""Questions that are open at the same time."""


class Rounds(Generic[T]):
    """Questions about logins that are under way.

    Args:
        ask: Whether a login is still good.
        answered: Told of each answer: the login, the moment of the question, and whether good.
        key: What makes two logins a matter of the same question.
    """

    def __init__(
        self,
        ask: Callable[[T], Awaitable[bool]],
        answered: Callable[[T, float, bool], None],
        key: Callable[[T], Hashable],
    ) -> None:
        self._key = key
        self._ask = ask
        self._answered = answered
        self._latest: dict[Hashable, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def begin(self, logins: Iterable[T], now: float, *, anew: bool = False) -> None:
        """Ask about logins without waiting.

        Args:
            logins: Which; those of the same question are asked about once.
            now: The moment of the question.
            anew: Whether the answer to a question that is already under way is too old.
        """
        for login in {self._key(login): login for login in logins}.values():
            self._task(login, now, anew)

    async def ask(self, login: T, now: float) -> None:
        """Ask about one login and wait for the answer; arguments as for `begin`."""
        # Whoever waits may go away; the question stays, for the others that wait for it.
        await asyncio.shield(self._task(login, now, False))

    def close(self) -> None:
        """Call off all questions."""
        for task in self._tasks:
            task.cancel()

    def _task(self, login: T, now: float, anew: bool) -> asyncio.Task[None]:
        key = self._key(login)
        task = self._latest.get(key)
        if task is None or anew:
            task = asyncio.get_running_loop().create_task(self._question(login, now))
            self._latest[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._done(key, done))
        return task

    def _done(self, key: Hashable, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._latest.get(key) is task:
            del self._latest[key]

    async def _question(self, login: T, now: float) -> None:
        async with self._places:
            try:
                good = await self._ask(login)
            except Exception:
                logger.exception("asking about a login failed, so it ends")
                good = False
        self._answered(login, now, good)
