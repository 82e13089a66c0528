"""Lines of files from the last one to the first, a bounded part of them at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from tornterm.errors import CursorGone

__all__ = ["Backwards", "Place"]

BLOCK = 64 * 1024
"""Bytes that are read at once."""

MOST = 2 * 1024 * 1024
"""Bytes that are read between two places."""

LONGEST = 256 * 1024
"""Bytes of a line; one that is longer is passed over. Less than `MOST`, so that one gets on."""

WITNESS = 64
"""Bytes behind a place that say whether the file still is what it was."""


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a file has not been read.

    Args:
        device: The number of its device.
        inode: Its own number there.
        end: The offset behind the last byte that has not been read.
        seen: How many of the bytes behind that `check` is of.
        check: The sum of those.
        torn: Whether the last byte that has not been read belongs to a line that is too long.
    """

    device: int
    inode: int
    end: int
    seen: int
    check: int
    torn: bool

    def __str__(self) -> str:
        parts = (self.device, self.inode, self.end, self.seen, self.check, int(self.torn))
        return ":".join(map(str, parts))

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what `str` gave.

        Raises:
            CursorGone: It gave something else.
        """
        parts = text.split(":")
        plain = all(part.isascii() and part.isdigit() and len(part) < 21 for part in parts)
        if not plain or len(parts) != 6:
            raise CursorGone("this is no cursor")
        device, inode, end, seen, check, torn = map(int, parts)
        if end >= 2**63 or seen > WITNESS:
            raise CursorGone("this is no cursor")
        return cls(device, inode, end, seen, check, bool(torn))


class Backwards:
    """The lines of some files, from the last one of the first file on.

    What is appended meanwhile is not seen. A file that is moved to a path further behind is neither
    missed nor read twice. No lock is held.

    Args:
        paths: The files, the newest first; what is not there is passed over.
        place: Where to go on; None to begin with the last line.
    """

    def __init__(self, paths: Iterable[Path], place: Place | None = None) -> None:
        self._begin = place
        self._paths = paths
        self._reading: _Reading | None = None

    @property
    def place(self) -> Place | None:
        """Where to go on behind the line that was given last; None where there is no more."""
        return self._begin if self._reading is None else self._reading.place

    def lines(self) -> Generator[bytes, None, None]:
        """Lines, until there are no more or enough has been read for one time.

        Raises:
            CursorGone: What is at the place is not what was there.
        """
        known: set[tuple[int, int]] = set()
        room = MOST
        for path in self._paths:
            with _opened(path) as file:
                status = os.fstat(file) if file is not None else None
                if file is None or status is None or (status.st_dev, status.st_ino) in known:
                    continue
                name = (status.st_dev, status.st_ino)
                known.add(name)
                place, self._begin = self._begin, None
                if place is None:
                    place = Place(*name, status.st_size, 0, crc32(b""), False)
                elif name == (place.device, place.inode):
                    _compare(file, status.st_size, place)
                else:
                    self._begin = place
                    continue
                self._reading = _Reading(file, place, room)
                yield from self._reading.lines()
                if self._reading.place.end:
                    return
                room = self._reading.room
        if self._begin is not None:
            raise CursorGone("the file is not there any more")
        self._reading = None


class _Reading:
    """One file, from some place to its beginning.

    Args:
        file: The file.
        place: The place.
        room: How many bytes may be read.
    """

    def __init__(self, file: int, place: Place, room: int) -> None:
        self.room = room
        self._file = file
        self._begin = place
        self._end, self._torn = place.end, place.torn
        self._line = b""  # what begins where the reading has got to

    @property
    def place(self) -> Place:
        if not self._line:
            return replace(self._begin, torn=self._torn)
        witness = self._line[:WITNESS]
        return replace(
            self._begin,
            end=self._end,
            seen=len(witness),
            check=crc32(witness),
            torn=self._torn,
        )

    def lines(self) -> Iterator[bytes]:
        # The first `count` bytes of the block are those before the end; the others are done with.
        block, count = b"", 0
        while self._end:
            start = self._end - count
            # The last byte is the end of the line itself, unless that was torn off.
            at = block.rfind(b"\n", 0, max(0, count - (not self._torn)))
            if at < 0 and start and count < LONGEST:
                if self.room <= 0:
                    return
                more = self._read(start)
                block, count = more + block[:count], len(more) + count
                continue
            line, count = block[at + 1 : count], at + 1
            whole = not self._torn and (at >= 0 or not start)
            self._line, self._torn = line or self._line, at < 0 and start > 0
            self._end -= len(line)
            if whole:
                yield line

    def _read(self, before: int) -> bytes:
        count = min(BLOCK, before)
        block = os.pread(self._file, count, before - count)
        if len(block) != count:
            raise CursorGone("the file was cut while it was read")
        self.room -= count
        return block


def _compare(file: int, size: int, place: Place) -> None:
    if size < place.end + place.seen:
        raise CursorGone("the file was cut")
    if crc32(os.pread(file, place.seen, place.end)) != place.check:
        raise CursorGone("the file has something else in it")


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """A file; None where there is none, or something that is no file."""
    try:
        # Without waiting for whoever writes into what may be a pipe.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield file if stat.S_ISREG(os.fstat(file).st_mode) else None
    finally:
        os.close(file)
