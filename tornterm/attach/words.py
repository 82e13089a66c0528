"""Numbers in sentences."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, thing: str) -> str:
    """Begin a sentence about a number of things: "1 byte was", "2 bytes were".

    Args:
        number: How many.
        thing: What one of them is called.
    """
    return f"{number} {thing} was" if number == 1 else f"{number} {thing}s were"
