"""The legacy dialect over the wire, as a script without any library of ours would speak it."""

from __future__ import annotations

import json

import pytest

from tornterm.testing.clients import LegacyClient, V1Client
from tornterm.testing.server import LiveServer

from .programs import python

HALF_CHARACTERS = """
import os, sys, time
for byte in "päß€😀".encode():
    os.write(1, bytes([byte]))
os.write(1, b"|\\xff\\xfe|")
os.write(1, b'{"type":"exit","exitCode":1,"signal":null}')
sys.stdin.readline()
os.write(1, b"end")
sys.exit(7)
"""


async def test_from_the_first_message_to_the_exit() -> None:
    """Session, output, typing, resize, ping, exit with its code, 1000."""
    async with LiveServer() as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open(cols=100, rows=30)
            first = await client.next_message("session")
            assert first.keys() == {"type", "token"}
            client.send_input("stty size; echo $((6*7))\n")
            await client.wait_for(b"30 100\r\n42\r\n")
            client.resize(61, 17)
            client.send_input("stty size\n")
            await client.wait_for(b"17 61\r\n")
            client.ping()
            assert await client.next_message("pong") == {"type": "pong"}
            client.send_input("exit 3\n")
            ended = await client.next_message("exit")
            assert ended == {"type": "exit", "exitCode": 3, "signal": None}
            assert await client.wait_closed() == 1000


async def test_a_signal_is_told_from_an_exit_code() -> None:
    """A program that was killed has no code."""
    async with LiveServer() as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open()
            client.send_input("kill -KILL $$\n")
            ended = await client.next_message("exit")
            assert (ended["exitCode"], ended["signal"]) == (None, 9)


async def test_a_disconnect_and_the_way_back() -> None:
    """With the token: `resumed` before the replay, the same shell, and what happened meanwhile."""
    async with LiveServer() as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open()
            token = (await client.next_message("session"))["token"]
            client.send_input("VALUE=kept; echo $((6*7))\n")
            await client.wait_for(b"42\r\n")
            client.abort()
            await client.open(resume=token)
            assert await client.next_message("resumed") == {"type": "resumed", "token": token}
            first = client.frames[0]
            assert json.loads(first)["type"] == "resumed"
            await client.wait_for(b"42\r\n")
            client.send_input("echo $VALUE-again\n")
            await client.wait_for(b"kept-again\r\n")
            assert len(server.terminals.sessions.list_sessions()) == 1


@pytest.mark.parametrize("user", ["alice", "bob"])
async def test_a_token_that_leads_nowhere_starts_afresh(user: str) -> None:
    """Unknown, or somebody else's: a new session, and no word about the other."""
    async with LiveServer() as server:
        async with LegacyClient(server.url, headers=server.headers("root")) as other:
            await other.open()
            token = (await other.next_message("session"))["token"]
            wanted = token if user == "bob" else "unknown"
            async with LegacyClient(server.url, headers=server.headers(user)) as client:
                await client.open(resume=wanted)
                assert (await client.next_message("session"))["token"] != token
            assert other.connected


async def test_a_displaced_client_watches_and_cannot_type() -> None:
    """The second connection types; the first one sees it, and its keys go nowhere."""
    async with (
        LiveServer() as server,
        LegacyClient(server.url, headers=server.headers()) as first,
        LegacyClient(server.url, headers=server.headers()) as second,
    ):
        await first.open()
        token = (await first.next_message("session"))["token"]
        await second.open(resume=token)
        await second.next_message("resumed")
        first.send_input("echo $((1+1))0\n")
        first.ping()
        await first.next_message("pong")
        second.send_input("echo $((6*7))\n")
        await first.wait_for(b"42\r\n")
        assert b"20\r\n" not in second.recording.data


async def test_only_the_exact_shape_is_control() -> None:
    """Data that begins with `{` is typed; the seed would have eaten it."""
    async with LiveServer(plugins=[python("print(repr(input()))")]) as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open()
            client.send_input('{"type":"resize","cols":5,"rows":5,"more":1}')
            client.send_input("\n")
            await client.wait_for(b'\'{"type":"resize","cols":5,"rows":5,"more":1}\'')


async def test_characters_are_never_cut_and_output_never_looks_like_control() -> None:
    """Text where it is UTF-8, binary where it is not, byte for byte what the program printed."""
    async with LiveServer(plugins=[python(HALF_CHARACTERS)]) as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open()
            await client.wait_for(b'"signal":null}')
            client.send_input("\n")
            ended = await client.next_message("exit")
            assert ended["exitCode"] == 7
            printed = "päß€😀|".encode() + b'\xff\xfe|{"type":"exit","exitCode":1,"signal":null}'
            assert client.recording.data == printed + b"\r\nend"


async def test_without_control_messages_there_is_nothing_but_the_terminal() -> None:
    """`control=off`, for an unmodified attach add-on."""
    async with LiveServer() as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open(control="off")
            client.send_input("echo $((6*7)); exit\n")
            assert await client.wait_closed() == 1000
            text = b"".join(f.encode() if isinstance(f, str) else f for f in client.frames)
            assert b"42\r\n" in text
            assert b'"type"' not in text


async def test_v1_and_legacy_share_a_session() -> None:
    """A v1 client that takes control makes the legacy client a viewer, and the other way round."""
    async with (
        LiveServer() as server,
        V1Client(server.url, headers=server.headers()) as modern,
        LegacyClient(server.url, headers=server.headers()) as plain,
    ):
        made = await modern.open()
        await plain.open(resume=made.token)
        await plain.next_message("resumed")
        await modern.wait_for(lambda _: modern.role == "viewer")
        plain.send_input("echo $((6*7))\n")
        await modern.wait_for(b"42\r\n")
        modern.abort()
        await modern.resume(control="take")
        modern.send_input("echo $((7*8))\n")
        await plain.wait_for(b"56\r\n")
