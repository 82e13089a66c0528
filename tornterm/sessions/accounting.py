"""When a client is told how far its input has come.

Not after every key: a message of its own would wake the client just before the echo does, and cost
both sides as much. What changes nothing for a client may be told a moment later; after a cut it is
told at once anyhow. Source: ``docs/protocol.md``, "Writing".
"""

from __future__ import annotations

from collections.abc import Callable

from tornterm.core.protocols import v1
from tornterm.sessions.clients import Client
from tornterm.sessions.clock import Clock, Timer

__all__ = ["DELAY", "InputAccount"]

DELAY = 0.1
"""Seconds after which a client is told of input that was just typed, along with output; without
any, after as many again."""

STEP = v1.MAX_BINARY // 4
"""A rise of the limit that is worth a message at once: a client may be waiting for it."""


class InputAccount:
    """What one connection has been told of its client's input.

    Args:
        clock: Where the time comes from.
        client: The client, in which the input is counted.
        tell: Sends what is `due`.

    Attributes:
        due: Whether the client is to be told now.
    """

    def __init__(self, clock: Clock, client: Client, tell: Callable[[], None]) -> None:
        self.due = False
        self._clock = clock
        self._client = client
        self._tell = tell
        self._timer: Timer | None = None
        self.told()

    def told(self) -> None:
        """The client has been told everything, in a greeting."""
        self.due = False
        self._received = self._client.received
        self._refused = self._client.refused
        self.limit_told()

    def limit_told(self) -> None:
        """The client has been told how far it may go, and nothing else."""
        self._limit = self._client.limit

    def message(self) -> v1.InputAck:
        """What to tell; it counts as told from here on."""
        self.told()
        return v1.InputAck(self._received, self._limit, self._refused)

    def changed(self) -> None:
        """Input was received, or the program took some: it is told now if that matters."""
        if self._client.refused > self._refused or self._client.limit - self._limit >= STEP:
            self._now()
        elif self._untold and self._timer is None:
            self._timer = self._clock.call_later(DELAY, self._later)

    def settle(self) -> None:
        """Let whatever is said next be said along with it: a client may wait for its account."""
        self.due = self.due or self._untold

    def close(self) -> None:
        """Tell nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _untold(self) -> bool:
        return self._client.received > self._received

    def _later(self) -> None:
        self._timer = None
        if not self._untold:
            return
        if self.due:
            self._tell()
        else:
            self.due = True
            self._timer = self._clock.call_later(DELAY, self._later)

    def _now(self) -> None:
        self.due = True
        self._tell()
