"""Sessions that have ended but still answer: with their last output and how they ended."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tornterm.core.lifecycle import State
from tornterm.sessions.clock import Clock, Timer
from tornterm.sessions.session import Session

__all__ = ["MAX_BYTES", "Tombstones"]

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of output that all tombstones together keep; the oldest makes room."""


class Tombstones:
    """Ended sessions by id, each for a while.

    Args:
        clock: Where the time comes from.
        keep: Seconds for which an ended session answers; 0 for not at all.
        forgotten: Called with each session that is let go.
    """

    def __init__(self, clock: Clock, keep: float, forgotten: Callable[[Session], None]) -> None:
        self.keep = keep
        self._clock = clock
        self._forgotten = forgotten
        self._kept: OrderedDict[str, tuple[Session, Timer]] = OrderedDict()

    def get(self, session_id: str) -> Session | None:
        """The ended session of that id, if it is still kept."""
        entry = self._kept.get(session_id)
        return entry[0] if entry else None

    def all(self) -> list[Session]:
        """All that are kept, the oldest first."""
        return [session for session, _ in self._kept.values()]

    def add(self, session: Session) -> None:
        """Keep a session that has just ended."""
        timer = self._clock.call_later(self.keep, lambda: self._forget(session.id))
        self._kept[session.id] = (session, timer)
        while self._bytes() > MAX_BYTES and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def clear(self) -> None:
        """Let all go."""
        for session_id in list(self._kept):
            self._forget(session_id)

    def _bytes(self) -> int:
        return sum(s.log.end - s.log.start + s.model.kept for s, _ in self._kept.values())

    def _forget(self, session_id: str) -> None:
        session, timer = self._kept.pop(session_id)
        timer.cancel()
        session.lifecycle.advance(State.GONE, self._clock.now())
        session.close()
        self._forgotten(session)
