"""The latest audit events, kept in memory for administrators; the sinks keep all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tornterm.types import AuditEvent, EventFilter

__all__ = ["Numbered", "RecentEvents", "event_json"]

KEPT = 2000
"""Events that are kept."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number, which counts from 1 since the start of the server."""

    number: int
    event: AuditEvent

    def as_dict(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"number": self.number, **event_json(self.event)}


def event_json(event: AuditEvent) -> dict[str, Any]:
    """An event as the API shows it, with its facts apart."""
    return {
        "event": event.name,
        "time": event.time,
        "user": event.user,
        "remote": event.remote,
        "session": event.session_id,
        "facts": dict(event.facts),
    }


class RecentEvents:
    """The latest events, addressed by their numbers.

    Args:
        news: Called after each event.
        kept: How many are kept.
    """

    def __init__(self, news: Callable[[], None], kept: int = KEPT) -> None:
        self._events: deque[Numbered] = deque(maxlen=kept)
        self._news = news
        self.last = 0
        """The number of the latest event."""

    def add(self, event: AuditEvent) -> None:
        """Keep an event."""
        self.last += 1
        self._events.append(Numbered(self.last, event))
        self._news()

    @property
    def first(self) -> int:
        """The number of the oldest event that is kept."""
        return self.last - len(self._events) + 1

    def since(self, number: int, most: int) -> list[Numbered]:
        """The events behind a number, the oldest first.

        Args:
            number: That of the last event that is known.
            most: How many at once.
        """
        begin = max(0, number + 1 - self.first)
        return [self._events[at] for at in range(begin, min(len(self._events), begin + most))]

    def find(self, wanted: EventFilter, *, before: int = 0, most: int) -> list[Numbered]:
        """The latest events that are wanted, the newest first.

        Args:
            wanted: Which.
            before: Only those with a lower number; 0 for all.
            most: How many.
        """
        found: list[Numbered] = []
        for one in reversed(self._events):
            if len(found) >= most:
                break
            if (not before or one.number < before) and wanted.passes(one.event):
                found.append(one)
        return found
