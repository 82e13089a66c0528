"""Resumes on generated output: ``python -m tests.screen.generated --streams 1000``.

``--alone`` looks at the dump without the ring that would hide what it gets wrong.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator

from tests.screen.cuts import Outcome, examine, random_cuts
from tests.screen.generator import Generator
from tests.screen.oracle import Oracle

RING = 4096


def outcomes(oracle: Oracle, seeds: range, ring: int = RING, resizes: int = 0) -> Iterator[Outcome]:
    """One stream of four rings for each seed, cut at one place."""
    for seed in seeds:
        recording = Generator(seed).recording(4 * max(ring, 1024), resizes=resizes)
        outcome = examine(oracle, recording, random_cuts(recording, ring, 1, seed), ring)
        outcome.name = f"seed {seed}"
        yield outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--ring", type=int, default=RING, help="bytes")
    parser.add_argument("--resizes", type=int, default=0)
    parser.add_argument("--examples", type=int, default=0)
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.streams)
    visible = everything = 0
    differing: Counter[str] = Counter()
    with Oracle() as oracle:
        for outcome in outcomes(oracle, seeds, chosen.ring, chosen.resizes):
            visible += outcome.visible
            everything += outcome.everything
            differing.update(outcome.differing.keys())
            if outcome.examples and chosen.examples:
                chosen.examples -= 1
                print(outcome.name, *outcome.examples, sep="\n    ", flush=True)
    print(f"{visible} visible, {everything} all, of {chosen.streams}: {differing.most_common()}")


if __name__ == "__main__":
    main()
