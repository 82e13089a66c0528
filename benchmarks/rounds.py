"""Alternating rounds: every server once per round, so that a machine that slows down slows all."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.client import Silence
from benchmarks.peers import SERVERS, Unavailable, start
from benchmarks.workloads import WORKLOADS

__all__ = ["Result", "run"]


@dataclass
class Result:
    """The figures of one workload: by server and name, one per round.

    Args:
        workload: A key of `WORKLOADS`.
        figures: What was measured.
        missing: Why a server has no figures.
    """

    workload: str
    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def median(self, server: str, figure: str) -> float:
        """The median over the rounds."""
        return statistics.median(self.figures[server][figure])

    def spread(self, server: str, figure: str) -> tuple[float, float]:
        """The least and the most of the rounds."""
        values = self.figures[server][figure]
        return min(values), max(values)

    def ratio(self, server: str, figure: str, reference: str) -> float | None:
        """The median of the ratios within the rounds; None where there is nothing to compare."""
        ours = self.figures.get(server, {}).get(figure)
        theirs = self.figures.get(reference, {}).get(figure)
        if not ours or not theirs or len(ours) != len(theirs) or not all(theirs):
            return None
        return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def run(name: str, servers: Sequence[str], rounds: int, *, quick: bool) -> Result:
    """Measure one workload.

    Args:
        name: A key of `WORKLOADS`.
        servers: Keys of `SERVERS`.
        rounds: How often.
        quick: Smaller sizes, for development.
    """
    workload = WORKLOADS[name]
    result = Result(name)
    chosen = [
        server
        for server in servers
        if (server in workload.only if workload.only else not SERVERS[server].variant)
    ]
    for turn in range(rounds):
        # Nobody is always first, or always behind the same one.
        first = turn % max(1, len(chosen))
        for server in chosen[first:] + chosen[:first]:
            if server not in result.missing:
                _measure(result, server, quick=quick)
    return result


def _measure(result: Result, server: str, *, quick: bool) -> None:
    try:
        with start(server) as running:
            figures = WORKLOADS[result.workload].measure(running, quick)
    except (Unavailable, Silence, OSError) as error:
        result.missing[server] = str(error) or type(error).__name__
        result.figures.pop(server, None)
        print(f"  {server}: {result.missing[server]}", file=sys.stderr)
        return
    for figure, value in figures.items():
        result.figures.setdefault(server, {}).setdefault(figure, []).append(value)
    shown = "  ".join(f"{value:.4g} {figure}" for figure, value in figures.items())
    print(f"  {server:10} {shown}", file=sys.stderr, flush=True)
