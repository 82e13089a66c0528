"""The keys that all tables of spooled sinks have."""

from __future__ import annotations

from typing import Annotated, Any

from tornterm.config.fields import ConfigPath, ConfigTable, Duration, setting, shortest
from tornterm.spool.sink import Backoff
from tornterm.spool.store import Spool

__all__ = ["SpoolTable"]


class SpoolTable(ConfigTable):
    """A table with the keys that say how a spooled sink waits and tries again.

    The model of a plugin's table inherits from it, adds its own keys, and writes those again for
    which it has another default or another description.
    """

    spool: ConfigPath = setting(
        ..., "Where events wait until the receiver has them; only its owner may read it."
    )
    max_events: int = setting(
        1_000_000, "How many events may wait; then no more are kept.", ge=1, le=100_000_000
    )
    batch: int = setting(100, "How many events are sent at once.", ge=1, le=10_000)
    gather: Duration = setting("500ms", "How long the first event of a batch waits for others.")
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "10s", "How long the receiver may take for a batch."
    )
    retry: Annotated[Duration, shortest("10ms")] = setting(
        "1s", "How long to wait after the first failure; doubled after each further one."
    )
    retry_most: Annotated[Duration, shortest("10ms")] = setting(
        "5m", "How long to wait at the most, also if the receiver asks for longer."
    )
    drain: Duration = setting(
        "5s", "How long the end of the server waits for the receiver; the rest is sent later."
    )

    def arguments(self) -> dict[str, Any]:
        """What the keys say to a `SpooledSink`; `timeout` is for the plugin's own use.

        Returns:
            All arguments of its constructor but ``send``.
        """
        return {
            "spool": Spool(self.spool, self.max_events),
            "batch": self.batch,
            "gather": self.gather,
            "backoff": Backoff(self.retry, self.retry_most),
            "drain": self.drain,
        }
