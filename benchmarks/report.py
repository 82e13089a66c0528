"""Results for machines (JSON) and for people (Markdown)."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.rounds import Result
from benchmarks.workloads import WORKLOADS

__all__ = ["as_json", "as_markdown", "machine"]


def machine() -> dict[str, str]:
    """The machine and the day."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": f"{os.cpu_count()} x {models[0] if models else platform.machine()}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": " ".join(f"{value:.1f}" for value in os.getloadavg()),
    }


def as_json(results: Iterable[Result], facts: dict[str, str]) -> dict[str, object]:
    """Everything that was measured."""
    workloads = {
        result.workload: {"figures": result.figures, "missing": result.missing}
        for result in results
    }
    return {"machine": facts, "workloads": workloads}


def as_markdown(results: Iterable[Result], facts: dict[str, str]) -> str:
    """One table per workload: medians, in brackets the spread; the ratio to its reference."""
    about = ", ".join(f"{name} {value}" for name, value in facts.items())
    parts = [f"Measured on: {about}."]
    for result in results:
        parts += ["", f"### {WORKLOADS[result.workload].title}", "", *_table(result)]
    return "\n".join(parts) + "\n"


def _table(result: Result) -> Sequence[str]:
    names = list(dict.fromkeys(name for by in result.figures.values() for name in by))
    reference = WORKLOADS[result.workload].reference
    rows = [
        "| server | " + " | ".join(f"{name} | x {reference}" for name in names) + " |",
        "|---" * (1 + 2 * len(names)) + "|",
    ]
    for server in result.figures:
        cells = [cell for name in names for cell in _cells(result, server, name)]
        rows.append(f"| {server} | " + " | ".join(cells) + " |")
    return rows


def _cells(result: Result, server: str, name: str) -> tuple[str, str]:
    low, high = result.spread(server, name)
    ratio = result.ratio(server, name, WORKLOADS[result.workload].reference)
    value = f"{result.median(server, name):.3g} ({low:.3g}-{high:.3g})"
    return value, "" if ratio is None else f"{ratio:.2f}"
