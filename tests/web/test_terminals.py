"""Terminals as Jupyter's clients know them: the REST dialect and terminado's WebSocket."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from tests.compat.dialect import TerminadoClient
from tornterm.testing.clients import V1Client
from tornterm.testing.clock import FakeClock
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import TOKENS, LiveServer


def attach(server: LiveServer, name: str, user: str = "alice") -> TerminadoClient:
    url = f"ws{server.url.removeprefix('http')}terminals/websocket/{name}"
    return TerminadoClient(url, server.headers(user))


async def ask(
    server: LiveServer, method: str, path: str = "", body: Any = None, user: str = "alice"
) -> tuple[int, Any]:
    answer = await server.fetch(
        f"api/terminals{path}", method=method, json=body, headers=server.headers(user)
    )
    return answer.code, json.loads(answer.body) if answer.body else None


async def make(server: LiveServer, body: Any = None, user: str = "alice") -> str:
    status, model = await ask(server, "POST", "", body, user)
    assert status == 200, model
    return str(model["name"])


async def test_the_life_of_a_terminal() -> None:
    """The lowest free number, a model with the time of the last activity, and an end."""
    before = datetime.now(UTC)
    async with LiveServer() as server:
        assert await ask(server, "GET") == (200, [])
        assert [await make(server) for _ in range(3)] == ["1", "2", "3"]
        assert await ask(server, "DELETE", "/2") == (204, None)
        assert await make(server) == "2"
        status, model = await ask(server, "GET", "/1")
        assert (status, model["name"]) == (200, "1")
        assert model["last_activity"].endswith("Z")
        assert before <= datetime.fromisoformat(model["last_activity"]) <= datetime.now(UTC)
        _, models = await ask(server, "GET")
        assert {each["name"] for each in models} == {"1", "2", "3"}


async def test_names_and_ids() -> None:
    """A terminal can have a name; a session that was made otherwise is listed by its id."""
    async with LiveServer() as server:
        made = await server.fetch(
            "api/sessions", method="POST", json={}, headers=server.headers("alice")
        )
        session_id = json.loads(made.body)["session"]["id"]
        assert await make(server, {"name": "build", "cwd": "notebooks"}) == "build"
        _, models = await ask(server, "GET")
        assert [model["name"] for model in models] == [session_id, "build"]
        for name in (session_id, "build"):
            assert (await ask(server, "GET", f"/{name}"))[0] == 200
        status, taken = await ask(server, "POST", "", {"name": "build"})
        assert (status, taken["message"]) == (409, "There is a terminal named 'build' already.")
        assert await make(server, {"name": "build"}, user="bob") == "build"


async def test_what_is_not_there() -> None:
    """In Jupyter's words, and the same for what is somebody else's."""
    async with LiveServer() as server:
        await make(server, {"name": "hers"})
        for name, user in (("nothing", "alice"), ("hers", "bob")):
            for method in ("GET", "DELETE"):
                status, missing = await ask(server, method, f"/{name}", user=user)
                assert (status, missing["reason"]) == (404, None)
                assert missing["message"] == f"Terminal not found: {name}"
            with pytest.raises(HTTPClientError) as refused:
                async with attach(server, name, user):
                    pass
            assert refused.value.code == 404
        assert await ask(server, "GET", user="bob") == (200, [])


@pytest.mark.parametrize("body", [[], {"name": "a b"}, {"name": 1}, {"name": ""}, {"cwd": 5}, "x"])
async def test_bodies_that_mean_nothing(body: Any) -> None:
    """400, with a sentence that says what would be right."""
    async with LiveServer() as server:
        status, answer = await ask(server, "POST", "", body)
        assert (status, answer["error"]["message"]) == (400, answer["message"])
        assert "must be" in answer["message"]
        assert server.terminals.sessions.active_count == 0


async def test_limits_have_a_reason() -> None:
    """429, and when another try can succeed."""
    async with LiveServer({"sessions": {"max_per_hour": 1}}) as server:
        await make(server)
        answer = await server.fetch(
            "api/terminals", method="POST", json={}, headers=server.headers("alice")
        )
        assert answer.code == 429
        assert "hour" in json.loads(answer.body)["message"]
        assert int(answer.headers["Retry-After"]) > 3000


async def test_a_terminal_stays_until_it_is_deleted() -> None:
    """Jupyter's clients make one and attach when somebody looks at it."""
    clock = FakeClock()
    async with LiveServer({"sessions": {"attach_timeout": "5s"}}, clock=clock) as server:
        name = await make(server)
        clock.advance(3600)
        assert (await ask(server, "GET", f"/{name}"))[0] == 200


