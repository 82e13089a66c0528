"""The plugin: what is kept is written down first, and brought into the database afterwards."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from pydantic import BaseModel

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.spool import NotTaken, SpooledSink
from tornterm.types import EventFilter, OlderEvents
from tornterm_audit_sql.older import Position
from tornterm_audit_sql.settings import SqlSettings
from tornterm_audit_sql.store import Store

__all__ = ["Sql"]

FORGET_SECONDS = 3600.0
"""How often old events are taken out."""


class Sql(SpooledSink):
    """Keeps audit events in a database.

    Args:
        settings: The table ``[plugins.sql]``.

    Raises:
        ConfigError: The authorities that it names cannot be used.
    """

    name = "sql"

    def __init__(self, settings: SqlSettings) -> None:
        self._settings = settings
        try:
            self._store = Store(settings)
        except OSError as error:  # those of TLS are such, too
            why = f"the certificates cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "", "ca_file", why)]) from error
        self._forgetting: asyncio.Task[None] | None = None
        super().__init__(send=self._store.send, **settings.arguments())

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return SqlSettings

    @hookimpl
    async def tornterm_startup(self) -> None:
        """Begin to write, and to take out what is too old."""
        await super().tornterm_startup()
        if self._settings.keep:
            self._forgetting = asyncio.create_task(self._forget())

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Write what waits, for a moment, and stop."""
        if self._forgetting is not None:
            self._forgetting.cancel()
            with suppress(asyncio.CancelledError):
                await self._forgetting
        await super().tornterm_shutdown()

    @hookimpl
    async def tornterm_audit_older(
        self, wanted: EventFilter, until: float | None, cursor: str | None, limit: int
    ) -> OlderEvents:
        """Find events in the database; what still waits for it is not there yet."""
        if cursor is not None:
            before = Position.parse(cursor)
        else:
            before = Position(time.time() if until is None else until)
        return await self._store.older(wanted, before, limit)

    async def _forget(self) -> None:
        while True:
            pause = FORGET_SECONDS
            try:
                await self._store.forget(time.time() - self._settings.keep)
            except (NotTaken, OSError) as error:
                self._logger.warning("old events could not be taken out (%s)", error)
                pause = self._settings.retry_most
            await asyncio.sleep(pause)
