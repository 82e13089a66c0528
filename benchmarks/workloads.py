"""What is measured: one function per workload; each gives named figures of one server."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.client import PROMPT, Connection, Silence, read_all
from benchmarks.load import (
    DONE,
    KEY,
    MIB,
    answering,
    echoes,
    flood_file,
    flooding,
    print_file,
    somebody_typing,
    warm_up,
)
from benchmarks.peers import Running
from benchmarks.processes import cpu_seconds, proportional_kib, resident_kib
from benchmarks.resuming import resume
from benchmarks.watching import watched, watched_flood

__all__ = ["WORKLOADS", "Workload", "percentile"]

Figures = Mapping[str, float]

NEIGHBOURS_KEYS = 1000
"""Keys beside a client that misbehaves: so many that one interruption by the host is no p99."""


@dataclass(frozen=True)
class Workload:
    """One of the things that are measured.

    Args:
        title: For the table.
        measure: Measures a server; `quick` is for development.
        only: The servers that it makes sense for; empty for all.
        reference: The server whose figures the others are set against.
    """

    title: str
    measure: Callable[[Running, bool], Figures]
    only: tuple[str, ...] = ()
    reference: str = "limit-c"


def percentile(ordered: list[float], share: float) -> float:
    """The value that `share` of an ordered list does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _latencies(ordered: list[float]) -> Figures:
    return {
        "p50 ms": percentile(ordered, 0.5),
        "p99 ms": percentile(ordered, 0.99),
        "p99.9 ms": percentile(ordered, 0.999),
    }


# Output.


def output(server: Running, clients: int, mebibytes: int) -> Figures:
    """MB/s and CPU per byte while every client's program prints a file."""
    path = flood_file(mebibytes)
    connections = [Connection(server) for _ in range(clients)]
    warm_up(server, connections)
    cpu, begun = cpu_seconds(server.pid), time.perf_counter()
    for connection in connections:
        connection.type(print_file(path))
    read_all(connections, DONE)
    seconds = time.perf_counter() - begun
    total = clients * path.stat().st_size
    used = cpu_seconds(server.pid) - cpu
    return {"MB/s": total / 1e6 / seconds, "CPU s/GB": used * 1e9 / total}


