"""Each row of the dispatch table: how answers become one result, and what failing means."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import pytest
from tornado.web import RequestHandler

from tests.contract.samples import ALICE, PLAN, REQUEST, SESSION, SPAWN, answers, plugin
from tornterm.errors import (
    AuthError,
    AuthUnavailable,
    Forbidden,
    LimitExceeded,
    PluginError,
    SpawnError,
    TorntermError,
)
from tornterm.plugins import PluginHost
from tornterm.types import (
    AuditEvent,
    ExitStatus,
    FileAccess,
    Limits,
    LoginMethod,
    Profile,
    Route,
    Size,
    SpawnPlan,
    User,
)


class Failures(list[tuple[str, str]]):
    """What a host reported for auditing."""

    def __init__(self, host: PluginHost) -> None:
        super().__init__()
        host.on_error = lambda error: self.append((error.plugin, error.hook))


# --- DECIDE ---------------------------------------------------------------------------------------


async def test_decide_takes_the_first_answer() -> None:
    """None passes on; who stands behind the first answer is not asked."""
    asked: list[str] = []

    async def late() -> User:
        asked.append("late")
        return User("mallory")

    host = PluginHost(
        [],
        {},
        [
            plugin("abstains", authenticate=answers(None)),
            plugin("knows", authenticate=answers(ALICE)),
            plugin("late", authenticate=late),
        ],
    )
    assert await host.authenticate(REQUEST) == User("alice", backend="knows")
    assert asked == []


async def test_decide_without_answer_is_none() -> None:
    """Where nobody knows the credentials, there is no user."""
    host = PluginHost([], {}, [plugin("abstains", authenticate=answers(None))])
    assert await host.authenticate(REQUEST) is None


async def test_a_plugin_cannot_vouch_in_another_s_name() -> None:
    """User.backend is the host's word."""
    host = PluginHost([], {}, [plugin("x", authenticate=answers(User("a", backend="token")))])
    user = await host.authenticate(REQUEST)
    assert user is not None and user.backend == "x"


async def test_an_auth_error_passes_through() -> None:
    """AuthError is an answer: the text for the person is the plugin's, and it is no failure."""
    refusal = AuthError("bad password", "Wrong name or password.")
    behind = plugin("behind", authenticate=answers(ALICE))
    host = PluginHost([], {}, [plugin("x", authenticate=answers(refusal)), behind])
    failures = Failures(host)
    with pytest.raises(AuthError) as error:
        await host.authenticate(REQUEST)
    assert error.value is refusal
    assert failures == []


@pytest.mark.parametrize(
    "value", [ValueError("canary-secret"), KeyError("canary-secret"), "alice", True, User("")]
)
async def test_a_failing_backend_denies(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    """An exception or nonsense denies, is audited, and its text is not logged."""
    behind = plugin("behind", authenticate=answers(ALICE))
    host = PluginHost([], {}, [plugin("x", authenticate=answers(value)), behind])
    failures = Failures(host)
    with caplog.at_level(logging.DEBUG), pytest.raises(AuthUnavailable) as error:
        await host.authenticate(REQUEST)
    assert failures == [("x", "tornterm_authenticate")]
    assert "'x'" in caplog.text
    assert "canary" not in caplog.text + str(error.value) + error.value.public
    assert error.value.__cause__ is None


async def test_spawn_takes_the_first_plan() -> None:
    """The first plugin with a plan decides what runs."""
    host = PluginHost(
        [], {}, [plugin("none", spawn=answers(None)), plugin("plan", spawn=answers(PLAN))]
    )
    assert await host.spawn(ALICE, SPAWN) is PLAN


async def test_spawn_without_a_plan_is_an_error() -> None:
    """Where no plugin has a plan, the error says what is missing."""
    with pytest.raises(SpawnError, match="no plugin says what to run"):
        await PluginHost([], {}).spawn(ALICE, SPAWN)


@pytest.mark.parametrize(
    "refusal",
    [SpawnError("no such account"), Forbidden(), LimitExceeded("user_limit", 1, 1, None, "later")],
)
@pytest.mark.parametrize("hook", ["spawn", "prepare_spawn"])
async def test_a_spawn_plugin_may_refuse(hook: str, refusal: TorntermError) -> None:
    """A SessionError or AuthError is an answer and reaches the person as it is."""
    host = PluginHost([], {}, [plugin("x", **{hook: answers(refusal)})])
    failures = Failures(host)
    with pytest.raises(type(refusal)) as error:
        await (host.spawn(ALICE, SPAWN) if hook == "spawn" else host.prepare_spawn(ALICE, PLAN))
    assert error.value is refusal
    assert failures == []


@pytest.mark.parametrize("value", [RuntimeError("secret reason"), ["/bin/sh"]])
@pytest.mark.parametrize("hook", ["spawn", "prepare_spawn"])
async def test_a_failing_spawn_plugin_fails_the_creation(hook: str, value: Any) -> None:
    """The person learns only which plugin failed; the rest is for the log."""
    host = PluginHost([], {}, [plugin("x", **{hook: answers(value)})])
    failures = Failures(host)
    with pytest.raises(SpawnError) as error:
        await (host.spawn(ALICE, SPAWN) if hook == "spawn" else host.prepare_spawn(ALICE, PLAN))
    assert "'x'" in error.value.public
    assert "secret" not in error.value.public
    assert failures == [("x", f"tornterm_{hook}")]


# --- VETO -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "agreed"),
    [
        ([], True),
        ([None, None], True),
        ([True, None], True),
        ([True, False], False),
        ([False, True], False),
        ([True, RuntimeError("down")], False),
        ([True, "yes"], False),
    ],
)
async def test_veto(values: list[Any], agreed: bool) -> None:
    """All must agree; None agrees, and a failure counts as a no."""
    plugins = [plugin(f"p{n}", revalidate=answers(value)) for n, value in enumerate(values)]
    host = PluginHost([], {}, plugins)
    failures = Failures(host)
    assert await host.revalidate(ALICE) is agreed
    assert len(failures) == (not isinstance(values[-1] if values else None, bool | None))


