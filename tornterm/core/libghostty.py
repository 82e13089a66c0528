"""The few calls of libghostty-vt that the screen model needs, with their traps disarmed.

The library is young and its interface is not stable, so pyghostty is pinned to one release, and
its names are known to this module, ``ghostty_cells`` and ``ghostty_values`` alone. It is a C
interface without a net: a wrong type for a value that is asked for corrupts the heap.

Source: the declarations in ``pyghostty/_cdef.py``.
"""

from __future__ import annotations

import weakref
from functools import cache
from typing import Any, Final

from pyghostty._ffi import check, ffi, lib

from tornterm.core.ghostty_cells import Cell, Row, read_cell, read_rows, reference, sgr_of, sized
from tornterm.core.ghostty_values import array, new
from tornterm.types import Size

__all__ = ["DEFAULT_SHAPE", "Emulator"]

DEFAULT_SHAPE: Final = 3
"""The cursor's shape while no program has chosen one: hollow, which no program can choose."""

_CELL_PIXELS: Final = (8, 16)
# Lines are thrown away by the page, which at 80 columns has fewer than this.
_LINES_PER_PAGE: Final = 600
_BYTES_PER_CELL: Final = 16
_LONGEST_SEQUENCE: Final = 1 << 16


@cache
def _place(name: str, kind: str) -> tuple[int, Any]:
    """The key of a value of the terminal, and where to put it until it is looked at."""
    return getattr(lib, f"GHOSTTY_TERMINAL_DATA_{name}"), new(kind)


