"""The audit log: what happened, handed to the audit sinks one after the other, without waiting.

Recording never blocks and never raises. Events wait in a bounded queue for one task, which gives
them to the plugins that implement `tornterm_audit`. Where the log is required, a sink that fails
gets the same event again until it succeeds, and nothing new may begin meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from tornterm.errors import AuditUnavailable, ConfigError, ConfigProblem, PluginError
from tornterm.types import AuditEvent

__all__ = ["AuditLog", "Sinks"]

logger = logging.getLogger("tornterm.audit")

TEXT_CHARACTERS = 256
"""How much of a text that a client may have chosen is kept."""

_RESERVED = frozenset({"event", "time", "user", "remote", "session"})


class Sinks(Protocol):
    """The part of `tornterm.plugins.PluginHost` that the audit log needs."""

    def names_for(self, hook: str) -> tuple[str, ...]:
        """The plugins that implement a hook."""

    async def audit(
        self, event: AuditEvent, only: Collection[str] | None = None
    ) -> dict[str, PluginError]:
        """Give an event to sinks; says which of them failed."""


class AuditLog:
    """Keeps audit events until the sinks have them.

    Args:
        sinks: Gives events to the plugins.
        required: Whether nothing new may begin while events cannot be kept.
        clock: Seconds since the epoch, written into the events.
        queue: How many events may wait.
        retry: Seconds before a sink that failed is tried again; doubled up to eight times that.

    Raises:
        ConfigError: The log is required, but no plugin keeps it.
    """

    def __init__(
        self,
        sinks: Sinks,
        required: bool = False,
        clock: Callable[[], float] = time.time,
        *,
        queue: int = 1000,
        retry: float = 1.0,
    ) -> None:
        self.required = required
        self.lost = 0
        """How many events did not reach a sink that should have kept them."""
        self.on_event: Callable[[AuditEvent], None] = lambda event: None
        """Called with each event as it is recorded, whether or not a sink keeps it."""
        self._sinks = sinks
        self._clock = clock
        self._retry = retry
        self._queue: asyncio.Queue[AuditEvent] = asyncio.Queue(queue)
        self._worker: asyncio.Task[None] | None = None
        self._failing: dict[str, PluginError] = {}
        self._unreported = 0
        self._closed = False
        self._wanted = bool(sinks.names_for("tornterm_audit"))
        if required and not self._wanted:
            why = "no enabled plugin keeps audit events (jsonl and log do)"
            raise ConfigError([ConfigProblem("", "audit", "required", why)])

    def event(
        self,
        name: str,
        /,
        *,
        user: str = "",
        remote: str = "",
        session_id: str = "",
        **facts: Any,
    ) -> AuditEvent:
        """Make an event that happens now.

        Args:
            name: Its stable name, for example ``session.created``.
            user: The user concerned.
            remote: The client's address.
            session_id: The session concerned.
            **facts: Further values. Texts are cut and made printable, because a client may have
                chosen them; what JSON cannot carry becomes text.

        Raises:
            TypeError: A fact has the name of one of the event's own values.
        """
        if taken := _RESERVED & facts.keys():
            raise TypeError(f"a fact cannot be named {', '.join(sorted(taken))}")
        return AuditEvent(
            name,
            self._clock(),
            printable(user),
            printable(remote),
            printable(session_id),
            {key: _plain(value) for key, value in facts.items()},
        )

    def record(self, event: AuditEvent) -> None:
        """Keep an event; never blocks, never raises.

        Args:
            event: What happened. Where no room is left, it is counted and logged as lost.
        """
        self.on_event(event)
        if not self._wanted:
            return
        try:
            if self._closed:
                raise asyncio.QueueFull
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self._lose(event)
        else:
            self._ensure_worker()

    def plugin_failed(self, error: PluginError) -> None:
        """Record that a plugin failed where its answer counted; for `PluginHost.on_error`."""
        self.record(self.event("plugin.error", plugin=error.plugin, hook=error.hook, why=error.why))

    def check(self) -> None:
        """Refuse what is about to begin where it could not be recorded.

        Raises:
            AuditUnavailable: The log is required, and a sink fails or the queue is full.
        """
        if not self.required:
            return
        if not self._wanted:
            raise AuditUnavailable("no plugin keeps audit events")
        if self._failing:
            raise AuditUnavailable("; ".join(str(error) for error in self._failing.values()))
        if self._queue.full():
            raise AuditUnavailable(f"{self._queue.qsize()} events wait to be kept")

    async def close(self, seconds: float = 5.0) -> None:
        """Take no more events and let the sinks have those that wait.

        Args:
            seconds: How long that may take; what is left then is counted and logged as lost.
        """
        self._closed = True
        if self._worker is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._queue.join(), seconds)
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        self._worker = None
        while not self._queue.empty():
            self._lose(self._queue.get_nowait())

    def _ensure_worker(self) -> None:
        if self._worker is None or self._worker.done():
            # Without a loop the events wait for the first one that is recorded on it.
            with suppress(RuntimeError):
                self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while True:
            event = await self._queue.get()
            try:
                if self._unreported:
                    count, self._unreported = self._unreported, 0
                    await self._keep(self.event("audit.lost", count=count))
                await self._keep(event)
            except Exception:
                self._lose(event)
                logger.exception("the audit worker failed at an event")
            except asyncio.CancelledError:
                self._lose(event)
                raise
            finally:
                self._queue.task_done()

    async def _keep(self, event: AuditEvent) -> None:
        """Give an event to all sinks; where the log is required, until all of them have it."""
        delay = self._retry
        self._failing = await self._sinks.audit(event)
        while self._failing and self.required:
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._retry * 8)
            self._failing = await self._sinks.audit(event, only=tuple(self._failing))
        if self._failing:
            self.lost += 1

    def _lose(self, event: AuditEvent) -> None:
        self.lost += 1
        self._unreported += 1
        # Said at the first one and then now and again: a flood must not flood the log as well.
        if self._unreported % 1000 == 1:
            logger.error("audit event %s lost (%d so far)", event.name, self.lost)


def printable(text: str) -> str:
    """Make a text safe to store and to show: no control characters, and not too long."""
    cut = text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in cut
    )


def _plain(value: Any) -> Any:
    """What JSON can carry, with every text printable."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return printable(str(value))
    if isinstance(value, Mapping):
        return {printable(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [_plain(inner) for inner in value]
    return printable(str(value))
