"""Running traces one after the other, until one of them breaks a promise."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from tests.model.trace import Trace
from tests.model.world import Violation, shrink_the_numbers

__all__ = ["Finding", "search"]


@dataclass(frozen=True)
class Finding:
    """A trace that broke a promise."""

    seed: int
    what: str


async def search(first: int, count: int) -> Finding | None:
    """Run traces; returns the first that breaks a promise, if one does.

    Args:
        first: The first seed.
        count: How many.
    """
    restore = shrink_the_numbers()
    try:
        for seed in range(first, first + count):
            try:
                await Trace(seed).run()
            except Violation as violation:
                return Finding(seed, str(violation))
            except Exception as error:
                return Finding(seed, "".join(traceback.format_exception(error)))
    finally:
        restore()
    return None
