"""The queues of what plugins are told: in order, one at a time, and nobody waits."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable

__all__ = ["Notifications"]

logger = logging.getLogger("tornterm.plugins")

Delivery = Callable[[], Awaitable[None]]


class Notifications:
    """One queue for each plugin and session, each emptied by a task of its own.

    Args:
        per_session: How many deliveries may wait for one plugin and session.
        per_plugin: How many may wait for one plugin.
    """

    def __init__(self, per_session: int = 64, per_plugin: int = 1024) -> None:
        self._per_session = per_session
        self._per_plugin = per_plugin
        self._queues: dict[tuple[str, str], deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()

    def put(self, plugin: str, session: str, delivery: Delivery) -> bool:
        """Deliver soon.

        Args:
            plugin: The plugin's name.
            session: What the order is kept for, usually a session's id.
            delivery: Makes the delivery; must not raise.

        Returns:
            Whether there was room; if not, it is dropped and counted.
        """
        key = (plugin, session)
        queue = self._queues.get(key)
        if self._waiting[plugin] >= self._per_plugin or (queue and len(queue) >= self._per_session):
            self._drop(plugin)
            return False
        self._waiting[plugin] += 1
        if queue is not None:
            queue.append(delivery)
            return True
        self._queues[key] = deque((delivery,))
        task = asyncio.get_running_loop().create_task(self._deliver(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def drain(self, seconds: float) -> None:
        """Wait until all is delivered; what is left after `seconds` is given up."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=seconds)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if left := sum(self._waiting.values()):
            logger.warning("%d notifications of plugins were not delivered in time", left)

    async def _deliver(self, key: tuple[str, str]) -> None:
        plugin, _ = key
        queue = self._queues[key]
        try:
            while queue:
                delivery = queue.popleft()
                await delivery()
                self._waiting[plugin] -= 1
        finally:
            del self._queues[key]

    def _drop(self, plugin: str) -> None:
        self.dropped[plugin] += 1
        # Said at the first one and then now and again: a flood must not flood the log as well.
        if self.dropped[plugin] % 1000 == 1:
            logger.warning(
                "plugin %r is too slow: %d notifications dropped so far",
                plugin,
                self.dropped[plugin],
            )
