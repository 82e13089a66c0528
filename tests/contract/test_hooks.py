"""One test per hook: an implementation in a plugin class gets what the hook promises."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import click
import pytest
from tornado.web import RequestHandler

from tests.contract.samples import ALICE, PLAN, REQUEST, SESSION, SPAWN
from tornterm import hookspecs
from tornterm.config.fields import ConfigTable, setting
from tornterm.config.source import Source
from tornterm.errors import ConfigProblem
from tornterm.hookspecs import KINDS, hookimpl
from tornterm.plugins import PluginHost, plugin_models
from tornterm.types import (
    AuditEvent,
    EventFilter,
    ExitStatus,
    Limits,
    LoginMethod,
    OlderEvents,
    Profile,
    Route,
    Size,
    SpawnPlan,
    User,
)

APP: Any = object()
EVENT = AuditEvent("auth.ok", 1.0)


class Observer:
    def on_output(self, data: bytes, offset: int, now: float) -> None: ...
    def on_input(self, data: bytes, now: float) -> None: ...
    def on_resize(self, size: Size, offset: int, now: float) -> None: ...
    def on_exit(self, status: ExitStatus, now: float) -> None: ...
    def close(self) -> None: ...


class Settings(ConfigTable):
    answer: int = setting(42, "The answer.")


class Everything:
    """Implements every hook, remembers its arguments, and returns something fitting."""

    name = "everything"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen: list[tuple[Any, ...]] = []
        INSTANCES.append(self)

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[Settings]:
        return Settings

    @hookimpl
    def tornterm_register_commands(self) -> click.Command:
        return COMMAND

    @hookimpl
    def tornterm_register_routes(self, app: Any) -> list[Route]:
        self.seen.append((app,))
        return [ROUTE]

    @hookimpl
    async def tornterm_check(self, app: Any, exposed: bool) -> ConfigProblem:
        self.seen.append((app, exposed))
        return ODD

    @hookimpl
    async def tornterm_startup(self, app: Any) -> None:
        self.seen.append(("startup", app))

    @hookimpl
    async def tornterm_shutdown(self, app: Any) -> None:
        self.seen.append(("shutdown", app))

    @hookimpl
    def tornterm_authenticate(self, request: Any) -> User:
        self.seen.append((request,))
        return ALICE

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        return METHOD

    @hookimpl
    def tornterm_revalidate(self, user: User) -> bool:
        self.seen.append((user,))
        return False

    @hookimpl
    async def tornterm_authorize(self, user: User, action: str, session: Any) -> bool:
        self.seen.append((user, action, session))
        return False

    @hookimpl
    def tornterm_limits(self, user: User, limits: Limits) -> Limits:
        self.seen.append((user, limits))
        return Limits(7)

    @hookimpl
    async def tornterm_profiles(self, user: User) -> list[Profile]:
        self.seen.append((user,))
        return [PROFILE, Profile(""), Profile(PROFILE.name, "Another")]

    @hookimpl
    async def tornterm_spawn(self, user: User, request: Any) -> Any:
        self.seen.append((user, request))
        return PLAN

    @hookimpl
    async def tornterm_prepare_spawn(self, user: User, plan: Any) -> Any:
        self.seen.append((user, plan))
        return OTHER_PLAN

    @hookimpl
    async def tornterm_session_started(self, session: Any, user: User) -> None:
        self.seen.append(("started", session, user))

    @hookimpl
    def tornterm_session_attached(self, session: Any, user: User) -> None:
        self.seen.append(("attached", session, user))

    @hookimpl
    async def tornterm_session_detached(self, session: Any, user: User) -> None:
        self.seen.append(("detached", session, user))

    @hookimpl
    async def tornterm_session_control_changed(self, session: Any, user: User, how: str) -> None:
        self.seen.append(("control", session, user, how))

    @hookimpl
    def tornterm_session_ended(self, session: Any, reason: str) -> None:
        self.seen.append(("ended", session, reason))

    @hookimpl
    def tornterm_observe_session(self, session: Any) -> Observer:
        self.seen.append((session,))
        return OBSERVER

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> None:
        self.seen.append((event,))

    @hookimpl
    def tornterm_audit_older(
        self, wanted: EventFilter, until: float | None, cursor: str | None, limit: int
    ) -> OlderEvents:
        self.seen.append((wanted, until, cursor, limit))
        return OLDER


INSTANCES: list[Everything] = []
COMMAND = click.Command("everything")
ROUTE = Route("hello", RequestHandler)
ODD = ConfigProblem("t.toml", "plugins.everything", "size", "is odd", warning=True)
METHOD = LoginMethod("everything", "Log in")
OLDER = OlderEvents((EVENT,), "further back")
PROFILE = Profile("python", "Python")
OBSERVER = Observer()
OTHER_PLAN = SpawnPlan(("/bin/true",), {}, "/")


@pytest.fixture
def host() -> PluginHost:
    return PluginHost([], {}, [Everything])


def seen() -> list[tuple[Any, ...]]:
    return INSTANCES[-1].seen


async def told(host: PluginHost) -> list[tuple[Any, ...]]:
    """What was seen once all notifications are delivered."""
    await host.shutdown(APP)
    return seen()


def test_hook_register_config(host: PluginHost) -> None:
    """The model is known without the plugin, and its values make the plugin."""
    assert INSTANCES[-1].settings == Settings()
    assert plugin_models(["shell"], Source())[0]["shell"].__name__ == "ShellSettings"


def test_hook_register_commands(host: PluginHost) -> None:
    """A command is given with the plugin's name."""
    assert host.commands() == [("everything", COMMAND)]


