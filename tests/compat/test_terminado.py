"""terminado's documented interface: names, hooks of subclasses, and what is raised."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import terminado
from jupyter_server_terminals.terminalmanager import TerminalManager as StockTerminalManager
from terminado import management
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, HTTPError

from tests.compat.dialect import WITHIN, TerminadoClient
from tornterm.jupyter import LimitReached, TerminalManager
from tornterm.pty.manager import SessionTermManager
from tornterm.pty.terminal import Terminal

SHELL = ["/bin/sh"]
MANAGERS = [SessionTermManager, TerminalManager]


def public(kind: type) -> set[str]:
    """What a class has under names without an underscore, traits' machinery left out."""
    names = {name for part in kind.__mro__ if _is_theirs(part) for name in vars(part)}
    return {name for name in names if not name.startswith("_")}


def _is_theirs(kind: type) -> bool:
    return kind.__module__.startswith(("terminado", "jupyter_server_terminals"))


def accepts(ours: Callable[..., Any], theirs: Callable[..., Any]) -> bool:
    """Whether every call that `theirs` allows is one that `ours` does."""
    here, there = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
    catch_all = any(p.kind is p.VAR_KEYWORD for p in here.values())
    return catch_all or list(there) == list(here)[: len(there)]


@pytest.mark.parametrize("manager", MANAGERS)
def test_public_names_of_managers(manager: type) -> None:
    """Every one is there, asynchronous where it was, and called as it was."""
    stock = StockTerminalManager if manager is TerminalManager else terminado.NamedTermManager
    assert issubclass(manager, stock)
    for name in public(stock):
        ours, theirs = getattr(manager, name), getattr(stock, name)
        assert callable(ours) == callable(theirs), name
        if inspect.isfunction(theirs):
            assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs), name
            assert accepts(ours, theirs), name


async def test_public_names_of_instances() -> None:
    """What constructors make, of the manager and of a terminal."""
    stock = terminado.NamedTermManager(shell_command=SHELL)
    for manager in (SessionTermManager(SHELL), TerminalManager(SHELL)):
        assert {name for name in vars(stock) if not name.startswith("_")} <= set(dir(manager))
    # What a terminal has is made with its program, so the names stand here.
    for name in ("clients", "ptyproc", "read_buffer", "term_name", *public(_PtyWithClients)):
        assert hasattr(Terminal, name) or name in ("clients", "ptyproc", "term_name"), name
    stock.blocking_io_executor.shutdown()


_PtyWithClients = management.PtyWithClients


@asynccontextmanager
async def serving(manager: Any) -> AsyncIterator[Callable[[str], TerminadoClient]]:
    """terminado's own handler on a manager; gives what opens a terminal by name."""
    listener, port = bind_unused_port()
    route = (r"/(\w+)", terminado.TermSocket, {"term_manager": manager})
    server = HTTPServer(Application([route]))
    server.add_socket(listener)
    try:
        yield lambda name: TerminadoClient(f"ws://127.0.0.1:{port}/{name}")
    finally:
        await manager.shutdown()
        server.stop()
        await server.close_all_connections()


@pytest.mark.parametrize("manager", MANAGERS)
async def test_hooks_of_subclasses(manager: type) -> None:
    """The methods that terminado names as important to override are called, in their order."""
    calls: list[str] = []

    class Hooked(manager):  # type: ignore[misc]
        def get_terminal(self, term_name: str) -> Any:
            calls.append("get_terminal")
            return super().get_terminal(term_name)

        def new_terminal(self, **kwargs: Any) -> Any:
            calls.append("new_terminal")
            return super().new_terminal(**kwargs)

        def start_reading(self, ptywclients: Any) -> None:
            calls.append("start_reading")
            assert ptywclients.ptyproc.isalive()
            super().start_reading(ptywclients)

        def pre_pty_read_hook(self, ptywclients: Any) -> None:
            calls.append("pre_pty_read_hook")
            super().pre_pty_read_hook(ptywclients)

        def on_eof(self, ptywclients: Any) -> None:
            calls.append("on_eof")
            super().on_eof(ptywclients)
            ended.set()

        def client_disconnected(self, websocket: Any) -> None:
            calls.append("client_disconnected")
            left.set()

    ended, left = asyncio.Event(), asyncio.Event()
    hooked = Hooked(["/bin/sh", "-c", "read x; echo got $x"])
    async with serving(hooked) as connect:
        async with connect("a") as client:
            client.send("stdin", "something\r")
            await client.shows("got something\r\n")
            await client.got("disconnect", 1)
        async with asyncio.timeout(WITHIN):
            await ended.wait()
            await left.wait()
    once = list(dict.fromkeys(calls))
    assert once[:2] == ["get_terminal", "new_terminal"]
    assert once.index("start_reading") < once.index("pre_pty_read_hook") < once.index("on_eof")
    assert "client_disconnected" in once


