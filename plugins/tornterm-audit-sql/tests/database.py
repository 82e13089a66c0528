"""What is in a database, and a plugin that writes into it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from tornterm.types import AuditEvent
from tornterm_audit_sql import Sql, SqlSettings
from tornterm_audit_sql.schema import events
from tornterm_audit_sql.store import Store

EMPTY = "DROP TABLE IF EXISTS tornterm_audit, tornterm_audit_step"

Make = Callable[..., SqlSettings]


def give(bench: Any, *given: AuditEvent) -> None:
    """Give events to a running plugin, which keeps them all."""
    for one in given:
        assert bench.run(lambda host, e=one: host.audit(e)) == {}


def settle(bench: Any, plugin: Sql) -> None:
    """Wait until the database has all of them, and end it."""
    bench.run(lambda host: asyncio.wait_for(plugin.settled(), 30), 35)
    bench.close()


def rows(settings: SqlSettings) -> list[Any]:
    """What is in the database, in the order in which it came."""

    async def read() -> list[Any]:
        async with Store(settings)._engine.connect() as connection:
            return list(await connection.execute(select(events).order_by(events.c.number)))

    return asyncio.run(read())


def run(settings: SqlSettings, statement: str) -> None:
    """Change something in the database by hand."""

    async def running() -> None:
        async with Store(settings)._engine.begin() as connection:
            await connection.execute(text(statement))

    asyncio.run(running())
