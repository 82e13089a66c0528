"""`tornterm attach` as a command on a real terminal: what it does to it, and what it says."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from tests.live.person import attached_command
from tornterm.attach.words import counted
from tornterm.config.units import rough_duration
from tornterm.errors import AuthError
from tornterm.hookspecs import hookimpl
from tornterm.testing.proxy import FaultProxy
from tornterm.testing.server import TOKENS, LiveServer
from tornterm.types import AuthRequest, User

ALICE = TOKENS["alice"]
CERTIFICATES = Path(__file__).parents[1] / "certificates"

pytestmark = pytest.mark.gen_test(timeout=90)


async def made(server: LiveServer) -> str:
    """A session that alice has made over HTTP, by its id."""
    answer = await AsyncHTTPClient().fetch(
        f"{server.url}api/sessions",
        method="POST",
        headers={**server.headers(), "Content-Type": "application/json"},
        body="{}",
    )
    return str(json.loads(answer.body)["session"]["id"])


async def says(*arguments: str, token: str = ALICE) -> tuple[int, list[str]]:
    """Run the command; gives its exit code and notes. The terminal must be as it was."""
    async with attached_command(*arguments, token=token) as (person, command):
        code = await command.exit_code()
        assert command.gave_back
        return code, person.notes


async def test_a_terminal_like_any_other() -> None:
    """Raw while it lasts, with Control-C, sizes and the exit code; given back afterwards."""
    async with (
        LiveServer() as server,
        attached_command(server.url, token=ALICE) as (person, command),
    ):
        await person.sees(b"$ ")
        assert command.is_raw
        person.type(b"until stty size | grep '^37 101'; do sleep 0.05; done\r")
        command.resize(101, 37)
        await person.sees(b"37 101\r\n")
        person.type(b"echo $((6*7)); sleep 1000\r")
        await person.sees(b"42\r\n")
        person.type(b"\x03")
        person.type(b"echo $((8*8))\r")
        await person.sees(b"64\r\n")
        person.type(b"kill -TERM $$; kill -9 $$\r")
        assert await command.exit_code() == 128 + signal.SIGKILL
        assert command.gave_back
        assert person.notes == ["[tornterm: ended by SIGKILL]"]


async def test_a_profile_that_is_offered() -> None:
    """It is what runs; one that is not offered is refused with one that is, and no shell runs."""
    shell = {"profiles": {"count": {"command": ["/bin/sh", "-c", "echo $((6*7)); exit 3"]}}}
    async with LiveServer({"plugins": {"shell": shell}}) as server:
        command = attached_command(server.url, "--profile", "count", token=ALICE)
        async with command as (person, command):
            await person.sees(b"42\r\n")
            assert await command.exit_code() == 3
        code, notes = await says(server.url, "--profile", "cuont")
        assert (code, len(notes)) == (255, 1)
        assert "there is no profile 'cuont'" in notes[0]
        assert "did you mean 'count'?" in notes[0]
        assert server.terminals.sessions.active_count == 0


class Badge:
    """Knows alice by a header."""

    name = "badge"

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        if "X-Badge" not in request.headers:
            return None
        if request.headers["X-Badge"] != "alices-secret-badge":
            raise AuthError("unknown badge", "This badge is not known.")
        return User("alice")


async def test_with_the_headers_of_an_auth_plugin(tmp_path: Path) -> None:
    """A file of headers logs in as a token does; the Origin that they need is sent, too."""
    file = tmp_path / "headers"
    async with LiveServer(plugins=[Badge()]) as server:
        file.write_text("X-Badge: alices-secret-badge\n")
        arguments = (server.url, "--header-file", str(file))
        async with attached_command(*arguments, token="") as (person, command):
            await person.sees(b"$ ")
            person.type(b"exit 7\r")
            assert await command.exit_code() == 7
        wrong = await says(server.url, "--header", "X-Badge: another-badge", token="")
        assert wrong == (255, [f"[tornterm: {server.url}: This badge is not known.]"])


async def test_what_it_says_where_there_is_no_such_session() -> None:
    """Unknown, somebody else's, a wrong address or token, nobody there: one line and 255."""
    async with LiveServer() as server:
        session = await made(server)
        gone = "http://127.0.0.1:1/"
        base = server.url
        unknown = f"[tornterm: {base}: This session does not exist (any more).]"
        answers = await asyncio.gather(
            says(f"{base}s/none"),
            says(f"{base}s/{session}", token=TOKENS["bob"]),
            says(f"{base}elsewhere/"),
            says(base, token="wrong"),
            says(gone),
        )
    assert answers == [
        (255, [unknown]),
        (255, [unknown]),
        (255, [f"[tornterm: {base}elsewhere/: There is nothing at this address.]"]),
        (255, [f"[tornterm: {base}: This token is not valid.]"]),
        (255, [f"[tornterm: Cannot reach {gone}: Connection refused.]"]),
    ]


