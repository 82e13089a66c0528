"""Writes the state of a terminal as the bytes that give it to another one, just reset.

The dump is made of sequences that all of today's terminals obey in the same way, in an order in
which none undoes another: cells first, while everything else is still as after a reset, then what
was saved, then modes, and the cursor last. There is nothing in it that a terminal answers, rings,
or passes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tornterm.core.agreement import AgreedTerminal
from tornterm.core.charsets import ASCII
from tornterm.core.drawing import draw_rows, place_cursor
from tornterm.core.libghostty import DEFAULT_SHAPE, Emulator
from tornterm.core.modes import ENCODINGS, MOUSE, SWITCHES, harmless

__all__ = ["dump"]

_ANSI_MODES: Final = (4, 20)
_SHAPES: Final = {0: 5, 1: 1, 2: 3}
"""Parameters of DECSCUSR for the library's shapes, blinking; steady is one more."""
_UNDESIGNATE: Final = b"\x1b(B\x1b)B\x1b*B\x1b+B\x0f"


def dump(terminal: AgreedTerminal, *, history: int, printed: bool) -> bytes:
    """Write the whole state.

    Args:
        terminal: The terminal; it is not changed.
        history: Rows above the screen to write too, at the most.
        printed: Whether the last thing that it took was a character, so that what comes next
            may combine with it.
    """
    emulator, probe = terminal.emulator, terminal.emulator.copy()
    alternate = emulator.alternate
    try:
        # Ends what has not ended, and is obeyed by every terminal without any other effect.
        probe.write(b"\x18")
        parts = [_title(emulator.title), *_colours(emulator)]
        if alternate:
            probe.write(b"\x1b[?47l")
            parts += draw_rows(probe.rows(history))
            parts += [_saved(terminal, probe), terminal.beneath, b"\x1b[?1047h\x1b[H"]
            probe.write(b"\x1b[?47h")
        elif terminal.visited:
            probe.write(b"\x1b[?47h")
            saved = _saved(terminal, probe)
            parts.append(b"\x1b[?1047h%b\x1b[?1047l\x1b[H" % saved if saved else b"")
            probe.write(b"\x1b[?47l")
        parts += draw_rows(emulator.rows(0 if alternate else history))
        parts += [_saved(terminal, probe), *_settings(terminal)]
        parts.append(place_cursor(emulator, printed=printed))
    finally:
        probe.close()
    return b"".join(parts)


def _title(title: bytes) -> bytes:
    text = harmless(title)
    return b"\x1b]2;%b\x1b\\" % text if text else b""


def _colours(emulator: Emulator) -> Iterator[bytes]:
    """Colours that a program has changed."""
    for number, (now, before) in enumerate(
        zip(emulator.palette(), emulator.palette(default=True), strict=True)
    ):
        if now != before:
            yield b"\x1b]4;%d;%b\x1b\\" % (number, _rgb(now))
    for code, name in ((10, "FOREGROUND"), (11, "BACKGROUND"), (12, "CURSOR")):
        colour = emulator.colour(name)
        if colour is not None:
            yield b"\x1b]%d;%b\x1b\\" % (code, _rgb(colour))


def _rgb(colour: tuple[int, int, int]) -> bytes:
    return b"rgb:%02x/%02x/%02x" % colour


def _saved(terminal: AgreedTerminal, probe: Emulator) -> bytes:
    """Save the cursor as it is saved in the terminal; the probe then stands there."""
    probe.write(b"\x1b8")
    alternate = probe.alternate
    saved = terminal.saved(alternate=alternate)
    above = 0 if alternate else min(probe.scrollback_rows, terminal.lines)
    row, column = probe.cursor
    row = max(0, row - above + saved.above)
    column += probe.pending_wrap
    charset = b"\x1b(" + saved.charset if saved.charset != ASCII else b""
    if not (probe.pen or charset or row or column):
        return b""
    place = b"\x1b[%d;%dH" % (row + 1, column + 1)
    undo = _UNDESIGNATE if charset else b""
    return b"%b\x1b[%bm%b\x1b7%b\x1b[m" % (place, probe.pen, charset, undo)


def _settings(terminal: AgreedTerminal) -> Iterator[bytes]:
    """Modes, margins, tab stops, character sets, the cursor's shape."""
    emulator, charsets = terminal.emulator, terminal.charsets
    yield _tab_stops(emulator)
    yield emulator.extras("keyboard", "kitty_keyboard")
    yield charsets.restore()
    if charsets.active != charsets.slots[charsets.level]:
        # It is in use because it was restored with a cursor, and so can it be here.
        yield b"\x1b8"
    for mode, usual in SWITCHES.items():
        if mode not in (6, 12) and emulator.mode(mode) != usual:
            yield b"\x1b[?%d%c" % (mode, b"hl"[usual])
    for mode in (*MOUSE, *ENCODINGS):
        if emulator.mode(mode):
            yield b"\x1b[?%dh" % mode
    if emulator.mode(66):
        yield b"\x1b="
    for mode in _ANSI_MODES:
        if emulator.mode(mode, ansi=True):
            yield b"\x1b[%dh" % mode
    yield b"\x1b[?12h" * terminal.blinks + _shape(emulator)
    yield emulator.extras("scrolling_region")
    if emulator.mode(6):
        yield b"\x1b[?6h"


def _tab_stops(emulator: Emulator) -> bytes:
    stops = emulator.tab_stops()
    usual = b"".join(b"\x1b[%dG\x1bH" % (x + 1) for x in range(8, emulator.cols, 8))
    return stops if stops != b"\x1b[3g%b\x1b[H" % usual else b""


def _shape(emulator: Emulator) -> bytes:
    shape, blinks = emulator.cursor_shape()
    if shape == DEFAULT_SHAPE:
        return b""
    return b"\x1b[%d q" % (_SHAPES[shape] + (not blinks))
