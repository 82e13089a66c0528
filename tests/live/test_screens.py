"""Snapshots over the wire, from a real worker and of real programs."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.core.test_quiet import LOUD
from tornterm.core.lexer import LONGEST
from tornterm.core.protocols import v1
from tornterm.core.screen import Screen, make_screen
from tornterm.screens.worker import Worker
from tornterm.testing.clients import LegacyClient, V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import Size

from .programs import Program, endless, printed, python

SEED = "screens"
SMALL = {"sessions": {"scrollback": "64 KiB", "window": "32 KiB"}}

# Prints as many numbered lines as it is told to, at places all over the screen.
PAINTER = """
import sys, tty
tty.setraw(0)
print("ready", flush=True)
for line in open(0, "rb", buffering=0):
    first, last = map(int, line.split())
    out = b"".join(
        b"\\x1b[%d;%dH\\x1b[3%dm%07d\\x1b[m" % (n * 7 % 24 + 1, n * 13 % 70 + 1, n % 8, n)
        for n in range(first, last)
    )
    sys.stdout.buffer.write(out + b"\\x1b[24;1Hdone %d " % last)
    sys.stdout.flush()
"""

# Prints what is in a file, over and over, and writes down all that is typed meanwhile.
ASKER = """
import os, select, sys, tty
tty.setraw(0)
questions, heard = open(sys.argv[1], "rb").read(), open(sys.argv[2], "ab", buffering=0)
while len(questions) < 300000:
    questions += questions
os.write(1, b"ready")
os.read(0, 1)
while questions:
    questions = questions[os.write(1, questions):]
os.write(1, b"\\r\\nasked")
while True:
    heard.write(os.read(0, 4096))
