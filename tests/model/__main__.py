"""Runs traces: ``python -m tests.model --traces 100000 [--seed N] [--jobs 2]``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.model.runner import Finding, search

CHUNK = 500


def main() -> int:
    """Run what the command line asks for; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--traces", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    arguments = parser.parse_args()
    began = time.monotonic()
    end = arguments.seed + arguments.traces
    chunks = [(at, min(CHUNK, end - at)) for at in range(arguments.seed, end, CHUNK)]
    findings: list[Finding] = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for finding in pool.map(_chunk, chunks):
            if finding is not None:
                findings.append(finding)
                print(f"seed {finding.seed}: {finding.what}", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"{arguments.traces} traces in {seconds:.0f} s, {len(findings)} violations")
    return 1 if findings else 0


def _chunk(chunk: tuple[int, int]) -> Finding | None:
    return asyncio.run(search(*chunk))


if __name__ == "__main__":
    sys.exit(main())
