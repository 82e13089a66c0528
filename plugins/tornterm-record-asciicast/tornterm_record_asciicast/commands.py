"""``tornterm recording``: list, verify, play and export."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import IO

import click

from tornterm_record_asciicast.reading import Report, inspect

__all__ = ["recording_commands"]


def recording_commands(folder: Path) -> click.Group:
    """The group of commands for one folder.

    Args:
        folder: Where the recordings are.
    """

    @click.group("recording", help=f"List, verify, play and export the recordings in {folder}.")
    def recording() -> None: ...

    @recording.command("list")
    def show() -> None:
        """List the recordings."""
        for report in _all(folder):
            note = ", end made up" if report.made_up else ""
            click.echo(f"{report.name}  {report.offset} bytes  {report.state}{note}")

    @recording.command("verify")
    @click.argument("names", nargs=-1)
    def verify(names: tuple[str, ...]) -> None:
        """Check every byte of some recordings, or of all; fails unless all are complete."""
        reports = [_one(folder, name) for name in names] if names else _all(folder)
        for report in reports:
            parts = [report.state, *([report.problem] if report.problem else [])]
            parts += ["its end is made up, after a crash"] if report.made_up else []
            parts += [f"gap {a}-{'?' if b is None else b}" for a, b in report.gaps]
            click.echo(f"{report.name}: {'; '.join(parts)}  {report.head[:16]}")
        if any(report.state != "complete" for report in reports):
            sys.exit(1)

    @recording.command("play")
    @click.argument("name")
    @click.option("--speed", default=1.0, type=click.FloatRange(0.01), help="Times as fast.")
    @click.option("--idle", default=2.0, type=click.FloatRange(0), help="Longest pause, seconds.")
    def play(name: str, speed: float, idle: float) -> None:
        """Print a recording as it was printed."""
        for line in _whole(folder, name).lines[1:]:
            interval, kind, text = json.loads(line)
            time.sleep(min(interval, idle) / speed)
            if kind == "o":
                click.echo(text, nl=False)

    @recording.command("export")
    @click.argument("name")
    @click.option("--output", "-o", default="-", type=click.File("w"), help="Where to.")
    def export(name: str, output: IO[str]) -> None:
        """Write a recording as one file of asciicast v3."""
        for line in _whole(folder, name).lines:
            click.echo(line, file=output)

    return recording


def _all(folder: Path) -> list[Report]:
    paths = sorted(folder.iterdir()) if folder.exists() else []
    return [inspect(path) for path in paths if path.is_dir()]


def _one(folder: Path, name: str) -> Report:
    known = {path.name: path for path in folder.iterdir()} if folder.exists() else {}
    if name not in known or not known[name].is_dir():
        raise click.ClickException(f"there is no recording {name!r}")
    return inspect(known[name])


def _whole(folder: Path, name: str) -> Report:
    report = _one(folder, name)
    if report.state == "broken":
        raise click.ClickException(f"it is broken: {report.problem}")
    if not report.lines:
        raise click.ClickException("nothing of it has been written")
    return report
