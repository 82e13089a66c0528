"""The control socket: only the same user, only the right server, every answer or a clear error."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tornterm.control import ControlClient, ControlServer, find_server, running
from tornterm.control import peer as peer_module
from tornterm.control.client import ControlError
from tornterm.control.peer import peer_uid
from tornterm.control.runtime import is_safe, runtime_directory
from tornterm.errors import AuthError, ConfigError, ConfigProblem, SessionNotFound
from tornterm.types import SessionInfo, Size

T = TypeVar("T")


class FakeServer:
    """What is controlled: remembers what it was asked."""

    def __init__(self, port: int = 8765, config: str | None = None) -> None:
        self.port = port
        self.config = config
        self.killed: list[str] = []
        self.link: str | None = "http://127.0.0.1:8765/login#code=abc"
        self.broken = ""

    def info(self) -> Mapping[str, Any]:
        url = f"http://127.0.0.1:{self.port}/"
        return {"url": url, "base": url, "port": self.port, "config": self.config}

    def login_link(self) -> str:
        if self.link is None:
            raise AuthError("there is no login link")
        return self.link

    def list_sessions(self) -> Sequence[SessionInfo]:
        return [SessionInfo("a1", "ann", "title", "", "running", 1.0, Size(), 1, 5)]

    async def kill_session(self, session_id: str) -> None:
        if session_id != "a1":
            raise SessionNotFound(session_id)
        self.killed.append(session_id)

    async def reload(self) -> Sequence[str]:
        if self.broken == "bug":
            raise RuntimeError("a bug with internal words")
        if self.broken:
            raise ConfigError([ConfigProblem("f.toml", "ui", "theme", self.broken)])
        return ["[server] port"]


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    # None is looked for where a server of this machine may really be running.
    monkeypatch.setattr("tornterm.control.client.candidates", lambda: iter([tmp_path / "tornterm"]))
    monkeypatch.setattr("tornterm.control.runtime.os.geteuid", os.geteuid)
    return tmp_path / "tornterm"


@asynccontextmanager
async def controlled(*targets: FakeServer) -> AsyncIterator[None]:
    servers = [ControlServer(target, str(target.port)) for target in targets]
    for server in servers:
        server.start()
    try:
        yield
    finally:
        for server in servers:
            await server.close()


async def elsewhere(function: Callable[..., T], *arguments: Any) -> T:
    """The client blocks, so it is not called on the loop that has to answer it."""
    return await asyncio.to_thread(function, *arguments)


async def complaint(call: Awaitable[Any]) -> str:
    with pytest.raises(ControlError) as caught:
        await call
    return str(caught.value)


async def test_everything_that_can_be_asked() -> None:
    """A client sees what the server has, and what it asks for happens."""
    target = FakeServer()
    async with controlled(target):
        client = await elsewhere(find_server)
        assert (client.url, client.port) == ("http://127.0.0.1:8765/", 8765)
        assert client.info["pid"] == os.getpid()
        assert await elsewhere(client.login_link) == target.link
        (session,) = await elsewhere(client.sessions)
        assert (session["id"], session["user"], session["size"]["cols"]) == ("a1", "ann", 80)
        await elsewhere(client.kill, "a1")
        assert target.killed == ["a1"]
        assert await elsewhere(client.reload) == ["[server] port"]


async def test_errors_reach_the_person() -> None:
    """What the server refuses is told in its words; a bug is not."""
    target = FakeServer()
    async with controlled(target):
        client = await elsewhere(find_server)
        assert await complaint(elsewhere(client.kill, "zz")) == "no session 'zz'"
        assert await complaint(elsewhere(client.kill, "../info")) == "Not Found"
        target.link = None
        assert await complaint(elsewhere(client.login_link)) == "there is no login link"
        target.broken = "is ugly"
        assert await complaint(elsewhere(client.reload)) == "f.toml: [ui] theme: is ugly"
        target.broken = "bug"
        assert await complaint(elsewhere(client.reload)) == "Internal Server Error"


async def test_choosing_between_servers(tmp_path: Path) -> None:
    """One running server needs no choice; several are told apart by port or configuration."""
    nothing = await complaint(elsewhere(find_server))
    assert nothing == f"no tornterm server of yours is running (looked in {tmp_path / 'tornterm'})"
    config = str(tmp_path / "a.toml")
    async with controlled(FakeServer(1111, config), FakeServer(2222)):
        assert (await elsewhere(find_server, 2222)).port == 2222
        assert (await elsewhere(find_server, None, Path(config))).port == 1111
        assert "several servers are running (http://127.0.0.1:1111/, " in await complaint(
            elsewhere(find_server)
        )
        assert "no server of yours matches" in await complaint(elsewhere(find_server, 3333))


async def test_the_socket_is_private_and_goes_away(runtime: Path) -> None:
    """Directory 0700, socket 0600, and nothing is left at the end."""
    async with controlled(FakeServer()):
        assert stat.S_IMODE(os.stat(runtime).st_mode) == 0o700
        (name,) = os.listdir(runtime)
        assert stat.S_IMODE(os.stat(runtime / name).st_mode) == 0o600
    assert os.listdir(runtime) == []


async def test_what_a_killed_server_left_is_passed_over(runtime: Path) -> None:
    """A dead socket, a file and a link do not disturb the living."""
    async with controlled(FakeServer()):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(runtime / "1.sock"))
        (runtime / "2.sock").write_text("")
        (runtime / "3.sock").symlink_to(runtime / "8765.sock")
        found = await elsewhere(lambda: list(running()))
        assert [client.port for client in found] == [8765]


async def test_a_link_to_a_socket_is_refused(runtime: Path) -> None:
    """A symbolic link could lead to another user's server."""
    async with controlled(FakeServer()):
        link = runtime / "link.sock"
        link.symlink_to(runtime / "8765.sock")
        assert "is not a socket" in await complaint(elsewhere(ControlClient, link))


