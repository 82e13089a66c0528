"""The pytest plugin: its fixtures work here, and in a project that has nothing but pytest."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tornado.web import Application, RequestHandler

from tests.contract.samples import answers, plugin
from tornterm import Terminals
from tornterm.errors import PluginError
from tornterm.testing.clock import FakeClock
from tornterm.testing.programs import EchoProgram
from tornterm.types import User

OTHER_PROJECT = """
import asyncio
import sys
import pytest

def test_loading_the_plugin_imports_little():
    ours = {name for name in sys.modules if name.startswith("tornterm")}
    assert ours <= {"tornterm", "tornterm.testing", "tornterm.testing.plugin"}
    assert "tornado" not in sys.modules

@pytest.mark.usefixtures("tornterm_loop")
async def test_a_coroutine_runs():
    await asyncio.sleep(0)

@pytest.mark.usefixtures("tornterm_loop")
async def test_a_coroutine_fails():
    assert await asyncio.sleep(0, False)

@pytest.mark.usefixtures("tornterm_loop")
class TestInAClass:
    async def test_a_method_runs(self, tmp_path):
        assert tmp_path.exists()

@pytest.fixture
def number(tornterm_loop):
    return tornterm_loop.run(asyncio.sleep(0, 5))

async def test_a_fixture_may_await(number, tornterm_loop):
    assert number == 5
    assert asyncio.get_running_loop() is tornterm_loop.get_loop()

async def test_a_hang_is_ended(tornterm_loop):
    await asyncio.Event().wait()

async def test_everything_together(
    tornterm_server, tornterm_client, tornterm_echo, tornterm_events, tornterm_proxy
):
    server = await tornterm_server(plugins=[tornterm_echo])
    client = await tornterm_client(server, via=await tornterm_proxy(server))
    await client.wait_for(tornterm_echo.READY)
    client.send_input(b"hello")
    await client.wait_for(b"hello")
    assert (await tornterm_events.wait_for("session.created")).user == "alice"