"""


async def paint(client: V1Client, *ends: int) -> None:
    """Let the painter go from one number to the next."""
    await client.wait_for(b"ready")
    first = 0
    for last in ends:
        client.send_input(b"%d %d\n" % (first, last))
        await client.wait_for(b"done %d " % last)
        first = last


async def drawn(client: V1Client, end: int, count: int = 1) -> Screen:
    """What is to be seen once so many snapshots and everything before `end` have come."""
    await client.wait_for(
        lambda c: len(c.recording.snapshots) >= count and (c.position.offset or 0) >= end
    )
    return screen_of(bytes(client.recording.screen))


def screen_of(data: bytes) -> Screen:
    """A terminal that was printed this."""
    screen = make_screen(Size(80, 24), scrollback_lines=0)
    screen.feed(data)
    return screen


def text_of(screen: Screen) -> bytes:
    """What stands on a screen, without what it looks like."""
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[A-Z]| +", b" ", screen.dump(history=0))


def worker_of(server: LiveServer) -> Worker:
    worker = server.terminals.sessions.screens
    assert worker is not None
    return worker


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_who_comes_back_late_sees_the_screen() -> None:
    """Long after the ring has overflowed, in each dialect, and without a byte of what is gone."""
    async with LiveServer(SMALL, [python(PAINTER)]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            await paint(client, *range(1000, 11_000, 1000))
            expected = text_of(screen_of(bytes(client.recording.data)))
            answer = await client.resume(offset=None)
            assert (answer.mode, answer.skipped) == ("snapshot", 0)
            assert text_of(await drawn(client, client.recording.end)) == expected
            assert len(client.recording.screen) < 200_000
            # A place that the ring has left, asked for by number.
            answer = await client.resume(offset=5)
            assert answer.mode == "snapshot"
            assert answer.skipped > 100_000
            async with LegacyClient(server.url, headers=server.headers()) as legacy:
                assert client.token
                await legacy.open(resume=client.token)
                await legacy.wait_for(b"done 10000 ")
                assert text_of(screen_of(bytes(legacy.recording.screen))) == expected


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_worker_is_lost_in_mid_run(how: signal.Signals) -> None:
    """Killed or hung: no byte is missing, the session goes on, and its people are told."""
    async with LiveServer(SMALL, [endless(SEED)]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            worker = worker_of(server)
            worker.deadline = 0.5
            await client.wait_output_until(1_000_000)
            first = worker.pid
            assert first is not None
            os.kill(first, how)
            notice = await client.next_message(v1.Notice)
            assert notice.code == "screen"
            end = client.recording.end + 1_000_000
            await client.wait_output_until(end)
            assert client.recording.data == printed(SEED, 0, client.recording.end)
            assert worker.deaths == 1
            assert worker.pid not in (None, first)
            assert server.terminals.sessions.screens_lost == 1
            answer = await client.resume(offset=None)
            assert answer.mode == "snapshot"
            assert (await client.next_message(v1.Notice)).code == "screen"


async def test_the_picture_is_whole_again_after_a_clear() -> None:
    """A screen that was cleared owes nothing to what was there before."""
    async with LiveServer(SMALL, [python(PAINTER)]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            await paint(client, 9000)
            worker = worker_of(server)
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            assert (await client.next_message(v1.Notice)).code == "screen"
            session = server.terminals.sessions.get_session(client.session or "")
            assert session is not None
            session.terminal._append(b"\x1b[2J\x1b[H")
            before = len(client.recording.screen)
            client.send_input(b"0 9000\n")
            await client.wait_for(lambda c: b"done 9000 " in c.recording.screen[before:])
            assert (await client.next_message(v1.Notice)).code == "screen_whole"
            assert server.terminals.sessions.screens_lost == 0


async def test_coming_back_a_hundred_times_types_nothing(tmp_path: Path) -> None:
    """Whatever a program has asked, and however often it is drawn, no terminal answers it again."""
    questions, heard = tmp_path / "questions", tmp_path / "heard"
    questions.write_bytes(b" ".join(loud for loud in LOUD if len(loud) < LONGEST))
    program = python(ASKER, str(questions), str(heard))
    async with LiveServer(SMALL, [program]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            # Somebody is there before the first question, and is known to have got the last one:
            # otherwise they are the server's to answer once the client is gone for a moment.
            await client.wait_for(b"ready")
            client.send_input("!")
            await client.wait_for(b"asked")
            end = len(client.recording.data)
            session = server.terminals.sessions.get_session(client.session or "")
            assert session is not None
            await until(lambda: session.answered == end)
            for number in range(100):
                answer = await client.resume(offset=None)
                assert answer.answered == end
                await drawn(client, end, number + 1)
                assert b"asked" in client.recording.screen
                assert not [loud for loud in LOUD if loud in client.recording.screen]
            await client.wait_for(lambda c: c.position.offset == end)
        assert heard.read_bytes() == b""


async def test_a_viewer_that_is_too_slow_ends_with_the_same_screen() -> None:
    """It is overrun while it reads nothing, gets the screen alone, and goes on from there."""
    async with LiveServer(SMALL, [python(PAINTER)]) as server:
        headers = server.headers()
        async with V1Client(server.url, headers=headers) as writer:
            await writer.open()
            async with V1Client(server.url, headers=headers) as viewer:
                await viewer.resume(session=writer.session, token=writer.token, offset=None)
                assert viewer.role == "viewer"
                viewer.stop_reading()
                await paint(writer, *range(9000, 360_000, 9000))
                viewer.start_reading()
                shown = text_of(await drawn(viewer, writer.recording.end, 2))
                assert shown == text_of(screen_of(bytes(writer.recording.data)))


async def test_an_ended_session_still_shows_its_last_screen() -> None:
    """Its model is gone; who comes late sees the screen, how it ended, and then the end."""
    program = Program("/bin/sh", "-c", "seq 1 60000; printf 'the end'; exit 3")
    async with LiveServer(SMALL, [program]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            assert await client.wait_closed() == 1000
            worker = worker_of(server)
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            await until(lambda: worker.deaths == 1)
            answer = await client.resume(offset=None)
            assert answer.mode == "snapshot"
            assert await client.wait_closed() == 1000
            assert client.recording.text.endswith("the end")
            assert client.exit is not None
            assert client.exit.exit_code == 3


# Asks as programs do when they start, and prints what it is told.
CURIOUS = r"""
import os, sys, tty
tty.setraw(0)
def ask(question, end):
    os.write(1, question)
    answer = b""
    while not answer.endswith(end):
        answer += os.read(0, 1)
    return answer
told = ask(b"\r\nab\x1b[6n", b"R") + ask(b"\x1b[?25l\x1b[?25$p", b"y") + ask(b"\x1b[c", b"c")
os.write(1, b"told %r" % told)
while True:
    os.read(0, 1)
"""


async def test_a_program_without_a_client_does_not_hang() -> None:
    """What it asks is answered as a terminal would, once, whoever comes later."""
    async with LiveServer(SMALL, [python(CURIOUS)]) as server:
        response = await server.fetch(
            "api/sessions", headers=server.headers(), method="POST", json={"cols": 80, "rows": 24}
        )
        made = json.loads(response.body)
        session = server.terminals.sessions.get_session(made["session"]["id"])
        assert session is not None
        await until(lambda: b"told" in session.log.read(0, 10_000))
        told = rb"told b'\x1b[2;3R\x1b[?25;2$y\x1b[?1;2c'"
        assert told in session.log.read(0, 10_000)
        async with V1Client(server.url, headers=server.headers()) as client:
            answer = await client.resume(
                session=session.id, token=made["token"], offset=0, control="take"
            )
            assert answer.answered == session.log.read(0, 10_000).index(b"told")
            await client.wait_for(told)
