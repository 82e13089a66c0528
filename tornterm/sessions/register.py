"""The sessions that there are: alive, or ended and kept a while for those who come late."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clock import Clock
from tornterm.sessions.control import ControlChange
from tornterm.sessions.reports import Reports
from tornterm.sessions.session import Session
from tornterm.sessions.tombstones import Tombstones

__all__ = ["Register"]


class Register:
    """Keeps sessions by their ids, and listens to what happens to them.

    Args:
        clock: Where the time comes from.
        keep: Seconds for which an ended session answers.
        reports: Who passes on what happens.

    Attributes:
        living: The sessions whose program runs or is about to, the oldest first.
        tombstones: Those that have ended and still answer.
    """

    def __init__(self, clock: Clock, keep: float, reports: Reports) -> None:
        self.living: dict[str, Session] = {}
        self.tombstones = Tombstones(clock, keep, lambda session: None)
        self._reports = reports
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, session_id: str) -> Session | None:
        """The session of that id, alive or kept as a tombstone."""
        return self.living.get(session_id) or self.tombstones.get(session_id)

    def all(self) -> list[Session]:
        """All that answer, the living ones first."""
        return [*self.living.values(), *self.tombstones.all()]

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something about a session that nobody waits for, except the end of them all."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end_all(self) -> None:
        """End all sessions side by side and wait until no program is left."""
        await asyncio.gather(
            *(session.destroy("shutdown") for session in list(self.living.values()))
        )
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self.tombstones.clear()

    # What sessions report: `tornterm.sessions.listener.Listener`.

    def attached(self, session: Session, attachment: Attachment, *, again: bool) -> None:
        """A connection has been attached; `again` tells a resume from a creation."""
        self._reports.attached(session, attachment, again=again)

    def detached(self, session: Session, attachment: Attachment) -> None:
        """A connection has gone."""
        self._reports.detached(session, attachment)

    def control_changed(self, session: Session, change: ControlChange) -> None:
        """Another client writes from now on, or none."""
        self._reports.control_changed(session, change)

    def struck(self, session: Session, cause: str) -> None:
        """End a session whose time has come."""
        self._reports.expired(session, cause)
        self.run(session.destroy(cause))

    def ended(self, session: Session) -> None:
        """Free the session's place at once; keep its end for those who come late."""
        session.reservation.release()
        if self.living.pop(session.id, None) is None:
            return
        self.tombstones.add(session)
        self._reports.ended(session)
