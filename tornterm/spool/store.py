"""Where events wait: on the disk, in order."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Full", "Spool", "Waiting"]

LOCKED_SECONDS = 30.0
"""How long another process may hold the database."""


class Full(Exception):
    """As many events wait as may."""


class Waiting(NamedTuple):
    """An event that the receiver does not have yet: its id stays, its text is JSON in ASCII."""

    number: int
    id: str
    text: str


class Spool:
    """Keeps events in order, in SQLite; all methods block, and may be called from any thread.

    Args:
        path: The database.
        most: How many events may wait.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        self._most = most

    def open(self) -> int:
        """Make the database where there is none.

        Returns:
            How many events wait from before.

        Raises:
            OSError: It cannot be made.
            sqlite3.Error: Likewise, or what is there is something else.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made by hand, so that nobody else may read it from its first moment on.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with self._connected() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS waiting "
                "(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, text TEXT NOT NULL)"
            )
            database.execute("CREATE UNIQUE INDEX IF NOT EXISTS waiting_id ON waiting (id)")
            return _count(database)

    def add(self, event: Mapping[str, Any], id: str | None = None) -> None:  # noqa: A002
        """Keep an event: it is on the disk when this returns.

        Args:
            event: What JSON can carry.
            id: What it is known by; one that waits already is not kept twice.

        Raises:
            Full: No more can wait.
            sqlite3.Error: It could not be written.
        """
        # In ASCII, because a text that a client chose may be none that UTF-8 can carry.
        text = json.dumps(event, ensure_ascii=True)
        with self._connected() as database:
            if _count(database) >= self._most:
                raise Full(f"{self._most} events wait for the receiver already")
            database.execute(
                "INSERT OR IGNORE INTO waiting (id, text) VALUES (?, ?)",
                (id or uuid.uuid4().hex, text),
            )

    def first(self, count: int) -> list[Waiting]:
        """The events that have waited longest, at most `count`, in order."""
        query = "SELECT number, id, text FROM waiting ORDER BY number LIMIT ?"
        with self._connected() as database:
            return [Waiting(*row) for row in database.execute(query, (count,))]

    def remove(self, events: Sequence[Waiting]) -> None:
        """Forget events, because the receiver has them."""
        with self._connected() as database:
            numbers = [(event.number,) for event in events]
            database.executemany("DELETE FROM waiting WHERE number = ?", numbers)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # One for each call: a connection belongs to the thread that made it.
        with closing(sqlite3.connect(self.path, timeout=LOCKED_SECONDS)) as database:
            # A commit has reached the disk itself, and not only the operating system.
            database.execute("PRAGMA synchronous = FULL")
            with database:
                yield database


def _count(database: sqlite3.Connection) -> int:
    # Numbers are given in order and taken away from the front, so this needs no counting.
    first, last = database.execute("SELECT min(number), max(number) FROM waiting").fetchone()
    return 0 if first is None else int(last - first) + 1
