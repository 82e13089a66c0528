"""Numbers and endings in sentences."""

from __future__ import annotations

import signal

from tornterm.config.units import rough_duration
from tornterm.core.protocols.v1 import Exited

__all__ = ["counted", "how_it_ended"]

LATE = 120.0
"""Seconds since a session's end from which on it is said how long ago that was."""


def counted(number: int, thing: str) -> str:
    """Begin a sentence about a number of things: "1 byte was", "2 bytes were".

    Args:
        number: How many.
        thing: What one of them is called.
    """
    return f"{number} {thing} was" if number == 1 else f"{number} {thing}s were"


def how_it_ended(exited: Exited, now: float) -> str:
    """Say how a session ended, and to whom comes late, when.

    Args:
        exited: What the server said.
        now: Seconds since the epoch.
    """
    ago = now - exited.ended if exited.ended is not None else 0.0
    return _how(exited) + (f" ({rough_duration(ago)} ago)" if ago >= LATE else "")


def _how(exited: Exited) -> str:
    if exited.message:
        return exited.message
    if exited.signal is not None:
        known = exited.signal in list(signal.Signals)
        return (
            f"ended by {signal.Signals(exited.signal).name if known else f'signal {exited.signal}'}"
        )
    return f"ended with exit code {exited.exit_code}" if exited.exit_code else "ended"
