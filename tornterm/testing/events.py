"""The audit events of a server, kept for a test to look at."""

from __future__ import annotations

import asyncio

from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent

__all__ = ["CapturedEvents"]


class CapturedEvents:
    """An audit sink in memory; a plugin like any other.

    Attributes:
        all: Every event so far, in order.
    """

    name = "captured_events"

    def __init__(self) -> None:
        self.all: list[AuditEvent] = []
        self._came = asyncio.Event()

    @hookimpl
    async def tornterm_audit(self, event: AuditEvent) -> None:
        """Keep an event."""
        self.all.append(event)
        self._came.set()

    @property
    def names(self) -> list[str]:
        """The names of all events, in order."""
        return [event.name for event in self.all]

    def named(self, name: str) -> list[AuditEvent]:
        """The events of one name, in order.

        Args:
            name: For example ``session.created``.
        """
        return [event for event in self.all if event.name == name]

    async def wait_for(self, name: str, count: int = 1, within: float = 30.0) -> AuditEvent:
        """Wait until an event has come, which may have happened before.

        Args:
            name: For example ``session.created``.
            count: Which one of that name; 1 is the first.
            within: Seconds.

        Returns:
            The event.

        Raises:
            TimeoutError: It did not come; the message names those that did.
        """
        try:
            async with asyncio.timeout(within):
                while len(found := self.named(name)) < count:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise TimeoutError(f"no {name} ({count}) among {self.names}") from None
        return found[count - 1]
