"""What goes through the terminals: realistic output, echoes, and neighbours that flood."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import random
import selectors
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.client import Connection, Silence, read_all
from benchmarks.peers import Running, cache, compiled
from benchmarks.processes import cpu_seconds

__all__ = [
    "DONE",
    "answering",
    "echoes",
    "flood_file",
    "flooding",
    "print_file",
    "somebody_typing",
    "warm_up",
]

Pipe = multiprocessing.connection.Connection

MIB = 1024 * 1024
KEY = b"~"
KEY_SECONDS = 0.002
"""Seconds between a neighbour's keys: often enough to meet a pause, and no load."""

DONE = b"@DONE@"
WARM = b"@WARM@"

QUIET_SECONDS = 0.3
"""Seconds in which a server hardly needs a processor when it has prepared everything."""

LONGEST_PREPARATION = 5.0
"""Seconds after which it is measured nevertheless."""


def flood_file(mebibytes: int) -> Path:
    """Coloured log lines, some beyond ASCII, as a build or a service prints them."""
    path = cache() / f"output-{mebibytes}"
    if path.exists() and path.stat().st_size >= mebibytes * MIB:
        return path
    random.seed(1)
    words = [
        "request",
        "handled",
        "cache",
        "miss",
        "for",
        "user",
        "retry",
        "worker",
        "naïve",
        "Größe",
        "東京",
        "done",
        "ok",
    ]
    lines = []
    for number in range(10_000):
        level = random.choice(("32mINFO ", "33mWARN ", "31mERROR", "36mDEBUG"))
        text = " ".join(random.choices(words, k=random.randint(4, 16)))
        lines.append(f"\x1b[2m12:00:{number % 60:02}\x1b[0m \x1b[{level}\x1b[0m {text}\n")
    block = "".join(lines).encode()
    path.write_bytes(block * (mebibytes * MIB // len(block) + 1))
    return path


def say(text: bytes) -> bytes:
    """The command that prints a text twice, since a frame may cut it; its echo does not hold it."""
    parts = b"%b''%b" % (text[:3], text[3:])
    return b"printf '%%s\\n' %b %b" % (parts, parts)


def print_file(path: Path, times: int = 1, *, then: bytes = DONE) -> bytes:
    """The command that prints a file, once or more often, and then a text."""
    return b"cat%b; %b\r" % (b" %b" % str(path).encode() * times, say(then))


def warm_up(server: Running, connections: Iterable[Connection]) -> None:
    """Let some output pass, and wait until what the server makes when it first needs it is there.

    It may still be busy with that when the output has passed.
    """
    connections = list(connections)
    for connection in connections:
        connection.type(print_file(flood_file(2), then=WARM))
    read_all(connections, WARM)
    until = time.monotonic() + LONGEST_PREPARATION
    used, before = cpu_seconds(server.pid), -1.0
    while used - before > QUIET_SECONDS / 50 and time.monotonic() < until:
        time.sleep(QUIET_SECONDS)
        used, before = cpu_seconds(server.pid), used


def answering(server: Running, *, twice: bool = False) -> Connection:
    """A session whose program answers each key with the same; `twice`: in two writes, 2 ms apart.

    In the second case a full stop comes first.
    """
    connection = Connection(server)
    program = str(compiled("answer.c")).encode() if twice else b"cat"
    connection.type(b"stty raw -echo; %s; exec %s\r" % (say(DONE), program))
    connection.until(DONE)
    connection.echo(KEY)
    return connection


def echoes(connection: Connection, count: int, timeout: float = 10.0) -> list[float]:
    """Milliseconds from key to echo, `count` times, in order of size."""
    times = sorted(1000 * connection.echo(KEY, timeout) for _ in range(count))
    connection.settle()
    return times


@contextmanager
def flooding(server: Running, count: int) -> Iterator[None]:
    """Let other sessions print without end, read by a process of their own."""
    if not count:
        yield
        return
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=_flood, args=(server, count, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise Silence("the neighbours did not begin")
        yield
    finally:
        process.kill()
        process.join()


@contextmanager
def somebody_typing(server: Running) -> Iterator[list[float]]:
    """Let somebody type in another session, from a process of its own, at a steady pace.

    Gives the milliseconds from key to echo, in order of size, when the ``with`` block is over.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    # Connections are numbered, and those of another process would have the same numbers.
    connection = answering(server)
    process = context.Process(target=_type, args=(connection, theirs), daemon=True)
    process.start()
    times: list[float] = []
    try:
        yield times
        ours.send(None)
        if not ours.poll(60):
            raise Silence("the neighbour has not been answered")
        times += sorted(ours.recv())
    finally:
        process.kill()
        process.join()
        connection.close()


def _type(connection: Connection, pipe: Pipe) -> None:
    times: list[float] = []
    while not pipe.poll(KEY_SECONDS):
        times += echoes(connection, 1)
    pipe.send(times)


def _flood(server: Running, count: int, ready: multiprocessing.synchronize.Event) -> None:
    path = str(flood_file(4)).encode()
    connections = [Connection(server) for _ in range(count)]
    for connection in connections:
        connection.type(b"while cat %s; do :; done\r" % path)
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection, selectors.EVENT_READ, connection)
    left = set(connections)
    with suppress(Silence, OSError):
        while True:
            for key, _ in selector.select():
                key.data.read()
                if key.data.received > MIB:
                    left.discard(key.data)
            if not left:
                ready.set()