async def test_another_user_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, runtime: Path) -> None:
    """Where the kernel names another user, neither side says a word."""
    async with controlled(FakeServer()):
        monkeypatch.setattr(peer_module.os, "geteuid", lambda: 54321)
        monkeypatch.setattr(peer_module, "peer_uid", lambda connection: 12345)
        reader, writer = await asyncio.open_unix_connection(str(runtime / "8765.sock"))
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        path = runtime / "8765.sock"
        assert "another user" in await complaint(elsewhere(ControlClient, path))


def test_the_kernel_knows_the_peer() -> None:
    """Both ends of a socket pair are ours."""
    one, two = socket.socketpair(socket.AF_UNIX)
    with one, two:
        assert peer_uid(one) == peer_uid(two) == os.geteuid()
    if sys.platform == "linux":
        with socket.socket(socket.AF_UNIX) as unconnected:
            assert peer_uid(unconnected) == 2**32 - 1


def test_a_directory_others_can_write_to_is_not_safe(tmp_path: Path) -> None:
    """Neither is a link to a safe one, a file, or nothing at all."""
    shared, private, link = tmp_path / "shared", tmp_path / "private", tmp_path / "link"
    for directory, mode in ((shared, 0o770), (private, 0o700)):
        directory.mkdir()
        directory.chmod(mode)
    link.symlink_to(private)
    assert is_safe(private)
    assert not any(map(is_safe, (shared, link, tmp_path / "missing", Path(__file__))))


def test_the_runtime_directory_is_the_first_safe_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unsafe place is passed over for the next; the last is made in the temporary directory."""
    service = tmp_path / "service"
    service.mkdir(mode=0o755)
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{service}:/elsewhere")
    assert runtime_directory() == service
    service.chmod(0o777)
    assert runtime_directory() == tmp_path / "tornterm"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tornterm.control.runtime.os.geteuid", lambda: 54321)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OSError, match=f"tried .*{tmp_path}/tornterm-54321"):
        runtime_directory()
