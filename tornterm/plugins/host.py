"""PluginHost: the plugins of one application, behind one typed method per hook."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pluggy

from tornterm import hookspecs
from tornterm.errors import (
    AuditUnreadable,
    AuthError,
    AuthUnavailable,
    ConfigError,
    ConfigProblem,
    CursorGone,
    NoProfile,
    PluginError,
    SessionError,
    SpawnError,
)
from tornterm.hookspecs import PROJECT, App
from tornterm.plugins.answers import anything, found_by, maybe, several, user_of
from tornterm.plugins.calls import Calls, OnCall, OnSlow
from tornterm.plugins.dispatch import Dispatcher, OnError
from tornterm.plugins.info import PluginInfo
from tornterm.plugins.loading import load
from tornterm.plugins.privileges import RootWatch
from tornterm.types import (
    Limits,
    LoginMethod,
    Profile,
    Route,
    SessionInfo,
    SessionObserver,
    SpawnPlan,
)

if TYPE_CHECKING:
    from tornterm.types import (
        Action,
        AuditEvent,
        AuthRequest,
        EventFilter,
        OlderEvents,
        SpawnRequest,
        User,
    )

__all__ = ["PluginHost", "PluginInfo"]


class PluginHost:
    """The plugins of one application.

    A plugin is a class, which is made with its checked settings as the only argument where it
    implements `tornterm_register_config` as a static or class method, and without arguments
    otherwise; a module or a ready object takes no settings. Plugins are asked in this order:
    `extra`, then `enabled` as written, then the built-in ``policy``, which is always there.
    (An implementation marked ``tryfirst`` or ``trylast`` moves itself, as everywhere in pluggy.)

    Args:
        enabled: The names and import paths in ``plugins.enabled``.
        tables: The tables ``[plugins.<name>]`` by name, unchecked.
        extra: Plugins that an embedder hands over: classes, objects or modules.
        disabled: The names in ``plugins.disabled``, which are left out whoever enables them.
        source: The file that `enabled` and `tables` came from.
        timeout: Seconds that one implementation may take for one call.
        clock: Seconds on a clock that never goes back, for the durations given to `on_call`.

    Raises:
        ConfigError: Names that do not exist or are offered twice, and wrong tables: all at once.
        PluginError: A plugin cannot be imported or made, or breaks the contract.
    """

    def __init__(
        self,
        enabled: Sequence[str],
        tables: Mapping[str, Mapping[str, Any]],
        extra: Sequence[object] = (),
        *,
        disabled: Collection[str] = (),
        source: str = "",
        timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        loaded = load(enabled, disabled, tables, extra, source)
        self._warnings = loaded.warnings
        self._source = source
        self._order = loaded.plugins
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        # pluggy asks the last registered first.
        for plugin in reversed(loaded.plugins):
            self._register(plugin.name, plugin.plugin)
        self.on_call: OnCall = lambda plugin, hook, seconds, error: None
        """Called after each call, with the error or None: for metrics."""
        self.on_slow: OnSlow = lambda plugin, hook, seconds: None
        """Called when a coroutine held the event loop for too long: for metrics."""
        self.on_error: OnError = lambda error: None
        """Called when a call failed whose answer counted: for the audit log."""
        trace = os.environ.get("TORNTERM_TRACE_PLUGINS", "") not in ("", "0")
        self._calls = Calls(
            timeout,
            clock,
            trace,
            on_call=lambda *call: self.on_call(*call),
            on_slow=lambda *step: self.on_slow(*step),
        )
        self._ask = Dispatcher(self._manager, self._calls, lambda error: self.on_error(error))
        self._started: list[str] = []
        self._root = RootWatch("shell")

    # --- what is loaded -----------------------------------------------------------------------

    def describe(self) -> list[PluginInfo]:
        """All plugins in the order in which they are asked."""
        return [PluginInfo.of(p, self._hooks_of(p.plugin), n) for n, p in enumerate(self._order, 1)]

    @property
    def auth_backends(self) -> tuple[str, ...]:
        """The names of the plugins that authenticate, in the order asked."""
        return self.names_for("tornterm_authenticate")

    def names_for(self, hook: str) -> tuple[str, ...]:
        """The names of the plugins that implement `hook`, in the order asked."""
        return tuple(impl.plugin_name for impl in self._ask.implementations(hook))

    # --- what plugins bring --------------------------------------------------------------------

    def commands(self) -> list[tuple[str, click.Command]]:
        """The click commands of all plugins, each with the plugin's name.

        Raises:
            PluginError: One failed.
        """
        return self._ask.register("tornterm_register_commands", several(click.Command))

    def routes(self, app: App) -> list[tuple[str, Route]]:
        """The routes of all plugins, each with the plugin's name, which is part of its path.

        Raises:
            PluginError: One failed.
        """
        return self._ask.register("tornterm_register_routes", several(Route), app=app)

    async def check(self, app: App, exposed: bool) -> list[ConfigProblem]:
        """What the plugins find wrong with their tables, and what is odd about `plugins` itself.

        Args:
            app: The application.
            exposed: Whether other people can reach the server.
        """
        found = await self._ask.collect(
            "tornterm_check", several(ConfigProblem), app=app, exposed=exposed
        )
        return [*self._warnings, *(self._placed(name, problem) for name, problem in found)]

    async def startup(self, app: App) -> None:
        """Start all plugins in order; where one fails, those that had started are shut down.

        Raises:
            PluginError: One failed; says which.
            ConfigError: One found its configuration wrong now that it looked closer.
        """
        hook = "tornterm_startup"
        try:
            for impl in self._ask.implementations(hook):
                await self._calls.call(impl, hook, {"app": app}, anything, (ConfigError,))
                self._started.append(impl.plugin_name)
        except ConfigError as error:
            await self.shutdown(app)
            raise ConfigError(
                [self._placed(impl.plugin_name, problem) for problem in error.problems]
            ) from error
        except BaseException:
            await self.shutdown(app)
            raise
        self._started = [plugin.name for plugin in self._order]

    async def shutdown(self, app: App) -> None:
        """Deliver what plugins are still to be told, shut them down, and let their threads end.

        Call it last, after the audit log is closed. A plugin that fails is logged.
        """
        await self._ask.notifications.drain(self._calls.timeout)
        for name in reversed(self._started):
            await self._ask.tell("tornterm_shutdown", only=(name,), app=app)
        self._started = []
        self._calls.close()

    # --- who is it, and what may they do -------------------------------------------------------

    async def authenticate(self, request: AuthRequest) -> User | None:
        """Who sent a request, or None where no plugin knows the credentials.

        Raises:
            AuthError: A plugin knows them to be wrong.
            AuthUnavailable: A plugin failed.
        """
        try:
            return await self._ask.decide(
                "tornterm_authenticate", user_of, (AuthError,), request=request
            )
        except PluginError as error:
            # Neither the person nor whoever logs this learns more than that: the plugin's own
            # words might hold the credential.
            raise AuthUnavailable(f"plugin {error.plugin!r} failed: {error.why}") from None

    async def login_methods(self) -> list[LoginMethod]:
        """What the login page offers, in the order of the plugins."""
        methods = await self._ask.collect("tornterm_login_methods", several(LoginMethod))
        return [method for _, method in methods]

    async def revalidate(self, user: User) -> bool:
        """Whether a login is still good."""
        return await self._ask.agree("tornterm_revalidate", user=user)

    async def authorize(
        self,
        user: User,
        action: Action,
        session: SessionInfo | None,
        *,
        invited: bool = False,
    ) -> bool:
        """Whether a user may do something.

        Args:
            user: Who wants to.
            action: What.
            session: The session concerned, if one is.
            invited: Whether its owner has said yes already, with a share.
        """
        return await self._ask.vote(
            "tornterm_authorize", some=invited, user=user, action=action, session=session
        )

    async def limits(self, user: User, limits: Limits) -> Limits:
        """The limits that apply to a user, beginning with what the configuration says.

        Raises:
            PluginError: A plugin failed.
        """
        result: Limits = await self._ask.transform(
            "tornterm_limits", "limits", maybe(Limits), user=user, limits=limits
        )
        return result

    # --- programs ------------------------------------------------------------------------------

    async def profiles(self, user: User) -> list[Profile]:
        """The profiles that a user may choose from, in the order of the plugins."""
        found: dict[str, Profile] = {}
        for _, profile in await self._ask.collect("tornterm_profiles", several(Profile), user=user):
            if profile.name:
                found.setdefault(profile.name, profile)
        return list(found.values())

    async def spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        """Which program to start for a user.

        Raises:
            SpawnError: No plugin had a plan, or one failed.
            SessionError: A plugin refuses, and says why.
            AuthError: Likewise.
        """

        def checker(plugin: str) -> Callable[[Any], SpawnPlan | None]:
            self._root.planned(plugin)  # the last one that is asked is the one that answers
            return maybe(SpawnPlan)

        try:
            plan = await self._ask.decide(
                "tornterm_spawn",
                checker,
                (SessionError, AuthError),
                user=user,
                request=request,
            )
        except PluginError as error:
            raise SpawnError(f"the plugin {error.plugin!r} failed") from error
        if plan is None:
            if request.profile:
                raise await self._no_profile(user, request.profile)
            raise SpawnError("no plugin says what to run (is `shell` in plugins.enabled?)")
        return plan

    async def _no_profile(self, user: User, name: str) -> NoProfile:
        """Why nothing was planned, with the profile of the user's that may have been meant."""
        known = [profile.name for profile in await self.profiles(user)]
        meant = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"; did you mean {meant[0]!r:.60}?" if meant else ""
        return NoProfile(f"there is no profile {name!r:.60}{hint}")

    async def prepare_spawn(self, user: User, plan: SpawnPlan) -> SpawnPlan:
        """The plan after all plugins have changed it.

        Raises:
            SpawnError: A plugin failed.
            SessionError: A plugin refuses, and says why.
            AuthError: Likewise.
        """
        try:
            result: SpawnPlan = await self._ask.transform(
                "tornterm_prepare_spawn",
                "plan",
                maybe(SpawnPlan),
                (SessionError, AuthError),
                _files_for_what_was_meant,
                user=user,
                plan=plan,
            )
        except PluginError as error:
            raise SpawnError(f"the plugin {error.plugin!r} failed") from error
        self._root.look(result)
        return result

    # --- what happens --------------------------------------------------------------------------

    def session_started(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that a session's program runs."""
        self._ask.notify("tornterm_session_started", session.id, session=session, user=user)

    def session_attached(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that somebody has attached."""
        self._ask.notify("tornterm_session_attached", session.id, session=session, user=user)

    def session_detached(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that a connection has gone."""
        self._ask.notify("tornterm_session_detached", session.id, session=session, user=user)

    def session_control_changed(self, session: SessionInfo, user: User | None, how: str) -> None:
        """Tell all plugins, without waiting, that somebody else may type."""
        self._ask.notify(
            "tornterm_session_control_changed", session.id, session=session, user=user, how=how
        )

    def session_ended(self, session: SessionInfo, reason: str) -> None:
        """Tell all plugins, without waiting, that a session is over."""
        self._ask.notify("tornterm_session_ended", session.id, session=session, reason=reason)

    async def observers(self, session: SessionInfo) -> list[tuple[str, SessionObserver]]:
        """Who watches a session, each with the plugin's name."""
        # mypy takes a Protocol for abstract here; isinstance with it is what is wanted.
        check = several(SessionObserver)  # type: ignore[type-abstract]
        return await self._ask.collect("tornterm_observe_session", check, session=session)

    async def audit(
        self, event: AuditEvent, only: Collection[str] | None = None
    ) -> dict[str, PluginError]:
        """Give an event to the audit sinks, one after the other.

        Args:
            event: The event.
            only: The sinks to give it to; None for all.

        Returns:
            Which sinks failed, and how.
        """
        return await self._ask.tell("tornterm_audit", only=only, event=event)

    async def older_events(
        self, wanted: EventFilter, begin: float | str, limit: int, sink: str = ""
    ) -> tuple[str, OlderEvents] | None:
        """What an audit sink has kept: that which is named, or the first that can say.

        Args:
            wanted: Which events.
            begin: Seconds since the epoch, at or before which they are; or a cursor of the sink's.
            limit: How many at the most.
            sink: The sink's name; empty for the first that can.

        Returns:
            The sink's name and what it found; None where none can say.

        Raises:
            AuditUnreadable: The sink failed.
            CursorGone: The cursor leads nowhere.
        """
        until, cursor = (None, begin) if isinstance(begin, str) else (begin, None)
        try:
            return await self._ask.decide(
                "tornterm_audit_older",
                lambda plugin: found_by(plugin, wanted, cursor, limit),
                (CursorGone,),
                only=(sink,) if sink else None,
                wanted=wanted,
                until=until,
                cursor=cursor,
                limit=limit,
            )
        except PluginError as error:
            raise AuditUnreadable(error.plugin, error.why) from None

    # --- inside --------------------------------------------------------------------------------

    def _placed(self, plugin: str, problem: ConfigProblem) -> ConfigProblem:
        """A plugin's problem with what it left out; another file has none of our tables."""
        if problem.source:
            return problem
        return replace(problem, source=self._source, table=problem.table or f"plugins.{plugin}")

    def _register(self, name: str, plugin: object) -> None:
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(name, "", " ".join(str(error).split())) from error

    def _hooks_of(self, plugin: object) -> tuple[str, ...]:
        callers = self._manager.get_hookcallers(plugin) or []
        return tuple(sorted(caller.name for caller in callers))


def _files_for_what_was_meant(before: SpawnPlan, after: SpawnPlan) -> SpawnPlan:
    """Turn files off where a plugin has changed what runs, or as whom, and said nothing of them.

    Whoever puts a program into something else knows best what that may see; who forgets to say it
    must not open the server's own files.
    """
    if not after.files or after.files != before.files:
        return after

    def what(plan: SpawnPlan) -> tuple[object, ...]:
        return plan.argv, plan.uid, plan.gid, plan.groups

    return after if what(before) == what(after) else replace(after, files=False)
