"""A plugin that hangs, spins or floods harms itself and nobody else."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import pytest

from tests.contract.samples import ALICE, PLAN, REQUEST, SESSION, SPAWN, plugin
from tornterm.errors import AuthError, ConfigError, ConfigProblem, SpawnError
from tornterm.plugins import PluginHost, steps
from tornterm.types import Limits, SessionInfo, Size, User

APP: Any = object()


class Gate:
    """A plain function that blocks its thread until the gate is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.calls = 0

    def __call__(self) -> bool:
        self.calls += 1
        self.entered.release()
        self.opened.wait()
        return True

    async def wait_for_entries(self, count: int) -> None:
        for _ in range(count):
            await asyncio.to_thread(self.entered.acquire)


async def forever() -> None:
    await asyncio.Event().wait()


# --- where implementations run --------------------------------------------------------------------


async def test_async_runs_on_the_loop_and_plain_in_a_daemon_thread() -> None:
    """The rule FastAPI users know; a daemon, so that nobody waits for it at the end."""
    seen: dict[str, threading.Thread] = {}

    async def on_loop() -> None:
        seen["async"] = threading.current_thread()

    def in_thread() -> None:
        seen["plain"] = threading.current_thread()

    host = PluginHost([], {}, [plugin("a", revalidate=on_loop), plugin("b", revalidate=in_thread)])
    await host.revalidate(ALICE)
    assert seen["async"] is threading.main_thread()
    assert seen["plain"] is not threading.main_thread()
    assert seen["plain"].daemon
    assert "b" in seen["plain"].name


async def test_a_plain_function_may_return_an_awaitable() -> None:
    """A wrapped coroutine function does not look like one; what it returns is awaited."""
    thread: list[threading.Thread] = []

    async def real() -> Limits:
        thread.append(threading.current_thread())
        return Limits(1)

    class Odd:
        """Awaitable, but neither coroutine nor future."""

        def __await__(self) -> Generator[Any, None, Limits]:
            yield from asyncio.sleep(0).__await__()
            return Limits(2)

    def wrapped() -> Awaitable[Limits]:
        return real()

    def odd() -> Awaitable[Limits]:
        return Odd()

    host = PluginHost([], {}, [plugin("a", limits=wrapped)])
    assert await host.limits(ALICE, Limits()) == Limits(1)
    assert thread == [threading.main_thread()]
    host = PluginHost([], {}, [plugin("a", limits=odd)])
    assert await host.limits(ALICE, Limits()) == Limits(2)


async def test_a_thread_sees_the_caller_s_context() -> None:
    """Context variables, a request's id for example, reach plain functions, too."""
    variable = contextvars.ContextVar("variable", default=0)
    seen: list[int] = []
    host = PluginHost([], {}, [plugin("a", revalidate=lambda: seen.append(variable.get()))])
    variable.set(7)
    await host.revalidate(ALICE)
    assert seen == [7]


class Watch:
    """Stands for the clock by which steps are measured: a busy machine does not move it."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        """Seconds, as the test has them pass."""
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The clock by which steps are measured."""
    watch = Watch()
    monkeypatch.setattr(steps, "time", watch)
    return watch


# --- the first step -------------------------------------------------------------------------------


async def test_an_answer_that_is_there_at_once_needs_no_turn_of_the_loop() -> None:
    """Nor does an error: what was to run next has not run yet when the caller has it."""

    async def knows(user: User) -> bool:
        if user.name != "alice":
            raise RuntimeError("on purpose")
        return True

    host = PluginHost([], {}, [plugin("x", revalidate=knows)])
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert await host.revalidate(ALICE) is True
    assert await host.revalidate(User("bob")) is False
    assert turns == []


