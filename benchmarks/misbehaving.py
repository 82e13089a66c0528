"""What a plugin that misbehaves towards one person costs the others: their echo, hook by hook."""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bad_plugin import FAULTS, VICTIM
from benchmarks.client import Connection, Silence
from benchmarks.load import KEY, answering
from benchmarks.peers import CONFIG, Running, Server, serving
from benchmarks.workloads import percentile
from tornterm.testing.clients import V1Client

__all__ = ["Case", "as_markdown", "measure"]

VISITS_PER_SECOND = 10
AT_ONCE = 40
"""Visits that may wait for an answer at the same time."""

PAUSE = 0.004
"""Seconds between an echo and the next key."""

ALLOWED = 1.2
"""How much more than the slower of two undisturbed runs is within the promise."""


@dataclass
class Case:
    """What was measured of one hook: milliseconds of p99, one for each round.

    Args:
        hook: The hook.
        undisturbed: The least and the most of the two runs with a plugin that behaves.
        disturbed: By fault.
    """

    hook: str
    undisturbed: list[tuple[float, float]] = field(default_factory=list)
    disturbed: dict[str, list[float]] = field(default_factory=dict)

    def ratio(self, fault: str) -> float:
        """The median of the ratios to the slower undisturbed run of the same round.

        It is no number where a session was ended, as a veto that fails for everybody does.
        """
        pairs = zip(self.disturbed[fault], self.undisturbed, strict=True)
        return statistics.median(p99 / slower for p99, (_, slower) in pairs)


def measure(hook: str, rounds: int, seconds: float) -> Case:
    """Measure a hook: in each round undisturbed, with each fault, and undisturbed again.

    Args:
        hook: The hook, without ``tornterm_``.
        rounds: How often.
        seconds: How long each run lasts; after 10 the first calls that hang are given up.

    Raises:
        Unavailable: The server did not start.
        Silence: The session whose echo is measured could not be made.
    """
    case = Case(hook)
    for _ in range(rounds):
        before = _p99(hook, "", seconds)
        for fault in FAULTS:
            case.disturbed.setdefault(fault, []).append(_p99(hook, fault, seconds))
        after = _p99(hook, "", seconds)
        case.undisturbed.append((min(before, after), max(before, after)))
    shown = "  ".join(f"{fault} {case.ratio(fault):.2f}" for fault in FAULTS)
    print(f"  {hook:18} {shown}", file=sys.stderr, flush=True)
    return case


def as_markdown(cases: Sequence[Case]) -> str:
    """A table: the undisturbed runs, and the ratios to the slower one."""
    rows = [
        f"| hook | undisturbed p99 ms | {' | '.join(FAULTS)} |",
        "|---" * (2 + len(FAULTS)) + "|",
    ]
    for case in cases:
        least = min(low for low, _ in case.undisturbed)
        most = max(high for _, high in case.undisturbed)
        cells = " | ".join(_marked(case.ratio(fault)) for fault in FAULTS)
        rows.append(f"| {case.hook} | {least:.3g}-{most:.3g} | {cells} |")
    return "\n".join(rows) + "\n"


def _marked(ratio: float) -> str:
    if math.isnan(ratio):
        return "ended"
    return f"{ratio:.2f}" if ratio <= ALLOWED else f"**{ratio:.2f}**"


def _p99(hook: str, fault: str, seconds: float) -> float:
    def command(scratch: Path) -> list[str]:
        config = CONFIG.replace('enabled = ["token"', 'enabled = ["bad:PLUGIN", "token"')
        more = f'[[plugins.token.tokens]]\nuser = "victim"\ntoken = "{VICTIM}"\n[plugins.shell]\n'
        config = config.replace("[plugins.shell]\n", more, 1)
        (scratch / "tornterm.toml").write_text(config + '[auth]\nrevalidate = "1s"\n')
        (scratch / "bad.py").write_text(
            f"from benchmarks.bad_plugin import make\nPLUGIN = make({hook!r}, {fault!r})\n"
        )
        file = str(scratch / "tornterm.toml")
        return [sys.executable, "-m", "tornterm", "serve", "--config", file]

    with serving("misbehaving", Server("v1", command)) as running:
        # Before the visits: who is asked about new sessions may well fail for everybody.
        connection = answering(running)
        with visited(running):
            try:
                return percentile(sorted(_typed(connection, seconds)), 0.99)
            except Silence:
                return math.nan


def _typed(connection: Connection, seconds: float) -> Iterator[float]:
    """Milliseconds from key to echo, of keys that are typed one after another with a pause."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield 1000 * connection.echo(KEY)
        time.sleep(PAUSE)


@contextmanager
def visited(server: Running) -> Iterator[None]:
    """Let the one person come and go, in a process of their own; some have come at the start."""
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=_visits, args=(server.port, ready), daemon=True)
    process.start()
    try:
        ready.wait(60)
        yield
    finally:
        process.kill()
        process.join()


def _visits(port: int, ready: multiprocessing.synchronize.Event) -> None:
    asyncio.run(_come_and_go(f"http://127.0.0.1:{port}/", ready))


async def _come_and_go(url: str, ready: multiprocessing.synchronize.Event) -> None:
    visits: set[asyncio.Task[None]] = set()
    made = 0
    while True:
        if len(visits) < AT_ONCE:
            visit = asyncio.create_task(_visit(url))
            visits.add(visit)
            visit.add_done_callback(visits.discard)
            made += 1
        if made == VISITS_PER_SECOND:
            ready.set()
        await asyncio.sleep(1 / VISITS_PER_SECOND)


async def _visit(url: str) -> None:
    """Look at the login page, open a session, type, come back, and end it; or be refused."""
    headers = {"Authorization": f"Bearer {VICTIM}"}
    with suppress(Exception):
        await asyncio.to_thread(_look, f"{url}login")
    with suppress(Exception):
        async with V1Client(url, headers=headers) as client:
            await client.open()
            client.send_input("echo there\r")
            await client.wait_for(b"there\r\n")
            client.abort()
            await client.wait_closed()
            await client.resume()
            client.resize(100, 30)
            client.end()
            await client.wait_closed()


def _look(address: str) -> None:
    with urllib.request.urlopen(address, timeout=15) as answer:
        answer.read()
