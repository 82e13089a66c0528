"""Finding events in the table again: the newest first, page by page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, Select, inspect, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from tornterm.errors import CursorGone
from tornterm.types import AuditEvent, EventFilter, OlderEvents
from tornterm_audit_sql.schema import events
from tornterm_audit_sql.texts import column_text

__all__ = ["Position", "find"]

WINDOW = 20_000
"""Rows that are looked through at once, so that a filter that few events pass costs no more."""

_LAST = 2**63 - 1
_KEY = tuple_(events.c.time, events.c.number)
_ORDER = (events.c.time.desc(), events.c.number.desc())


@dataclass(frozen=True, slots=True)
class Position:
    """A row's place in the order of time; those of one moment are in the order they came in.

    Args:
        time: Seconds since the epoch.
        number: The row's number; that of no row to stand behind all of that moment.
    """

    time: float
    number: int = _LAST

    def __str__(self) -> str:
        return f"{self.time}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read what `str` gave.

        Raises:
            CursorGone: It gave something else.
        """
        time, _, number = text.partition(":")
        try:
            found = cls(float(time), int(number))
        except ValueError:
            found = cls(math.nan)
        if not math.isfinite(found.time) or not 0 <= found.number <= _LAST:
            raise CursorGone("this is no cursor")
        return found

    @property
    def key(self) -> Any:
        """As what rows are compared with."""
        return tuple_(literal(self.time, Double), literal(self.number, BigInteger))


async def find(
    connection: AsyncConnection, wanted: EventFilter, before: Position, limit: int
) -> OlderEvents:
    """The events before a position.

    Args:
        connection: To the database.
        wanted: Which.
        before: The position; a row that has it is not among them.
        limit: How many at the most.
    """
    if not await connection.run_sync(lambda plain: inspect(plain).has_table(events.name)):
        return OlderEvents()
    first = list(_by_index(wanted))
    keys = select(events.c.time, events.c.number).where(before.key > _KEY, *first)
    found = await connection.execute(keys.order_by(*_ORDER).offset(WINDOW - 1).limit(1))
    edge = next((Position(*row) for row in found), None)
    # Between two positions rather than so many rows: others may be written in between meanwhile.
    within = [] if edge is None else [edge.key <= _KEY]
    query: Select[Any] = select(events).where(before.key > _KEY, *within, *first, *_others(wanted))
    rows = list(await connection.execute(query.order_by(*_ORDER).limit(limit)))
    if len(rows) == limit:
        edge = Position(rows[-1].time, rows[-1].number)
    passed = tuple(event for event in _events_of(rows) if wanted.passes(event))
    return OlderEvents(passed, None if edge is None else str(edge))


# What the columns say is less than exact: they are cut, and LIKE may know no upper case. So these
# let through all that is wanted and perhaps more, and `EventFilter.passes` has the last word.


def _by_index(wanted: EventFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.user:
        yield events.c.username == column_text(wanted.user)


def _others(wanted: EventFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.remote:
        yield events.c.remote == column_text(wanted.remote)
    if wanted.session:
        yield events.c.session == column_text(wanted.session)
    begin, star, _ = wanted.event.partition("*")
    if begin and star:
        yield events.c.event.startswith(column_text(begin), autoescape=True)
    elif begin:
        yield events.c.event == column_text(begin)


def _events_of(rows: Iterable[Any]) -> Iterable[AuditEvent]:
    for row in rows:
        try:
            yield AuditEvent.from_dict(json.loads(row.data))
        except (ValueError, RecursionError):
            continue  # somebody else wrote it
