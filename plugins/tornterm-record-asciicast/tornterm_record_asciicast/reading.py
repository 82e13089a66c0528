"""Looking at a recording: whether it is whole, what is in it, and the end it lacks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tornterm.types import Size
from tornterm_record_asciicast.chain import SEAL, Chain, first_head, next_head, segment_name

__all__ = ["Report", "inspect", "recover"]


@dataclass
class Report:
    """What there is of a recording.

    Args:
        name: The recording's name.
        state: ``complete``, ``unfinished`` (it is being written, or its server crashed) or
            ``broken``.
        problem: What is wrong with one that is broken.
        lines: Header and events, as they stand in the files.
        seals: What the seals say, in order.
        gaps: Bytes of output that are missing, from and to; None for all that may have followed.
        torn: Bytes at the end that belong to no batch.
        segments: How many segments there are.
        size: Bytes of the last segment that are sealed.
        head: The last hash.
    """

    name: str
    state: Literal["complete", "unfinished", "broken"] = "unfinished"
    problem: str = ""
    lines: list[str] = field(default_factory=list)
    seals: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[tuple[int, int | None]] = field(default_factory=list)
    torn: int = 0
    segments: int = 0
    size: int = 0
    head: str = ""

    @property
    def offset(self) -> int:
        """The offset of the first byte of output that is not in here."""
        return int(self.seals[-1]["offset"]) if self.seals else 0

    @property
    def made_up(self) -> bool:
        """Whether its end was written after a crash."""
        return bool(self.seals and self.seals[-1].get("made_up"))


class Broken(Exception):
    """The recording is not what was written."""


def inspect(folder: Path) -> Report:
    """Read a recording and check every byte of it.

    Args:
        folder: The recording's folder.

    Raises:
        OSError: It cannot be read.
    """
    report = Report(folder.name, head=first_head(folder.name))
    names = sorted(path.name for path in folder.iterdir())
    try:
        if names != [segment_name(number + 1) for number in range(len(names))]:
            raise Broken("a segment is missing, or there is one too many")
        # A next segment that is empty may have been made in the moment of a crash.
        fresh = len(names) > 1 and not (folder / names[-1]).stat().st_size
        for index, name in enumerate(names):
            _segment(report, folder / name, last=index >= len(names) - 1 - fresh)
        if report.seals and "continues" in report.seals[-1] and report.size:
            raise Broken("the last segment is missing")
    except (Broken, ValueError, KeyError, TypeError) as error:
        report.state = "broken"
        report.problem = str(error) if isinstance(error, Broken) else "a seal is not one"
        return report
    if report.seals and "end" in report.seals[-1]:
        report.state = "complete"
    return report


def _segment(report: Report, path: Path, *, last: bool) -> None:
    data = path.read_bytes()
    report.segments += 1
    start = at = 0
    while (end := data.find(b"\n", at)) >= 0:
        line = data[at:end]
        if line.startswith(SEAL):
            _batch(report, path.name, data[start : end - 64], line[-64:].decode())
            start = end + 1
        at = end + 1
    report.size, report.torn = start, len(data) - start
    sealed = report.seals[-1] if report.seals else {}
    if report.torn and (not last or "end" in sealed or ("continues" in sealed and start)):
        raise Broken(f"{path.name}: {report.torn} bytes at its end are not sealed")
    if not last and "continues" not in sealed and data:
        raise Broken(f"{path.name}: its end is missing")


def _batch(report: Report, name: str, batch: bytes, digest: str) -> None:
    head = next_head(report.head, batch)
    if head != digest:
        raise Broken(f"{name}: what follows {len(report.seals)} good batches was changed")
    if report.seals and "end" in report.seals[-1]:
        raise Broken(f"{name}: something follows the end")
    *lines, seal = batch.decode().split("\n")
    facts = json.loads(seal.removeprefix(SEAL.decode()))
    report.head = head
    report.seals.append(facts)
    report.lines += lines[1:] if "segment" in facts and report.lines else lines
    if "gap" in facts:
        report.gaps.append((facts["gap"][0], facts["gap"][1]))


def recover(folder: Path) -> bool:
    """Give a recording whose server crashed an end that says that it was made up.

    Args:
        folder: The recording's folder.

    Returns:
        Whether it was necessary; nothing is changed in one that is complete, broken or in use.

    Raises:
        OSError: It could not be done.
    """
    lock = Chain(folder, 0)
    try:
        if not lock.lock():
            return False
        report = inspect(folder)
        if report.state != "unfinished":
            return False
        _finish(folder, report)
        return True
    finally:
        lock.close()


def _finish(folder: Path, report: Report) -> None:
    number = report.segments
    if number > 1 and not report.size and "continues" not in report.seals[-1]:
        # The next segment had been made, and not yet been named: it is as if it never was.
        (folder / segment_name(number)).unlink()
        report = inspect(folder)
        number = report.segments
    chain = Chain(folder, 0, report.head, max(number, 1))
    chain.reopen(report.size)
    try:
        if not report.size:
            chain.head_segment(Size(), time.time(), report.offset)
        mark = json.dumps([0, "m", "the server crashed: what followed is missing"])
        facts = {"offset": report.offset, "gap": [report.offset, None], "end": "crash"}
        chain.append([mark], {**facts, "made_up": True})
    finally:
        chain.close()
