"""The plugin contract: every hook with its signature and its promise.

A plugin is a class, offered as an entry point of the group ``tornterm`` and switched on by name in
``plugins.enabled``. It implements any of these hooks, each marked with `hookimpl`, and takes any
subset of their arguments, by name::

    class Greeter:
        def __init__(self, settings: GreeterSettings) -> None: ...

        @staticmethod
        @hookimpl
        def tornterm_register_config() -> type[BaseModel]:
            return GreeterSettings

        @hookimpl
        async def tornterm_session_started(self, session: SessionInfo) -> None: ...

A hook's docstring has five parts: when it is called, the arguments, what to return, whether it may
be async, and what happens if it raises. How results are combined is the hook's *kind*, named in
`KINDS` and carried out by `tornterm.plugins.PluginHost`:

========= ============================================== ======================================
kind      result                                         an implementation raises
========= ============================================== ======================================
REGISTER  list                                           startup stops, naming plugin and hook
DECIDE    the first that is not None                     denied or failed, logged and audited
VETO      all must agree                                 counts as a no
VOTE      one yes and no no                              counts as a no
TRANSFORM each sees the previous value                   the operation fails
NOTIFY    ignored                                        logged, counted; the others still run
COLLECT   list                                           that part is dropped, logged
========= ============================================== ======================================

REGISTER hooks are plain functions that are called on the event loop and must not block. All others
may be ``async def``, which runs on the event loop, or plain ``def``, which runs in one of the few
worker threads that each plugin has, so it may block. An implementation that takes longer than its
time, or that returns something of the wrong type, counts as having raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pluggy

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel

    from tornterm.errors import AuthError, ConfigProblem
    from tornterm.types import (
        Action,
        AuditEvent,
        AuthRequest,
        EventFilter,
        Limits,
        LoginMethod,
        OlderEvents,
        Profile,
        Route,
        SessionInfo,
        SessionObserver,
        SpawnPlan,
        SpawnRequest,
        User,
    )

__all__ = ["KINDS", "PROJECT", "App", "Kind", "hookimpl", "hookspec"]

PROJECT = "tornterm"
"""The pluggy project name, which is also the marker and the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Kind(Enum):
    """How the answers of several plugins become one result."""

    REGISTER = "register"
    DECIDE = "decide"
    VETO = "veto"
    VOTE = "vote"
    TRANSFORM = "transform"
    NOTIFY = "notify"
    COLLECT = "collect"


class App(Protocol):
    """What a plugin may ask of the application that runs it, on the event loop only."""

    @property
    def auth_backends(self) -> tuple[str, ...]:
        """The names of the enabled plugins that authenticate, in the order asked."""

    def offer_login_link(self, user: User) -> None:
        """Let the operator log in as `user` through a link that is good once."""

    def recheck_logins(self) -> None:
        """Ask `tornterm_revalidate` for all logins now, because some may have ended."""

    def address(self, handler: Any) -> str:
        """Where the person whose request `handler` answers finds this server: ends with a slash."""

    def login_failed(self, handler: Any, error: AuthError) -> None:
        """Count and audit that somebody could not log in on one of the plugin's routes.

        Args:
            handler: The handler of the route; raise `error` afterwards, to answer with it.
            error: Why; without the credential.
        """

    def login(self, handler: Any, user: User) -> None:
        """Log in the person whose request `handler`, of one of the plugin's routes, answers.

        The cookie goes out with the answer. It is SameSite=Strict: to a person who comes from
        another site, answer with a redirect to ``{base}login?next=...``.

        Args:
            handler: The handler itself, before it has answered.
            user: Who it is; `User.backend` becomes the plugin's name.
        """

    def record(self, handler: Any, name: str, **facts: Any) -> None:
        """Audit what somebody did on one of the plugin's routes.

        Args:
            handler: The handler that answers their request.
            name: What was done, one word; the event's name has the plugin's before it.
            **facts: Further values that JSON can carry.
        """


Function = TypeVar("Function", bound=Callable[..., Any])

_kinds: dict[str, Kind] = {}

KINDS: Mapping[str, Kind] = MappingProxyType(_kinds)
"""The kind of every hook, by its name."""


