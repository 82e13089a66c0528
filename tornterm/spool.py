"""For audit sinks whose events go over a network: kept on the disk until somebody else has them.

A `SpooledSink` writes an event down before it counts as kept, and gives it to a function of the
plugin afterwards, again and again until that says that the receiver has it. So neither a receiver
that is down nor the end of the server loses any. What was delivered but not confirmed comes again
with the same id, by which a receiver can leave out what it has.

::

    class Letters(SpooledSink):
        name = "letters"

        def __init__(self, settings: LettersSettings) -> None:
            super().__init__(Spool(settings.spool, settings.max_events), self._post)

        async def _post(self, batch: Sequence[Waiting]) -> int:
            ...  # raises where the receiver did not take it
            return len(batch)
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent

__all__ = ["Backoff", "Full", "NotTaken", "Send", "Spool", "SpooledSink", "Waiting"]

LOCKED_SECONDS = 30.0
"""How long another process may hold the database."""


class Full(Exception):
    """As many events wait as may."""


class NotTaken(Exception):
    """The receiver did not take it; the text says why and is logged.

    Args:
        why: The reason, for the operator.
        after: Seconds for which the receiver asked.
    """

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Waiting(NamedTuple):
    """An event that the receiver does not have yet: its id stays, its text is JSON in ASCII."""

    number: int
    id: str
    text: str


Send = Callable[[Sequence[Waiting]], Awaitable[int]]
"""Sends events; gives how many of the first ones the receiver has, 0 to be called again at once."""


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
            raise ConfigError([ConfigProblem("", f"plugins.{self.name}", "spool", why)]) from error
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


def _count(database: sqlite3.Connection) -> int:
    # Numbers are given in order and taken away from the front, so this needs no counting.
    first, last = database.execute("SELECT min(number), max(number) FROM waiting").fetchone()
    return 0 if first is None else int(last - first) + 1