async def test_the_first_step_is_one_of_a_task_of_its_own() -> None:
    """It is the same before and after it waited, and leaves nothing behind in the caller."""
    variable = contextvars.ContextVar("variable", default="untouched")
    tasks: list[asyncio.Task[Any] | None] = []

    async def looks_about() -> None:
        tasks.append(asyncio.current_task())
        assert variable.get() == "untouched"
        variable.set("touched")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await forever()
        tasks.append(asyncio.current_task())
        assert variable.get() == "touched"

    host = PluginHost([], {}, [plugin("x", revalidate=looks_about)])
    assert await host.revalidate(ALICE) is True
    assert tasks[0] is tasks[1]
    assert asyncio.current_task() not in tasks
    assert variable.get() == "untouched"


async def test_several_may_wait_for_the_same() -> None:
    """From their first step on, and others besides them."""
    ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def waits() -> bool:
        return await ready

    host = PluginHost([], {}, [plugin("x", revalidate=waits)])
    calls = [asyncio.ensure_future(host.revalidate(ALICE)) for _ in range(3)]
    other = asyncio.ensure_future(waits())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ready.set_result(True)
    assert await asyncio.gather(*calls, other) == [True] * 4


async def test_what_cancels_its_own_task_in_the_first_step_cancels_what_it_waits_for() -> None:
    """As it would in any later step."""
    waited_for: list[asyncio.Future[None]] = []

    async def gives_up() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        waited_for.append(asyncio.get_running_loop().create_future())
        await waited_for[0]

    host = PluginHost([], {}, [plugin("x", revalidate=gives_up)])
    assert await host.revalidate(ALICE) is False
    assert waited_for[0].cancelled()


async def test_a_first_step_that_spins_is_named(watch: Watch) -> None:
    """It holds the loop like any other."""

    async def spins() -> None:
        watch.now += 0.06

    host = PluginHost([], {}, [plugin("spinner", revalidate=spins)])
    slow: list[str] = []
    host.on_slow = lambda plugin, hook, seconds: slow.append(plugin)
    await host.revalidate(ALICE)
    assert slow == ["spinner"]


# --- timeouts -------------------------------------------------------------------------------------


async def test_a_coroutine_that_takes_too_long_is_cancelled() -> None:
    """A hang counts as a failure of that hook's kind, and ends with the call."""
    cancelled: list[str] = []

    def hangs(name: str) -> Callable[[], Any]:
        async def implementation() -> None:
            try:
                await forever()
            except asyncio.CancelledError:
                cancelled.append(name)
                raise

        return implementation

    hooks = (
        "authenticate",
        "revalidate",
        "authorize",
        "limits",
        "spawn",
        "login_methods",
        "profiles",
    )
    host = PluginHost([], {}, [plugin("x", **{h: hangs(h) for h in hooks})], timeout=0.01)
    with pytest.raises(AuthError, match=r"took longer than 0\.01 s"):
        await host.authenticate(REQUEST)
    assert await host.revalidate(ALICE) is False
    assert await host.authorize(ALICE, "attach", SESSION) is False
    with pytest.raises(SpawnError):
        await host.spawn(ALICE, SPAWN)
    assert await host.login_methods() == []
    assert await host.profiles(ALICE) == []
    await asyncio.sleep(0)
    asked = ["authenticate", "revalidate", "authorize", "spawn", "login_methods", "profiles"]
    assert cancelled == asked


async def test_a_coroutine_that_ignores_its_cancellation_delays_nobody() -> None:
    """asyncio.wait_for would wait for it; the host does not."""
    end = asyncio.Event()
    ended = asyncio.Event()

    async def stubborn() -> None:
        while not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue
        ended.set()

    host = PluginHost([], {}, [plugin("x", revalidate=stubborn)], timeout=0.01)
    assert await host.revalidate(ALICE) is False
    end.set()
    await ended.wait()


async def test_a_cancelled_caller_cancels_the_coroutine() -> None:
    """A client that leaves while a plugin thinks leaves nothing running."""
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        try:
            await forever()
        finally:
            cancelled.set()

    host = PluginHost([], {}, [plugin("x", revalidate=slow)])
    task = asyncio.ensure_future(host.revalidate(ALICE))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await cancelled.wait()


