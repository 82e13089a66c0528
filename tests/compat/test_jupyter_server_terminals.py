"""What jupyter_server_terminals documents, with its own manager and with ours, in real servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from tests.compat.jupyter import Jupyter, serving_jupyter


@pytest.fixture(scope="module", params=["its own", "ours"])
def jupyter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jupyter]:
    folder = tmp_path_factory.mktemp("compat")
    with serving_jupyter(folder, ours=request.param == "ours") as jupyter:
        yield jupyter


def moment(model: dict[str, Any]) -> datetime:
    """The time of a model, which is UTC and says so."""
    assert set(model) == {"name", "last_activity"}
    assert model["last_activity"].endswith("Z")
    return datetime.fromisoformat(model["last_activity"])


async def test_models_and_statuses(jupyter: Jupyter) -> None:
    """200 for what is made and what is there, 204 for what is deleted, and one model for all."""
    await jupyter.clear()
    assert (await jupyter.ask("GET", "api/terminals")).body == []
    before = datetime.now(UTC)
    made = await jupyter.ask("POST", "api/terminals")
    assert made.status == 200
    assert made.body["name"] == "1"
    assert before <= moment(made.body) <= datetime.now(UTC)
    one = await jupyter.ask("GET", "api/terminals/1")
    assert (one.status, one.body["name"]) == (200, "1")
    assert moment(one.body) >= moment(made.body)
    listed = await jupyter.ask("GET", "api/terminals")
    assert listed.status == 200
    assert [model["name"] for model in listed.body] == ["1"]
    deleted = await jupyter.ask("DELETE", "api/terminals/1")
    assert (deleted.status, deleted.body) == (204, "")
    assert await jupyter.names() == []


async def test_names(jupyter: Jupyter) -> None:
    """The lowest free number, or the one that was wished."""
    await jupyter.clear()
    assert [await jupyter.make() for _ in range(3)] == ["1", "2", "3"]
    assert (await jupyter.ask("DELETE", "api/terminals/2")).status == 204
    assert await jupyter.make(name="build") == "build"
    assert await jupyter.make() == "2"
    assert sorted(await jupyter.names()) == ["1", "2", "3", "build"]


async def test_what_is_not_there(jupyter: Jupyter) -> None:
    """404 with its name; the WebSocket makes none either."""
    await jupyter.clear()
    for method in ("GET", "DELETE"):
        answer = await jupyter.ask(method, "api/terminals/nothing")
        assert answer.status == 404
        assert answer.body == {"message": "Terminal not found: nothing", "reason": None}
    with pytest.raises(HTTPClientError) as refused:
        async with jupyter.attach("nothing"):
            pass
    assert refused.value.code == 404
    assert await jupyter.names() == []


async def test_who_is_nobody(jupyter: Jupyter) -> None:
    """403 for every verb, and for the WebSocket."""
    await jupyter.clear()
    name = await jupyter.make()
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{name}"), ("DELETE", f"/{name}")):
        answer = await jupyter.ask(method, f"api/terminals{path}", token=False)
        assert answer.status == 403, (method, path)
    terminal = jupyter.attach(name)
    terminal.headers.clear()
    with pytest.raises(HTTPClientError) as refused:
        async with terminal:
            pass
    assert refused.value.code == 403
    assert await jupyter.names() == [name]


async def test_bodies(jupyter: Jupyter) -> None:
    """None at all, an empty one, and one that is no JSON."""
    await jupyter.clear()
    for body in (None, "", {}, {"cwd": "no/such/folder"}):
        assert (await jupyter.ask("POST", "api/terminals", body)).status == 200
    assert (await jupyter.ask("POST", "api/terminals", "{nonsense")).status == 400
    assert len(await jupyter.names()) == 4


@pytest.mark.parametrize("relative", [True, False])
async def test_where_it_begins(jupyter: Jupyter, relative: bool) -> None:
    """A folder as it is, or below the server's root."""
    await jupyter.clear()
    folder = jupyter.root / "some folder"
    folder.mkdir(exist_ok=True)
    name = await jupyter.make(cwd="some folder" if relative else str(folder))
    async with jupyter.attach(name) as terminal:
        terminal.send("stdin", "pwd\r")
        await terminal.shows(f"{folder}\r\n")


async def test_a_conversation(jupyter: Jupyter) -> None:
    """Setup first; rows before columns; what is unknown is ignored; disconnect, and closed."""
    await jupyter.clear()
    async with jupyter.attach(await jupyter.make()) as terminal:
        terminal.send("bogus", 1)
        terminal.send("set_size", 31, 97, 600, 800)
        terminal.send("stdin", "stty size; echo gr\u00fc\u00dfe\r")
        await terminal.shows("31 97\r\ngr\u00fc\u00dfe\r\n")
        terminal.send("stdin", "exit\r")
        await terminal.got("disconnect", 1)
        assert terminal.messages[0] == ["setup", {}]
        await terminal.closed()
    assert await jupyter.names() == []


async def test_a_replay(jupyter: Jupyter) -> None:
    """Who comes later is shown what was, in one message behind the setup, and types as well."""
    await jupyter.clear()
    name = await jupyter.make()
    async with jupyter.attach(name) as one:
        one.send("stdin", "echo be''fore\r")
        await one.shows("before\r\n")
        async with jupyter.attach(name) as two:
            await two.shows("before\r\n")
            assert two.messages[0] == ["setup", {}]
            assert "before\r\n" in two.messages[1][1]
            two.send("stdin", "echo af''ter\r")
            for terminal in (one, two):
                await terminal.shows("after\r\n")


async def test_sharing_a_size(jupyter: Jupyter) -> None:
    """The smallest rows and the smallest columns of all."""
    await jupyter.clear()
    name = await jupyter.make()
    async with jupyter.attach(name) as one, jupyter.attach(name) as two:
        one.send("set_size", 50, 90)
        one.send("stdin", "echo o''ne\r")
        await two.shows("one\r\n")
        two.send("set_size", 40, 100)
        two.send("stdin", "stty size\r")
        await one.shows("40 90\r\n")


async def test_activity(jupyter: Jupyter) -> None:
    """Typing and printing move a terminal's time, and that of no other."""
    await jupyter.clear()
    name, other = await jupyter.make(), await jupyter.make()
    async with jupyter.attach(name) as terminal, jupyter.attach(other) as silent:
        await silent.finds(r"([$#] )$")
        quiet = moment((await jupyter.ask("GET", f"api/terminals/{other}")).body)
        first = moment((await jupyter.ask("GET", f"api/terminals/{name}")).body)
        terminal.send("stdin", "echo mo''ved\r")
        await terminal.shows("moved\r\n")
        assert moment((await jupyter.ask("GET", f"api/terminals/{name}")).body) > first
        assert moment((await jupyter.ask("GET", f"api/terminals/{other}")).body) == quiet