def _hook(kind: Kind) -> Callable[[Function], Function]:
    """Make a function the specification of a hook of that kind."""

    def specify(function: Function) -> Function:
        _kinds[function.__name__] = kind
        return hookspec(function)

    return specify


# --- what a plugin brings -----------------------------------------------------------------------


@_hook(Kind.REGISTER)
def tornterm_register_config() -> type[BaseModel] | None:
    """Name the pydantic model of the table ``[plugins.<name>]``.

    Called: when plugins are loaded, before the plugin is made, so on its class: write it as a
    static or class method. The plugin is then made with the checked table as its only argument.

    Args:
        None.

    Returns:
        The model; every key needs a default unless the plugin cannot do without it. A plugin
        without this hook is made without arguments and has no table.

    Async: no.

    If it raises: the start stops with an error that names plugin and hook.
    """


@_hook(Kind.REGISTER)
def tornterm_register_commands() -> Sequence[click.Command] | click.Command | None:
    """Add commands to the command line.

    Called: once per run of ``tornterm``, without a server and without an event loop.

    Args:
        None.

    Returns:
        click commands or groups; None for none. A name that is taken already is an error.

    Async: no; a command may start an event loop of its own.

    If it raises: the command line stops with an error that names plugin and hook.
    """


@_hook(Kind.REGISTER)
def tornterm_register_routes(app: App) -> Sequence[Route] | Route | None:
    """Add routes below ``{base}/-/<plugin>/``.

    Called: once, when the application is put together, which may be before or after
    `tornterm_startup`.

    Args:
        app: The application, to be kept for later.

    Returns:
        Routes; None for none. A route needs a login unless it says ``access="public"``.

    Async: no; the handlers themselves may be.

    If it raises: the start stops with an error that names plugin and hook.
    """


@_hook(Kind.COLLECT)
def tornterm_check(app: App, exposed: bool) -> Sequence[ConfigProblem] | ConfigProblem | None:
    """Say what is wrong with a table that its values do not show: files, accounts, programs.

    Called: by ``tornterm config check``, and before `tornterm_startup` when a server starts. It
    must change nothing, for it may be called where nothing is started.

    Args:
        app: The application, which has not been started.
        exposed: Whether other people can reach the server, rather than only those on its machine.

    Returns:
        What is wrong, each with its key; None for nothing. `source` and `table` may be empty: the
        file and the plugin's table are added. What is only a `warning` is said and stops nothing,
        anything else stops the start.

    Async: yes; looking at files belongs in a plain function, which must not call `app`.

    If it raises: logged and counted, as if the plugin had found nothing.
    """


@_hook(Kind.NOTIFY)
def tornterm_startup(app: App) -> None:
    """Open pools, start tasks, take hold of what the outside world must provide.

    Called: once, before the server listens; one plugin after the other in the order of
    ``plugins.enabled``.

    Args:
        app: The application, to be kept for later.

    Returns:
        Ignored.

    Async: yes, and on the event loop on which everything else will run; a plain function runs
    in a worker thread and must not call `app`.

    If it raises: the start stops with an error that names the plugin, and plugins that had
    started are shut down.
    """


@_hook(Kind.NOTIFY)
def tornterm_shutdown(app: App) -> None:
    """Let go of what `tornterm_startup` took hold of.

    Called: once, after the last session and the last audit event, in reverse order, for the
    plugins that had started.

    Args:
        app: The application.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; the other plugins are still shut down.
    """


# --- who is it, and what may they do ------------------------------------------------------------


@_hook(Kind.DECIDE)
def tornterm_authenticate(request: AuthRequest) -> User | None:
    """Say who has sent a request.

    Called: for each login, and for each request that brings credentials or headers rather than a
    cookie of ours.

    Args:
        request: The credentials and where they come from. Never log them.

    Returns:
        The user; None for "not mine", so that the next plugin is asked. The host writes the
        plugin's name into `User.backend`.

    Async: yes; hashing a password or asking a directory belongs in a plain function.

    If it raises: `AuthError` means "mine but wrong" and ends the search: a 401. Any other
    exception denies as well, is logged without its text, which might hold a credential, and
    audited as ``plugin.error``; the answer is that of an `AuthUnavailable`: a 503, to try again.
    """


