"""Sessions in the hands of the application around the terminals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tornterm.errors import LimitExceeded, SessionNotFound
from tornterm.hosted import HostedSession, Output
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import Size, User

ANN = User("ann")
CAT = {"plugins": {"shell": {"command": ["/bin/cat"], "cwd": "/"}}}


async def until(pieces: AsyncIterator[Output], wanted: bytes) -> tuple[bytes, int]:
    """Read on until `wanted` was printed; what came, and where it ends."""
    seen = b""
    async with asyncio.timeout(30):
        async for piece in pieces:
            seen += piece.data
            if wanted in seen:
                return seen, piece.end
    raise AssertionError(seen)


async def test_what_one_reader_has_read_another_goes_on_from() -> None:
    """Offsets are those of the session's whole output, for everybody."""
    async with LiveServer(CAT) as server:
        session = await server.terminals.open(ANN, size=Size(100, 30), title="notes")
        assert (session.info.user, session.info.title) == ("ann", "notes")
        assert session.info.size == Size(100, 30)
        await session.write(b"one\r")
        first, end = await until(session.output(), b"one\r\none\r\n")
        assert end == len(first)
        await session.run("two")
        more, _ = await until(server.terminals.session(session.id).output(end), b"two\r\ntwo\r\n")
        assert b"one" not in more
        with pytest.raises(LookupError):
            await until(session.output(10_000), b"")


async def test_its_person_sees_what_is_typed_for_them() -> None:
    """The host types into the terminal that somebody has open, who may go on writing."""
    async with LiveServer(CAT) as server:
        async with V1Client(server.url, headers=server.headers(), within=30) as client:
            await client.open()
            (info,) = server.terminals.sessions.get_user_sessions("alice")
            await server.terminals.session(info.id).run("from the host")
            await client.wait_for(b"from the host\r\nfrom the host")
            client.send_input("from the person\n")
            await client.wait_for(b"from the person\r\nfrom the person")


async def test_whoever_reads_to_the_end_is_told_so() -> None:
    """Readers that wait are woken by the end, and nothing can be typed any more."""
    async with LiveServer(CAT) as server:
        session = await server.terminals.open(ANN)
        waiting = asyncio.ensure_future(session.wait())
        await session.write("\x04")
        status = await asyncio.wait_for(waiting, 30)
        assert status.code == 0
        assert [piece async for piece in session.output(session.info.output)] == []
        with pytest.raises(SessionNotFound):
            await session.write("x")


async def test_bytes_that_are_gone_are_a_gap() -> None:
    """A reader that comes late begins where the log does, and the offsets say so."""
    tables = {"sessions": {"scrollback": "16 KiB", "screen_model": False}}
    async with LiveServer(tables) as server:
        session = await server.terminals.open(ANN)
        await session.run("head -c 50000 /dev/zero | tr '\\0' x; echo d''one")
        await until(session.output(), b"done\r\n")
        async for piece in session.output():
            assert piece.offset > 50000 - 2 * 16384
            break


@pytest.mark.parametrize("command", ["a\nb", "a\x03", "\x1b[A", "a\x9b"])
async def test_a_command_is_one_line(command: str) -> None:
    """What would be a key is refused."""
    async with LiveServer(CAT) as server:
        session = await server.terminals.open(ANN)
        with pytest.raises(ValueError, match="one line"):
            await session.run(command)


async def test_limits_hold_for_the_host_too() -> None:
    """A user has no more sessions because the application makes them."""
    async with LiveServer({**CAT, "sessions": {"max_per_user": 1}}) as server:
        kept: HostedSession = await server.terminals.open(ANN, keep=True)
        with pytest.raises(LimitExceeded):
            await server.terminals.open(ANN)
        assert await server.terminals.sessions.destroy_session(kept.id)
        with pytest.raises(SessionNotFound):
            server.terminals.session("nothing")
