"""An hour of figures in memory: sessions, output, how late the event loop is, memory."""

from __future__ import annotations

import os
import resource
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from tornterm.sessions.clock import Clock, Timer

__all__ = ["History", "Sample", "memory_in_use"]

HOUR = 3600.0
INTERVAL = 10.0
"""Seconds between samples."""

TICK = 0.5
"""Seconds between looks at how late the loop is."""


class Counted(Protocol):
    """Where the figures come from."""

    def outputs(self) -> Iterable[tuple[str, int]]:
        """The ids of all sessions that can still be read, with the bytes each has printed."""

    @property
    def active_count(self) -> int:
        """Sessions that have a place."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was so at one moment, or in the seconds before it.

    Args:
        time: Seconds since the epoch.
        sessions: Sessions that had a place.
        connections: WebSockets that were open.
        output: Bytes per second that all programs printed.
        delay: Seconds by which the event loop was late at the most.
        memory: Bytes of memory of the server's process; 0 where the system does not tell.
    """

    time: float
    sessions: int
    connections: int
    output: float
    delay: float
    memory: int


class History:
    """Takes a sample every `INTERVAL` seconds and keeps those of the last hour.

    Args:
        sessions: Where the figures about sessions come from.
        connections: How many WebSockets are open.
        clock: Where the time comes from.
        news: Called after each sample.
    """

    def __init__(
        self,
        sessions: Counted,
        connections: Callable[[], int],
        clock: Clock,
        news: Callable[[], None],
    ) -> None:
        self._sessions = sessions
        self._connections = connections
        self._clock = clock
        self._news = news
        self._samples: deque[Sample] = deque(maxlen=int(HOUR / INTERVAL))
        self._outputs: dict[str, int] = {}
        self._timer: Timer | None = None
        self._due = self._sampled = 0.0
        self._delay = 0.0
        self.taken = 0
        """How many samples were taken since the start."""

    def start(self) -> None:
        """Begin."""
        self._sampled = self._clock.now()
        self._outputs = dict(self._sessions.outputs())
        self._wait()

    def close(self) -> None:
        """Stop; harmless when it has not begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def latest(self) -> Sample | None:
        """The last sample, if there is any."""
        return self._samples[-1] if self._samples else None

    def columns(self) -> dict[str, list[Any]]:
        """All samples, the oldest first, as one list for each figure."""
        rows = [asdict(sample) for sample in self._samples]
        return {name: [row[name] for row in rows] for name in Sample.__dataclass_fields__}

    def _wait(self) -> None:
        self._due = self._clock.now() + TICK
        self._timer = self._clock.call_later(TICK, self._tick)

    def _tick(self) -> None:
        now = self._clock.now()
        self._delay = max(self._delay, now - self._due)
        if now - self._sampled >= INTERVAL:
            self._take(now)
        self._wait()

    def _take(self, now: float) -> None:
        outputs = dict(self._sessions.outputs())
        printed = sum(end - self._outputs.get(name, 0) for name, end in outputs.items())
        sample = Sample(
            time=self._clock.wall(),
            sessions=self._sessions.active_count,
            connections=self._connections(),
            output=printed / (now - self._sampled),
            delay=max(0.0, self._delay),
            memory=memory_in_use(),
        )
        self._outputs, self._sampled, self._delay = outputs, now, 0.0
        self._samples.append(sample)
        self.taken += 1
        self._news()


def memory_in_use() -> int:
    """Bytes of memory that this process has, or the most it has had where only that is known."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
