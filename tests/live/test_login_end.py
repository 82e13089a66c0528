"""A login and its connections share one life; the shell outlives both."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.browser.process import TORNTERM, ServerProcess, serving
from tornterm.core.protocols import v1
from tornterm.testing.clients import V1Client

PASSWORD = "correct horse battery staple"
WITHIN = 2.0


class Site:
    """A server with one user, as that user's browser sees it."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.cookie = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "Origin": self.server.url.rstrip("/")}

    async def post(self, path: str, body: object) -> None:
        answer = await AsyncHTTPClient(force_instance=True).fetch(
            self.server.url + path,
            method="POST",
            body=json.dumps(body),
            headers={**self.headers, "Content-Type": "application/json"},
        )
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.split(";")[0]

    async def log_in(self) -> None:
        self.cookie = ""
        fields = {"username": "alice", "password": PASSWORD}
        await self.post("login", {"method": "local_users", "fields": fields})

    async def log_out(self) -> None:
        await self.post("logout", {})

    def users(self, *arguments: str, typed: str = "") -> None:
        """Run `tornterm user` as the operator."""
        subprocess.run(
            [
                str(TORNTERM),
                "user",
                *arguments,
                "--config",
                str(self.folder / "config.toml"),
            ],
            input=typed,
            text=True,
            check=True,
            capture_output=True,
            env=self.server.environment,
        )


def site(folder: Path, more: str = "") -> Iterator[Site]:
    tables = '[plugins.local_users]\nfile = "users.toml"\n' + more
    (folder / "users.toml").touch(0o600)
    with serving(folder, plugins='["local_users", "shell"]', more=tables) as server:
        assert server.url
        found = Site(server, folder)
        add_alice(found)
        yield found


def add_alice(there: Site) -> None:
    there.users("add", "alice", "--password-stdin", typed=PASSWORD + "\n")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    yield from site(tmp_path)


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Site]:
    """Logins last no longer than it takes to look."""
    yield from site(tmp_path, '[auth]\nlifetime = "4s"\n')


async def check_one_life(there: Site, end: Callable[[], object], again: Callable[[], None]) -> None:
    """Type, end the login, type on, log in again: the same shell, and nothing lost or added."""
    await there.log_in()
    async with V1Client(there.server.url, headers=there.headers) as client:
        await client.open()
        client.send_input("VALUE=kept; echo $((6*7))\n")
        await client.wait_for(b"42\r\n")
        ended = end()
        if asyncio.iscoroutine(ended):
            await ended
        assert await client.wait_closed(within=WITHIN + 4) == 4401
        error = client.error
        assert error is not None
        assert error.code == "auth_ended"
        with pytest.raises(Exception, match="401"):
            await client.resume()
        again()
        await there.log_in()
        client.headers = there.headers
        answer = await client.resume()
        assert isinstance(answer, v1.Resumed)
        assert (answer.mode, answer.skipped) == ("exact", 0)
        client.send_input("echo $VALUE-again\n")
        await client.wait_for(b"kept-again\r\n")
        assert client.recording.data.count(b"42\r\n") == 1


@pytest.mark.gen_test(timeout=60)
async def test_logout(here: Site) -> None:
    """Logging out in one tab closes the terminal in the other."""
    await check_one_life(here, here.log_out, lambda: None)


@pytest.mark.gen_test(timeout=60)
async def test_a_removed_user(here: Site) -> None:
    """`tornterm user remove` reaches those who are connected; added again, they come back."""
    await check_one_life(here, lambda: here.users("remove", "alice"), lambda: add_alice(here))


@pytest.mark.gen_test(timeout=60)
async def test_an_expired_login(short: Site) -> None:
    """At its end the login closes its connections by itself."""
    await check_one_life(short, lambda: None, lambda: None)


@pytest.mark.gen_test(timeout=60)
async def test_keys_typed_after_the_end_do_not_arrive(here: Site) -> None:
    """What is sent on a connection whose login has ended is not typed."""
    await here.log_in()
    mark = here.folder / "typed"
    async with V1Client(here.server.url, headers=here.headers) as client:
        await client.open()
        client.send_input("echo $((6*7))\n")
        await client.wait_for(b"42\r\n")
        logout = asyncio.ensure_future(here.log_out())
        while client.connected:
            client.send_frame(b"")
            await asyncio.sleep(0)
        await logout
        client.send_frame(f"touch {mark}\n".encode())
    await here.log_in()
    async with V1Client(here.server.url, headers=here.headers) as other:
        await other.open()
        other.send_input("echo $((7*8))\n")
        await other.wait_for(b"56\r\n")
    assert not mark.exists()