@pytest.mark.parametrize("manager", MANAGERS)
async def test_max_terminals_reached(manager: type) -> None:
    """From both doors, with the number; there is room again when one has ended."""
    terminals: Any = manager(["/bin/cat"], max_terminals=1)
    try:
        name, _ = terminals.new_named_terminal()
        with pytest.raises(management.MaxTerminalsReached, match="more than 1 terminals") as full:
            terminals.get_terminal("another")
        assert full.value.max_terminals == 1
        with pytest.raises(management.MaxTerminalsReached):
            terminals.new_named_terminal()
        assert terminals.get_terminal(name) is terminals.terminals[name]
        await terminals.terminate(name, force=True)
        terminals.get_terminal("another")
    finally:
        await terminals.shutdown()


async def test_our_own_limits_are_the_same_exception() -> None:
    """With the reason as its text; Jupyter's handlers get an answer of it."""
    manager = TerminalManager(["/bin/cat"], config=None)
    manager.max_per_user = 1
    await manager.terminate_all()
    try:
        manager.create()
        with pytest.raises(LimitReached, match="as many sessions") as full:
            manager.new_named_terminal()
        assert isinstance(full.value, management.MaxTerminalsReached)
        with pytest.raises(HTTPError) as answer:
            manager.create()
        assert (answer.value.status_code, answer.value.log_message) == (429, str(full.value))
    finally:
        await manager.terminate_all()


async def test_options_of_new_terminals() -> None:
    """A name, a folder, variables that come and go, and a command; as terminado has them."""
    manager = TerminalManager(SHELL, extra_env={"OURS": "1", "THEIRS": "2"})
    try:
        name, terminal = manager.new_named_terminal(
            name="tasks",
            cwd="/usr",
            extra_env={"OURS": None, "MORE": "3"},
            shell_command=["/bin/sh", "-c", "echo [$PWD $OURS$THEIRS$MORE]; read x"],
        )
        assert (name, terminal.term_name) == ("tasks", "tasks")
        async with serving(manager) as connect, connect("tasks") as client:
            await client.shows("[/usr 23]")
    finally:
        await manager.terminate_all()


async def test_the_managers_methods() -> None:
    """Models, lists, and errors that Jupyter's handlers pass on."""
    manager = TerminalManager(["/bin/cat"])
    try:
        model = manager.create()
        assert model == manager.get(model["name"]) == manager.get_terminal_model("1")
        assert [each["name"] for each in manager.list()] == ["1"]
        await manager.terminate("1", force=True)
        assert manager.list() == []
        for missing in (manager.get, manager.get_terminal_model):
            with pytest.raises(HTTPError, match="Terminal not found: 1") as answer:
                missing("1")
            assert answer.value.status_code == 404
        with pytest.raises(HTTPError):
            await manager.terminate("1")
    finally:
        await manager.terminate_all()


@pytest.mark.parametrize("name", ["a b", "", "a/b", 5, "x" * 65])
async def test_names_that_no_address_can_have(name: Any) -> None:
    """400, instead of a terminal that nobody can reach."""
    manager = TerminalManager(["/bin/cat"])
    with pytest.raises(HTTPError) as answer:
        manager.create(name=name)
    assert answer.value.status_code == 400
    await manager.terminate_all()


async def test_a_name_that_is_taken() -> None:
    """409, instead of a shell that nobody finds again."""
    manager = TerminalManager(["/bin/cat"])
    try:
        manager.create(name="one")
        with pytest.raises(HTTPError) as answer:
            manager.create(name="one")
        assert answer.value.status_code == 409
    finally:
        await manager.terminate_all()
