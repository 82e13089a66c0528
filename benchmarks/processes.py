"""What a process has used, read from ``/proc``."""

from __future__ import annotations

from pathlib import Path

__all__ = ["cpu_seconds", "proportional_kib", "resident_kib"]


def cpu_seconds(pid: int, *, helpers: bool = True) -> float:
    """Time on a processor, of all threads of a server, to the nanosecond.

    Args:
        pid: The server's process.
        helpers: Whether that of its helpers counts too.
    """
    tasks = [
        task
        for own in (_own(pid) if helpers else [pid])
        for task in Path(f"/proc/{own}/task").glob("*/schedstat")
    ]
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def resident_kib(pid: int) -> int:
    """Resident memory of a server and its helpers in KiB."""
    return sum(_field(Path(f"/proc/{own}/status"), "VmRSS:") for own in _own(pid))


def proportional_kib(pid: int) -> int:
    """The same, of shared pages only their part."""
    return sum(_field(Path(f"/proc/{own}/smaps_rollup"), "Pss:") for own in _own(pid))


def _own(pid: int) -> list[int]:
    """A server and those of its children that run on no terminal: the others are programs."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for each in lists for child in each.read_text().split()]
    return [pid, *(child for child in children if not _terminal(child))]


def _terminal(pid: int) -> int:
    """The device number of a process's terminal; 0 for none, and not 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return -1
    return -1 if fields[0] == "Z" else int(fields[4])


def _field(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise LookupError(name)
