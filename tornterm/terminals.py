"""The composition: one object that holds everything an application needs for its terminals.

``tornterm serve`` is its first user; an application that embeds terminals is another. Nothing is
global, so several of them live side by side in one process.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tornado.web import Application

from tornterm.audit import AuditLog
from tornterm.builtin.host import Audit, Spawn, UserLimits, host_plugins
from tornterm.config.load import mounted, settings_from
from tornterm.config.oddities import oddities
from tornterm.config.settings import Settings
from tornterm.core.tokens import OneTimeCodes, new_id
from tornterm.errors import AuthError, ConfigError, ConfigProblem, SessionNotFound
from tornterm.files.transfers import Transfers
from tornterm.hosted import HostedSession
from tornterm.plugins import PluginHost
from tornterm.plugins.loading import NOBODY
from tornterm.pty.forker import FORKER
from tornterm.sessions.clock import Clock, LoopClock
from tornterm.sessions.manager import SessionManager, Wishes
from tornterm.sessions.reception import Reception
from tornterm.types import Size, User
from tornterm.web.admin.desk import Desk
from tornterm.web.app import Rule, make_application, make_handlers
from tornterm.web.host_login import BACKEND, Authenticate, HostLogin, Still, asking
from tornterm.web.hosts import HostList
from tornterm.web.logins import LoginStore
from tornterm.web.metrics import Metrics
from tornterm.web.origin import OriginList
from tornterm.web.proxies import TrustedProxies
from tornterm.web.throttle import Throttle
from tornterm.web.ticket_api import issue
from tornterm.web.tickets import Admission, Ticket, TicketStore
from tornterm.web.turnstile import Turnstile

__all__ = ["Terminals"]

logger = logging.getLogger("tornterm")

CODE_LIFETIME = 600.0
"""Seconds for which a login link can be used."""


class Terminals:
    """Terminals for one Tornado application.

    Args:
        settings: The configuration: settings, its tables as nested mappings, or the path of a
            TOML file; the defaults where left out.
        plugins: Plugin objects besides those that the configuration names; asked first.
        base: The path under which the terminals are mounted; ``server.base_url`` where left out.
        authenticate: The host application's login: gets the handler that answers a request of
            the host's application, and returns its user or None; a plain function, which must
            not block, or an async one. Asked on every request and upgrade, and every
            ``auth.revalidate`` seconds while a connection is open. What it raises denies.
        spawn: As the hook `tornterm_spawn`; asked before the plugins.
        limits: As the hook `tornterm_limits`.
        audit: As the hook `tornterm_audit`.
        clock: Where the time comes from; the event loop's where left out.

    Raises:
        ConfigError: Something in the configuration is wrong.
        PluginError: A plugin cannot be loaded.

    Attributes:
        settings: The configuration.
        plugins: Who decides.
        audit: Where events go.
        sessions: The sessions.
        reception: Where connections become attachments.
        logins: Who is logged in.
        host_login: The host application's login, where it gave one.
        codes: One-time codes of login links.
        metrics: What is counted.
        desk: What administrators see.
        transfers: Files on their way.
        base: The path under which everything is served; begins and ends with a slash.
        instance: A name that tells this server's cookies from those of others on the same host.
    """

    def __init__(
        self,
        settings: Settings | Mapping[str, Any] | str | os.PathLike[str] | None = None,
        plugins: Sequence[object] = (),
        *,
        base: str | None = None,
        authenticate: Authenticate | None = None,
        spawn: Spawn | None = None,
        limits: UserLimits | None = None,
        audit: Audit | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = mounted(settings_from(settings), base)
        self.host_login = HostLogin(authenticate) if authenticate is not None else None
        self.clock: Clock = clock or LoopClock()
        self.metrics = Metrics()
        self.plugins = PluginHost(
            self.settings.plugins.enabled,
            self.settings.plugins.tables,
            [*host_plugins(spawn, limits, audit), *plugins],
            disabled=self.settings.plugins.disabled,
            source=str(self.settings.source.file or ""),
        )
        self.audit = AuditLog(
            self.plugins,
            self.settings.audit.required,
            self.clock.wall,
            queue=self.settings.audit.queue,
        )
        self.sessions = SessionManager(self.settings, self.plugins, self.audit, self.clock)
        self.reception = Reception(self.sessions)
        self.logins = LoginStore(self.settings.auth, self.plugins, self.clock)
        self.transfers = Transfers(self.settings.files, self.audit, self.clock)
        self.desk = Desk(self.sessions, self.logins, self.clock)
        self.desk.listen(self.plugins, self.audit, self.metrics)
        self._take_up(self.settings)
        self.tickets = TicketStore()
        self.codes: OneTimeCodes[User] = OneTimeCodes(CODE_LIFETIME)
        self.base = self.settings.server.base_url
        self.instance = _instance(self.settings)
        self._link_user: User | None = None
        self._started = False

    def _take_up(self, settings: Settings) -> None:
        """Make what is derived from the configuration."""
        server, auth = settings.server, settings.auth
        authority = server.public_url.partition("://")[2].partition("/")[0]
        listening = "" if server.unix_socket else server.host
        self.settings = settings
        self.hosts = HostList(server.allowed_hosts, authority, listening)
        self.origins = OriginList(server.public_url, server.allowed_origins)
        self.proxies = TrustedProxies(server.trusted_proxies)
        self.turnstile = Turnstile()
        self.throttle = Throttle(
            auth.attempts_window, auth.attempts_per_address, auth.attempts_per_account
        )

    # What a host application uses.

    def handlers(self) -> list[Rule]:
        """The routes, for a host application's own list."""
        return make_handlers(self)

    def application(self) -> Application:
        """A Tornado application of the terminals' own."""
        return make_application(self)

    async def check(self, *, exposed: bool = False) -> list[ConfigProblem]:
        """Everything that is wrong or odd about the configuration; starts and changes nothing.

        Args:
            exposed: Whether other people can reach the server, rather than only those on its
                machine.
        """
        problems = [*oddities(self.settings), *await self.plugins.check(self, exposed)]
        if self.host_login is not None:
            return [problem for problem in problems if problem.why != NOBODY]
        return problems

    async def start(self, *, exposed: bool = False) -> None:
        """Start the plugins; call it on the running event loop, before the first request.

        Args:
            exposed: As for `check`, which comes first; its warnings are logged.

        Raises:
            PluginError: A plugin failed to start.
            ConfigError: Something in the configuration is wrong.
        """
        problems = await self.check(exposed=exposed)
        for problem in problems:
            if problem.warning:
                logger.warning("%s", problem)
        if wrong := [problem for problem in problems if not problem.warning]:
            raise ConfigError(wrong)
        FORKER.start()
        await self.plugins.startup(self)
        self.desk.start()
        self._started = True

    async def open(
        self, user: User, *, size: Size | None = None, keep: bool = False, **wishes: Any
    ) -> HostedSession:
        """Start a program in a new session of a user's, for the host application's own code.

        Limits, rights and plugins count as for the user.

        Args:
            user: Who will own it.
            size: The terminal's size; 80 by 24 where left out.
            keep: Whether it stays although nobody attaches within ``sessions.attach_timeout``.
            **wishes: ``profile``, ``title``, ``cwd``, ``argv`` and ``env``, as in
                `tornterm.types.SpawnRequest`; plugins decide what comes of them. A profile that
                there is not is refused, with ``argv`` as well.

        Raises:
            TorntermError: As `SessionManager.create`.
            TypeError: There is no such wish.
        """
        made = await self.sessions.create(user, size or Size(), wishes=Wishes(**wishes))
        session = HostedSession(made)
        if keep:
            session.keep()
        return session

    def session(self, session_id: str) -> HostedSession:
        """A session for the host application's own code; asks nobody for permission.

        Args:
            session_id: Its id, for example one of `sessions.list_sessions()`.

        Raises:
            SessionNotFound: There is none.
        """
        found = self.sessions.get_session(session_id)
        if found is None:
            raise SessionNotFound(session_id)
        return HostedSession(found)

    async def ticket(self, user: User, *, session: str = "", still: Still | None = None) -> Ticket:
        """A ticket with which a page of the host application's opens one WebSocket.

        For pages that the terminals' own login does not reach, such as those of another site, or
        of an application that is not Tornado's. Whoever has it within 30 seconds is `user`.

        Args:
            user: The person whose page it is, as the host application knows them.
            session: The id of one of their sessions that the page goes on with; empty for a new
                one.
            still: Says, every ``auth.revalidate`` seconds, whether the connection may stay; a
                plain function, which must not block, or an async one. What it raises is a no.

        Returns:
            The ticket; its `Ticket.answer` is what the page is sent.

        Raises:
            SessionNotFound: There is no such session, or it is not theirs to see.
            Forbidden: It is somebody else's.
        """
        vouch = None if still is None else asking(still)
        return await issue(self, Admission(replace(user, backend=BACKEND), vouch=vouch), session)

    def begin_drain(self) -> None:
        """Begin nothing new, and tell every client that the server goes away."""
        self.sessions.begin_drain()

    async def close(self, reason: str = "closed") -> None:
        """End all programs, flush the audit log and stop the plugins; nothing is left behind.

        Args:
            reason: Why, for the log.
        """
        logger.debug("closing the terminals: %s", reason)
        self.begin_drain()
        self.desk.close()
        await self.transfers.close()
        await self.sessions.destroy_all()
        self.logins.close()
        if self._started:
            self._started = False
            await self.audit.close()
            await self.plugins.shutdown(self)

    async def reload(self, settings: Settings) -> None:
        """Take up a changed configuration, as far as that is possible while running.

        Args:
            settings: The new configuration, already checked.
        """
        self._take_up(settings)
        self.sessions.reload(settings)
        self.logins.reload(settings.auth)
        self.transfers.settings = settings.files
        self.recheck_logins()

    # Logging in by a link.

    @property
    def unauthenticated(self) -> bool:
        """Whether no way to log in is configured but the printed link; known after `start`."""
        return self._link_user is not None

    def login_link(self, base: str) -> str:
        """A new link with which the operator can log in, once.

        Args:
            base: Where people find the page; ends with a slash.

        Raises:
            AuthError: Logins are configured, so there is no link.
        """
        if self._link_user is None:
            why = "logins are configured on this server, so there is no login link"
            raise AuthError(why, why)
        return f"{base}login#code={self.codes.issue(self._link_user, self.clock.now())}"

    # What plugins may ask for (`tornterm.hookspecs.App`).

    @property
    def auth_backends(self) -> tuple[str, ...]:
        """The names of the enabled plugins that authenticate, in the order asked."""
        host = () if self.host_login is None else (BACKEND,)
        return (*host, *self.plugins.auth_backends)

    def offer_login_link(self, user: User) -> None:
        """Let the operator log in as `user` through a link that is good once."""
        self._link_user = user

    def recheck_logins(self) -> None:
        """Ask the plugins now whether those who are logged in may stay."""
        self.logins.recheck()

    def address(self, handler: Any) -> str:
        """Where the person whose request `handler` answers finds this server."""
        public_url = self.settings.server.public_url
        return public_url or f"{handler.client.scheme}://{handler.client.host}{self.base}"

    def login_failed(self, handler: Any, error: AuthError) -> None:
        """Count and audit that somebody could not log in on one of a plugin's routes."""
        handler.login_failed(error, handler.route.rpartition("/")[2])

    def login(self, handler: Any, user: User) -> None:
        """Log in the person whose request `handler`, of one of a plugin's routes, answers."""
        # Whom to ask later whether they may stay is not for the plugin to say.
        plugin = handler.route.rpartition("/")[2]
        handler.log_in(replace(user, backend=plugin), plugin)

    def record(self, handler: Any, name: str, **facts: Any) -> None:
        """Audit what the person whose request `handler` answers does on a plugin's route."""
        handler.record_for(handler.route.rpartition("/")[2], name, **facts)


def _instance(settings: Settings) -> str:
    """The same for each start of one server, different for two servers on one host."""
    server = settings.server
    if server.unix_socket is None and server.port == 0:
        return new_id()[:8]
    where = f"{server.unix_socket or server.port} {server.base_url}"
    return hashlib.sha256(where.encode()).hexdigest()[:8]