async def test_what_it_says_of_a_certificate_that_it_does_not_trust() -> None:
    """One line that gives the reason, and nothing beside it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "one.pem", CERTIFICATES / "one.key")
    sock, port = bind_unused_port()
    server = HTTPServer(Application(), ssl_options=context)
    server.add_socket(sock)
    try:
        async with attached_command(f"https://127.0.0.1:{port}/", token=ALICE) as (person, command):
            assert await command.exit_code() == 255
    finally:
        server.stop()
    (line,) = person.seen.decode().splitlines()
    assert "self-signed certificate" in line


async def test_numbers_in_its_sentences() -> None:
    """One thing is one, and a wait is said in a unit that people count in, never too short."""
    assert counted(1, "typed byte") == "1 typed byte was"
    assert counted(10, "typed byte") == "10 typed bytes were"
    assert [rough_duration(seconds, up=True) for seconds in (1, 119, 121, 3597, 7201)] == [
        *("1 s", "119 s", "3 min", "60 min", "3 h")
    ]
    assert [rough_duration(seconds) for seconds in (0.9, 59, 1059, 7300, 200_000)] == [
        *("0 s", "59 s", "17 min", "2 h", "2 d")
    ]


async def test_what_it_says_of_a_session_that_has_ended() -> None:
    """The last output, one line that says how it ended, and its exit code."""
    async with LiveServer() as server:
        session = await made(server)
        address = f"{server.url}s/{session}"
        async with attached_command(address, token=ALICE) as (person, command):
            await person.sees(b"$ ")
            person.type(b"echo $((6*7)); exit 3\r")
            assert await command.exit_code() == 3
        async with attached_command(address, token=ALICE) as (person, command):
            assert await command.exit_code() == 3
            assert command.gave_back
            assert b"42\r\n" in person.seen
            assert person.notes == ["[tornterm: ended with exit code 3]"]


async def test_what_it_says_when_the_time_of_a_session_is_over() -> None:
    """Somebody who is there, and somebody who comes later, are told the same."""
    over = {"sessions": {"max_lifetime": "1s", "warn_before": "0"}}
    async with LiveServer(over) as server:
        session = await made(server)
        address = f"{server.url}s/{session}"
        async with attached_command(address, token=ALICE) as (person, command):
            there = await command.exit_code(), person.notes
            assert command.gave_back
        assert there == await says(address)
    assert there == (
        255,
        ["[tornterm: This session reached the longest time that a session may last.]"],
    )


async def test_what_it_says_while_the_server_is_gone_and_when_it_comes_back_empty() -> None:
    """It tries again and says when; what was typed meanwhile is reported, not lost in silence."""
    async with FaultProxy(1) as proxy:
        address = f"http://127.0.0.1:{proxy.port}/"
        async with LiveServer() as server:
            proxy.target = ("127.0.0.1", server.port)
            async with attached_command(address, token=ALICE) as (person, command):
                await person.sees(b"$ ")
                proxy.refusing = True
                proxy.cut()
                person.type(b"echo lost\r")
                await person.sees(b"[tornterm: reconnecting in ")
                assert command.is_raw
                async with LiveServer() as other:
                    proxy.target = ("127.0.0.1", other.port)
                    proxy.refusing = False
                    assert await command.exit_code() == 255
                assert command.gave_back
                assert person.notes[-1] == (
                    "[tornterm: This session does not exist (any more). "
                    "10 typed bytes were not sent.]"
                )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_gives_the_terminal_back(number: signal.Signals) -> None:
    """However it is told to go, the person's shell gets its terminal as it was."""
    async with (
        LiveServer() as server,
        attached_command(server.url, token=ALICE) as (person, command),
    ):
        await person.sees(b"$ ")
        command.process.send_signal(number)
        assert await command.exit_code() == 128 + number
        assert command.gave_back
