"""Events that must not be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornterm.hookspecs.kinds import Kind, hook

if TYPE_CHECKING:
    from tornterm.types import AuditEvent, EventFilter, OlderEvents

__all__ = [
    "tornterm_audit",
    "tornterm_audit_older",
]


@hook(Kind.NOTIFY)
def tornterm_audit(event: AuditEvent) -> None:
    """Keep an audit event.

    Called: for each event, one at a time and in order, from the audit log's own task.

    Args:
        event: What happened; holds no terminal contents and no secret.

    Returns:
        Ignored; to return means that the event is kept.

    Async: yes.

    If it raises: logged and counted, the other sinks still get the event. With
    ``audit.required = true`` the same event is given again to this sink until it succeeds, and
    no session is made meanwhile.
    """


@hook(Kind.DECIDE)
def tornterm_audit_older(
    wanted: EventFilter, until: float | None, cursor: str | None, limit: int
) -> OlderEvents | None:
    """Give events that this sink has kept, the newest first.

    Called: when an administrator goes back behind what the server has in memory. The first answer
    comes from the first sink that can; who goes on from there asks that sink.

    Args:
        wanted: Which; `EventFilter.passes` says it of one event.
        until: To begin: seconds since the epoch, at or before which events are. None to go on.
        cursor: To go on: what this sink gave as `OlderEvents.cursor`, or what somebody made up, so
            it must lead to nothing but events. None to begin.
        limit: How many events are given at the most, from 1 to 500.

    Returns:
        The events, and where to go on. None where it cannot read what it keeps. It may give fewer,
        or none, with a cursor that is further on: that is how it bounds the work of one call. What
        is kept meanwhile must neither hide an event nor bring it twice.

    Async: yes; files belong in a plain function, which has threads of its own for this hook, so
    that reading never keeps anything from being kept.

    If it raises: `CursorGone` says that the cursor leads nowhere any more, a 410. Anything else is
    logged and audited; the administrator learns that the plugin failed, a 503.
    """
