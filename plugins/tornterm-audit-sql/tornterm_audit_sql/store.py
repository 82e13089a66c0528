"""Writing events into the database, finding them again, and taking out those that are too old."""

from __future__ import annotations

import asyncio
import json
import math
import os
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, delete, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tornterm.config.fields import is_loopback
from tornterm.spool import NotTaken, Waiting
from tornterm.types import EventFilter, OlderEvents
from tornterm_audit_sql.older import Position, find
from tornterm_audit_sql.schema import events, migrate
from tornterm_audit_sql.settings import SqlSettings
from tornterm_audit_sql.texts import column_text

__all__ = ["Store"]


class Store:
    """The database. There is no connection between batches, so none can be broken.

    Args:
        settings: The plugin's table.

    Raises:
        OSError: The authorities cannot be read, or are none.
    """

    def __init__(self, settings: SqlSettings) -> None:
        self._settings = settings
        self._engine = _engine(settings)

    async def send(self, batch: Sequence[Waiting]) -> int:
        """Write a batch, all or nothing; what is there already, by its id, stays as it is.

        Args:
            batch: What waits.

        Returns:
            How many that are.

        Raises:
            NotTaken: The database refused it or took too long.
            OSError: It cannot be reached.
        """
        rows = [_row(event) for event in batch]
        insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        await self._execute(insert(events).on_conflict_do_nothing(index_elements=["id"]), rows)
        return len(batch)

    async def forget(self, before: float) -> None:
        """Take out old events.

        Args:
            before: Seconds since the epoch; what is older goes.

        Raises:
            NotTaken: The database refused it or took too long.
            OSError: It cannot be reached.
        """
        await self._execute(delete(events).where(events.c.time < before))

    async def older(self, wanted: EventFilter, before: Position, limit: int) -> OlderEvents:
        """Find events again.

        Args:
            wanted: Which.
            before: Behind what they come, the newest first.
            limit: How many at the most.

        Raises:
            NotTaken: The database refused it or took too long.
            OSError: It cannot be reached.
        """
        async with self._connected() as connection:
            return await find(connection, wanted, before, limit)

    async def _execute(self, statement: Any, rows: list[dict[str, Any]] | None = None) -> None:
        async with self._connected() as connection:
            # Each time, because a database that comes back may be an older one.
            await migrate(connection)
            await connection.execute(statement, rows)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with asyncio.timeout(self._settings.timeout):
                if self._settings.url is None:
                    await asyncio.to_thread(self._make_file)
                async with self._engine.begin() as connection:
                    yield connection
        except TimeoutError:
            raise NotTaken(f"it took more than {self._settings.timeout:g} s") from None
        except SQLAlchemyError as error:
            # The text of such an error has the statement in it; its kind says enough.
            cause = getattr(error, "orig", None) or error
            raise NotTaken(f"the database says {type(cause).__name__}") from None

    def _make_file(self) -> None:
        file = self._settings.file
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made by hand, so that nobody else may read it from its first moment on.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _engine(settings: SqlSettings) -> AsyncEngine:
    arguments: dict[str, Any] = {"timeout": settings.timeout}
    if settings.url is None:
        url = URL.create("sqlite+aiosqlite", database=str(settings.file))
    else:
        url = make_url(settings.url).set(drivername="postgresql+asyncpg")
        if settings.password is not None:
            url = url.set(password=settings.password.reveal())
        local = is_loopback(url.host)
        arguments["ssl"] = False if local else ssl.create_default_context(cafile=settings.ca_file)
    return create_async_engine(
        url, poolclass=NullPool, connect_args=arguments, hide_parameters=True
    )


def _row(event: Waiting) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(event.text)
    time = facts.get("time")
    known = isinstance(time, int | float) and math.isfinite(time)
    return {
        "id": event.id,
        "time": time if known else 0.0,
        "event": column_text(facts.get("event")),
        "username": column_text(facts.get("user")),
        "remote": column_text(facts.get("remote")),
        "session": column_text(facts.get("session")),
        "data": event.text,
    }
