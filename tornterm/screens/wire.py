"""How the server and its screen worker talk: frames, each of them a list of byte strings.

A frame is its length and its fields, each of which is its length and its bytes; lengths are 32 bits
in network order. Each request gets one reply, in the order of the requests. The two ends are always
of the same version, because one has started the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tornterm.errors import ProtocolError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["MAX_FRAME", "FrameReader", "join", "split"]

MAX_FRAME: Final = 256 * 1024 * 1024
"""Bytes of one frame at the most; more means that the two have lost each other."""

_LENGTH: Final = struct.Struct("!I")
_BUFFER_BYTES: Final = 256 * 1024


def join(fields: Sequence[ReadableBuffer]) -> list[ReadableBuffer]:
    """A frame with these fields, as the buffers that it consists of; none of them is copied."""
    lengths = [len(memoryview(field)) for field in fields]
    total = sum(lengths) + _LENGTH.size * len(fields)
    buffers: list[ReadableBuffer] = [_LENGTH.pack(total)]
    for length, field in zip(lengths, fields, strict=True):
        buffers += (_LENGTH.pack(length), field)
    return buffers


def split(body: memoryview) -> list[bytes]:
    """The fields of a frame.

    Args:
        body: What follows the frame's length.

    Raises:
        ProtocolError: The lengths do not add up.
    """
    fields, at = [], 0
    while at < len(body):
        if at + _LENGTH.size > len(body):
            raise ProtocolError("a frame ends inside the length of a field")
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        if at + length > len(body):
            raise ProtocolError("a frame ends inside a field")
        fields.append(bytes(body[at : at + length]))
        at += length
    return fields


class FrameReader:
    """Puts frames together from what a socket gives, where it is received: output passes here."""

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER_BYTES)
        self._end = 0

    def space(self) -> memoryview:
        """Where to receive what comes next; never empty, and to be let go of before `received`."""
        return memoryview(self._buffer)[self._end :]

    def received(self, count: int) -> Iterator[list[bytes]]:
        """The fields of each frame that is complete with what has been received.

        Args:
            count: Bytes that have been put where `space` said.

        Raises:
            ProtocolError: What came is no frame.
        """
        self._end += count
        at = 0
        needed = _LENGTH.size
        try:
            while self._end - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._buffer, at)
                if length > MAX_FRAME:
                    raise ProtocolError(f"a frame of {length} bytes")
                needed = _LENGTH.size + length
                if self._end - at < needed:
                    break
                with memoryview(self._buffer) as view:
                    fields = split(view[at + _LENGTH.size : at + needed])
                at += needed
                needed = _LENGTH.size
                yield fields
        finally:
            self._move_up(at, needed)

    def feed(self, data: bytes) -> Iterator[list[bytes]]:
        """The same for what has been received elsewhere."""
        for at in range(0, len(data), _BUFFER_BYTES):
            piece = data[at : at + _BUFFER_BYTES]
            self._reserve(self._end + len(piece))
            self._buffer[self._end : self._end + len(piece)] = piece
            yield from self.received(len(piece))

    def _move_up(self, at: int, needed: int) -> None:
        """Forget what is before `at`, and have room for as much as the next frame needs."""
        rest = self._end - at
        if at and rest:
            self._buffer[:rest] = self._buffer[at : self._end]
        self._end = rest
        self._reserve(needed)

    def _reserve(self, size: int) -> None:
        if len(self._buffer) < size:
            self._buffer += bytes(size - len(self._buffer))
