"""The sink: writes an event down, and gives it to the plugin until somebody else has it."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.spool.store import Spool, Waiting
from tornterm.types import AuditEvent

__all__ = ["Backoff", "NotTaken", "Send", "SpooledSink"]


class NotTaken(Exception):
    """The receiver did not take it; the text says why and is logged.

    Args:
        why: The reason, for the operator.
        after: Seconds for which the receiver asked.
    """

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


Send = Callable[[Sequence[Waiting]], Awaitable[int]]
"""Sends events; gives how many of the first ones the receiver has, 0 to be called again at once."""


class Backoff:
    """How long to wait after failures: twice as long after each, with some chance in it.

    Args:
        first: Seconds after the first failure.
        most: Seconds at the most.
        chance: A number from 0 to 1, so that many servers do not come back all at once.
    """

    def __init__(
        self, first: float, most: float, chance: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._failures = 0

    def succeeded(self) -> None:
        """Begin again."""
        self._failures = 0

    def failed(self, asked: float = 0.0) -> float:
        """Seconds to wait now.

        Args:
            asked: Seconds for which the receiver asked.
        """
        grown = self._first * 2.0 ** min(self._failures, 30)
        self._failures += 1
        return min(self._most, max(asked, grown * (0.5 + self._chance() / 2)))


class SpooledSink:
    """An audit sink that keeps events in a spool and sends them, in order, at least once.

    The plugin inherits from it, has a `name`, and adds its own hooks.

    Args:
        spool: Where events wait; its path is the table's key ``spool``.
        send: Sends a batch. Whatever it raises means that nothing was taken; the text of a
            `NotTaken` or `OSError` is logged, so it must hold no secret.
        batch: How many events it is given at the most.
        gather: Seconds for which the first event of a batch waits for others.
        backoff: The pauses after failures.
        drain: Seconds for which the end of the server waits for the receiver.
    """

    name: str

    def __init__(
        self,
        spool: Spool,
        send: Send,
        *,
        batch: int = 100,
        gather: float = 0.5,
        backoff: Backoff | None = None,
        drain: float = 5.0,
    ) -> None:
        self._spool = spool
        self._send = send
        self._batch = batch
        self._gather = gather
        self._backoff = backoff or Backoff(1.0, 300.0)
        self._drain = drain
        self._came = asyncio.Event()
        self._empty = asyncio.Event()
        self._hurry = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._last: tuple[AuditEvent | None, str] = (None, "")

    @hookimpl
    async def tornterm_startup(self) -> None:
        """Open the spool, and begin with what waits from before."""
        try:
            await asyncio.to_thread(self._spool.open)
        except (OSError, sqlite3.Error) as error:
            why = f"{self._spool.path} cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "", "spool", why)]) from error
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Give the receiver a moment; what it does not take is sent after the next start."""
        if self._task is None:
            return
        self._hurry.set()
        self._came.set()
        try:
            async with asyncio.timeout(self._drain):
                await self.settled()
        except TimeoutError:
            self._logger.warning("some events still wait for the receiver; they are sent later")
        finally:
            # Also where the host gives up on the receiver before we do.
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> None:
        """Write an event down; in a worker thread, because it waits for the disk."""
        last, name = self._last
        if event is not last:
            name = uuid.uuid4().hex
            # The host gives the same object again where it gave up on a disk that was slow.
            self._last = (event, name)
        self._spool.add(event.as_dict(), name)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake)

    async def settled(self) -> None:
        """Wait until nothing waits any more; call it on the loop on which the plugin runs."""
        await self._empty.wait()

    @property
    def _logger(self) -> logging.Logger:
        return logging.getLogger(f"tornterm.plugins.{self.name}")

    def _wake(self) -> None:
        self._empty.clear()
        self._came.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._round()
            except (NotTaken, OSError) as error:
                await self._pause(error, getattr(error, "after", 0.0))
            except Exception as error:
                # Without its text, which may hold what was sent or a password.
                await self._pause(type(error).__name__)

    async def _round(self) -> None:
        """Send the next batch, or wait for one."""
        self._came.clear()
        batch = await asyncio.to_thread(self._spool.first, self._batch)
        if not batch:
            # One that came while the disk was read is not in the batch, and waits.
            if not self._came.is_set():
                self._empty.set()
            await self._came.wait()
            # Let others join the first one, unless the server is about to end.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gather):
                    await self._hurry.wait()
            return
        if taken := await self._send(batch):
            await asyncio.to_thread(self._spool.remove, batch[:taken])
            self._backoff.succeeded()

    async def _pause(self, why: object, asked: float = 0.0) -> None:
        seconds = self._backoff.failed(asked)
        self._logger.warning("the receiver did not take it (%s); again in %.1f s", why, seconds)
        await asyncio.sleep(seconds)
