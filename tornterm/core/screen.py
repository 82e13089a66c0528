"""The model of a session's screen: what a terminal shows after the bytes that have left the log.

A model is fed exactly the bytes that leave the ring, in order, and the resizes between them. So it
always stands at the log's ``start``, and a terminal that draws its `dump`, then its `unfinished`
and then what the ring holds, shows what one would that has never been disconnected.

Emulators are written in native code and read what strangers print, so a model lives in a worker
process. Nothing here knows of that: this module loads no emulator before one is asked for.
"""

from __future__ import annotations

from typing import Literal, Protocol

from tornterm.core.modes import ModeTracker
from tornterm.types import Size

__all__ = ["ColourSlot", "Screen", "available", "make_screen"]

ColourSlot = int | Literal["foreground", "background", "cursor"]
"""A colour that a program can change: a number of the palette, from 0 to 255, or a name."""


class Screen(Protocol):
    """A terminal without a window, small enough that another emulator could stand in."""

    @property
    def exact(self) -> bool:
        """Whether `dump` draws cells; a model that is not exact restores modes alone."""

    @property
    def scrolls(self) -> bool:
        """Whether lines that follow push older ones up, and in the end out.

        Not on the alternate screen, between margins, or inside a sequence; a model that keeps the
        beginning of a line for later, or does not know, says no.
        """

    @property
    def size(self) -> Size:
        """The size of the terminal."""

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Row and column of the cursor, counted from 0; None where the model does not know."""

    @property
    def unfinished(self) -> bytes:
        """The beginning of the sequence or character that the output has stopped in.

        It belongs between a dump and the bytes that follow on what was fed. It may be the first
        half of a query, so it has to pass whatever those bytes have to pass.
        """

    def feed(self, data: bytes) -> None:
        """Take output, cut anywhere."""

    def resize(self, size: Size) -> None:
        """The terminal has another size from here on."""

    def colour(self, slot: ColourSlot) -> tuple[int, int, int] | None:
        """Red, green and blue, each from 0 to 255, that a program has set; None if none has."""

    def dump(self, *, history: int) -> bytes:
        """What to write to a terminal of this size, just reset, to have its whole state.

        Nothing in it makes a terminal answer, or acts outside the screen.

        Args:
            history: Lines above the screen to draw too, at the most.
        """

    def copy(self) -> Screen:
        """Another model in the same state, which can be fed without changing this one."""

    def close(self) -> None:
        """Give its memory back; afterwards it must not be used."""


def available() -> bool:
    """Whether this machine has an emulator, so that `make_screen` gives an exact model."""
    try:
        import pyghostty  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def make_screen(size: Size, *, scrollback_lines: int) -> Screen:
    """Make the best model of a terminal that has just been reset.

    Args:
        size: Its size.
        scrollback_lines: How many lines above the screen it keeps.

    Returns:
        A terminal emulator, or a `ModeTracker` where there is none for this machine.
    """
    if not available():
        return ModeTracker(size)
    from tornterm.core.ghostty import GhosttyScreen
    from tornterm.core.lazy_screen import LazyScreen

    return LazyScreen(GhosttyScreen(size, scrollback_lines=scrollback_lines), scrollback_lines)
