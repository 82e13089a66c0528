"""Events of the file sink, read back from its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tornterm.builtin.backwards import Backwards, Place
from tornterm.errors import CursorGone
from tornterm.types import AuditEvent, EventFilter, OlderEvents

__all__ = ["older_events"]

_ALIKE = re.compile(r"[A-Za-z0-9._@:-]+")
"""Texts that stand in JSON as they are, whoever writes it."""


def older_events(
    paths: Iterable[Path],
    wanted: EventFilter,
    until: float | None,
    cursor: str | None,
    limit: int,
) -> OlderEvents:
    """The events in some files, the newest first.

    Args:
        paths: The files, the newest first.
        wanted: Which.
        until: Where there is no cursor: at or before when they are. From the first one on that is,
            events are taken as they come: somebody may have set the clock.
        cursor: Where to go on.
        limit: How many at the most.

    Raises:
        CursorGone: It leads nowhere.
    """
    place = None
    if cursor is not None:
        place, until = _parsed(cursor)
    reader, marks = Backwards(paths, place), _marks(wanted)
    found: list[AuditEvent] = []
    with closing(reader.lines()) as lines:
        for line in lines:
            # To look for bytes takes far less than to read JSON.
            if until is None and not all(mark in line for mark in marks):
                continue
            event = _event_of(line)
            if event is None or (until is not None and event.time > until):
                continue
            until = None
            if wanted.passes(event):
                found.append(event)
                if len(found) >= limit:
                    break
    if reader.place is None:
        return OlderEvents(tuple(found))
    return OlderEvents(tuple(found), f"{reader.place}@{'' if until is None else until}")


def _marks(wanted: EventFilter) -> list[bytes]:
    """Some of what the line of an event that is wanted must have in it."""
    texts = (*wanted.event.split("*"), wanted.user, wanted.session, wanted.remote)
    return [text.encode() for text in texts if _ALIKE.fullmatch(text)]


def _event_of(line: bytes) -> AuditEvent | None:
    """The event in a line; None where it is half a line or something else."""
    try:
        return AuditEvent.from_dict(json.loads(line))
    except (ValueError, RecursionError):
        return None


def _parsed(cursor: str) -> tuple[Place, float | None]:
    """The place, and the time at or before which events are still looked for."""
    place, _, until = cursor.partition("@")
    try:
        return Place.parse(place), float(until) if until else None
    except ValueError:
        raise CursorGone("this is no cursor") from None