# --- VOTE -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ([], False),
        ([None], False),
        ([True], True),
        ([None, True], True),
        ([True, False], False),
        ([False, True], False),
        ([True, RuntimeError("down")], False),
        ([True, 1], False),
    ],
)
async def test_vote(values: list[Any], allowed: bool) -> None:
    """One yes and no no; a failure counts as a no. A stranger has no yes from the policy."""
    plugins = [plugin(f"p{n}", authorize=answers(value)) for n, value in enumerate(values)]
    host = PluginHost([], {}, plugins)
    assert await host.authorize(User("stranger"), "attach", SESSION) is allowed


@pytest.mark.parametrize("action", ["create", "attach", "watch", "control", "kill"])
async def test_a_plugin_can_forbid_what_the_policy_allows(action: Any) -> None:
    """A no outweighs the policy's yes to owners and admins."""
    session = None if action == "create" else SESSION
    assert await PluginHost([], {}).authorize(ALICE, action, session) is True
    host = PluginHost([], {}, [plugin("no", authorize=answers(False))])
    assert await host.authorize(ALICE, action, session) is False
    assert await host.authorize(User("root", admin=True), action, session) is False


async def test_arguments_reach_the_implementation_by_name() -> None:
    """An implementation takes any subset of the arguments, in any order."""
    seen: list[Any] = []

    def some(session: Any, user: Any) -> None:
        seen.append((user, session))

    host = PluginHost([], {}, [plugin("x", authorize=some)])
    await host.authorize(ALICE, "kill", SESSION)
    assert seen == [(ALICE, SESSION)]


# --- TRANSFORM ------------------------------------------------------------------------------------


async def test_transform_sees_the_previous_value() -> None:
    """Values go through all plugins in order; None leaves them as they are."""

    async def double(limits: Limits) -> Limits:
        return Limits(limits.max_per_user * 2)

    async def add(limits: Limits) -> Limits:
        return Limits(limits.max_per_user + 1)

    host = PluginHost(
        [],
        {},
        [
            plugin("double", limits=double),
            plugin("x", limits=answers(None)),
            plugin("a", limits=add),
        ],
    )
    assert await host.limits(ALICE, Limits(3)) == Limits(7)


@pytest.mark.parametrize("value", [RuntimeError("down"), 5])
async def test_a_failing_transform_fails_the_operation(value: Any) -> None:
    """Limits that could not be computed are not replaced by laxer ones."""
    host = PluginHost([], {}, [plugin("x", limits=answers(value))])
    failures = Failures(host)
    with pytest.raises(PluginError, match="'x'"):
        await host.limits(ALICE, Limits())
    assert failures == [("x", "tornterm_limits")]


@pytest.mark.parametrize("changed", [{"argv": ("/bin/jail",)}, {"uid": 1}, {"groups": (1,)}])
async def test_files_are_off_for_what_they_were_not_meant_for(changed: dict[str, Any]) -> None:
    """A plugin that changes what runs, or as whom, has to say as whom files are exchanged then."""
    plan = replace(PLAN, files=True)
    host = PluginHost([], {}, [plugin("x", prepare_spawn=answers(replace(plan, **changed)))])
    assert (await host.prepare_spawn(ALICE, plan)).files is False
    access = FileAccess(7, 7)
    stated = replace(plan, files=access, **changed)
    first = plugin("x", prepare_spawn=answers(stated))
    assert (await PluginHost([], {}, [first]).prepare_spawn(ALICE, plan)).files is access
    again = plugin("y", prepare_spawn=answers(replace(stated, argv=("/bin/other",))))
    assert (await PluginHost([], {}, [first, again]).prepare_spawn(ALICE, plan)).files is False
    env = plugin("x", prepare_spawn=answers(replace(plan, env={"A": "b"}, rlimits={"AS": (1, 1)})))
    assert (await PluginHost([], {}, [env]).prepare_spawn(ALICE, plan)).files is True


