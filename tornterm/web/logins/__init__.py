"""Who is logged in: records on the server, each with the live connections that depend on it.

A cookie only names a record. When a record ends, by logout, expiry, a plugin's no or a newer
login, its connections are closed; what they were attached to goes on.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from tornterm.config.settings import AuthSettings
from tornterm.core.tokens import digest, new_id, new_secret
from tornterm.sessions.clock import Clock
from tornterm.types import User
from tornterm.web.logins.record import Close, Connection, Login, Vouch, least_missed
from tornterm.web.logins.watch import Revalidator, Watch

__all__ = ["Login", "LoginStore", "Revalidator", "Vouch"]

logger = logging.getLogger("tornterm.web")

MAX_LOGINS = 10_000
"""Logins at the same time; the oldest one without a connection makes room."""

MAX_PER_USER = 100
"""Logins of one user at the same time, so that nobody can push out everybody else."""

MAX_SECRET = 256
"""Characters of a cookie that are looked at; ours have 43."""


class LoginStore:
    """All logins of one application object.

    Args:
        auth: The table ``[auth]``.
        plugins: Who is asked whether a login is still good.
        clock: Where the time comes from.
        capacity: The most logins.
        per_user: The most logins of one user.
    """

    def __init__(
        self,
        auth: AuthSettings,
        plugins: Revalidator,
        clock: Clock,
        *,
        capacity: int = MAX_LOGINS,
        per_user: int = MAX_PER_USER,
    ) -> None:
        self._auth = auth
        self._clock = clock
        self._capacity = capacity
        self._per_user = per_user
        self._logins: dict[str, Login] = {}
        self._by_digest: dict[bytes, Login] = {}
        self._visits: list[Login] = []
        self._listeners: list[Callable[[Login, str], None]] = []
        self._watch = Watch(auth, plugins, clock, self._everybody, self._end)

    def __len__(self) -> int:
        return len(self._logins)

    @property
    def connections(self) -> int:
        """Live connections that depend on somebody being who they were."""
        return sum(len(login.connections) for login in self._everybody())

    def users(self) -> list[User]:
        """Who is logged in or connected, once for each login."""
        return [login.user for login in self._everybody()]

    # --- life ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Forget everything and leave no timer and no task behind; connections are left alone."""
        self._logins.clear()
        self._by_digest.clear()
        self._visits.clear()
        self._watch.close()

    def reload(self, auth: AuthSettings) -> None:
        """Use other durations; logins that exist keep the lifetime that they were given."""
        self._auth = auth
        self._watch.reload(auth)

    def on_end(self, callback: Callable[[Login, str], None]) -> None:
        """Call `callback` with each login that has ended, and why."""
        self._listeners.append(callback)

    # --- logging in and out --------------------------------------------------------------------

    def begin(self, user: User, *, replaces: Login | None = None) -> tuple[str, Login]:
        """Log somebody in.

        Args:
            user: Who it is.
            replaces: The login that the same browser had before. Where it is the same user's, its
                connections go on under the new one; else they are closed.

        Returns:
            The value of the cookie, and the login.
        """
        now, wall = self._clock.now(), self._clock.wall()
        lifetime, secret = self._auth.lifetime, new_secret()
        login = Login(new_id(), user, wall, wall + lifetime, now + lifetime, now, digest(secret))
        if replaces is not None and replaces.id in self._logins:
            if replaces.user.name == user.name:
                login.connections, replaces.connections = replaces.connections, []
                for connection in login.connections:
                    connection.login = login
            self._end(replaces, "replaced")
        self._make_room(user.name)
        self._logins[login.id] = login
        self._by_digest[login.digest] = login
        self._watch.look()
        return secret, login

    def find(self, secret: str) -> Login | None:
        """The login that a cookie names, or None.

        Only a hash of the value is ever compared, so the time that it takes tells nothing.

        Args:
            secret: The cookie's value.
        """
        if len(secret) > MAX_SECRET:
            return None
        login = self._by_digest.get(digest(secret))
        return login if login is not None and login.deadline > self._clock.now() else None

    def get(self, login_id: str) -> Login | None:
        """The login of that public name, or None."""
        return self._logins.get(login_id)

    async def verify(self, login: Login) -> bool:
        """Whether a login is good now; asks the plugins where nobody has for a while.

        Without this, a login without a connection would be good until it expires.

        Args:
            login: What `find` returned.
        """
        await self._watch.verify(login)
        return login.id in self._logins

    def end(self, login: Login, reason: str = "logout") -> None:
        """End a login and close its connections; one that has ended stays so.

        Args:
            login: What `find` or `begin` returned.
            reason: Why, for listeners.
        """
        if self._logins.get(login.id) is login:
            self._end(login, reason)

    def end_user(self, name: str, reason: str = "revoked") -> int:
        """End everything of one user, connections without a login included.

        Args:
            name: The user's name.
            reason: Why, for listeners.

        Returns:
            How many logins have ended.
        """
        ended = [login for login in self._everybody() if login.user.name == name]
        for login in ended:
            self._end(login, reason)
        return len(ended)

    def recheck(self) -> None:
        """Ask for all logins now, because some may have ended; called on the event loop."""
        self._watch.recheck()

    # --- connections ---------------------------------------------------------------------------

    def bearer(self, user: User, vouch: Vouch | None = None) -> Login:
        """A login for one connection that came without a cookie of ours.

        It never expires, but ends when the plugins no longer vouch for its user.

        Args:
            user: Who it is.
            vouch: Asked as well, where somebody else logged the user in.
        """
        wall, now = self._clock.wall(), self._clock.now()
        return Login("", user, wall, math.inf, math.inf, now, b"", vouch=vouch)

    def attach(self, login: Login, close: Close) -> Callable[[], None]:
        """Have a live connection closed when its login ends.

        Args:
            login: What `begin`, `find` or `bearer` returned.
            close: Closes the connection; called at most once, and soon where the login has ended
                in the meantime.

        Returns:
            To be called when the connection is gone.
        """
        if not login.id:
            self._visits.append(login)
        elif login.id not in self._logins:
            return self._clock.call_later(0, close).cancel
        connection = Connection(login, close)
        login.connections.append(connection)
        self._watch.connected()
        return lambda: self._detach(connection)

    def _detach(self, connection: Connection) -> None:
        # A newer login of the same browser may have taken the connection over.
        login = connection.login
        if connection in login.connections:
            login.connections.remove(connection)
            if login in self._visits:
                self._visits.remove(login)

    # --- inside --------------------------------------------------------------------------------

    def _everybody(self) -> list[Login]:
        return [*self._logins.values(), *self._visits]

    def _make_room(self, name: str) -> None:
        own = [login for login in self._logins.values() if login.user.name == name]
        if len(own) >= self._per_user:
            self._end(least_missed(own), "evicted")
        elif len(self._logins) >= self._capacity:
            self._end(least_missed(self._logins.values()), "evicted")

    def _end(self, login: Login, reason: str) -> None:
        self._logins.pop(login.id, None)
        self._by_digest.pop(login.digest, None)
        if login in self._visits:
            self._visits.remove(login)
        connections, login.connections = login.connections, []
        for connection in connections:
            _guarded(connection.close)
        for listener in self._listeners:
            _guarded(lambda listener=listener: listener(login, reason))  # type: ignore[misc]


def _guarded(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:
        logger.exception("a connection of a login that has ended could not be closed")