async def test_a_conversation() -> None:
    """Setup, size, input, output, and the end of the program."""
    async with LiveServer() as server:
        async with attach(server, await make(server)) as terminal:
            terminal.send("set_size", 30, 101, 600, 800)
            terminal.send("stdin", "stty size; echo gr\u00fc\u00dfe [$((6*7))]\r")
            await terminal.shows("30 101\r\ngr\u00fc\u00dfe [42]\r\n")
            assert terminal.messages[0] == ["setup", {}]
            for message in (["bogus"], ["set_size", None, None], ["set_size", 0, 2.5]):
                terminal.send(*message)
            terminal.send("stdin", "stty size; exit 3\r")
            await terminal.got("disconnect", 1)
            assert terminal.text.count("30 101\r\n") == 2
            assert await terminal.closed() == 1000
        assert await ask(server, "GET") == (200, [])


@pytest.mark.parametrize(
    "frame", ["nope", "[]", '{"a": 1}', "[1]", '["stdin"]', '["stdin", 5]', '["set_size"]', b"\xff"]
)
async def test_frames_that_are_no_messages(frame: str | bytes) -> None:
    """The connection ends with 4400 and a sentence; the terminal goes on."""
    async with LiveServer() as server:
        name = await make(server)
        async with attach(server, name) as terminal:
            await terminal.got("setup", {})
            terminal.connected.send(frame)
            await terminal.shows("The server did not understand")
            assert await terminal.closed() == 4400
        async with attach(server, name) as again:
            await again.shows("$ ")


async def test_several_share_one_terminal() -> None:
    """All may type, the smallest size counts, and who leaves does not count any more."""
    events = CapturedEvents()
    async with LiveServer(plugins=[events]) as server:
        name = await make(server)
        async with attach(server, name) as one:
            one.send("set_size", 40, 100)
            one.send("stdin", "echo fi''rst; stty size\r")
            await one.shows("first\r\n40 100\r\n")
            async with attach(server, name) as two:
                await two.shows("first\r\n")
                assert two.text.startswith("\x1bc")
                two.send("set_size", 30, 120)
                two.send("stdin", "echo se''cond; stty size\r")
                for terminal in (one, two):
                    await terminal.shows("second\r\n30 100\r\n")
            await events.wait_for("session.detached")
            one.send("stdin", "echo th''ird; stty size\r")
            await one.shows("third\r\n40 100\r\n")


async def test_who_stays_types_on_when_the_writer_has_gone() -> None:
    """Nobody waits for a right that none of these clients knows of."""
    async with LiveServer() as server:
        name = await make(server)
        one, two = attach(server, name), attach(server, name)
        async with two:
            async with one:
                one.send("stdin", "echo he''re\r")
                await two.shows("here\r\n")
            two.send("stdin", "echo st''ill\r")
            await two.shows("still\r\n")


async def test_beside_a_client_of_the_other_protocol() -> None:
    """While that one writes, these only watch; its size counts."""
    async with LiveServer() as server:
        async with V1Client(server.url, headers=server.headers("alice"), within=60) as writer:
            opened = await writer.open()
            async with attach(server, opened.session) as terminal:
                await terminal.shows("$ ")
                terminal.send("set_size", 10, 20)
                terminal.send("stdin", "echo inter''fered\r")
                # Messages are read in their order: when this one is answered the others are done.
                terminal.connected.send("[]")
                assert await terminal.closed() == 4400
            writer.send_input("echo ma''rk; stty size\n")
            await writer.wait_for(b"mark\r\n24 80\r\n")
            assert b"interfered" not in writer.recording.screen


async def test_the_token_in_the_address(caplog: pytest.LogCaptureFixture) -> None:
    """Only of this WebSocket, where Jupyter's clients cannot do otherwise; never in the log."""
    caplog.set_level(logging.DEBUG)
    async with LiveServer() as server:
        name = await make(server)
        base = f"ws{server.url.removeprefix('http')}terminals/websocket/{name}"
        async with TerminadoClient(f"{base}?token={TOKENS['alice']}") as terminal:
            await terminal.shows("$ ")
        with pytest.raises(HTTPClientError) as refused:
            async with TerminadoClient(f"{base}?token=wrong"):
                pass
        assert refused.value.code == 401
        elsewhere = await server.fetch(f"api/terminals?token={TOKENS['alice']}")
        assert elsewhere.code == 401
        for scheme in ("token", "Token", "Bearer"):
            headers = {"Authorization": f"{scheme} {TOKENS['alice']}"}
            assert (await server.fetch("api/terminals", headers=headers)).code == 200
    assert TOKENS["alice"] not in caplog.text
    assert "token=***" in caplog.text