def test_hook_register_routes(host: PluginHost) -> None:
    """Routes are asked for with the application."""
    assert host.routes(APP) == [("everything", ROUTE)]
    assert seen() == [(APP,)]


async def test_hook_check(host: PluginHost) -> None:
    """What it finds is passed on, with the file where the plugin does not say one."""
    assert ODD in await host.check(APP, exposed=True)
    assert seen() == [(APP, True)]


async def test_hook_startup(host: PluginHost) -> None:
    """Called with the application."""
    await host.startup(APP)
    assert seen() == [("startup", APP)]
    await host.shutdown(APP)


async def test_hook_shutdown(host: PluginHost) -> None:
    """Called with the application, if it had started."""
    await host.startup(APP)
    assert (await told(host))[-1] == ("shutdown", APP)


async def test_hook_authenticate(host: PluginHost) -> None:
    """The answer is the user, with the plugin as the backend."""
    assert await host.authenticate(REQUEST) == User("alice", backend="everything")
    assert seen() == [(REQUEST,)]


async def test_hook_login_methods(host: PluginHost) -> None:
    """What the login page offers."""
    assert await host.login_methods() == [METHOD]


async def test_hook_profiles(host: PluginHost) -> None:
    """What a user may choose; names count once, and the usual way needs no name."""
    assert await host.profiles(ALICE) == [PROFILE]
    assert seen() == [(ALICE,)]


async def test_hook_revalidate(host: PluginHost) -> None:
    """A no ends the login."""
    assert await host.revalidate(ALICE) is False
    assert seen() == [(ALICE,)]


async def test_hook_authorize(host: PluginHost) -> None:
    """A no forbids what the policy allows."""
    assert await host.authorize(ALICE, "kill", SESSION) is False
    assert seen() == [(ALICE, "kill", SESSION)]


async def test_hook_limits(host: PluginHost) -> None:
    """The answer replaces the configured limits."""
    assert await host.limits(ALICE, Limits(1)) == Limits(7)
    assert seen() == [(ALICE, Limits(1))]


async def test_hook_spawn(host: PluginHost) -> None:
    """The answer is the plan."""
    assert await host.spawn(ALICE, SPAWN) is PLAN
    assert seen() == [(ALICE, SPAWN)]


async def test_hook_prepare_spawn(host: PluginHost) -> None:
    """The answer replaces the plan."""
    assert await host.prepare_spawn(ALICE, PLAN) is OTHER_PLAN
    assert seen() == [(ALICE, PLAN)]


async def test_hook_session_started(host: PluginHost) -> None:
    """Told with session and owner."""
    host.session_started(SESSION, ALICE)
    assert await told(host) == [("started", SESSION, ALICE)]


async def test_hook_session_attached(host: PluginHost) -> None:
    """Told with session and whoever attached."""
    host.session_attached(SESSION, ALICE)
    assert await told(host) == [("attached", SESSION, ALICE)]


async def test_hook_session_detached(host: PluginHost) -> None:
    """Told with session and whoever was attached."""
    host.session_detached(SESSION, ALICE)
    assert await told(host) == [("detached", SESSION, ALICE)]


async def test_hook_session_control_changed(host: PluginHost) -> None:
    """Told with session, who may type now, and how that came."""
    host.session_control_changed(SESSION, ALICE, "taken")
    assert await told(host) == [("control", SESSION, ALICE, "taken")]


async def test_hook_session_ended(host: PluginHost) -> None:
    """Told with session and reason."""
    host.session_ended(SESSION, "exited")
    assert await told(host) == [("ended", SESSION, "exited")]


async def test_hook_observe_session(host: PluginHost) -> None:
    """The answer watches the session."""
    assert await host.observers(SESSION) == [("everything", OBSERVER)]
    assert seen() == [(SESSION,)]


async def test_hook_audit(host: PluginHost) -> None:
    """Given the event, which is kept when the hook returns."""
    assert await host.audit(EVENT) == {}
    assert seen() == [(EVENT,)]


async def test_hook_audit_older(host: PluginHost) -> None:
    """Asked where to begin, or where to go on; the answer comes with the plugin's name."""
    wanted = EventFilter(event="auth.*")
    assert await host.older_events(wanted, 2.0, 5) == ("everything", OLDER)
    assert await host.older_events(wanted, "there", 5, "everything") == ("everything", OLDER)
    assert seen() == [(wanted, 2.0, None, 5), (wanted, None, "there", 5)]


def test_every_hook_has_its_test() -> None:
    """A new hook without a test named after it fails here."""
    tests = {
        node.name
        for node in ast.walk(ast.parse(Path(__file__).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    missing = {f"test_hook_{hook.removeprefix('tornterm_')}" for hook in KINDS} - tests
    assert not missing


def test_the_sample_implements_every_hook_in_full() -> None:
    """The plugin above takes every argument of every hook."""
    for hook in KINDS:
        wanted = list(inspect.signature(getattr(hookspecs, hook)).parameters)
        taken = list(inspect.signature(getattr(Everything, hook)).parameters)
        assert [name for name in taken if name != "self"] == wanted, hook
