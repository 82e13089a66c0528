"""The sessions of one application: asking for one, finding it, ending it, and counting them.

How each of these is done stands in its own module: `creation`, `register`, `quotas`, `reports`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable

from tornterm.audit import AuditLog
from tornterm.config.settings import Settings
from tornterm.core.lifecycle import State
from tornterm.errors import SessionNotFound
from tornterm.plugins import PluginHost
from tornterm.screens.worker import Worker
from tornterm.sessions.clock import Clock, LoopClock
from tornterm.sessions.creation import Creation, Wishes
from tornterm.sessions.host import Farewell
from tornterm.sessions.members import Right
from tornterm.sessions.quotas import Quotas
from tornterm.sessions.register import Register
from tornterm.sessions.reports import Reports
from tornterm.sessions.session import Session
from tornterm.sessions.sharing import Sharing
from tornterm.types import Action, SessionInfo, Size, Usage, User

__all__ = ["SessionManager", "Wishes"]


class SessionManager:
    """All sessions of one application object; nothing here is global.

    Args:
        settings: The configuration.
        plugins: Who decides about limits, rights and programs.
        audit: Where events go.
        clock: Where the time comes from; the event loop's where left out.

    Attributes:
        quotas: What users may have.
        sharing: What owners have shared.
        screens: Who keeps the models of their screens; None where there are none.
    """

    def __init__(
        self,
        settings: Settings,
        plugins: PluginHost,
        audit: AuditLog,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or LoopClock()
        self.quotas = Quotas(settings, plugins, clock)
        self._plugins = plugins
        self._reports = Reports(audit, plugins)
        self._register = Register(clock, settings.sessions.tombstone, self._reports)
        self.sharing = Sharing(self._register, plugins, audit, self._reports)
        numbers = settings.sessions
        self.screens = (
            Worker(numbers.screen_scrollback, numbers.screen_memory)
            if numbers.screen_model
            else None
        )
        self._creation = Creation(
            settings,
            plugins,
            audit,
            clock,
            screens=self.screens,
            quotas=self.quotas,
            register=self._register,
            reports=self._reports,
        )

    def reload(self, settings: Settings) -> None:
        """Go by other numbers: limits at once, the rest for sessions that are made from now on."""
        self.quotas.reload(settings)
        self._creation.reload(settings)
        self._register.tombstones.keep = settings.sessions.tombstone

    # Creating.

    async def create(
        self,
        user: User,
        size: Size,
        *,
        remote: str = "",
        wishes: Wishes | None = None,
    ) -> Session:
        """Start a program in a new session.

        Args:
            user: Who will own it.
            size: The terminal's size.
            remote: The address it is asked for from.
            wishes: What the user would like.

        Returns:
            The session, running, with nobody attached.

        Raises:
            LimitExceeded: The server, the user or the group has no room, or the user has made
                too many within the hour.
            Forbidden: The user may not create sessions.
            SpawnError: The program could not be started.
            AuditUnavailable: The audit log is required and cannot be written.
            GoingAway: The server is shutting down.
        """
        return await self._creation.create(user, size, wishes or Wishes(), remote)

    def create_pending(
        self,
        user: User,
        size: Size,
        *,
        wishes: Wishes | None = None,
        ready: Awaitable[object] | None = None,
    ) -> Session:
        """Make a session at once, whose program starts behind it: for doors that cannot wait.

        A refusal by a plugin, or a program that cannot be started, ends the session with the
        reason on its screen.

        Args:
            user: Who will own it.
            size: The terminal's size.
            wishes: What the user would like.
            ready: What has to be done first; what it raises is a refusal.

        Raises:
            LimitExceeded: The limits of the configuration leave no room.
            AuditUnavailable: The audit log is required and cannot be written.
            GoingAway: The server is shutting down.
        """
        return self._creation.create_pending(user, size, wishes or Wishes(), ready)

    # Finding.

    def get_session(self, session_id: str) -> Session | None:
        """The session of that id, alive or kept as a tombstone; asks nobody for permission."""
        return self._register.get(session_id)

    async def find(self, user: User, session_id: str, action: Action) -> Session:
        """The session of that id, if this user may do this with it.

        Args:
            user: Who asks.
            session_id: The public id.
            action: What for.

        Raises:
            SessionNotFound: There is none, or it is not this user's: the two look the same.
        """
        session = self.get_session(session_id)
        if session is None or not await self._plugins.authorize(user, action, session.info()):
            raise SessionNotFound(session_id)
        if self.get_session(session_id) is not session:
            raise SessionNotFound(session_id)
        return session

    async def right(self, user: User, session: Session) -> Right:
        """What a user who may attach to a session may do there.

        Args:
            user: The user.
            session: A session that this user has made or that `find` has found.

        Raises:
            SessionNotFound: It has gone in the meantime.
        """
        may_write = await self._plugins.authorize(user, "control", session.info())
        if self.get_session(session.id) is not session:
            raise SessionNotFound(session.id)
        return Right.CONTROL if may_write else Right.WATCH

    def list_sessions(self) -> list[SessionInfo]:
        """All living sessions, the oldest first."""
        return [session.info() for session in self._register.living.values()]

    get_all_sessions = list_sessions

    def owned(self) -> list[tuple[User, SessionInfo]]:
        """All living sessions with their owners, the oldest first."""
        return [(session.owner, session.info()) for session in self._register.living.values()]

    def outputs(self) -> list[tuple[str, int]]:
        """The ids of all sessions that still answer, with the bytes that each has printed."""
        return [(session.id, session.log.end) for session in self._register.all()]

    def get_user_sessions(self, name: str) -> list[SessionInfo]:
        """The living sessions of one user, the oldest first."""
        return [info for info in self.list_sessions() if info.user == name]

    # Limits.

    @property
    def active_count(self) -> int:
        """Sessions that have a place, starting ones included."""
        return self.quotas.ledger.active

    @property
    def screens_lost(self) -> int:
        """Living sessions whose screen is not known as it is now."""
        return sum(session.model.lost for session in self._register.living.values())

    @property
    def is_full(self) -> bool:
        """Whether the server has no room for anybody."""
        return self.quotas.ledger.is_full

    async def usage(self, user: User) -> Usage:
        """What this user may have, and how much of it is used."""
        return await self.quotas.usage(user)

    async def is_user_at_concurrent_limit(self, user: User) -> bool:
        """Whether this user must end a session before making another."""
        return await self.quotas.is_user_at_concurrent_limit(user)

    async def is_user_rate_limited(self, user: User) -> bool:
        """Whether this user has made as many sessions as one hour allows."""
        return await self.quotas.is_user_rate_limited(user)

    async def retry_after_seconds(self, user: User) -> int:
        """Seconds until the hour allows this user another session, 0 where it does now."""
        return await self.quotas.retry_after_seconds(user)

    # Ending.

    async def destroy_session(
        self, session_id: str, *, by: User | None = None, remote: str = ""
    ) -> bool:
        """End a session and wait until its program is gone.

        Args:
            session_id: The public id.
            by: Who wants it; None for the server itself.
            remote: From where.

        Returns:
            Whether there was one to end.
        """
        session = self._register.living.get(session_id)
        if session is None:
            return False
        if session.lifecycle.state < State.ENDING:
            self._reports.killed(session, by, remote)
        await session.destroy("killed", _who_ended_it(session, by))
        return True

    def destroy_soon(self, session_id: str, *, by: User, remote: str = "") -> None:
        """End a session without waiting for it, if this user may."""
        self._register.run(self._destroy_if_allowed(session_id, by, remote))

    async def _destroy_if_allowed(self, session_id: str, by: User, remote: str) -> None:
        with contextlib.suppress(SessionNotFound):
            await self.find(by, session_id, "kill")
            await self.destroy_session(session_id, by=by, remote=remote)

    @property
    def draining(self) -> bool:
        """Whether nothing new may begin, because the server is shutting down."""
        return self._creation.closed

    def begin_drain(self) -> None:
        """Begin nothing new, and let every client know that the server goes away."""
        self._creation.closed = True
        for session in list(self._register.living.values()):
            session.company.dismiss()

    async def destroy_all(self) -> None:
        """End all sessions side by side and wait until no program is left."""
        self._creation.closed = True
        await self._register.end_all()
        if self.screens is not None:
            self.screens.close()


def _who_ended_it(session: Session, by: User | None) -> Farewell:
    """What a session's people are told about who ended it; names are none of a guest's business."""
    if by is None:
        return Farewell("ended_by_operator", "The operator of the server ended this session.")
    if by.name == session.owner.name:
        return Farewell("ended_by_owner", "Its owner ended this session.")
    if by.admin:
        return Farewell("ended_by_admin", "An administrator ended this session.")
    return Farewell("ended_by_other", "Somebody who may do so ended this session.")