async def test_a_coroutine_that_cancels_itself_is_a_failure() -> None:
    """CancelledError from a plugin's own doing must not look like that of the caller."""

    async def gives_up() -> None:
        raise asyncio.CancelledError

    host = PluginHost([], {}, [plugin("x", revalidate=gives_up)])
    assert await host.revalidate(ALICE) is False


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_a_plugin_cannot_end_the_server(asynchronous: bool) -> None:
    """sys.exit() in a plugin is a failure of that plugin like any other."""

    async def exits_on_the_loop() -> None:
        sys.exit(3)

    def exits_in_a_thread() -> None:
        sys.exit(3)

    implementation = exits_on_the_loop if asynchronous else exits_in_a_thread
    host = PluginHost([], {}, [plugin("x", revalidate=implementation)])
    assert await host.revalidate(ALICE) is False
    assert await PluginHost([], {}).revalidate(ALICE) is True


async def test_the_timeout_of_a_plain_function_leaves_its_thread() -> None:
    """Nobody waits for a function that hangs, and its answer is not taken late."""
    gate = Gate()
    host = PluginHost([], {}, [plugin("x", revalidate=gate)], timeout=0.01)
    assert await host.revalidate(ALICE) is False
    gate.opened.set()
    await gate.wait_for_entries(1)


# --- threads --------------------------------------------------------------------------------------


async def test_a_plugin_that_has_used_up_its_threads_fails_at_once() -> None:
    """Four hanging calls, and the next ones fail without waiting; other plugins go on."""
    gate = Gate()
    host = PluginHost(
        [],
        {},
        [plugin("stuck", revalidate=gate), plugin("fine", limits=lambda: Limits(5))],
        timeout=0.05,
    )
    assert await asyncio.gather(*(host.revalidate(ALICE) for _ in range(4))) == [False] * 4
    await gate.wait_for_entries(4)
    # Who waited now, or a busy machine, would take long, and be told so.
    host._calls.timeout = 30.0
    errors: list[Exception | None] = []
    host.on_call = lambda plugin, hook, seconds, error: errors.append(error)
    assert await asyncio.gather(*(host.revalidate(ALICE) for _ in range(100))) == [False] * 100
    assert gate.calls == 4
    assert {str(error) for error in errors} == {"all of its 4 worker threads hang"}
    assert await host.limits(ALICE, Limits()) == Limits(5)
    gate.opened.set()


async def test_threads_that_come_back_are_used_again() -> None:
    """A plugin whose hanging calls return is asked again."""
    gate = Gate()
    host = PluginHost([], {}, [plugin("x", revalidate=gate)], timeout=0.05)
    await asyncio.gather(*(host.revalidate(ALICE) for _ in range(4)))
    gate.opened.set()
    while not await host.revalidate(ALICE):
        await asyncio.to_thread(gate.opened.wait)
    # More than one where a busy machine did not answer in time.
    assert gate.calls >= 5


async def test_calls_wait_for_a_busy_thread() -> None:
    """Many calls at once are no failure as long as the plugin keeps up."""
    running = 0
    most = 0
    lock = threading.Lock()

    def quick() -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0)
        with lock:
            running -= 1
        return True

    host = PluginHost([], {}, [plugin("x", revalidate=quick)])
    assert all(await asyncio.gather(*(host.revalidate(ALICE) for _ in range(200))))
    assert 1 <= most <= 4


async def test_the_queue_for_threads_is_bounded() -> None:
    """Beyond 256 waiting calls the rest fail at once instead of piling up."""
    gate = Gate()
    host = PluginHost([], {}, [plugin("x", revalidate=gate)])
    failed = asyncio.Event()
    host.on_call = lambda plugin, hook, seconds, error: failed.set() if error else None
    calls = [asyncio.ensure_future(host.revalidate(ALICE)) for _ in range(4 + 256)]
    await gate.wait_for_entries(4)
    assert await host.revalidate(ALICE) is False
    assert failed.is_set()
    assert not any(call.done() for call in calls)
    gate.opened.set()
    assert all(await asyncio.gather(*calls))


