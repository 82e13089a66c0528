"""When a session ends although its program would go on: nobody came, nobody typed, or too long.

Only deadlines that are set have a timer, and a timer is moved by looking again when it fires, not
by re-arming it at every key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tornterm.sessions.clock import Clock, Timer

__all__ = ["EXPIRED", "Deadline", "Deadlines", "Lifetimes"]

EXPIRED = {
    "unattached": "This session ended because nobody attached to it in time.",
    "grace": "This session ended because nobody came back in time.",
    "idle": "This session ended because nobody typed and nothing was running.",
    "lifetime": "This session reached the longest time that a session may last.",
}
"""Why a session can end by a deadline, with the sentence for the person."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session may live under which conditions, in seconds; 0 means for ever.

    Args:
        attach_timeout: Created over HTTP and never attached.
        grace_period: After the last client that may write has left.
        idle_timeout: Nobody has typed, and no job runs in the foreground.
        max_lifetime: Since its creation, whatever happens.
        warn_before: How long before the last two strike the clients are told.
    """

    attach_timeout: float = 60.0
    grace_period: float = 12 * 3600.0
    idle_timeout: float = 0.0
    max_lifetime: float = 0.0
    warn_before: float = 60.0


class Deadline:
    """A moment at which something happens unless it is put off or called off.

    Args:
        clock: Where the time comes from.
        strike: Called once, at the deadline.
        due: Seconds on the clock at which it strikes, asked again whenever the timer fires, so
            that putting it off costs nothing; None while it does not apply.
        warn: Called once per approach, with the seconds that are left.
        warn_before: Seconds before the deadline at which `warn` is called.
        look_every: The longest sleep in seconds, where `due` samples something; 0 for no bound.
    """

    def __init__(
        self,
        clock: Clock,
        strike: Callable[[], None],
        due: Callable[[], float | None],
        *,
        warn: Callable[[float], None] | None = None,
        warn_before: float = 0.0,
        look_every: float = 0.0,
    ) -> None:
        self._look_every = look_every
        self._clock = clock
        self._strike = strike
        self._due = due
        self._warn = warn
        self._warn_before = warn_before if warn else 0.0
        self._timer: Timer | None = None
        self._warned_for: float | None = None

    def look(self) -> None:
        """Strike, warn or sleep, according to what `due` says now."""
        self.cancel()
        due = self._due()
        if due is None:
            return
        left = due - self._clock.now()
        if left <= 0:
            self._strike()
            return
        if self._warn is not None and left <= self._warn_before:
            if self._warned_for != due:
                self._warned_for = due
                self._warn(left)
            self._sleep(left)
        else:
            self._sleep(left - self._warn_before)

    def _sleep(self, delay: float) -> None:
        if self._look_every > 0:
            delay = min(delay, self._look_every)
        self._timer = self._clock.call_later(delay, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self.look()

    def cancel(self) -> None:
        """Call the deadline off; `look` takes it up again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Deadlines:
    """The four deadlines of one session, and the moments they are counted from.

    Args:
        clock: Where the time comes from.
        lifetimes: How long each condition may last.
        strike: Called with a cause of `EXPIRED` when the session is to end.
        warn: Called with the cause and the seconds left before ``idle`` or ``lifetime`` strikes.
        busy: Whether a job runs in the foreground, so that silence does not mean idleness.
    """

    def __init__(
        self,
        clock: Clock,
        lifetimes: Lifetimes,
        *,
        strike: Callable[[str], None],
        warn: Callable[[str, float], None],
        busy: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._lifetimes = lifetimes
        self._strike = strike
        self._warn = warn
        self._busy = busy
        self._started = self._active = clock.now()
        self._alone_since: float | None = None
        self._visited = False
        self._running = False
        self._absence = Deadline(clock, self._nobody_came, self.alone_until)
        self._idle = self._warned("idle", self._idle_until, max(1.0, lifetimes.idle_timeout / 8))
        self._lifetime = self._warned("lifetime", self._lives_until)

    def _warned(
        self, cause: str, due: Callable[[], float | None], look_every: float = 0.0
    ) -> Deadline:
        return Deadline(
            self._clock,
            lambda: self._strike(cause),
            due,
            warn=lambda left: self._warn(cause, left),
            warn_before=self._lifetimes.warn_before,
            look_every=look_every,
        )

    def start(self) -> None:
        """The program runs; from here on deadlines count."""
        self._running = True
        self._started = self._active = self._clock.now()
        if not self._visited:
            self._alone_since = self._started
        for deadline in (self._absence, self._idle, self._lifetime):
            deadline.look()

    def typed(self) -> None:
        """Somebody typed."""
        self._active = self._clock.now()

    def visited(self) -> None:
        """Somebody who may write is attached."""
        self._visited = True
        self._alone_since = None
        self._absence.cancel()

    def left_alone(self) -> None:
        """The last one who may write has gone."""
        self._alone_since = self._clock.now()
        if self._running:
            self._absence.look()

    def cancel(self) -> None:
        """The session is about to end."""
        self._running = False
        for deadline in (self._absence, self._idle, self._lifetime):
            deadline.cancel()

    def alone_until(self) -> float | None:
        """Seconds on the clock at which the session ends if nobody comes; None if it does not."""
        timeout = self._lifetimes.grace_period if self._visited else self._lifetimes.attach_timeout
        if self._alone_since is None or timeout <= 0:
            return None
        return self._alone_since + timeout

    def _nobody_came(self) -> None:
        self._strike("grace" if self._visited else "unattached")

    def _idle_until(self) -> float | None:
        if self._lifetimes.idle_timeout <= 0:
            return None
        if self._busy():
            self._active = self._clock.now()
        return self._active + self._lifetimes.idle_timeout

    def _lives_until(self) -> float | None:
        if self._lifetimes.max_lifetime <= 0:
            return None
        return self._started + self._lifetimes.max_lifetime
