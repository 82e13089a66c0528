"""C values for libghostty-vt, of types that are all made at once.

cffi reads every name of the library's header again for each type that it is asked for as text,
some twenty milliseconds each time. A screen worker would spend more than half a second on that
before it serves anybody; so here is one text, of a function that takes all of them.
"""

from __future__ import annotations

from typing import Any, Final

from pyghostty._ffi import ffi, union_fn

__all__ = ["array", "find_cell", "new", "pointer_to"]

_VALUES: Final = (
    "bool", "size_t", "uint8_t", "uint8_t*", "uint16_t", "uint32_t", "uint64_t",
    "GhosttyCell", "GhosttyCellsView", "GhosttyColorRgb", "GhosttyFormatter",
    "GhosttyFormatterTerminalOptions", "GhosttyGridRef", "GhosttyPointS", "GhosttyRenderState",
    "GhosttyRenderStateCursor", "GhosttyRenderStateOverscan", "GhosttyRenderStateRowCells",
    "GhosttyRenderStateRowIterator", "GhosttyRow", "GhosttySelection", "GhosttySnapshotDecoder",
    "GhosttyString", "GhosttyStyle", "GhosttyTerminal", "GhosttyTerminalCursorStyle",
    "GhosttyTerminalModeConfig", "GhosttyTerminalScreen",
)  # fmt: skip
_ARRAYS: Final = ("uint8_t", "uint32_t", "GhosttyColorRgb")
_FIND_CELL: Final = "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"

_parameters: Final = (
    *(f"{kind}*" for kind in _VALUES),
    *(f"{kind}(*)[]" for kind in _ARRAYS),
    _FIND_CELL,
)
_types: Final = ffi.typeof(f"void(*)({', '.join(_parameters)})").args
_pointers: Final = dict(zip(_VALUES, _types, strict=False))
_arrays: Final = {
    kind: pointer.item for kind, pointer in zip(_ARRAYS, _types[len(_VALUES) :], strict=False)
}

find_cell: Final = union_fn("ghostty_terminal_grid_ref", _types[-1])
"""``ghostty_terminal_grid_ref`` of the library."""


def pointer_to(kind: str) -> Any:
    """The C type of a pointer to a value.

    Args:
        kind: The value's C type, one of those that are listed here.
    """
    return _pointers[kind]


def new(kind: str, value: Any = None) -> Any:
    """A pointer to a new C value, which lives as long as the pointer.

    Args:
        kind: Its C type, one of those that are listed here.
        value: What it is at first; zero where nothing is given.
    """
    return ffi.new(_pointers[kind], value)


def array(kind: str, length: int) -> Any:
    """A new C array of zeros.

    Args:
        kind: The C type of what is in it, one of those that are listed here.
        length: How many there are.
    """
    return ffi.new(_arrays[kind], length)