class Emulator:
    """One terminal of libghostty-vt.

    Args:
        size: Its size.
        scrollback_lines: How many lines above the screen it keeps.
    """

    def __init__(self, size: Size, *, scrollback_lines: int) -> None:
        handle = new("GhosttyTerminal")
        check(lib.ghostty_terminal_new(ffi.NULL, handle, size.cols, size.rows), "terminal_new")
        self._own(handle)
        self._scrollback_lines = scrollback_lines
        self._limit()

    def _own(self, handle: Any) -> None:
        self.handle = handle[0]
        self._free = weakref.finalize(self, lib.ghostty_terminal_free, handle[0])

    def _limit(self) -> None:
        """Let nothing that a program sends cost more than the screen and its lines."""
        lines = self._scrollback_lines + _LINES_PER_PAGE
        cells = (lines + Size.MAXIMUM) * Size.MAXIMUM
        for option, kind, value in (
            ("SCROLLBACK_MAX_LINES", "size_t", lines),
            ("SCROLLBACK_MAX_BYTES", "size_t", cells * _BYTES_PER_CELL),
            ("CONTINUATION_MAX_BYTES", "size_t", _LONGEST_SEQUENCE),
            ("KITTY_IMAGE_STORAGE_LIMIT", "uint64_t", 0),
            ("APC_MAX_BYTES", "size_t", 0),
            ("CLIPBOARD_WRITE_MAX_BYTES", "size_t", 0),
            ("DEFAULT_CURSOR_STYLE", "GhosttyTerminalCursorStyle", DEFAULT_SHAPE),
        ):
            key = getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}")
            check(lib.ghostty_terminal_set(self.handle, key, new(kind, value)), option)

    def close(self) -> None:
        """Give the memory back."""
        self._free()

    def write(self, data: bytes) -> None:
        """Parse `data`."""
        lib.ghostty_terminal_vt_write(self.handle, data, len(data))

    def resize(self, size: Size) -> None:
        """Change the size; lines that were wrapped are wrapped anew."""
        resize = lib.ghostty_terminal_resize
        check(resize(self.handle, size.cols, size.rows, *_CELL_PIXELS), "resize")

    def copy(self) -> Emulator:
        """Another terminal in the same state."""
        out, length = new("uint8_t*"), new("size_t")
        encode = lib.ghostty_snapshot_encode_alloc
        check(encode(self.handle, ffi.NULL, out, length), "encode")
        decoder, handle = new("GhosttySnapshotDecoder"), new("GhosttyTerminal")
        try:
            begin = lib.ghostty_snapshot_decoder_new_buf
            check(begin(ffi.NULL, decoder, out[0], length[0]), "decoder_new")
            try:
                # Or the copy, if it is in the midst of a sequence, could not be copied.
                key = lib.GHOSTTY_SNAPSHOT_DECODER_OPT_RETAIN_CONTINUATION
                retain = new("bool", True)
                check(lib.ghostty_snapshot_decoder_set(decoder[0], key, retain), "retain")
                check(lib.ghostty_snapshot_decoder_decode(decoder[0], handle), "decode")
            finally:
                lib.ghostty_snapshot_decoder_free(decoder[0])
        finally:
            lib.ghostty_free(ffi.NULL, out[0], length[0])
        other = Emulator.__new__(Emulator)
        other._own(handle)
        other._scrollback_lines = self._scrollback_lines
        other._limit()
        return other

    def _get(self, name: str, kind: str) -> Any:
        """A value, or None where the terminal has none; `kind` must be the value's C type."""
        key, out = _place(name, kind)
        return None if lib.ghostty_terminal_get(self.handle, key, out) else out[0]

    @property
    def cols(self) -> int:
        """How many columns it has."""
        return int(self._get("COLS", "uint16_t"))

    @property
    def rows_shown(self) -> int:
        """How many rows the screen has."""
        return int(self._get("ROWS", "uint16_t"))

    @property
    def scrollback_rows(self) -> int:
        """How many rows are kept above the screen."""
        return int(self._get("SCROLLBACK_ROWS", "size_t"))

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return self._get("CURSOR_Y", "uint16_t"), self._get("CURSOR_X", "uint16_t")

    @property
    def pending_wrap(self) -> bool:
        """Whether the last column has been written to and the cursor has not moved on."""
        return bool(self._get("CURSOR_PENDING_WRAP", "bool"))

    @property
    def alternate(self) -> bool:
        """Whether the alternate screen is shown."""
        active = self._get("ACTIVE_SCREEN", "GhosttyTerminalScreen")
        return bool(active == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)

    @property
    def title(self) -> bytes:
        """The title that a program has given the window."""
        text = self._get("TITLE", "GhosttyString")
        return bytes(ffi.buffer(text.ptr, text.len)) if text.len else b""

    @property
    def pen(self) -> bytes:
        """The parameters of the SGR sequence for what is written next; empty for the default."""
        style = sized("GhosttyStyle")
        key = lib.GHOSTTY_TERMINAL_DATA_CURSOR_STYLE
        check(lib.ghostty_terminal_get(self.handle, key, style), "pen")
        return sgr_of(style)

    def mode(self, number: int, *, ansi: bool = False) -> bool:
        """Whether a mode is set: a private one of DEC, or one of ANSI."""
        asked = new("GhosttyTerminalModeConfig")
        asked.mode = number | ansi << 15
        key = lib.GHOSTTY_TERMINAL_DATA_MODE
        return not lib.ghostty_terminal_get(self.handle, key, asked) and bool(asked.value)

    def colour(self, name: str) -> tuple[int, int, int] | None:
        """The colour of the ``FOREGROUND``, ``BACKGROUND`` or ``CURSOR`` if a program set it."""
        rgb = self._get(f"COLOR_{name}", "GhosttyColorRgb")
        return (rgb.r, rgb.g, rgb.b) if rgb is not None else None

    def palette(self, *, default: bool = False) -> list[tuple[int, int, int]]:
        """The 256 colours as they are, or as they are after a reset."""
        name = "COLOR_PALETTE_DEFAULT" if default else "COLOR_PALETTE"
        out = array("GhosttyColorRgb", 256)
        key = getattr(lib, f"GHOSTTY_TERMINAL_DATA_{name}")
        check(lib.ghostty_terminal_get(self.handle, key, out), name)
        return [(rgb.r, rgb.g, rgb.b) for rgb in out]

    def rows(self, history: int) -> list[Row]:
        """The rows of the screen, after up to `history` rows above it."""
        above = min(history, self.scrollback_rows)
        return read_rows(self.handle, above, self._get("TOTAL_ROWS", "size_t"))

    def last_cell(self) -> Cell:
        """The cell at the end of the cursor's row."""
        first = self._get("TOTAL_ROWS", "size_t") - self.rows_shown
        return read_cell(self.handle, self.cols - 1, first + self.cursor[0])

    def cursor_shape(self) -> tuple[int, bool]:
        """The shape (bar, block, underline or `DEFAULT_SHAPE`), and whether it blinks."""
        state = new("GhosttyRenderState")
        check(lib.ghostty_render_state_new(ffi.NULL, state), "render_state")
        try:
            check(lib.ghostty_render_state_update(state[0], self.handle), "update")
            cursor = sized("GhosttyRenderStateCursor")
            key = lib.GHOSTTY_RENDER_STATE_DATA_CURSOR
            check(lib.ghostty_render_state_get(state[0], key, cursor), "cursor")
            return int(cursor.visual_style), bool(cursor.blinking)
        finally:
            lib.ghostty_render_state_free(state[0])

    def extras(self, *names: str) -> bytes:
        """What the library's own formatter writes for state that cannot be asked for.

        Args:
            names: Fields of ``GhosttyFormatterTerminalExtra`` and of its ``screen``, of those
                that are written behind the cells.
        """
        plain = self._format(())
        return self._format(names)[len(plain) :]

    def tab_stops(self) -> bytes:
        """Sequences that clear all tab stops and set those that there are."""
        plain = self._format(())
        full = self._format(("tabstops",))
        return full[: len(full) - len(plain)]

    def _format(self, names: tuple[str, ...]) -> bytes:
        """One cell, and the named extras."""
        options = sized("GhosttyFormatterTerminalOptions")
        options.emit = lib.GHOSTTY_FORMATTER_FORMAT_VT
        for name in names:
            extra = options.extra
            setattr(extra if hasattr(extra, name) else extra.screen, name, True)
        selection = sized("GhosttySelection")
        selection.start = selection.end = reference(self.handle, 0, 0)[0]
        options.selection = selection
        formatter = new("GhosttyFormatter")
        begin = lib.ghostty_formatter_terminal_new
        check(begin(ffi.NULL, formatter, self.handle, options[0]), "formatter_new")
        out, length = new("uint8_t*"), new("size_t")
        try:
            run = lib.ghostty_formatter_format_alloc
            check(run(formatter[0], ffi.NULL, out, length), "format")
            try:
                return bytes(ffi.buffer(out[0], length[0]))
            finally:
                lib.ghostty_free(ffi.NULL, out[0], length[0])
        finally:
            lib.ghostty_formatter_free(formatter[0])
