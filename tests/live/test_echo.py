"""How much is done for one key and its echo, counted rather than timed, on a real terminal."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest

import tornterm
from tornterm.sessions.v1 import V1Attachment
from tornterm.testing.server import LiveServer
from tornterm.testing.v1_client import V1Client
from tornterm.web.v1_socket import V1Conversation

from .programs import python

ANSWERING = """
import os, tty
tty.setraw(0)
os.write(1, b"ready")
while True:
    os.write(1, os.read(0, 1))
"""
KEYS = 50
MOST = 106
"""Calls of the server's own functions for a key and its echo."""

PACKAGE = Path(tornterm.__file__).parent
CLIENTS_OWN = ("testing", "core/client_state.py", "core/protocols")


def count_calls(calls: Counter[str], frame: FrameType, event: str) -> None:
    """Count a call of the server's own."""
    if event != "call":
        return
    path = Path(frame.f_code.co_filename)
    if path.is_relative_to(PACKAGE):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(CLIENTS_OWN):
            calls[f"{name} {frame.f_code.co_qualname}"] += 1


async def test_an_echo_is_few_steps() -> None:
    """Each of them costs half a microsecond, and somebody waits for all of them.

    Most keys are looked at, not all: timers that end beside some of them are counted with those,
    the more the slower the machine is.
    """
    all_calls = [Counter[str]()]
    async with LiveServer(plugins=[python(ANSWERING)]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            await client.wait_output_until(len("ready"))
            client.auto_ack = False
            sys.setprofile(lambda frame, event, _: count_calls(all_calls[-1], frame, event))
            try:
                for key in range(KEYS):
                    all_calls.append(Counter[str]())
                    client.send_input(b"k")
                    await client.wait_output_until(len("ready") + key + 1)
            finally:
                sys.setprofile(None)
    usual = sorted(all_calls, key=Counter.total)[KEYS // 2]
    assert usual.total() <= MOST, usual.most_common()


async def test_a_resume_is_answered_in_the_turn_in_which_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Plugins that know their answers at once let nobody wait for a task."""
    turn, turns = 0, []

    def count() -> None:
        nonlocal turn
        turn += 1
        asyncio.get_running_loop().call_soon(count)

    def noted(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def wrapper(*arguments: object) -> object:
            turns.append((name, turn))
            return original(*arguments)

        monkeypatch.setattr(owner, name, wrapper)

    async with LiveServer() as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            await client.open()
            await client.disconnect()
            noted(V1Conversation, "on_frame")
            noted(V1Attachment, "greet_again")
            count()
            await client.resume()
    (read, read_in), (greeted, greeted_in) = turns[:2]
    assert (read, greeted, greeted_in) == ("on_frame", "greet_again", read_in)
