"""The plugin: what is kept is written down first, and brought to the receiver afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress

from pydantic import BaseModel

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent
from tornterm_audit_webhook.delivery import Delivery
from tornterm_audit_webhook.settings import WebhookSettings
from tornterm_audit_webhook.spool import Spool

__all__ = ["Webhook"]


class Webhook:
    """Sends audit events to a web service.

    Args:
        settings: The table ``[plugins.webhook]``.
    """

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._spool = Spool(settings.spool, settings.max_events)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._delivery: Delivery | None = None
        self._task: asyncio.Task[None] | None = None

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return WebhookSettings

    @hookimpl
    async def tornterm_startup(self) -> None:
        """Open the spool, and begin with what waits from before."""
        try:
            await asyncio.to_thread(self._spool.open)
        except (OSError, sqlite3.Error) as error:
            why = f"{self._settings.spool} cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "plugins.webhook", "spool", why)]) from error
        self._loop = asyncio.get_running_loop()
        self._delivery = Delivery(self._settings, self._spool)
        self._task = self._loop.create_task(self._delivery.run())

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Give the receiver a moment; what it does not take is sent after the next start."""
        if self._delivery is None or self._task is None:
            return
        await self._delivery.drain(self._settings.drain)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> None:
        """Write an event down; in a worker thread, because it waits for the disk."""
        self._spool.add(event.as_dict())
        if self._loop is not None and self._delivery is not None:
            self._loop.call_soon_threadsafe(self._delivery.wake)
