"""The directory for what lives as long as a server runs."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["candidates", "is_safe", "runtime_directory"]


def candidates() -> Iterator[Path]:
    """Where the runtime directory may be, the best place first; none need exist."""
    if service := os.environ.get("RUNTIME_DIRECTORY"):
        # Set by systemd for a unit with RuntimeDirectory=; several are separated by colons.
        yield Path(service.split(":")[0])
    if session := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(session) / "tornterm"
    # For root, and where a service's account has it.
    yield Path("/run/tornterm")
    yield Path(tempfile.gettempdir()) / f"tornterm-{os.geteuid()}"


def is_safe(directory: Path, *, for_reading: bool = False) -> bool:
    """Whether nobody else can put files into a directory.

    Args:
        directory: The directory; a symbolic link to one is not safe.
        for_reading: Root may look into the directory of any user's service.
    """
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    ours = status.st_uid == os.geteuid() or (for_reading and os.geteuid() == 0)
    return stat.S_ISDIR(status.st_mode) and ours and not status.st_mode & 0o022


def runtime_directory() -> Path:
    """The directory to use, made where it is missing.

    Raises:
        OSError: There is none that is only ours.
    """
    tried = []
    for directory in candidates():
        with contextlib.suppress(OSError):
            directory.mkdir(mode=0o700, exist_ok=True)
        if is_safe(directory):
            return directory
        tried.append(str(directory))
    raise OSError(f"no directory that only this user can write to: tried {', '.join(tried)}")