"""


def test_in_a_project_with_nothing_but_pytest(tmp_path: Path) -> None:
    """No other plugin is needed, warnings may be errors, and nothing is imported before its use."""
    (tmp_path / "test_other.py").write_text(OTHER_PROJECT)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings = error\ntornterm_timeout = 2\n"
        "addopts = -p no:tornado -p no:xdist -p no:hypothesispytest -p no:cacheprovider\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tornterm.testing.plugin", "-q", "-rf"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    failed = {line.split(" - ")[0] for line in done.stdout.splitlines() if "FAILED " in line}
    assert failed == {
        "FAILED test_other.py::test_a_coroutine_fails",
        "FAILED test_other.py::test_a_hang_is_ended",
    }, done.stdout
    assert "5 passed" in done.stdout


async def test_two_clients_of_one_server(
    tornterm_server: Any, tornterm_client: Any, tornterm_echo: EchoProgram
) -> None:
    """Each has a session of its own, under the user it is made for."""
    server = await tornterm_server(plugins=[tornterm_echo])
    alice = await tornterm_client(server)
    bob = await tornterm_client(server, user="bob")
    assert alice.session != bob.session
    assert (await server.fetch("api/sessions", headers=server.headers("bob"))).code == 200


async def test_a_client_may_be_refused(tornterm_server: Any, tornterm_client: Any) -> None:
    """With other headers a client is who they say, or nobody."""
    server = await tornterm_server()
    client = await tornterm_client(server, headers={}, open=False)
    with pytest.raises(Exception, match="401") as refused:
        await client.open()
    assert refused.value.__notes__ == ["the server says: unauthenticated: Please log in."]
    assert (await server.fetch("api/me")).code == 401


async def test_headers_of_a_plugin_come_with_the_origin(
    tornterm_server: Any, tornterm_client: Any, tornterm_proxy: Any, tornterm_echo: EchoProgram
) -> None:
    """Else each test of an auth backend would have to know of it; through a proxy as well."""
    known = plugin("known", authenticate=answers(User("carol")))
    server = await tornterm_server(plugins=[known, tornterm_echo])
    for via in (None, await tornterm_proxy(server)):
        client = await tornterm_client(server, headers={"X-Name": "carol"}, via=via)
        await client.wait_for(tornterm_echo.READY)
    with pytest.raises(Exception, match="403") as refused:
        await tornterm_client(server, headers={"origin": "http://evil.example"})
    assert f"Origin: {server.origin}, or" in refused.value.__notes__[0]
    post = {"method": "POST", "json": {}}
    assert (await server.fetch("api/sessions", **post)).code == 403
    assert (
        await server.fetch("api/sessions", **post, headers={"Origin": server.origin})
    ).code == 201


async def test_the_network_can_be_cut(
    tornterm_server: Any, tornterm_client: Any, tornterm_proxy: Any, tornterm_echo: EchoProgram
) -> None:
    """What the fault injector breaks, the client takes up again."""
    server = await tornterm_server(plugins=[tornterm_echo])
    proxy = await tornterm_proxy(server)
    client = await tornterm_client(server, via=proxy)
    await client.wait_for(tornterm_echo.READY)
    proxy.cut()
    await client.wait_closed()
    client.send_input(b"after the cut")
    await client.resume()
    await client.wait_for(b"after the cut")


async def test_time_stands_still(
    tornterm_server: Any, tornterm_client: Any, tornterm_clock: Any, tornterm_events: Any
) -> None:
    """A server on the fake clock waits for as long as the test likes."""
    server = await tornterm_server({"sessions": {"grace_period": "1h"}}, clock=tornterm_clock)
    client = await tornterm_client(server)
    await client.close()
    await tornterm_events.wait_for("session.detached")
    tornterm_clock.advance(3600)
    await tornterm_events.wait_for("session.expired")


async def test_waiting_for_an_event_that_does_not_come(
    tornterm_loop: asyncio.Runner, tornterm_events: Any
) -> None:
    """The error says what there was instead."""
    with pytest.raises(TimeoutError, match=r"no auth.ok \(1\) among \[\]"):
        await tornterm_events.wait_for("auth.ok", within=0.01)


async def test_a_plugin_that_does_not_start(tornterm_server: Any) -> None:
    """A startup that fails is raised in the test, and leaves no socket open."""
    broken = plugin("broken", startup=answers(RuntimeError("no database")))
    with pytest.raises(PluginError, match="no database"):
        await tornterm_server(plugins=[broken])


async def test_an_application_of_ones_own(
    tornterm_server: Any, tornterm_client: Any, tornterm_echo: EchoProgram, tornterm_events: Any
) -> None:
    """It is served with all that it has; the events come where its terminals have been told."""

    class Hello(RequestHandler):
        def get(self) -> None:
            self.finish("hello")

    terminals = Terminals(
        {"plugins": {"enabled": []}},
        [tornterm_echo, tornterm_events],
        base="/term",
        authenticate=lambda handler: User("ann"),
    )
    application = Application([*terminals.handlers(), ("/hello", Hello)])
    server = await tornterm_server(terminals=terminals, application=application)
    assert (await server.fetch("/hello")).body == b"hello"
    assert b'"ann"' in (await server.fetch("api/me")).body
    client = await tornterm_client(server, headers={"Origin": server.origin})
    await client.wait_for(tornterm_echo.READY)
    assert (await tornterm_events.wait_for("session.created")).user == "ann"


@pytest.mark.parametrize(
    "wrong",
    [
        {"terminals": True, "tables": {"sessions": {"max": 1}}},
        {"terminals": True, "clock": True},
        {"application": True},
    ],
)
async def test_what_does_not_go_together(tornterm_server: Any, wrong: dict[str, Any]) -> None:
    """It is said instead of left out of account."""
    given: dict[str, Any] = {
        "terminals": Terminals(),
        "application": Application(),
        "clock": FakeClock(),
    }
    with pytest.raises(TypeError):
        await tornterm_server(**{name: given.get(name, value) for name, value in wrong.items()})
