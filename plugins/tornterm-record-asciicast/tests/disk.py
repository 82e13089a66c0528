"""A disk that gets full, and that can be made larger."""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["KINDS", "SIZE", "Disk", "small_disk"]

SIZE = 128 * 1024
"""Bytes that it takes at first."""

KINDS = ("mounted", "limited")
"""A file system of its own, and a limit for each file, which everybody may set."""


class Disk:
    """A folder on a disk.

    Args:
        folder: Where it can be written.
        mounted: Whether it is a file system of its own.
    """

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self._mounted = mounted
        # A limit for files is none for folders of them.
        self.segment = "8 KiB" if mounted else "16 MiB"

    def grow(self) -> None:
        """Have room from now on."""
        if self._mounted:
            mount("-o", "remount,size=64m", str(self.folder))
        else:
            limit_files(resource.RLIM_INFINITY)


@contextmanager
def small_disk(folder: Path, kind: str) -> Iterator[Disk]:
    """A disk for a while.

    Args:
        folder: Where it is to be; empty.
        kind: One of `KINDS`. Who may not mount gets a limit as well.
    """
    options = f"size={SIZE},mode=0700"
    if kind == "mounted" and mount("-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
        try:
            yield Disk(folder, mounted=True)
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit_files(SIZE)
    try:
        yield Disk(folder, mounted=False)
    finally:
        limit_files(resource.RLIM_INFINITY)
        signal.signal(signal.SIGXFSZ, before)


def mount(*arguments: str) -> bool:
    """Whether that could be mounted."""
    try:
        return not subprocess.run(["mount", *arguments], capture_output=True).returncode
    except FileNotFoundError:
        return False


def limit_files(size: int) -> None:
    """Let no file grow beyond that, as far as this is up to us."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    wished = most if size == resource.RLIM_INFINITY else size
    resource.setrlimit(resource.RLIMIT_FSIZE, (wished, most))
