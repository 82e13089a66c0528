"""What every screen model must do, whichever emulator is behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tornterm.core.modes import ModeTracker
from tornterm.core.screen import Screen, available, make_screen
from tornterm.types import Size

SIZE = Size(20, 5)


def emulator(size: Size) -> Screen:
    assert available(), "the tests need the extra `screen`"
    return make_screen(size, scrollback_lines=100)


MODELS: list[Callable[[Size], Screen]] = [emulator, ModeTracker]


@pytest.fixture(params=MODELS, ids=["emulator", "tracker"])
def screen(request: pytest.FixtureRequest) -> Screen:
    made: Screen = request.param(SIZE)
    return made


def test_a_fresh_screen_has_nothing_unfinished(screen: Screen) -> None:
    assert screen.unfinished == b""
    assert screen.size == SIZE


def test_modes_are_in_the_dump(screen: Screen) -> None:
    screen.feed(b"\x1b[?2004h\x1b[?1h\x1b[?1002;1006h\x1b[?25l\x1b[4h\x1b]2;a title\x07")
    dump = screen.dump(history=0)
    for mode in (b"\x1b[?2004h", b"\x1b[?1h", b"\x1b[?1002h", b"\x1b[?1006h", b"\x1b[?25l"):
        assert mode in dump
    assert b"\x1b[4h" in dump
    assert b"\x1b]2;a title\x1b\\" in dump


def test_a_sequence_cut_anywhere_is_carried(screen: Screen) -> None:
    sequence = b"\x1b]8;;https://example.org/\xc3\xa9\x1b\\"
    for cut in range(1, len(sequence) - 1):
        screen.feed(sequence[:cut])
        assert screen.unfinished in (sequence[:cut], b"\x1b")
        screen.feed(sequence[cut:])
        assert screen.unfinished == b""


def test_a_copy_goes_its_own_way(screen: Screen) -> None:
    screen.feed(b"\x1b[?2004h\x1b[3")
    before = screen.dump(history=0)
    other = screen.copy()
    assert other.unfinished == screen.unfinished
    assert other.dump(history=0) == before
    other.feed(b"1mred\x1b[?2004l")
    assert screen.dump(history=0) == before
    assert other.dump(history=0) != before
    other.close()
    screen.resize(Size(30, 6))
    assert screen.size == Size(30, 6)


def test_only_the_emulator_knows_the_cursor() -> None:
    screen = emulator(SIZE)
    screen.feed(b"ab\r\ncde")
    assert screen.exact and screen.cursor == (1, 3)
    assert not ModeTracker(SIZE).exact and ModeTracker(SIZE).cursor is None