def long_flood(server: Running, mebibytes: int) -> Figures:
    """The same for a flood that is much longer than any buffer, and what memory comes to.

    The server's own process is told from its helpers, one of which keeps the screen model.
    """
    path = flood_file(64)
    times = max(1, mebibytes // 64)
    connection = Connection(server)
    warm_up(server, [connection])
    memory, begun = resident_kib(server.pid), time.perf_counter()
    all_cpu, own_cpu = cpu_seconds(server.pid), cpu_seconds(server.pid, helpers=False)
    connection.type(print_file(path, times))
    read_all([connection], DONE)
    seconds = time.perf_counter() - begun
    total = times * path.stat().st_size
    all_cpu = cpu_seconds(server.pid) - all_cpu
    own_cpu = cpu_seconds(server.pid, helpers=False) - own_cpu
    return {
        "MB/s": total / 1e6 / seconds,
        "own CPU s/GB": own_cpu * 1e9 / total,
        "CPU s/GB": all_cpu * 1e9 / total,
        "growth MiB": (resident_kib(server.pid) - memory) / 1024,
    }


# Latency.


def echo(server: Running, neighbours: int, count: int, *, settle: float = 0) -> Figures:
    """Milliseconds from key to echo.

    Args:
        server: The server.
        neighbours: How many other sessions flood.
        count: Keys.
        settle: Seconds after the session's creation, in which plugins note that there is one.
    """
    connection = answering(server)
    time.sleep(settle)
    with flooding(server, neighbours):
        return _latencies(echoes(connection, count))


def two_writes(server: Running, count: int) -> Figures:
    """The same for a program that answers a key with two writes."""
    return _latencies(echoes(answering(server, twice=True), count))


# Clients that misbehave.


def stopped_client(server: Running, seconds: float) -> Figures:
    """Growth of memory, and the others' echo, while a client has stopped reading."""
    connection = answering(server)
    before = echoes(connection, NEIGHBOURS_KEYS)
    stuck = Connection(server, receive_buffer=65536)
    path = str(flood_file(4)).encode()
    stuck.type(b"while cat %s; do :; done\r" % path)
    time.sleep(1)
    memory = resident_kib(server.pid)
    after = echoes(connection, NEIGHBOURS_KEYS)
    time.sleep(seconds)
    return {
        "growth MiB": (resident_kib(server.pid) - memory) / 1024,
        "others' p99 ms": percentile(after, 0.99),
        "others' p99 before": percentile(before, 0.99),
    }


def paste(server: Running, size: int) -> Figures:
    """The others' echo while a client pastes into a program that does not read."""
    connection = answering(server)
    memory = resident_kib(server.pid)
    victim = Connection(server)
    victim.type(b"stty raw -echo; sleep 1000\r")
    time.sleep(0.3)
    _push(victim, victim.dialect.encode(b"x" * 16384), size)
    try:
        after = echoes(connection, NEIGHBOURS_KEYS, timeout=2)
        lost = 0.0
    except Silence:
        after, lost = [2000.0], 1.0
    return {
        "others' p99 ms": percentile(after, 0.99),
        "others lost": lost,
        "growth MiB": (resident_kib(server.pid) - memory) / 1024,
    }


def _push(victim: Connection, piece: bytes, size: int) -> None:
    """Send as much of a paste as the server lets a client send."""
    limit = victim.session.get("input_limit")
    if isinstance(limit, int):
        # The rules of the dialect: never beyond what the server has room for.
        size = min(size, limit - 2048)
    victim.socket.setblocking(False)
    sent, left = 0, b""
    while sent < size:
        _, writable, _ = select.select([], [victim], [], 1.0)
        if not writable:
            break
        with contextlib.suppress(BlockingIOError):
            left = left or piece
            count = victim.socket.send(left)
            left = left[count:]
            sent += count


# Many sessions.


def idle(server: Running, count: int, seconds: float) -> Figures:
    """What sessions cost in which nothing happens."""
    Connection(server).close()
    before = proportional_kib(server.pid)
    connections = [Connection(server) for _ in range(count)]
    time.sleep(1)
    memory = proportional_kib(server.pid)
    cpu = cpu_seconds(server.pid)
    time.sleep(seconds)
    used = cpu_seconds(server.pid) - cpu
    for connection in connections:
        connection.close()
    return {"KiB each": (memory - before) / count, "CPU ms/s": 1000 * used / seconds}


def creation(server: Running, count: int) -> Figures:
    """Milliseconds from connecting to the shell's prompt, one after another."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        Connection(server)
        times.append(1000 * (time.perf_counter() - begun))
    return {"p50 ms": percentile(sorted(times), 0.5), "p99 ms": percentile(sorted(times), 0.99)}


def burst(server: Running, count: int) -> Figures:
    """Milliseconds until all of many sessions that were asked for at once show their prompt.

    And how long whoever types in another session waits for each echo meanwhile.
    """
    with somebody_typing(server) as echo_times:
        begun = time.perf_counter()
        connections = [Connection(server, wait=False) for _ in range(count)]
        read_all(connections, PROMPT)
        seconds = time.perf_counter() - begun
    return {"all ms": 1000 * seconds, "others' p99 ms": percentile(echo_times, 0.99)}


def scale(server: Running, count: int) -> Figures:
    """Echo, memory and CPU with many sessions of which one in twenty is typed into."""
    begun = time.perf_counter()
    sessions = [Connection(server) for _ in range(count)]
    seconds = time.perf_counter() - begun
    active = sessions[::20]
    for session in active:
        session.type(b"stty raw -echo; exec cat\r")
    connection = answering(server)
    cpu, begun = cpu_seconds(server.pid), time.perf_counter()
    times: list[float] = []
    while time.perf_counter() - begun < 5:
        for session in active:
            session.type(KEY)
        times += echoes(connection, 20)
        read_all(active, KEY)
        time.sleep(0.1)
    used = (cpu_seconds(server.pid) - cpu) / (time.perf_counter() - begun)
    return {
        "p99 ms": percentile(sorted(times), 0.99),
        "MiB": proportional_kib(server.pid) / 1024,
        "CPU %": 100 * used,
        "creation ms each": 1000 * seconds / count,
    }


WORKLOADS = {
    "output-1": Workload("64 MiB to 1 client", lambda s, q: output(s, 1, 16 if q else 64)),
    "output-8": Workload("8 MiB to each of 8 clients", lambda s, q: output(s, 8, 2 if q else 8)),
    "screen-model": Workload(
        "1 GiB to 1 client, with and without the screen model",
        lambda s, q: long_flood(s, 128 if q else 1024),
        ("tornterm", "no-model"),
        reference="no-model",
    ),
    "echo": Workload("Echo, idle", lambda s, q: echo(s, 0, 300 if q else 2000)),
    "echo-1": Workload("Echo, 1 neighbour floods", lambda s, q: echo(s, 1, 300 if q else 2000)),
    "echo-8": Workload("Echo, 8 neighbours flood", lambda s, q: echo(s, 8, 200 if q else 500)),
    "nine-plugins": Workload(
        "Echo, idle, with nine plugins, and twice without",
        lambda s, q: echo(s, 0, 2000 if q else 10_000, settle=1),
        ("tornterm", "again", "nine-plugins"),
        reference="tornterm",
    ),
    "two-writes": Workload("A key answered twice", lambda s, q: two_writes(s, 50 if q else 300)),
    "watched": Workload(
        "Echo of a session with 20 viewers",
        lambda s, q: watched(s, 20, 2000 if q else 8000),
        ("tornterm",),
        reference="tornterm",
    ),
    "watched-flood": Workload(
        "256 MiB to a writer and 20 viewers, one of whom reads 1 KiB/s",
        lambda s, q: watched_flood(s, 20, 64 if q else 256),
        ("tornterm",),
        reference="tornterm",
    ),
    "resume-100k": Workload(
        "Resume of 100 KB", lambda s, q: resume(s, 100_000, 20 if q else 100), ("tornterm",)
    ),
    "resume-1m": Workload(
        "Resume of 1 MB", lambda s, q: resume(s, 1_000_000, 20 if q else 100), ("tornterm",)
    ),
    "stopped": Workload("A client stops reading", lambda s, q: stopped_client(s, 2 if q else 4)),
    "paste": Workload("10 MB pasted, not read", lambda s, q: paste(s, MIB if q else 10 * MIB)),
    "idle": Workload("200 idle sessions", lambda s, q: idle(s, 50 if q else 200, 1 if q else 3)),
    "creation": Workload("Creation, one by one", lambda s, q: creation(s, 10 if q else 40)),
    "burst": Workload("100 creations at once", lambda s, q: burst(s, 20 if q else 100)),
    "scale-100": Workload(
        "100 sessions, 5 active",
        lambda s, q: scale(s, 100),
        ("tornterm", "limit-c", "ttyd", "terminado"),
    ),
    "scale-500": Workload("500 sessions, 25 active", lambda s, q: scale(s, 500), ("tornterm",)),
    "scale-2000": Workload(
        "2,000 sessions, 100 active", lambda s, q: scale(s, 2000), ("tornterm",)
    ),
}
