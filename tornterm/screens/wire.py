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
    """Puts frames together from what a socket gives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: ReadableBuffer) -> Iterator[list[bytes]]:
        """The fields of each frame that is complete with `data`.

        Raises:
            ProtocolError: What came is no frame.
        """
        self._buffer += data
        at = 0
        try:
            while len(self._buffer) - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._buffer, at)
                if length > MAX_FRAME:
                    raise ProtocolError(f"a frame of {length} bytes")
                begin, end = at + _LENGTH.size, at + _LENGTH.size + length
                if len(self._buffer) < end:
                    return
                with memoryview(self._buffer) as view:
                    fields = split(view[begin:end])
                at = end
                yield fields
        finally:
            del self._buffer[:at]
