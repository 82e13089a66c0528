"""What the list of recordings says of each, without reading all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tornterm_record_asciicast.chain import SEAL, segment_name

__all__ = ["NAME", "listed"]

NAME = r"\d{8}T\d{6}Z-[A-Za-z0-9_-]{1,64}"
"""What the name of a recording looks like."""

_TAIL = 4096
"""Bytes at the end of a recording in which its last seal is looked for."""

_HEADER = 64 * 1024
"""Bytes of the longest header."""


def listed(folder: Path, running: Collection[str]) -> Iterator[dict[str, Any]]:
    """All recordings of a folder, the newest first, but for those of which nothing is written yet.

    Args:
        folder: Where they are.
        running: The names of those that are being made now.
    """
    paths = sorted(folder.iterdir(), reverse=True) if folder.exists() else []
    for path in paths:
        if not path.is_dir() or not re.fullmatch(NAME, path.name):
            continue
        header = _header_of(path)
        if header is None and path.name in running:
            continue
        yield {
            "name": path.name,
            "session": path.name.partition("-")[2],
            "bytes": sum(file.stat().st_size for file in path.iterdir()),
            **(header or _nothing_known(path)),
            "state": "running" if path.name in running else _end_of(path),
        }


def _header_of(path: Path) -> dict[str, Any] | None:
    """Whose it is, when it began and how large the terminal was; None where it is unreadable."""
    try:
        with (path / segment_name(1)).open(encoding="utf-8") as file:
            header = json.loads(file.readline(_HEADER))
        about = header.get("tornterm", {})  # older ones do not say whose they are
        return {
            "time": int(header["timestamp"]),
            "cols": int(header["term"]["cols"]),
            "rows": int(header["term"]["rows"]),
            "user": str(about.get("user", "")),
            "title": str(about.get("title", "")),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _nothing_known(path: Path) -> dict[str, Any]:
    time = int(path.stat().st_mtime)
    return {"time": time, "cols": 0, "rows": 0, "user": "", "title": ""}


def _end_of(path: Path) -> str:
    """``complete``, ``made-up`` where its server crashed, or ``unfinished``; unchecked."""
    try:
        last = max(path.iterdir())
        with last.open("rb") as file:
            file.seek(max(0, last.stat().st_size - _TAIL))
            line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        if not line.startswith(SEAL):
            return "unfinished"
        facts = json.loads(line[len(SEAL) : line.rindex(b" ")])
        if "end" not in facts:
            return "unfinished"
        return "made-up" if facts.get("made_up") else "complete"
    except (OSError, ValueError, TypeError):
        return "unfinished"
