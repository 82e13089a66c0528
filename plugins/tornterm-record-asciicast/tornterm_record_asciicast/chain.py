r"""The files of a recording: batches of lines, each sealed with a hash of all that came before.

A segment is a file of asciicast v3. After each batch of events stands a comment, which players
pass over: ``# seal {facts} <hash>``, with the SHA-256 of the hash before and the batch, the
comment up to its hash included. The chain goes on from one segment to the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tornterm.types import Size

__all__ = ["SEAL", "Chain", "first_head", "next_head", "segment_name"]

logger = logging.getLogger("tornterm.plugins.recorder")

SEAL = b"# seal "


def first_head(name: str) -> str:
    """What the chain of the recording of that name begins with."""
    return hashlib.sha256(f"tornterm-recording-1 {name}".encode()).hexdigest()


def next_head(head: str, batch: bytes) -> str:
    """The hash after a batch, which ends before its own hash."""
    return hashlib.sha256(head.encode() + batch).hexdigest()


def segment_name(number: int) -> str:
    """The file name of a segment, counted from 1."""
    return f"{number:06d}.cast"


class Chain:
    """Writes one recording; every method blocks. A batch is there as a whole, or not at all.

    Args:
        folder: The recording's own folder.
        limit: Bytes after which a segment is followed by the next one.
        head: The last hash, where the recording goes on.
        number: The last segment's number; 0 for a new recording.
        syncs: Whether each segment is forced to the disk when it is complete.
        about: What the headers say of the session, besides what asciicast knows.
    """

    def __init__(
        self,
        folder: Path,
        limit: int,
        head: str = "",
        number: int = 0,
        *,
        syncs: bool = True,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._about = dict(about or {})
        self._limit = limit
        self._head = head or first_head(folder.name)
        self._number = number
        self._fd = -1
        self._lock = -1
        self._size = 0
        self._syncs = syncs
        self._dirty = False

    def lock(self) -> bool:
        """Take the recording for this process; False where another one writes it."""
        self._lock = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def reopen(self, size: int) -> None:
        """Go on in the last segment after its first `size` bytes."""
        path = self._folder / segment_name(self._number)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._fd, size)
        os.lseek(self._fd, size, os.SEEK_SET)
        self._size = size

    def begin(self, size: Size, start: float, offset: int) -> None:
        """Begin the first segment, or the next one.

        Args:
            size: The terminal's size.
            start: Seconds since the epoch.
            offset: The offset of the first byte of output that follows.

        Raises:
            OSError: The disk takes nothing; nothing has changed.
        """
        path = self._folder / segment_name(self._number + 1)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        old = self._fd
        try:
            if old >= 0:
                # Only now that the next file is there: one that is named and missing was removed.
                self.append((), {"offset": offset, "continues": path.name})
        except OSError:
            os.close(fd)
            path.unlink()
            raise
        if old >= 0:
            self._complete(old)
        self._fd, self._size, self._number = fd, 0, self._number + 1
        try:
            self.head_segment(size, start, offset)
        except OSError:
            if old < 0:
                os.close(fd)
                self._fd, self._number = -1, 0
            raise

    def head_segment(self, size: Size, start: float, offset: int) -> None:
        """Write the header of a segment that is empty."""
        header: dict[str, Any] = {
            "version": 3,
            "term": {"cols": size.cols, "rows": size.rows},
            "timestamp": int(start),
            "title": self._folder.name,
        }
        if self._about:
            header["tornterm"] = self._about
        facts = {"offset": offset, "segment": self._number, "time": start}
        self.append([json.dumps(header)], facts)

    @property
    def locked(self) -> bool:
        """Whether this process has the recording."""
        return self._lock >= 0

    @property
    def full(self) -> bool:
        """Whether the next segment is due."""
        return self._size >= self._limit

    @property
    def begun(self) -> bool:
        """Whether there is a segment, be it one whose header found no room."""
        return self._number > 0

    @property
    def headless(self) -> bool:
        """Whether the last segment lacks its header."""
        return self.begun and self._size == 0

    def append(self, lines: Sequence[str], facts: dict[str, Any]) -> None:
        """Write a batch.

        Args:
            lines: Lines of asciicast, without their line breaks.
            facts: What the seal says; ``offset`` is that of the first byte not in here.

        Raises:
            OSError: The disk takes nothing; nothing of the batch is there.
        """
        text = "".join(f"{line}\n" for line in lines)
        if not self._size and "segment" not in facts:
            raise OSError(28, "the header of the segment is not written yet")
        batch = text.encode() + SEAL + json.dumps(facts).encode() + b" "
        head = next_head(self._head, batch)
        rest = memoryview(batch + head.encode() + b"\n")
        length = len(rest)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            os.ftruncate(self._fd, self._size)
            os.lseek(self._fd, self._size, os.SEEK_SET)
            raise
        self._size += length
        self._head = head
        self._dirty = True

    def sync(self) -> None:
        """Force to the disk what was written, and the names of the files.

        Raises:
            OSError: It cannot be said what of it is there.
        """
        if self._dirty:
            self._dirty = False
            os.fsync(self._fd)
            if self._lock >= 0:
                os.fsync(self._lock)

    def _complete(self, fd: int) -> None:
        """Let go of a segment to which nothing is added any more."""
        try:
            if self._syncs:
                os.fsync(fd)
                if self._lock >= 0:
                    os.fsync(self._lock)
        except OSError as error:
            logger.warning("%s may not be on the disk: %s", self._folder.name, error.strerror)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Let go of the recording, after its end or where none was possible."""
        if self._fd >= 0:
            self._complete(self._fd)
            self._fd = -1
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