async def test_calls_that_wait_fail_when_the_last_thread_hangs() -> None:
    """Who waits for a thread of a plugin that hangs learns it with those who have one."""
    gate = Gate()
    host = PluginHost([], {}, [plugin("x", revalidate=gate)], timeout=0.05)
    answers = await asyncio.gather(*(host.revalidate(ALICE) for _ in range(10)))
    assert answers == [False] * 10
    assert gate.calls == 4, "a call whose caller has given up is not made"
    gate.opened.set()


async def test_a_cancelled_caller_does_not_use_up_a_thread() -> None:
    """A thread whose caller left is busy, not hanging, as long as it has time."""
    gate = Gate()
    host = PluginHost([], {}, [plugin("x", revalidate=gate)])
    tasks = [asyncio.ensure_future(host.revalidate(ALICE)) for _ in range(4)]
    await gate.wait_for_entries(4)
    for task in tasks:
        task.cancel()
    waiting = asyncio.ensure_future(host.revalidate(ALICE))
    await asyncio.sleep(0)
    gate.opened.set()
    assert await waiting is True
    assert gate.calls == 5


async def test_shutdown_lets_idle_threads_end() -> None:
    """Nothing of a host is left when it is shut down."""
    threads: list[threading.Thread] = []
    host = PluginHost(
        [], {}, [plugin("x", revalidate=lambda: threads.append(threading.current_thread()))]
    )
    await host.revalidate(ALICE)
    await host.shutdown(APP)
    await asyncio.to_thread(threads[0].join, 5)
    assert not threads[0].is_alive()
    assert await host.revalidate(ALICE) is False, "a call after the end fails and does not hang"


def test_a_hanging_plugin_does_not_delay_the_exit() -> None:
    """The interpreter ends though a plugin's thread never will."""
    program = """
import asyncio, threading
from tornterm.hookspecs import hookimpl
from tornterm.plugins import PluginHost

class Hanging:
    @hookimpl
    def tornterm_revalidate(self):
        threading.Event().wait()

async def main():
    host = PluginHost([], {}, [Hanging()], timeout=0.05)
    print(await host.revalidate(None))
    await host.shutdown(None)

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "False\n"


# --- notifications --------------------------------------------------------------------------------


def session(name: str) -> SessionInfo:
    return SessionInfo(name, "alice", "", "", "running", 0.0, Size(), 0, 0)


async def test_one_session_s_hang_does_not_delay_another_s_news() -> None:
    """Queues are per session: what hangs for one passes by for the other."""
    told: asyncio.Queue[str] = asyncio.Queue()

    async def listener(session: SessionInfo) -> None:
        if session.id == "hangs":
            await forever()
        told.put_nowait(session.id)

    host = PluginHost([], {}, [plugin("x", session_started=listener)], timeout=0.05)
    host.session_started(session("hangs"), ALICE)
    host.session_started(session("fine"), ALICE)
    assert await told.get() == "fine"
    await host.shutdown(APP)


async def test_one_plugin_s_hang_does_not_delay_another_plugin() -> None:
    """Queues are per plugin as well."""
    told = asyncio.Event()

    async def listener() -> None:
        told.set()

    host = PluginHost(
        [],
        {},
        [plugin("a", session_started=forever), plugin("b", session_started=listener)],
        timeout=0.05,
    )
    host.session_started(SESSION, ALICE)
    await told.wait()
    await host.shutdown(APP)


async def test_notifications_of_a_session_do_not_overlap() -> None:
    """Serial per plugin and session, in threads as well."""
    running = 0
    most = 0
    order: list[str] = []
    lock = threading.Lock()

    def listener(user: User) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        order.append(user.name)
        with lock:
            running -= 1

    host = PluginHost([], {}, [plugin("x", session_attached=listener)])
    names = [f"user{number}" for number in range(50)]
    for name in names:
        host.session_attached(SESSION, User(name))
    await host.shutdown(APP)
    assert order == names
    assert most == 1


async def test_a_flood_is_dropped_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A queue has 64 places per session; what is beyond costs nothing and is counted."""
    begun, end = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def listener(user: User) -> None:
        begun.set()
        await end.wait()
        seen.append(int(user.name))

    host = PluginHost([], {}, [plugin("x", session_attached=listener)])
    dropped: list[tuple[str, str]] = []
    host.on_call = lambda name, hook, seconds, error: (
        dropped.append((name, hook)) if error else None
    )
    host.session_attached(SESSION, User("0"))
    await begun.wait()
    for number in range(1, 101):
        host.session_attached(SESSION, User(str(number)))
    host.session_attached(session("other"), User("200"))
    assert dropped == [("x", "tornterm_session_attached")] * 36
    assert "too slow" in caplog.text
    end.set()
    await host.shutdown(APP)
    assert sorted(seen) == [*range(65), 200]


