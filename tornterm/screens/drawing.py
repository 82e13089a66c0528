"""A snapshot on its way: the state of the terminal at an offset, then the log from there on.

What is drawn passes a filter, because an emulator that draws it must not answer what a program
asked long ago. It goes out in parts of a frame each, with the size at which each is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tornterm.core import utf8
from tornterm.core.output_log import OutputLog
from tornterm.core.quiet import QuietFilter
from tornterm.screens.model import Picture
from tornterm.types import Size

__all__ = ["Drawing", "Part"]

PART: Final = 64 * 1024
"""Bytes of one part at the most, so that it is one frame."""

_READ: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that are drawn at one size.

    Args:
        data: The bytes.
        size: The size of the terminal that they are drawn on.
        first: Whether the terminal is reset before them.
        last: Whether the log is gone on with after them.
    """

    data: bytes
    size: Size
    first: bool
    last: bool


class Drawing:
    """The parts of one snapshot.

    Args:
        log: The session's output.
        picture: What to begin with.
        end: Where to stop; the log's end where left out.

    Attributes:
        end: The offset at which the log is gone on with after the last part.

    Raises:
        LookupError: The log has overrun the picture.
    """

    def __init__(self, log: OutputLog, picture: Picture, end: int | None = None) -> None:
        self.end = log.end if end is None else max(end, picture.offset)
        self._log = log
        self._first = True
        self._pieces = self._read(picture)
        self._next = next(self._pieces, None)

    def next(self) -> Part:
        """The next part; there is one until the last has been given.

        Raises:
            LookupError: The log has overrun the snapshot.
        """
        data, size = self._next or (b"", self._log.size_at(self.end))
        self._next = next(self._pieces, None)
        part = Part(data, size, self._first, self._next is None)
        self._first = self._first and not data
        return part

    def _read(self, picture: Picture) -> Iterator[tuple[bytes, Size]]:
        """Pieces of what is drawn; an empty one where the log held nothing else than questions."""
        size = self._log.size_at(picture.offset)
        yield from ((piece, size) for piece in _pieces(picture.dump))
        quiet = QuietFilter()
        begun = quiet.feed(picture.unfinished)
        cursor = self._log.cursor(picture.offset)
        while cursor.offset < self.end:
            piece = cursor.next(min(_READ, self.end - cursor.offset), hold=False)
            if piece is None:
                raise LookupError(f"offset {cursor.offset} is not in the log any more")
            if isinstance(piece, Size):
                size = piece
            else:
                heard, begun = begun + quiet.feed(piece), b""
                yield from ((p, size) for p in _pieces(heard))
                if not heard:
                    yield b"", size
        yield from ((p, size) for p in _pieces(begun + quiet.finish()))


def _pieces(data: bytes) -> Iterator[bytes]:
    """Data in pieces of a part's length at the most, whose characters are whole."""
    at = 0
    while at < len(data):
        piece = data[at : at + PART]
        if at + len(piece) < len(data):
            piece = piece[: len(piece) - utf8.unfinished(piece[-utf8.LONGEST :])]
        at += len(piece)
        yield piece
