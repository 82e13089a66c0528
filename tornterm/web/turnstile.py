"""Letting a crowd in a few at a time, so that those who are in need not wait for all of it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

__all__ = ["MOST", "Turnstile"]

MOST: Final = 4
"""Requests that begin in one turn of the event loop: some two milliseconds of work."""


class Turnstile:
    """Lets a few requests begin in each turn of the event loop, and the others in later ones.

    The event loop does in one turn whatever is ready. After a network has been away a hundred pages
    come back at once, and somebody's key would be read only when all of them had been let in.

    Args:
        most: How many begin in one turn.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._begun = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Return when it is this request's turn: nearly always at once, else in order."""
        if self._begun < self._most:
            self._count()
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _count(self) -> None:
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._begun += 1

    def _next_turn(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < self._most:
            turn = self._waiting.popleft()
            # One whose request was given up is cancelled.
            if not turn.done():
                turn.set_result(None)
                self._count()