@_hook(Kind.COLLECT)
def tornterm_login_methods() -> Sequence[LoginMethod] | LoginMethod | None:
    """Say what the login page offers on this plugin's behalf.

    Called: each time the login page is shown.

    Args:
        None.

    Returns:
        Forms or links, in the order shown; None for none.

    Async: yes.

    If it raises: this plugin's methods are missing from the page; logged.
    """


@_hook(Kind.VETO)
def tornterm_revalidate(user: User) -> bool | None:
    """Say whether a login that was given out is still good.

    Called: every ``auth.revalidate`` seconds for each login with open connections, and when a
    plugin asked for it by `App.recheck_logins`.

    Args:
        user: The user as the plugin returned it; `User.backend` names the plugin.

    Returns:
        True or None to agree, as one does for the users of other plugins; False closes the
        login's connections with 4401. Its programs go on and wait for the grace period.

    Async: yes.

    If it raises: counts as a no; logged and audited.
    """


@_hook(Kind.VOTE)
def tornterm_authorize(user: User, action: Action, session: SessionInfo | None) -> bool | None:
    """Say whether a user may do something.

    Called: before each such action, also for a session's owner.

    Args:
        user: Who wants to.
        action: ``create``, ``attach``, ``watch`` (see a session by a share of it), ``control``
            (write, or for who came by a share be granted it), ``kill`` or ``admin``.
        session: The session concerned; None for ``create`` and ``admin``.

    Returns:
        True, False or None to abstain. One no denies; without a no, one yes is needed. The plugin
        ``policy``, which is always there, says yes to owners and admins and abstains otherwise.
        For who holds a share the owner has said yes already; if that one is not logged in, the
        name is ``share:<id>`` and the backend ``share``.

    Async: yes.

    If it raises: counts as a no; logged and audited.
    """


@_hook(Kind.TRANSFORM)
def tornterm_limits(user: User, limits: Limits) -> Limits | None:
    """Change the limits that apply to a user.

    Called: when a session is to be made, and when a user's quota is shown.

    Args:
        user: The user.
        limits: What ``[sessions]`` and ``[[limits]]`` say, or what the previous plugin returned.

    Returns:
        The limits; None to leave them as they are.

    Async: yes.

    If it raises: no session is made; logged and audited.
    """


# --- programs -----------------------------------------------------------------------------------


@_hook(Kind.COLLECT)
def tornterm_profiles(user: User) -> Sequence[Profile] | Profile | None:
    """Say which profiles a user may choose from.

    Called: when a page or a program of the user asks for them.

    Args:
        user: Who chooses.

    Returns:
        Profiles that `tornterm_spawn` of the same plugin knows, in the order shown; None for none.
        Of several with one name the first counts. A session can be wished for with another profile
        all the same: it is for `tornterm_spawn` to refuse it.

    Async: yes.

    If it raises: this plugin's profiles are missing from the list; logged.
    """


@_hook(Kind.DECIDE)
def tornterm_spawn(user: User, request: SpawnRequest) -> SpawnPlan | None:
    """Say which program a new session runs, and how.

    Called: once per session, after the limits allowed it and before anything is started.

    Args:
        user: The session's owner.
        request: What is known and wished.

    Returns:
        The plan; None to leave it to the next plugin.

    Async: yes.

    If it raises: no session is made. The person sees the text of a `SessionError` or an
    `AuthError`, which are refusals; anything else is logged and audited, and the person learns
    only that the plugin failed.
    """


@_hook(Kind.TRANSFORM)
def tornterm_prepare_spawn(user: User, plan: SpawnPlan) -> SpawnPlan | None:
    """Make the last changes to a plan, whichever plugin made it.

    Called: once per session, after `tornterm_spawn`.

    Args:
        user: The session's owner.
        plan: The plan, or what the previous plugin returned.

    Returns:
        The plan to use, for example made by `dataclasses.replace`; None to leave it as it is.

    Async: yes.

    If it raises: as for `tornterm_spawn`.
    """


# --- what happens -------------------------------------------------------------------------------


