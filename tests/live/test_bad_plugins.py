"""A plugin that misbehaves towards one person, in each hook and way: the others never notice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from tornterm.hookspecs import hookimpl
from tornterm.testing.clients import Refused, V1Client
from tornterm.testing.programs import EchoProgram
from tornterm.testing.server import TOKENS
from tornterm.types import AuthRequest, LoginMethod

PATIENCE = 1.0
"""Seconds that a call may take where one takes for ever; of others a busy machine makes it more."""

OUTCOMES = {
    "authenticate": "503",
    "authorize": "forbidden",
    "limits": "plugin",
    "spawn": "spawn_failed",
    "prepare_spawn": "spawn_failed",
    "observe_session": "in",
    "session_started": "in",
    "session_attached": "in",
    "audit": "in",
    "login_methods": "in",
}
"""What becomes of the one person's wish for a session, as the kind of the hook has it."""

TOLD = {"session_started", "session_attached", "audit"}
"""The hooks whose failures are logged and counted, but not audited: nothing depended on them."""

WAITING = ("blocks", "hangs")
FAULTS = (*WAITING, "raises", "answers nonsense")


def is_alice(value: Any) -> bool:
    """Whether an argument of a hook is about the one person."""
    if isinstance(value, AuthRequest):
        return value.fields.get("token") == TOKENS["alice"]
    owner = getattr(value, "user", getattr(value, "name", ""))
    return bool(owner == "alice")


class Bad:
    """Misbehaves in one hook, and only where it is about Alice or about nobody."""

    def __init__(self, hook: str, fault: str) -> None:
        self.release = threading.Event()
        self.called = 0
        implementation = self._implementation(hook, fault)
        self.plugin = type("bad", (), {f"tornterm_{hook}": staticmethod(implementation)})()

    def _implementation(self, hook: str, fault: str) -> Callable[..., Any]:
        def misbehave() -> Any:
            self.called += 1
            if fault == "blocks":
                self.release.wait()
            if fault == "raises":
                raise RuntimeError("on purpose")
            return object() if fault == "answers nonsense" else None

        async def hang() -> None:
            self.called += 1
            await asyncio.Event().wait()

        def about(value: Any) -> Any:
            if not is_alice(value):
                return None
            return hang() if fault == "hangs" else misbehave()

        def of_user(user: Any) -> Any:
            return about(user)

        def of_session(session: Any) -> Any:
            return about(session)

        def of_request(request: Any) -> Any:
            return about(request)

        def of_event(event: Any) -> Any:
            return about(event)

        def of_nobody() -> Any:
            return hang() if fault == "hangs" else misbehave()

        takes = {
            "authenticate": of_request,
            "audit": of_event,
            "login_methods": of_nobody,
            "observe_session": of_session,
            "session_started": of_session,
            "session_attached": of_session,
        }
        return hookimpl(takes.get(hook, of_user))


@pytest.fixture
def bad(request: pytest.FixtureRequest) -> Iterator[Bad]:
    plugin = Bad(*request.param)
    yield plugin
    plugin.release.set()


async def echoes(client: V1Client, count: int) -> list[float]:
    """Type and wait for the echo, again and again; the seconds that each took."""
    took = []
    for number in range(count):
        start = time.perf_counter()
        client.send_input(b"<%d>" % number)
        await client.wait_for(b"<%d>" % number)
        took.append(time.perf_counter() - start)
    return took


async def wish(client: V1Client) -> str:
    """Open a session; what becomes of it."""
    try:
        await client.open()
    except Refused as refused:
        return refused.code
    except HTTPClientError as error:
        return str(error.code)
    return "in"


@pytest.mark.slow
@pytest.mark.parametrize(
    "bad", [(hook, fault) for hook in OUTCOMES for fault in FAULTS], indirect=True, ids="-".join
)
async def test_only_who_is_concerned_notices(
    bad: Bad,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tornterm_server: Any,
    tornterm_client: Any,
    tornterm_events: Any,
) -> None:
    """Bob types on while Alice waits; her outcome is the kind's; the audit names the plugin."""
    hook, fault = request.node.callspec.params["bad"]
    server = await tornterm_server(plugins=[bad.plugin, EchoProgram()])
    bob = await tornterm_client(server, user="bob")
    await bob.wait_for(EchoProgram.READY)
    if fault in WAITING:
        monkeypatch.setattr(server.terminals.plugins._calls, "timeout", PATIENCE)
    alice = await tornterm_client(server, open=False)
    outcome = asyncio.ensure_future(wish(alice))
    page = asyncio.ensure_future(server.fetch("login"))
    # Were the plugin's fault anybody else's, these would not come.
    await echoes(bob, 20)
    assert await outcome == OUTCOMES[hook]
    assert (await page).code == 200
    await echoes(bob, 5)
    assert bad.called
    if hook not in TOLD:
        error = await tornterm_events.wait_for("plugin.error")
        assert error.facts["plugin"] == "bad" and error.facts["hook"] == f"tornterm_{hook}"


@pytest.mark.parametrize("bad", [("revalidate", fault) for fault in FAULTS], indirect=True)
async def test_a_login_that_cannot_be_revalidated_ends(
    bad: Bad, monkeypatch: pytest.MonkeyPatch, tornterm_server: Any, tornterm_client: Any
) -> None:
    """A failure counts as a no: the connection goes with 4401, and Bob's stays."""
    server = await tornterm_server(plugins=[bad.plugin, EchoProgram()])
    monkeypatch.setattr(server.terminals.plugins._calls, "timeout", PATIENCE)
    bob = await tornterm_client(server, user="bob")
    alice = await tornterm_client(server)
    server.terminals.recheck_logins()
    await echoes(bob, 20)
    assert await alice.wait_closed() == 4401
    await echoes(bob, 5)


async def test_who_holds_the_loop_is_named(
    tornterm_server: Any, tornterm_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing can be done against a coroutine that computes, but everybody learns who it was."""

    class Spins:
        name = "spins"

        @hookimpl
        async def tornterm_session_started(self, session: Any) -> None:
            end = time.perf_counter() + 0.12
            while time.perf_counter() < end:
                pass

        @hookimpl
        def tornterm_register_routes(self) -> None:
            time.sleep(0.06)

        @hookimpl
        async def tornterm_login_methods(self) -> tuple[LoginMethod, ...]:
            return ()

    server = await tornterm_server(plugins=[Spins, EchoProgram()])
    client = await tornterm_client(server)
    await client.wait_for(EchoProgram.READY)
    named = "plugin 'spins', hook tornterm_session_started: held the loop"
    async with asyncio.timeout(30):
        while named not in caplog.text:
            await asyncio.sleep(0.01)
    assert "plugin 'spins', hook tornterm_register_routes: held the loop" in caplog.text
    numbers = (await server.fetch("metrics", headers=server.headers("root"))).body.decode()
    labels = '{hook="tornterm_session_started",plugin="spins"}'
    blocked = numbers.partition(f"tornterm_plugin_blocked_seconds_total{labels} ")[2].split()[0]
    assert float(blocked) >= 0.1
    assert "login_methods" not in caplog.text
