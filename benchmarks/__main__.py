"""``python -m benchmarks``: compare with the peers, or see where the time goes."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks import misbehaving, profiling
from benchmarks.bad_plugin import HOOKS
from benchmarks.client import Silence
from benchmarks.limits import client_rate
from benchmarks.peers import SERVERS, Unavailable
from benchmarks.pictures import latency_picture
from benchmarks.report import as_json, as_markdown, machine
from benchmarks.rounds import run
from benchmarks.workloads import WORKLOADS

MARK = "<!-- measured -->"

some_workloads = click.argument("names", nargs=-1, type=click.Choice(list(WORKLOADS)))


@click.group()
def main() -> None:
    """How fast tornterm is."""


@main.command("run")
@some_workloads
@click.option("--quick", is_flag=True, help="Small sizes and three rounds, for development.")
@click.option("--rounds", type=int, help="How often each server has its turn.  [default: 5]")
@click.option("--server", "servers", multiple=True, type=click.Choice(list(SERVERS)))
@click.option("--json", "json_file", type=Path, help="Write all figures here.")
@click.option("--picture", "picture_file", type=Path, help="Draw the latencies into this SVG.")
@click.option(
    "--markdown", "markdown_file", type=Path, help="Put the tables at the end of this file."
)
def run_command(
    names: tuple[str, ...],
    *,
    quick: bool,
    rounds: int | None,
    servers: tuple[str, ...],
    json_file: Path | None,
    picture_file: Path | None,
    markdown_file: Path | None,
) -> None:
    """Measure all workloads, or those that are named."""
    facts = machine()
    facts["client"] = f"takes {client_rate():.0f} MB/s in frames of 4 KiB"
    count = rounds or (3 if quick else 5)
    facts["rounds"] = f"{count} ({'quick' if quick else 'full'} sizes)"
    results = []
    for name in names or WORKLOADS:
        print(f"{name}: {WORKLOADS[name].title}", file=sys.stderr)
        results.append(run(name, servers or tuple(SERVERS), count, quick=quick))
        # After each: all of them take half an hour, and somebody may need the machine.
        if json_file:
            json_file.write_text(json.dumps(as_json(results, facts), indent=1))
        if picture_file and (picture := latency_picture(results)):
            picture_file.write_text(picture)
        if markdown_file:
            put_tables(markdown_file, as_markdown(results, facts))
    print(as_markdown(results, facts))


def put_tables(path: Path, tables: str) -> None:
    """Replace what follows `MARK` in a file; what stands before it was written by a person."""
    before = path.read_text().partition(MARK)[0] if path.exists() else ""
    path.write_text(f"{before}{MARK}\n\n{tables}")


@main.command("plugins")
@click.argument("hooks", nargs=-1, type=click.Choice(HOOKS))
@click.option("--quick", is_flag=True, help="Short runs and one round, for development.")
@click.option("--json", "json_file", type=Path, help="Write all figures here.")
def plugins_command(hooks: tuple[str, ...], *, quick: bool, json_file: Path | None) -> None:
    """Measure others' echo beside a plugin that misbehaves in each hook, or in those named."""
    print("p99, as a ratio to the slower of two undisturbed runs", file=sys.stderr)
    try:
        cases = [
            misbehaving.measure(hook, 1 if quick else 5, 4 if quick else 15)
            for hook in hooks or HOOKS
        ]
    except (Silence, Unavailable) as error:
        raise click.ClickException(str(error)) from None
    print(misbehaving.as_markdown(cases))
    if json_file:
        facts = {"machine": machine(), "hooks": [asdict(case) for case in cases]}
        json_file.write_text(json.dumps(facts, indent=1))


@main.command("profile")
@click.argument("name", type=click.Choice(list(WORKLOADS)))
@click.option("--lines", default=40, show_default=True, help="How many functions to show.")
def profile_command(name: str, *, lines: int) -> None:
    """Show in which functions of the server a workload spends its time."""
    try:
        print(profiling.profile(name, lines))
    except (Silence, Unavailable) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
