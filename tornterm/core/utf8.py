"""Where UTF-8 text may be cut: nothing else about UTF-8 concerns a server that moves bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LONGEST", "unfinished"]

LONGEST = 4
"""Bytes of the longest character."""


def unfinished(data: Sequence[int]) -> int:
    """How many bytes at the end of `data` begin a character that is not complete yet.

    A lead byte promises its continuation bytes whether or not the character is one that Unicode
    allows: decoders differ in how they replace what is not allowed, and a cut behind everything
    that may belong together is right for all of them.

    Args:
        data: Bytes, or at least the last three of them.

    Returns:
        0 to 3.
    """
    if not data or data[-1] < 0x80:
        return 0
    for count in range(1, min(LONGEST, len(data) + 1)):
        byte = data[-count]
        if byte < 0x80:
            return 0
        if byte >= 0xC0:
            return count if count < _length(byte) else 0
    return 0


def _length(lead: int) -> int:
    """Bytes of the character that begins with `lead`."""
    if lead < 0xE0:
        return 2
    if lead < 0xF0:
        return 3
    return 4 if lead < 0xF8 else 1
