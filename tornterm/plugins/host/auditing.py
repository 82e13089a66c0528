"""Events that must not be forgotten."""

from __future__ import annotations

from collections.abc import Collection

from tornterm.errors import AuditUnreadable, CursorGone, PluginError
from tornterm.plugins.answers import found_by
from tornterm.plugins.host.asking import Asking
from tornterm.types import AuditEvent, EventFilter, OlderEvents

__all__ = ["Auditing"]


class Auditing(Asking):
    """Gives events to the audit sinks, and has them look up what they have kept."""

    async def audit(
        self, event: AuditEvent, only: Collection[str] | None = None
    ) -> dict[str, PluginError]:
        """Give an event to the audit sinks, one after the other.

        Args:
            event: The event.
            only: The sinks to give it to; None for all.

        Returns:
            Which sinks failed, and how.
        """
        return await self._ask.tell("tornterm_audit", only=only, event=event)

    async def older_events(
        self, wanted: EventFilter, begin: float | str, limit: int, sink: str = ""
    ) -> tuple[str, OlderEvents] | None:
        """What an audit sink has kept: that which is named, or the first that can say.

        Args:
            wanted: Which events.
            begin: Seconds since the epoch, at or before which they are; or a cursor of the sink's.
            limit: How many at the most.
            sink: The sink's name; empty for the first that can.

        Returns:
            The sink's name and what it found; None where none can say.

        Raises:
            AuditUnreadable: The sink failed.
            CursorGone: The cursor leads nowhere.
        """
        until, cursor = (None, begin) if isinstance(begin, str) else (begin, None)
        try:
            return await self._ask.decide(
                "tornterm_audit_older",
                lambda plugin: found_by(plugin, wanted, cursor, limit),
                (CursorGone,),
                only=(sink,) if sink else None,
                wanted=wanted,
                until=until,
                cursor=cursor,
                limit=limit,
            )
        except PluginError as error:
            raise AuditUnreadable(error.plugin, error.why) from None
