"""How long logins are good: until they expire, or a plugin says no."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Protocol

from tornterm.config.settings import AuthSettings
from tornterm.sessions.clock import Clock, Timer
from tornterm.types import User
from tornterm.web.logins.record import Login
from tornterm.web.logins.rounds import Rounds

__all__ = ["Revalidator", "Watch"]


class Revalidator(Protocol):
    """The part of `tornterm.plugins.PluginHost` that logins need."""

    def revalidate(self, user: User) -> Awaitable[bool]:
        """Whether a login is still good."""


class Watch:
    """Ends logins that are good no longer.

    Args:
        auth: The table ``[auth]``.
        plugins: Who is asked whether a login is still good.
        clock: Where the time comes from.
        everybody: Gives all logins there are.
        end: Ends one, for a reason.
    """

    def __init__(
        self,
        auth: AuthSettings,
        plugins: Revalidator,
        clock: Clock,
        everybody: Callable[[], Iterable[Login]],
        end: Callable[[Login, str], None],
    ) -> None:
        self._auth = auth
        self._plugins = plugins
        self._clock = clock
        self._everybody = everybody
        self._end = end
        self._rounds = Rounds(self._ask, self._answered, _question)
        self._closed = False
        self._timer: Timer | None = None
        self._due = math.inf
        self._next_round = math.inf

    def close(self) -> None:
        """Leave no timer and no task behind."""
        self._closed = True
        self._rounds.close()
        self.look()

    def reload(self, auth: AuthSettings) -> None:
        """Ask as often as another table says."""
        self._auth = auth
        self._next_round = min(self._next_round, self._clock.now() + auth.revalidate)
        self.look()

    async def verify(self, login: Login) -> None:
        """Ask the plugins about a login where nobody has for a while, and wait for the answer.

        Args:
            login: The login, which they may end.
        """
        if login.checked + self._auth.revalidate <= self._clock.now():
            await self._rounds.ask(login, self._clock.now())

    def recheck(self) -> None:
        """Ask about all logins now."""
        if not self._closed:
            self._rounds.begin(self._everybody(), self._clock.now(), anew=True)

    def connected(self) -> None:
        """Somebody has connected, so that there is somebody to ask about."""
        if self._next_round == math.inf:
            self._next_round = self._clock.now() + self._auth.revalidate
            self.look()

    def look(self) -> None:
        """Set the one timer to whatever comes first; called when a login has begun."""
        due = min((login.deadline for login in self._everybody()), default=math.inf)
        due = math.inf if self._closed else min(due, self._next_round)
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        delay = max(0.0, due - self._clock.now())
        self._timer = None if due == math.inf else self._clock.call_later(delay, self._fire)

    def _fire(self) -> None:
        self._timer, self._due = None, math.inf
        now = self._clock.now()
        for login in [login for login in self._everybody() if login.deadline <= now]:
            self._end(login, "expired")
        if self._next_round <= now:
            connected = [login for login in self._everybody() if login.connections]
            self._next_round = now + self._auth.revalidate if connected else math.inf
            self._rounds.begin(connected, now)
        self.look()

    async def _ask(self, login: Login) -> bool:
        if login.vouch is not None and not await login.vouch():
            return False
        return await self._plugins.revalidate(login.user)

    def _answered(self, about: Login, asked: float, good: bool) -> None:
        """What was said about a login, and so of its like, to a question of the moment `asked`."""
        key = _question(about)
        for login in self._everybody():
            if _question(login) != key or login.checked > asked:
                continue
            if good:
                login.checked = asked
            else:
                self._end(login, "revoked")


def _question(login: Login) -> Hashable:
    """What makes two logins a matter of the same question."""
    user = login.user
    return user.name, user.backend, user.groups, user.admin, login.vouch
