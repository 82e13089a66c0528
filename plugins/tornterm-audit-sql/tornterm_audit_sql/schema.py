"""The table, and how it came to be: a list of steps, of which a database knows how many it has.

A step is a few statements that change nothing where they have been made already. More than that,
such as a tool with scripts that somebody has to run, a single table does not need.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tornterm.spool import NotTaken

__all__ = ["STEPS", "events", "migrate"]

LOCK = 7_046_029_254_386_353
"""The number of the advisory lock, so that two servers do not migrate at once."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE IF NOT EXISTS tornterm_audit (number {key}, id TEXT NOT NULL UNIQUE, "
        "time DOUBLE PRECISION NOT NULL, event TEXT NOT NULL, username TEXT NOT NULL, "
        "remote TEXT NOT NULL, session TEXT NOT NULL, data TEXT NOT NULL)",
    ),
    (
        "CREATE INDEX IF NOT EXISTS tornterm_audit_time ON tornterm_audit (time)",
        "CREATE INDEX IF NOT EXISTS tornterm_audit_username ON tornterm_audit (username, time)",
    ),
)
"""Only ever added to: what stands here is in somebody's database."""

KEYS = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

events = Table(
    "tornterm_audit",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    Column("id", Text),
    Column("time", Double),
    *(Column(name, Text) for name in ("event", "username", "remote", "session", "data")),
)
"""The table as the last step leaves it."""


async def migrate(connection: AsyncConnection, upto: int = len(STEPS)) -> None:
    """Bring a database to the present form, within the transaction that has begun.

    Args:
        connection: To the database.
        upto: The number of steps that it shall have.

    Raises:
        NotTaken: It is of a later version of this plugin.
    """
    dialect = connection.dialect.name
    if dialect == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    await connection.execute(
        text("CREATE TABLE IF NOT EXISTS tornterm_audit_step (number INTEGER PRIMARY KEY)")
    )
    found = await connection.scalar(text("SELECT max(number) FROM tornterm_audit_step"))
    if (found or 0) > len(STEPS):
        raise NotTaken("the database is of a later version of tornterm-audit-sql")
    for number in range(found or 0, upto):
        for statement in STEPS[number]:
            await connection.execute(text(statement.format(key=KEYS[dialect])))
        done = "INSERT INTO tornterm_audit_step VALUES (:number) ON CONFLICT DO NOTHING"
        await connection.execute(text(done), {"number": number + 1})