async def test_shutdown_gives_up_notifications_that_hang() -> None:
    """What is not delivered within the time of one call is left."""
    host = PluginHost([], {}, [plugin("x", session_started=forever)], timeout=0.05)
    for number in range(20):
        host.session_started(SESSION, User(str(number)))
    start = time.monotonic()
    await host.shutdown(APP)
    assert time.monotonic() - start < 0.05 * 15


# --- who is watching ------------------------------------------------------------------------------


async def test_a_coroutine_that_spins_is_named_and_counted(
    caplog: pytest.LogCaptureFixture, watch: Watch
) -> None:
    """Isolation covers waiting, not computing, but the log says who it was."""

    async def spins() -> None:
        await asyncio.sleep(0)
        watch.now += 0.06

    host = PluginHost([], {}, [plugin("spinner", revalidate=spins)])
    slow: list[tuple[str, str, float]] = []
    host.on_slow = lambda *step: slow.append(step)
    await host.revalidate(ALICE)
    ((name, hook, seconds),) = slow
    assert (name, hook) == ("spinner", "tornterm_revalidate")
    assert seconds >= 0.05
    assert "'spinner'" in caplog.text


async def test_a_coroutine_that_waits_is_not_named(watch: Watch) -> None:
    """Waiting is what coroutines are for."""
    enough = asyncio.Event()

    async def waits() -> None:
        await enough.wait()
        await asyncio.sleep(0)

    host = PluginHost([], {}, [plugin("x", revalidate=waits)])
    slow: list[Any] = []
    host.on_slow = lambda *step: slow.append(step)
    call = asyncio.ensure_future(host.revalidate(ALICE))
    for _ in range(3):
        await asyncio.sleep(0)
        watch.now += 100
    enough.set()
    assert await call is True
    assert slow == []


async def test_calls_are_counted_with_their_seconds() -> None:
    """Each call is reported with plugin, hook, duration by the given clock, and error."""
    ticks = iter(range(100))
    host = PluginHost(
        [],
        {},
        [plugin("x", prepare_spawn=lambda: PLAN, revalidate=lambda: 1 / 0)],
        clock=lambda: float(next(ticks)),
    )
    calls: list[tuple[str, str, float, str]] = []
    host.on_call = lambda name, hook, seconds, error: calls.append(
        (name, hook, seconds, type(error).__name__)
    )
    await host.prepare_spawn(ALICE, PLAN)
    await host.revalidate(ALICE)
    assert calls == [
        ("x", "tornterm_prepare_spawn", 1.0, "NoneType"),
        ("x", "tornterm_revalidate", 1.0, "ZeroDivisionError"),
    ]


