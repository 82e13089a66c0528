"""How well resumed terminals agree with those that never left: ``python -m tests.screen.report``.

Prints a table for the recorded streams, one line for each, and what differs in the rest.
"""

from __future__ import annotations

import argparse
import time

from tests.screen.cuts import Outcome, examine, random_cuts
from tests.screen.oracle import Oracle
from tests.screen.recording import Recording, names

KIB = 1024


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def measure(oracle: Oracle, name: str, ring: int, cuts: int) -> Outcome:
    """Examine one recording, repeated until it is four rings long."""
    recording = Recording.load(name).repeated(4 * ring)
    return examine(oracle, recording, random_cuts(recording, ring, cuts), ring)


def line(outcome: Outcome, seconds: float) -> str:
    kib = outcome.dumped / max(1, outcome.cuts) / KIB
    differing = ", ".join(f"{what} {count}" for what, count in outcome.differing.most_common(4))
    return (
        f"| {outcome.name} | {share(outcome.visible, outcome.cuts)} "
        f"| {share(outcome.everything, outcome.cuts)} | {kib:.0f} | {seconds:.0f} | {differing} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("streams", nargs="*", help="names of recordings; all where none is given")
    parser.add_argument("--ring", type=int, nargs="+", default=[8, 100], help="KiB")
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--examples", type=int, default=0, help="differences to show of each")
    chosen = parser.parse_args()
    with Oracle() as oracle:
        for ring in chosen.ring:
            print(f"\n## Ring of {ring} KiB, {chosen.cuts} cuts\n")
            print(
                "| stream | visible | all | KiB dumped | s | differs |\n|---|---|---|---|---|---|"
            )
            report(oracle, chosen, ring * KIB)


def report(oracle: Oracle, chosen: argparse.Namespace, ring: int) -> None:
    totals = {"resized": Outcome("resized"), "constant": Outcome("constant size")}
    for name in chosen.streams or names():
        begun = time.monotonic()
        outcome = measure(oracle, name, ring, chosen.cuts)
        print(line(outcome, time.monotonic() - begun), flush=True)
        for example in outcome.examples[: chosen.examples]:
            print(f"    {example}", flush=True)
        total = totals["resized" if name.startswith("resize_") else "constant"]
        total.cuts += outcome.cuts
        total.visible += outcome.visible
        total.everything += outcome.everything
        total.dumped += outcome.dumped
    for total in totals.values():
        print(line(total, 0))


if __name__ == "__main__":
    main()