async def test_prepare_spawn_changes_the_plan() -> None:
    """The last changes to a plan are those of the last plugin."""
    changed = SpawnPlan(("/bin/bash",), {}, "/")
    host = PluginHost([], {}, [plugin("x", prepare_spawn=answers(changed))])
    assert await host.prepare_spawn(ALICE, PLAN) is changed
    assert await PluginHost([], {}).prepare_spawn(ALICE, PLAN) is PLAN


# --- COLLECT --------------------------------------------------------------------------------------


async def test_collect_keeps_the_order_and_drops_who_fails() -> None:
    """One value, several or none from each; a failing plugin's part is missing and logged."""
    one, two, three = (LoginMethod(name, name) for name in ("one", "two", "three"))
    host = PluginHost(
        [],
        {},
        [
            plugin("a", login_methods=answers(one)),
            plugin("b", login_methods=answers(RuntimeError("down"))),
            plugin("c", login_methods=answers([two, three])),
            plugin("d", login_methods=answers(None)),
            plugin("e", login_methods=answers([one, "nonsense"])),
        ],
    )
    failures = Failures(host)
    assert await host.login_methods() == [one, two, three]
    assert {name for name, _ in failures} == {"b", "e"}


@pytest.mark.parametrize(
    "wrong",
    [Profile("x" * 257), Profile("x", label=7), Profile(7)],  # type: ignore[arg-type]
)
async def test_profiles_have_names_that_can_be_asked_for(
    wrong: Profile, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients cannot send longer ones; the log says whose it was, and others are still offered."""
    longest = Profile("x" * 256)
    host = PluginHost(
        [],
        {},
        [plugin("wordy", profiles=answers(wrong)), plugin("fine", profiles=answers(longest))],
    )
    failures = Failures(host)
    assert await host.profiles(ALICE) == [longest]
    assert failures == [("wordy", "tornterm_profiles")]
    assert "plugin 'wordy', hook tornterm_profiles: returned" in caplog.text


async def test_collect_asks_all_at_once() -> None:
    """A plugin that takes its time does not add it to that of the others."""
    both = asyncio.Barrier(2)

    async def waits() -> None:
        await both.wait()

    host = PluginHost([], {}, [plugin("a", login_methods=waits), plugin("b", login_methods=waits)])
    async with asyncio.timeout(30):
        assert await host.login_methods() == []


class Watcher:
    def on_output(self, data: bytes, offset: int, now: float) -> None: ...
    def on_input(self, data: bytes, now: float) -> None: ...
    def on_resize(self, size: Size, offset: int, now: float) -> None: ...
    def on_exit(self, status: ExitStatus, now: float) -> None: ...
    def close(self) -> None: ...


async def test_observers_come_with_their_plugin_s_name() -> None:
    """Who misbehaves later can be named; what is no observer is dropped."""
    watcher = Watcher()
    host = PluginHost(
        [],
        {},
        [
            plugin("recorder", observe_session=answers(watcher)),
            plugin("broken", observe_session=answers(object())),
        ],
    )
    failures = Failures(host)
    assert await host.observers(SESSION) == [("recorder", watcher)]
    assert failures == [("broken", "tornterm_observe_session")]


# --- REGISTER -------------------------------------------------------------------------------------


def test_register_lists_commands_with_names() -> None:
    """Commands of all plugins, in order, each with the plugin it comes from."""
    one, two = click.Command("one"), click.Command("two")
    host = PluginHost(
        [],
        {},
        [
            plugin("a", register_commands=lambda: one),
            plugin("b", register_commands=lambda: [two]),
            plugin("c", register_commands=lambda: None),
        ],
    )
    assert host.commands() == [("a", one), ("b", two)]


async def test_register_lists_routes_with_names() -> None:
    """Routes are made for the application they will be part of."""
    app: Any = object()
    host = PluginHost(
        [], {}, [plugin("a", register_routes=lambda app: Route("x", RequestHandler, {"app": app}))]
    )
    ((name, route),) = host.routes(app)
    assert name == "a"
    assert route.kwargs == {"app": app}


@pytest.mark.parametrize("value", [RuntimeError("no"), 5, ["route"]])
def test_register_stops_the_start(value: Any) -> None:
    """A REGISTER hook that raises or returns nonsense names plugin and hook."""

    def implementation() -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    host = PluginHost([], {}, [plugin("a", register_commands=implementation)])
    with pytest.raises(PluginError) as error:
        host.commands()
    assert (error.value.plugin, error.value.hook) == ("a", "tornterm_register_commands")


def test_register_runs_where_it_is_called() -> None:
    """REGISTER hooks need no event loop and run in the caller's thread."""
    threads: list[threading.Thread] = []
    record = plugin("a", register_commands=lambda: threads.append(threading.current_thread()))
    PluginHost([], {}, [record]).commands()
    assert threads == [threading.current_thread()]


# --- NOTIFY ---------------------------------------------------------------------------------------


async def test_notify_reaches_the_others_when_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A failing plugin is logged and counted, not audited; the others still run."""
    told = asyncio.Event()

    async def listener() -> None:
        told.set()

    host = PluginHost(
        [],
        {},
        [
            plugin("bad", session_started=answers(RuntimeError("down"))),
            plugin("good", session_started=listener),
        ],
    )
    failures = Failures(host)
    counted: list[tuple[str, bool]] = []
    host.on_call = lambda name, hook, seconds, error: counted.append((name, error is not None))
    host.session_started(SESSION, ALICE)
    await told.wait()
    await host.shutdown(None)  # type: ignore[arg-type]
    assert sorted(counted) == [("bad", True), ("good", False)]
    assert failures == []
    assert "down" in caplog.text


async def test_an_error_that_comes_again_is_logged_in_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where it comes from stands in the log once; another error's place does too."""
    errors = iter([RuntimeError("one"), RuntimeError("two"), ValueError("three")])

    async def fails() -> None:
        raise next(errors)

    host = PluginHost([], {}, [plugin("bad", session_started=fails)])
    for _ in range(3):
        host.session_started(SESSION, ALICE)
    await host.shutdown(None)  # type: ignore[arg-type]
    logged = [(r.getMessage(), bool(r.exc_info)) for r in caplog.records if "'bad'" in r.message]
    assert [traced for _, traced in logged] == [True, False, True]
    assert "two (again)" in logged[1][0]


async def test_notify_tells_in_order() -> None:
    """What concerns one session arrives in the order in which it happened."""
    seen: list[str] = []

    def listener(kind: str) -> Callable[[], Any]:
        async def implementation() -> None:
            await asyncio.sleep(0)
            seen.append(kind)

        return implementation

    kinds = ("session_started", "session_attached", "session_detached", "session_ended")
    host = PluginHost([], {}, [plugin("x", **{kind: listener(kind) for kind in kinds})])
    host.session_started(SESSION, ALICE)
    host.session_attached(SESSION, ALICE)
    host.session_detached(SESSION, ALICE)
    host.session_ended(SESSION, "exited")
    assert seen == [], "nobody who notifies waits"
    await host.shutdown(None)  # type: ignore[arg-type]
    assert seen == list(kinds)


async def test_audit_tells_all_and_says_who_failed() -> None:
    """The audit log learns which sinks failed, and can ask only those again."""
    kept: list[str] = []

    def sink(name: str) -> Callable[..., Any]:
        async def implementation(event: AuditEvent) -> None:
            if event.name == "bad" and name == "a":
                raise OSError("disk full")
            kept.append(name)

        return implementation

    host = PluginHost([], {}, [plugin("a", audit=sink("a")), plugin("b", audit=sink("b"))])
    assert await host.audit(AuditEvent("good", 0.0)) == {}
    failed = await host.audit(AuditEvent("bad", 0.0))
    assert list(failed) == ["a"]
    assert "disk full" in failed["a"].why
    assert await host.audit(AuditEvent("good", 0.0), only=failed) == {}
    assert kept == ["a", "b", "b", "a"]


async def test_root_by_default_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A plan without a uid makes root of everybody where the server is root; the log says whose."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    host = PluginHost([], {}, [plugin("x", spawn=answers(PLAN))])
    for _ in range(2):
        await host.prepare_spawn(ALICE, await host.spawn(ALICE, SPAWN))
    assert [one.getMessage() for one in caplog.records].count(
        "the server is root, and plans of plugin 'x' name no uid: what they start is root"
    ) == 1


@pytest.mark.parametrize("uid", [0, 1000])
async def test_a_plan_that_says_whom_it_means_is_not_warned_of(
    uid: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be the last plugin that says so."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    named = replace(PLAN, uid=uid, gid=uid)
    host = PluginHost([], {}, [plugin("x", spawn=answers(PLAN), prepare_spawn=answers(named))])
    await host.prepare_spawn(ALICE, await host.spawn(ALICE, SPAWN))
    assert "name no uid" not in caplog.text