async def test_broken_watchers_break_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Metrics or auditing that fail do not change what plugins decide."""
    host = PluginHost([], {}, [plugin("x", revalidate=lambda: 1 / 0, limits=lambda: Limits(2))])

    def broken(*arguments: Any) -> None:
        raise RuntimeError("metrics are down")

    host.on_call = host.on_error = host.on_slow = broken
    assert await host.revalidate(ALICE) is False
    assert await host.limits(ALICE, Limits()) == Limits(2)
    assert "metrics are down" in caplog.text


async def test_the_trace_shows_calls_without_arguments(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """TORNTERM_TRACE_PLUGINS=1 logs each call, and never a credential."""
    monkeypatch.setenv("TORNTERM_TRACE_PLUGINS", "1")
    host = PluginHost([], {}, [plugin("x", authenticate=lambda request: None)])
    with caplog.at_level(logging.INFO, "tornterm.plugins.trace"):
        await host.authenticate(REQUEST)
    (record,) = [r for r in caplog.records if r.name == "tornterm.plugins.trace"]
    assert record.getMessage().startswith("tornterm_authenticate -> x: ok in ")
    assert "canary" not in caplog.text


# --- starting and ending --------------------------------------------------------------------------


async def test_startup_and_shutdown_are_in_order() -> None:
    """Plugins start one after the other and end in reverse."""
    seen: list[str] = []

    def plugin_that_tells(name: str) -> object:
        async def up(app: object) -> None:
            assert app is APP
            await asyncio.sleep(0)
            seen.append(f"up {name}")

        async def down(app: object) -> None:
            assert app is APP
            seen.append(f"down {name}")

        return plugin(name, startup=up, shutdown=down)

    host = PluginHost([], {}, [plugin_that_tells("a"), plugin_that_tells("b")])
    await host.startup(APP)
    await host.shutdown(APP)
    assert seen == ["up a", "up b", "down b", "down a"]


async def test_a_plugin_may_have_a_shutdown_only() -> None:
    """A plugin without tornterm_startup counts as started."""
    seen: list[str] = []
    host = PluginHost([], {}, [plugin("a", shutdown=lambda: seen.append("down"))])
    await host.startup(APP)
    await host.shutdown(APP)
    assert seen == ["down"]


async def test_a_failing_startup_stops_the_start_and_undoes_it() -> None:
    """Only those that had started are shut down, and the error names who failed."""
    seen: list[str] = []

    async def fails() -> None:
        raise RuntimeError("no database")

    host = PluginHost(
        [],
        {},
        [
            plugin("a", startup=lambda: None, shutdown=lambda: seen.append("a")),
            plugin("b", startup=fails, shutdown=lambda: seen.append("b")),
            plugin("c", startup=lambda: seen.append("c"), shutdown=lambda: seen.append("c")),
        ],
    )
    with pytest.raises(Exception, match=r"'b', hook tornterm_startup.*no database"):
        await host.startup(APP)
    assert seen == ["a"]


async def test_a_plugin_may_find_its_configuration_wrong_at_startup() -> None:
    """A ConfigError passes through, with the file where the plugin could not know it."""

    async def finds() -> None:
        raise ConfigError([ConfigProblem("", "plugins.x", "path", "is not there")])

    host = PluginHost([], {}, [plugin("x", startup=finds)], source="t.toml")
    with pytest.raises(ConfigError, match=r"t\.toml: \[plugins\.x\] path: is not there"):
        await host.startup(APP)


async def test_a_failing_shutdown_does_not_keep_the_others() -> None:
    """The end of one plugin does not depend on that of another."""
    seen: list[str] = []
    host = PluginHost(
        [],
        {},
        [
            plugin("a", shutdown=lambda: seen.append("a")),
            plugin("b", shutdown=lambda: 1 / 0),
        ],
    )
    await host.startup(APP)
    await host.shutdown(APP)
    assert seen == ["a"]
