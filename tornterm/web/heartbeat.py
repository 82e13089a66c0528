"""Finding out that nobody is at the other end any more, where no end of the connection is seen."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.sessions.clock import Clock, Timer

__all__ = ["Heartbeat"]


class Heartbeat:
    """Pings a connection, and gives it up when a whole interval brought nothing after a ping.

    Tornado has pings of its own, but they count the time in which we do not read as the peer's
    silence, wait five more seconds for a dead peer to say goodbye, and depend on settings that
    belong to the host application.

    Args:
        clock: Where the time comes from.
        interval: Seconds between pings; 0 for none.
        ping: Sends a ping.
        gone: Called once if nobody is there.

    Attributes:
        deaf: Whether nothing is being read at the moment, so that silence means nothing.
    """

    def __init__(
        self, clock: Clock, interval: float, ping: Callable[[], None], gone: Callable[[], None]
    ) -> None:
        self.deaf = False
        self._clock = clock
        self._interval = interval
        self._ping = ping
        self._gone = gone
        self._heard = True
        self._timer: Timer | None = None
        self._wait()

    def heard(self) -> None:
        """Something came from the other end."""
        self._heard = True

    def stop(self) -> None:
        """The connection is over."""
        self._interval = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        if self._interval > 0:
            self._timer = self._clock.call_later(self._interval, self._beat)

    def _beat(self) -> None:
        if self._heard or self.deaf:
            self._heard = False
            self._ping()
            self._wait()
        else:
            self.stop()
            self._gone()
