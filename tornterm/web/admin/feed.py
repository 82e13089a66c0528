"""``{base}api/admin/events``: everything that changes, as server-sent events.

A reader that is slow gets less often what is new, and never makes anything wait in memory: what it
is sent next is worked out from its cursors when the socket has taken what went before.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tornado.iostream import StreamClosedError

from tornterm.web.admin.board import Board
from tornterm.web.admin.handlers import AdminHandler
from tornterm.web.admin.recent import Numbered

__all__ = ["FeedHandler"]

ROWS = 250
"""Rows in one event, so that the first ones are there soon."""

EVENTS = 100
"""Audit events in one go."""

QUIET = 15.0
"""Seconds after which a silent stream says something, so that a proxy keeps it open."""


class FeedHandler(AdminHandler):
    """Follows the tables, the audit stream and the figures."""

    async def get(self) -> None:
        """The stream; ends with the login, with the server, or when nobody reads it."""
        known = self.whole_number("known", self.last_event_id())
        desk = self.desk
        desk.enter()
        over = asyncio.Event()
        leave = self.terminals.logins.attach(self.login_of_connection(), self._end(over))
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")
        reader = _Reader(self, known)
        try:
            async with desk.roster.watched():
                with contextlib.suppress(StreamClosedError):
                    while not (over.is_set() or desk.closed):
                        await self._turn(reader)
        finally:
            leave()
            desk.leave()

    async def _turn(self, reader: _Reader) -> None:
        text = "".join(reader.news())
        if not text:
            await self.desk.news(QUIET)
            text = "".join(reader.news()) or ": nothing new\n\n"
        self.write(text)
        await self.flush()

    def _end(self, over: asyncio.Event) -> Any:
        def close() -> None:
            over.set()
            self.desk.wake()

        return close

    def last_event_id(self) -> int:
        """The number of the last audit event that a reader has seen who comes back; or 0."""
        text = self.request.headers.get("Last-Event-ID", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

    def on_connection_close(self) -> None:
        """Nobody reads any more: find that out now instead of at the next event."""
        super().on_connection_close()
        self.desk.wake()


class _Reader:
    """Where one reader stands."""

    def __init__(self, handler: FeedHandler, known: int) -> None:
        self._desk = handler.desk
        self._cursors = {"sessions": 0, "users": 0}
        # A number that has not been given out is one of an earlier run of the server.
        self._known = known if known <= self._desk.recent.last else 0
        self._sample = 0

    def news(self) -> Iterator[str]:
        """What has not been sent, as events."""
        yield from self._table("sessions", self._desk.roster.sessions)
        yield from self._table("users", self._desk.roster.users)
        yield from self._audit()
        history = self._desk.history
        if history.latest is not None and history.taken != self._sample:
            self._sample = history.taken
            yield _event("sample", asdict(history.latest))

    def _table(self, name: str, board: Board) -> Iterator[str]:
        changes = board.since(self._cursors[name], ROWS)
        self._cursors[name] = changes.cursor
        if changes:
            fields = {"reset": changes.reset, "rows": changes.rows, "gone": changes.gone}
            yield _event(name, {**fields, "more": changes.more})

    def _audit(self) -> Iterator[str]:
        recent = self._desk.recent
        missed = max(0, recent.first - 1 - self._known)
        events: list[Numbered] = recent.since(self._known, EVENTS)
        if events:
            self._known = events[-1].number
            shown = {"missed": missed, "events": [one.as_dict() for one in events]}
            yield _event("audit", shown, str(self._known))


def _event(name: str, data: object, number: str = "") -> str:
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
