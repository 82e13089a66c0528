"""How a session comes to be: a place, a plan, a program; or nothing of it is left."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace

from tornterm.audit import AuditLog
from tornterm.config.settings import Settings
from tornterm.core.ledger import Reservation
from tornterm.core.output_log import OutputLog
from tornterm.core.tokens import new_id
from tornterm.errors import Forbidden, GoingAway, TorntermError
from tornterm.plugins import PluginHost
from tornterm.pty.terminal import Terminal
from tornterm.screens.follower import reserve_for
from tornterm.screens.worker import Worker
from tornterm.sessions.clock import Clock
from tornterm.sessions.deadlines import Lifetimes
from tornterm.sessions.host import Policy
from tornterm.sessions.observers import WatchedObserver
from tornterm.sessions.quotas import Quotas
from tornterm.sessions.register import Register
from tornterm.sessions.reports import Reports
from tornterm.sessions.session import Session
from tornterm.types import Size, SpawnRequest, User

__all__ = ["Creation", "Wishes"]

logger = logging.getLogger("tornterm.sessions")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the maker of a session may wish for; plugins decide what comes of it.

    Args:
        profile: The profile; empty for the default one.
        title: A name for people.
        cwd: A working directory, or None.
        argv: A command, or None.
        env: Variables to add.
    """

    profile: str = ""
    title: str = ""
    cwd: str | None = None
    argv: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)


class Creation:
    """Makes sessions and enters them in the register.

    Args:
        settings: The configuration.
        plugins: Who decides about rights and programs.
        audit: The audit log, without which nothing may begin where it is required.
        clock: Where the time comes from.
        screens: Who keeps the models of their screens; None for none.
        quotas: Where places are taken.
        register: Where sessions are entered; it listens to them.
        reports: Who passes on what came of it.

    Attributes:
        closed: Whether nothing new may begin, because the server is shutting down.
    """

    def __init__(
        self,
        settings: Settings,
        plugins: PluginHost,
        audit: AuditLog,
        clock: Clock,
        *,
        screens: Worker | None = None,
        quotas: Quotas,
        register: Register,
        reports: Reports,
    ) -> None:
        self.closed = False
        self._settings = settings
        self._plugins = plugins
        self._audit = audit
        self._clock = clock
        self._screens = screens
        self._quotas = quotas
        self._register = register
        self._reports = reports

    def reload(self, settings: Settings) -> None:
        """Go by other numbers for sessions that are made from now on."""
        self._settings = settings

    async def create(self, user: User, size: Size, wishes: Wishes, remote: str) -> Session:
        """Start a program in a new session; see `SessionManager.create`."""
        try:
            reservation = await self._reserve(user)
        except TorntermError as error:
            self._reports.denied(user, remote, error)
            raise
        session = self._enter(user, size, wishes, reservation)
        try:
            await self._start(session, size, wishes)
        except BaseException as error:
            await self._give_up(session, remote, error)
            raise
        self._came_to_be(session, remote)
        return session

    def create_pending(
        self, user: User, size: Size, wishes: Wishes, ready: Awaitable[object] | None = None
    ) -> Session:
        """Make a session whose program starts behind it; see `SessionManager.create_pending`."""
        self._check_open()
        reservation = self._quotas.reserve(user, self._quotas.configured(user))
        session = self._enter(user, size, wishes, reservation)
        session.stay()
        self._register.run(self._start_pending(session, size, wishes, ready))
        return session

    async def _start_pending(
        self, session: Session, size: Size, wishes: Wishes, ready: Awaitable[object] | None
    ) -> None:
        user = session.owner
        try:
            if ready is not None:
                await ready
            await self._check_allowed(user)
            limits = await self._quotas.limits(user)
            # The plugins may allow less than the configuration: give back and take in one step.
            session.reservation.release()
            session.reservation = self._quotas.reserve(user, limits)
            await self._start(session, size, wishes)
        except Exception as error:
            self._reports.denied(user, "", error, session.id)
            if isinstance(error, TorntermError):
                session.terminal.fail(error.public)
            else:
                logger.exception("starting session %s failed", session.id)
                session.terminal.fail("Something went wrong.")
        else:
            self._came_to_be(session, "")

    # The steps.

    def _check_open(self) -> None:
        if self.closed:
            raise GoingAway
        self._audit.check()

    async def _check_allowed(self, user: User) -> None:
        if not await self._plugins.authorize(user, "create", None):
            raise Forbidden(f"{user.name} may not create sessions")

    async def _reserve(self, user: User) -> Reservation:
        self._check_open()
        await self._check_allowed(user)
        limits = await self._quotas.limits(user)
        self._check_open()
        return self._quotas.reserve(user, limits)

    def _enter(self, user: User, size: Size, wishes: Wishes, reservation: Reservation) -> Session:
        numbers = self._settings.sessions
        session = Session(
            new_id(),
            user,
            Terminal(self._log(numbers.scrollback, size), kill_after=numbers.kill_after),
            self._register,
            self._clock,
            policy=Policy(numbers.window, numbers.stall_timeout, numbers.grace_period),
            lifetimes=Lifetimes(
                attach_timeout=numbers.attach_timeout,
                grace_period=numbers.grace_period,
                idle_timeout=numbers.idle_timeout,
                max_lifetime=numbers.max_lifetime,
                warn_before=numbers.warn_before,
            ),
            control_timeout=numbers.control_timeout,
            reservation=reservation,
            title=wishes.title,
            profile=wishes.profile,
            screens=self._screens,
        )
        self._register.living[session.id] = session
        return session

    def _log(self, capacity: int, size: Size) -> OutputLog:
        reserve = reserve_for(capacity) if self._screens else 0
        return OutputLog(capacity, size, reserve=reserve)

    async def _start(self, session: Session, size: Size, wishes: Wishes) -> None:
        request = SpawnRequest(
            session_id=session.id,
            size=size,
            profile=wishes.profile,
            cwd=wishes.cwd,
            argv=wishes.argv,
            env=wishes.env,
        )
        plan = await self._plugins.spawn(session.owner, request)
        plan = await self._plugins.prepare_spawn(session.owner, plan)
        plan = replace(plan, env={**plan.env, "TORNTERM_SESSION": session.id})
        session.observe(await self._observers(session))
        await session.terminal.start(plan, size)
        session.plan = plan
        session.started()
        if self.closed:
            await session.destroy("shutdown")
            raise GoingAway

    async def _observers(self, session: Session) -> list[WatchedObserver]:
        return [
            WatchedObserver(
                plugin, observer, slow=self._plugins.on_slow, removed=self._plugins.on_error
            )
            for plugin, observer in await self._plugins.observers(session.info())
        ]

    def _came_to_be(self, session: Session, remote: str) -> None:
        session.reservation.commit(self._clock.now())
        self._reports.created(session, remote)

    async def _give_up(self, session: Session, remote: str, error: BaseException) -> None:
        """Leave nothing of a session whose program did not start."""
        self._register.living.pop(session.id, None)
        session.reservation.release()
        self._reports.denied(session.owner, remote, error, session.id)
        await session.destroy("killed")
        session.close()
