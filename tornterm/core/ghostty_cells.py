"""The cells of a terminal of libghostty-vt, read a row at a time.

The library gives a row as an array of 64-bit values whose layout is its own affair. Equal values
say equal things, so each is taken apart once; styles are numbered anew on each page of the
terminal's memory and so are looked up once for a row, and only characters of several code points
and hyperlinks are asked for cell by cell. What is written for a style is known by its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from pyghostty._ffi import check, ffi, lib

from tornterm.core.ghostty_values import array, find_cell, new, pointer_to

__all__ = ["PLAIN", "Cell", "Look", "Row", "read_cell", "read_rows", "reference", "sgr_of", "sized"]


class Look(NamedTuple):
    """How a cell is drawn.

    Args:
        sgr: Parameters of the SGR sequence that sets its attributes from the default.
        link: The address of its hyperlink, or nothing.
        protected: Whether selective erasure leaves it alone.
    """

    sgr: bytes = b""
    link: bytes = b""
    protected: bool = False


class Cell(NamedTuple):
    """One cell, or the two of a wide character.

    Args:
        text: The character with what combines with it; empty where nothing has been written.
        width: How many columns it takes.
        look: How it is drawn; of an empty cell only the background counts.
    """

    text: str
    width: int
    look: Look


class Row(NamedTuple):
    """One line of a screen.

    Args:
        cells: From the left.
        wrapped: Whether the next row continues it.
        short: Whether the last column is missing, because a wide character did not fit.
    """

    cells: list[Cell]
    wrapped: bool
    short: bool


PLAIN: Final = Look()
_ROW_RAW: Final = lib.GHOSTTY_RENDER_STATE_ROW_DATA_RAW
_ROW_CELLS: Final = lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS
_ROW_VALUES: Final = lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW
_ROW_WRAP: Final = lib.GHOSTTY_ROW_DATA_WRAP
_BLANK: Final = Cell("", 1, PLAIN)
_WIDTH: Final = attrgetter("width")

_FLAGS: Final = (
    ("bold", b"1"), ("faint", b"2"), ("italic", b"3"), ("blink", b"5"), ("inverse", b"7"),
    ("invisible", b"8"), ("strikethrough", b"9"), ("overline", b"53"),
)  # fmt: skip


def sized(kind: str) -> Any:
    """A new struct that, with those within it, knows its size, as the library wants it."""
    pointer = new(kind)
    pointer[0] = _with_sizes(kind)[0]
    return pointer


@cache
def _with_sizes(kind: str) -> Any:
    pointer = new(kind)
    _fill_sizes(pointer)
    return pointer


def _fill_sizes(pointer: Any) -> None:
    kind = ffi.typeof(pointer).item
    for name, field in kind.fields:
        if name == "size":
            pointer.size = ffi.sizeof(kind)
        elif field.type.kind == "struct":
            _fill_sizes(ffi.addressof(pointer[0], name))


def sgr_of(style: Any) -> bytes:
    """The parameters of the SGR sequence that gives a style; empty for the default."""
    return _sgr_of(bytes(ffi.buffer(style)))


@lru_cache(maxsize=1 << 12)
def _sgr_of(memory: bytes) -> bytes:
    style = ffi.from_buffer(pointer_to("GhosttyStyle"), memory)
    parts = [code for name, code in _FLAGS if getattr(style, name)]
    if style.underline:
        parts.append(b"4" if style.underline == 1 else b"4:%d" % style.underline)
    parts += _colour(style.fg_color, 30, 90, b"38")
    parts += _colour(style.bg_color, 40, 100, b"48")
    line = _colour(style.underline_color, 0, 0, b"58")
    return b";".join(parts + line)


def _colour(colour: Any, dark: int, bright: int, other: bytes) -> list[bytes]:
    """Parameters for a colour; `dark` is 0 where it has no short forms."""
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_NONE:
        return []
    if colour.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return [_indexed(colour.value.palette, dark, bright, other)]
    rgb = colour.value.rgb
    return [_direct(rgb, other)]


def _indexed(number: int, dark: int, bright: int, other: bytes) -> bytes:
    if dark and number < 16:
        return b"%d" % (dark + number if number < 8 else bright + number - 8)
    return b"%b;5;%d" % (other, number) if dark else b"%b:5:%d" % (other, number)


def _direct(rgb: Any, other: bytes) -> bytes:
    form = b"%b:2::%d:%d:%d" if other == b"58" else b"%b;2;%d;%d;%d"
    return form % (other, rgb.r, rgb.g, rgb.b)


def reference(terminal: Any, x: int, y: int) -> Any:
    """Where a cell is, counted from the first row that the terminal keeps."""
    point, found = _point(), sized("GhosttyGridRef")
    point.value.x, point.value.y = x, y
    check(find_cell(terminal, point[0], found), "grid_ref")
    return found


def _point() -> Any:
    """A place that is counted from the first row, to be filled in."""
    point = new("GhosttyPointS")
    point.tag = lib.GHOSTTY_POINT_TAG_SCREEN
    return point


def read_cell(terminal: Any, x: int, y: int) -> Cell:
    """Read one cell without its link; of a wide character, either of its places.

    Args:
        terminal: The library's handle.
        x: The column.
        y: The row, counted from the first that the terminal keeps.
    """
    at, value, style = reference(terminal, x, y), new("GhosttyCell"), sized("GhosttyStyle")
    check(lib.ghostty_grid_ref_cell(at, value), "cell")
    apart = _take_apart(value[0])
    if apart.cell is None:
        return read_cell(terminal, x - 1, y) if x else _BLANK
    check(lib.ghostty_grid_ref_style(at, style), "style")
    if not apart.cell.text:
        return apart.cell if not apart.style else _styled(apart.cell, sgr_of(style))
    codes, count = array("uint32_t", 64), new("size_t")
    get = lib.ghostty_grid_ref_graphemes
    if apart.cluster and not get(at, codes, len(codes), count):
        return Cell("".join(map(chr, codes[0 : count[0]])), apart.cell.width, Look(sgr_of(style)))
    return _styled(apart.cell, sgr_of(style))


def read_rows(terminal: Any, above: int, total: int) -> list[Row]:
    """Read the screen, and what is above it.

    Args:
        terminal: The library's handle.
        above: How many rows above the screen; there must be so many.
        total: How many rows the terminal has altogether.
    """
    state = new("GhosttyRenderState")
    rows = new("GhosttyRenderStateRowIterator")
    cells = new("GhosttyRenderStateRowCells")
    size = new("uint16_t")
    check(lib.ghostty_render_state_new(ffi.NULL, state), "render_state")
    check(lib.ghostty_render_state_row_iterator_new(ffi.NULL, rows), "row_iterator")
    check(lib.ghostty_render_state_row_cells_new(ffi.NULL, cells), "row_cells")
    try:
        overscan = new("GhosttyRenderStateOverscan", {"above": above, "below": 0})
        option = lib.GHOSTTY_RENDER_STATE_OPTION_OVERSCAN
        check(lib.ghostty_render_state_set(state[0], option, overscan), "overscan")
        check(lib.ghostty_render_state_update(state[0], terminal), "update")
        key = lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR
        check(lib.ghostty_render_state_get(state[0], key, rows), "rows")
        check(lib.ghostty_terminal_get(terminal, lib.GHOSTTY_TERMINAL_DATA_ROWS, size), "size")
        return list(_Reader(terminal, rows[0], cells, total - size[0] - above))
    finally:
        lib.ghostty_render_state_row_cells_free(cells[0])
        lib.ghostty_render_state_row_iterator_free(rows[0])
        lib.ghostty_render_state_free(state[0])


class _Value(NamedTuple):
    """What the value of a cell says by itself; equal values say equal things."""

    cell: Cell | None
    style: int
    cluster: bool
    link: bool

    @property
    def varies(self) -> bool:
        """Whether cells with equal values may still differ."""
        return self.cluster or self.link


@lru_cache(maxsize=1 << 14)
def _styled(cell: Cell, sgr: bytes) -> Cell:
    return cell._replace(look=cell.look._replace(sgr=sgr))


@lru_cache(maxsize=1 << 14)
def _linked(cell: Cell, link: bytes) -> Cell:
    return cell._replace(look=cell.look._replace(link=link))


@lru_cache(maxsize=1 << 14)
def _take_apart(value: int) -> _Value:
    """The cell as far as its value tells; None where it only fills the place of another."""
    number, flag = new("uint32_t"), new("bool")

    def get(name: str, out: Any) -> Any:
        check(lib.ghostty_cell_get(value, getattr(lib, f"GHOSTTY_CELL_DATA_{name}"), out), name)
        return out[0]

    wide = get("WIDE", number)
    if wide in (lib.GHOSTTY_CELL_WIDE_SPACER_TAIL, lib.GHOSTTY_CELL_WIDE_SPACER_HEAD):
        return _Value(None, 0, cluster=False, link=False)
    tag = get("CONTENT_TAG", number)
    if tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
        sgr = _indexed(get("COLOR_PALETTE", new("uint8_t")), 40, 100, b"48")
        return _Value(Cell("", 1, Look(sgr)), 0, cluster=False, link=False)
    if tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
        sgr = _direct(get("COLOR_RGB", new("GhosttyColorRgb")), b"48")
        return _Value(Cell("", 1, Look(sgr)), 0, cluster=False, link=False)
    code = get("CODEPOINT", number)
    look = Look(protected=bool(get("PROTECTED", flag)))
    width = 2 if wide == lib.GHOSTTY_CELL_WIDE_WIDE else 1
    return _Value(
        Cell(chr(code) if code else "", width, look),
        get("STYLE_ID", new("uint16_t")),
        tag == lib.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME,
        bool(get("HAS_HYPERLINK", flag)),
    )


class _Reader:
    """Reads rows one after the other; the C values it reads into are made once."""

    def __init__(self, terminal: Any, rows: Any, cells: Any, first: int) -> None:
        self._terminal, self._rows, self._cells = terminal, rows, cells
        self._y = first
        self._raw = new("GhosttyCellsView")
        self._row = new("GhosttyRow")
        self._flag = new("bool")
        self._style = sized("GhosttyStyle")
        self._codes = array("uint32_t", 64)
        self._length = new("size_t")
        self._count = new("uint32_t")
        self._point, self._at = _point(), sized("GhosttyGridRef")
        self._address = array("uint8_t", 256)

    def __iter__(self) -> Iterator[Row]:
        get = lib.ghostty_render_state_row_get
        while lib.ghostty_render_state_row_iterator_next(self._rows):
            check(get(self._rows, _ROW_RAW, self._row), "row")
            check(lib.ghostty_row_get(self._row[0], _ROW_WRAP, self._flag), "wrap")
            check(get(self._rows, _ROW_VALUES, self._raw), "values")
            check(get(self._rows, _ROW_CELLS, self._cells), "cells")
            values = memoryview(ffi.buffer(self._raw.ptr, self._raw.len * 8)).cast("Q").tolist()
            cells = self._read(values)
            short = sum(map(_WIDTH, cells)) < len(values)
            yield Row(cells, bool(self._flag[0]), short)
            self._y += 1

    def _read(self, values: list[int]) -> list[Cell]:
        known: dict[int, Cell | None] = {0: _BLANK}
        styles: dict[int, bytes] = {}
        varies = False
        last = len(values) - 1
        # Each value once, at the first place that has it.
        for value, x in dict(zip(reversed(values), range(last, -1, -1), strict=True)).items():
            if value and _take_apart(value).varies:
                varies = True
            elif value:
                known[value] = self._whole(value, x, styles)
        cells: Iterable[Cell | None] = map(known.get, values)
        if varies:
            cells = (
                known[value] if value in known else self._whole(value, x, styles)
                for x, value in enumerate(values)
            )
        return [cell for cell in cells if cell is not None]

    def _whole(self, value: int, x: int, styles: dict[int, bytes]) -> Cell | None:
        """Add to a cell what its value does not hold."""
        apart = _take_apart(value)
        cell = apart.cell
        if cell is None:
            return None
        unknown = apart.style and apart.style not in styles
        if unknown or apart.cluster:
            check(lib.ghostty_render_state_row_cells_select(self._cells[0], x), "select")
        if unknown:
            self._get(lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE, self._style)
            styles[apart.style] = sgr_of(self._style)
        if apart.style:
            cell = _styled(cell, styles[apart.style])
        if apart.cluster:
            cell = cell._replace(text=self._cluster())
        return _linked(cell, self._link(x)) if apart.link else cell

    def _get(self, key: int, out: Any) -> None:
        check(lib.ghostty_render_state_row_cells_get(self._cells[0], key, out), "cell")

    def _cluster(self) -> str:
        self._get(lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN, self._count)
        if self._count[0] > len(self._codes):
            self._codes = array("uint32_t", self._count[0])
        self._get(lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF, self._codes)
        return "".join(map(chr, self._codes[0 : self._count[0]]))

    def _link(self, x: int) -> bytes:
        self._point.value.x, self._point.value.y = x, self._y
        check(find_cell(self._terminal, self._point[0], self._at), "grid_ref")
        get = lib.ghostty_grid_ref_hyperlink_uri
        if get(self._at, self._address, len(self._address), self._length):
            # Too long for what there is; its length is known now.
            self._address = array("uint8_t", self._length[0])
            check(get(self._at, self._address, len(self._address), self._length), "link")
        return bytes(ffi.buffer(self._address, self._length[0]))
