"""Being watched: what viewers of a session cost the one who types in it."""

from __future__ import annotations

import json
import multiprocessing
import selectors
import statistics
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from benchmarks.client import Connection, Silence, read_all
from benchmarks.dialects import TOKEN, message
from benchmarks.load import DONE, MIB, answering, echoes, flood_file, print_file, warm_up
from benchmarks.peers import Running
from benchmarks.processes import resident_kib

__all__ = ["watched", "watched_flood"]

SLOW_BYTES = 1024
"""Bytes a second that one of the viewers reads."""

TURNS = 4
"""How often the two states take turns, since a machine is not the same from second to second."""


def watched(server: Running, viewers: int, count: int) -> Mapping[str, float]:
    """Milliseconds from key to echo, of a session that nobody watches and then that many do.

    Args:
        server: The server.
        viewers: How many watch; one of them reads hardly anything.
        count: Keys in each state.
    """
    connection = answering(server)
    secret = _share(server, connection)
    alone: list[list[float]] = []
    seen: list[list[float]] = []
    echoes(connection, count // TURNS)
    for _ in range(TURNS):
        alone.append(echoes(connection, count // TURNS))
        with _watching(server, connection, secret, viewers):
            seen.append(echoes(connection, count // TURNS))
    halves = sorted(_percentile(half, 0.99) for half in (alone[::2], alone[1::2]))
    return {
        "p50 alone": _percentile(alone, 0.5),
        "p50 watched": _percentile(seen, 0.5),
        "p99 alone": _percentile(alone, 0.99),
        "p99 watched": _percentile(seen, 0.99),
        "p99 x": _percentile(seen, 0.99) / _percentile(alone, 0.99),
        # What the same state differs from itself: nothing below this means anything.
        "p99 spread": halves[1] / halves[0],
    }


def watched_flood(server: Running, viewers: int, mebibytes: int) -> Mapping[str, float]:
    """What a flood that many watch comes to in the server's memory.

    Args:
        server: The server.
        viewers: How many watch; one of them reads hardly anything.
        mebibytes: How much is printed.
    """
    connection = Connection(server)
    warm_up(server, [connection])
    path = flood_file(64)
    secret = _share(server, connection)
    with _watching(server, connection, secret, viewers):
        memory, begun = resident_kib(server.pid), time.perf_counter()
        connection.type(print_file(path, max(1, mebibytes // 64)))
        read_all([connection], DONE)
        seconds = time.perf_counter() - begun
        grown = (resident_kib(server.pid) - memory) / 1024
    windows = (viewers + 1) * int(str(connection.session["window"])) / MIB
    return {
        "MB/s": mebibytes * MIB / 1e6 / seconds,
        "growth MiB": grown,
        "of windows MiB": windows,
    }


def _percentile(turns: list[list[float]], share: float) -> float:
    """The median over the turns, so that one disturbed turn is not what is reported."""
    return statistics.median(turn[int(share * len(turn))] for turn in turns)


def _share(server: Running, connection: Connection) -> str:
    """The secret of a new share of a session."""
    url = f"http://127.0.0.1:{server.port}/api/sessions/{connection.session['session']}/shares"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, b"{}", headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["secret"])


@contextmanager
def _watching(server: Running, connection: Connection, secret: str, viewers: int) -> Iterator[None]:
    """Let a process of their own watch a session."""
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    first = message(
        type="watch", session=connection.session["session"], share=secret, cols=80, rows=24
    )
    process = context.Process(target=_watch, args=(server, first, viewers, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise Silence("the viewers did not get in")
        yield
    finally:
        process.kill()
        process.join()


def _watch(
    server: Running, first: bytes, count: int, ready: multiprocessing.synchronize.Event
) -> None:
    viewers = [
        Connection(server, wait=False, first=first, receive_buffer=0 if number else 4096)
        for number in range(count)
    ]
    selector = selectors.DefaultSelector()
    for viewer in viewers:
        viewer.upgrade()
        while not viewer.session:
            viewer.read()
    ready.set()
    slow, *others = viewers
    for viewer in others:
        selector.register(viewer, selectors.EVENT_READ, viewer)
    due = time.monotonic()
    with suppress(Silence, OSError):
        while True:
            for key, _ in selector.select(max(0.0, due - time.monotonic())):
                key.data.read()
            if time.monotonic() >= due:
                slow.sip(SLOW_BYTES)
                due += 1.0
