"""Programs that tests run in terminals, and what they print."""

from __future__ import annotations

import hashlib
import os
import sys

from tornterm.hookspecs import hookimpl
from tornterm.types import SpawnPlan, SpawnRequest, User

BLOCK = 512

ENDLESS = """
import hashlib, os, sys, tty
tty.setraw(0)
seed, number = sys.argv[1], 0
while True:
    data = b"".join(
        hashlib.sha256(f"{seed}/{n}".encode()).hexdigest().encode() * 8
        for n in range(number, number + 16)
    )
    number += 16
    while data:
        data = data[os.write(1, data):]
"""


def printed(seed: str, start: int, end: int) -> bytes:
    """The bytes from offset `start` to `end` of what the endless program prints."""
    first = start // BLOCK
    blocks = b"".join(
        hashlib.sha256(f"{seed}/{number}".encode()).hexdigest().encode() * 8
        for number in range(first, end // BLOCK + 1)
    )
    return blocks[start - first * BLOCK : end - first * BLOCK]


class Program:
    """A plugin that starts one program for everybody."""

    def __init__(self, *argv: str) -> None:
        self.argv = argv

    @hookimpl
    async def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        return SpawnPlan(
            argv=self.argv,
            env={"PATH": os.environ["PATH"], "HOME": "/", "TERM": "xterm-256color", "LANG": "C"},
            cwd="/",
        )


def python(code: str, *arguments: str) -> Program:
    """A Python program."""
    return Program(sys.executable, "-S", "-E", "-c", code, *arguments)


def endless(seed: str) -> Program:
    """A program that never stops printing; every part of its output can be told from any other."""
    return python(ENDLESS, seed)