@_hook(Kind.NOTIFY)
def tornterm_session_started(session: SessionInfo, user: User) -> None:
    """Learn that a session's program runs.

    Called: once per session. A plugin gets what concerns one session in order and one at a time.

    Args:
        session: The session at that moment.
        user: Its owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@_hook(Kind.NOTIFY)
def tornterm_session_attached(session: SessionInfo, user: User) -> None:
    """Learn that somebody has attached to a session.

    Called: for each connection, the first one included.

    Args:
        session: The session at that moment.
        user: Who attached; not always the owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@_hook(Kind.NOTIFY)
def tornterm_session_detached(session: SessionInfo, user: User) -> None:
    """Learn that a connection to a session has gone.

    Called: for each connection that had attached, also when the session ends.

    Args:
        session: The session at that moment.
        user: Who was attached; not always the owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@_hook(Kind.NOTIFY)
def tornterm_session_control_changed(session: SessionInfo, user: User | None, how: str) -> None:
    """Learn that somebody else may type in a session, or nobody.

    Called: for each change after the first connection, which may type from the start.

    Args:
        session: The session at that moment.
        user: Who may type now; None for nobody.
        how: ``taken`` by who may type now, ``granted`` by the owner, ``released`` by who could
            type before, or ``returned`` to the owner because its holder has gone or given it up.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@_hook(Kind.NOTIFY)
def tornterm_session_ended(session: SessionInfo, reason: str) -> None:
    """Learn that a session is over.

    Called: once per session that had started, after its last output.

    Args:
        session: The session at that moment; `SessionInfo.exit` says how the program ended.
        reason: Why: ``exited`` by itself, ``killed`` by a person, ``shutdown`` of the server, or a
            deadline: ``unattached``, ``grace``, ``idle`` or ``lifetime``.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@_hook(Kind.COLLECT)
def tornterm_observe_session(
    session: SessionInfo,
) -> Sequence[SessionObserver] | SessionObserver | None:
    """Watch what passes through a session.

    Called: once per session, before its program starts, so that nothing is missed.

    Args:
        session: The session.

    Returns:
        An observer, whose methods are then called on the event loop and must not block; None
        for none. One with the methods of `EchoObserver` or `PacingObserver` can do more.

    Async: yes; the observer's methods are plain functions.

    If it raises: this plugin does not observe the session; logged. An observer of which a method
    raises, or holds the event loop for more than 50 ms for the fourth time within 60 s, is
    removed: its `close` is called, the others go on, and it is logged and audited as
    ``plugin.error``. Shorter or rarer delays are logged and counted.

    Warning:
        An observer sees all that is typed and printed, passwords included.
    """


@_hook(Kind.NOTIFY)
def tornterm_audit(event: AuditEvent) -> None:
    """Keep an audit event.

    Called: for each event, one at a time and in order, from the audit log's own task.

    Args:
        event: What happened; holds no terminal contents and no secret.

    Returns:
        Ignored; to return means that the event is kept.

    Async: yes.

    If it raises: logged and counted, the other sinks still get the event. With
    ``audit.required = true`` the same event is given again to this sink until it succeeds, and
    no session is made meanwhile.
    """


@_hook(Kind.DECIDE)
def tornterm_audit_older(
    wanted: EventFilter, until: float | None, cursor: str | None, limit: int
) -> OlderEvents | None:
    """Give events that this sink has kept, the newest first.

    Called: when an administrator goes back behind what the server has in memory. The first answer
    comes from the first sink that can; who goes on from there asks that sink.

    Args:
        wanted: Which; `EventFilter.passes` says it of one event.
        until: To begin: seconds since the epoch, at or before which events are. None to go on.
        cursor: To go on: what this sink gave as `OlderEvents.cursor`, or what somebody made up, so
            it must lead to nothing but events. None to begin.
        limit: How many events are given at the most, from 1 to 500.

    Returns:
        The events, and where to go on. None where it cannot read what it keeps. It may give fewer,
        or none, with a cursor that is further on: that is how it bounds the work of one call. What
        is kept meanwhile must neither hide an event nor bring it twice.

    Async: yes; files belong in a plain function, which has threads of its own for this hook, so
    that reading never keeps anything from being kept.

    If it raises: `CursorGone` says that the cursor leads nowhere any more, a 410. Anything else is
    logged and audited; the administrator learns that the plugin failed, a 503.
    """
