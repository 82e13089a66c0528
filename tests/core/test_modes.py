"""The tracker of modes and attributes that stands in where there is no emulator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.core.modes import ModeTracker
from tornterm.core.rendition import Rendition
from tornterm.types import Size

SIZE = Size(80, 24)


def dump_of(output: bytes) -> bytes:
    tracker = ModeTracker(SIZE)
    tracker.feed(output)
    return tracker.dump(history=0)


@pytest.mark.parametrize(
    ("output", "dump"),
    [
        (b"plain text\r\n", b""),
        (b"\x1b[?1049h", b"\x1b[?1049h"),
        (b"\x1b[?1049h\x1b[?1049l", b""),
        (b"\x1b[?25l\x1b[?25h", b""),
        (b"\x1b[?1000h\x1b[?1003h", b"\x1b[?1003h"),
        (b"\x1b[?1000;1006h\x1b[?1000l", b"\x1b[?1006h"),
        (b"\x1b[2;10r", b"\x1b[2;10r"),
        (b"\x1b[2;10r\x1b[r", b""),
        (b"\x1b(0\x0e", b"\x1b(0\x0e"),
        (b"\x1b=\x1b>\x1b=", b"\x1b="),
        (b"\x1b[5 q", b"\x1b[5 q"),
        (b"\x1b]0;one\x07\x1b]2;two\x1b\\", b"\x1b]2;two\x1b\\"),
        (b"\x1b]8;;http://x\x07link", b"\x1b]8;;http://x\x1b\\"),
        (b"\x1b]8;;http://x\x07link\x1b]8;;\x07", b""),
        (b"\x1b[1;31m\x1b[4 q\x1b[?7l\x1bc", b""),
        (b"\x1b[1;31m\x1b[?7l\x1b[!p", b""),
        (b"\x1bPq\x1b[31m\x1b\\", b"\x1b[31m"),
        (b"\x1bP[?25l\x1b\\", b""),
    ],
)
def test_what_is_left_of_output(output: bytes, dump: bytes) -> None:
    assert dump_of(output) == dump


@given(st.integers(0, 40))
def test_cuts_do_not_matter(cut: int) -> None:
    output = b"\x1b[?2004h\x1b]2;caf\xc3\xa9\x07\x1b[38;2;1;2;3m\x1b[3;9r"
    tracker = ModeTracker(SIZE)
    tracker.feed(output[:cut])
    tracker.feed(output[cut:])
    assert tracker.dump(history=0) == dump_of(output)


def test_a_dump_restores_itself() -> None:
    dump = dump_of(b"\x1b[?1049h\x1b[2;5r\x1b[?1h\x1b[?1003;1006h\x1b(0\x1b[1;4:3;38:5:9mtext")
    assert dump_of(dump) == dump


def test_it_stops_where_the_screen_is_cleared() -> None:
    tracker = ModeTracker(SIZE)
    assert tracker.feed_to_clear(b"some text\x1b[") is None
    assert tracker.feed_to_clear(b"2Jand more") == 2
    assert tracker.unfinished == b""
    assert tracker.feed_to_clear(b"and more\x1b[?1049hx") == 16
    assert tracker.feed_to_clear(b"x\x1b[Kx") is None


def test_a_resize_takes_margins_away() -> None:
    tracker = ModeTracker(SIZE)
    tracker.feed(b"\x1b[2;5r")
    tracker.resize(SIZE)
    assert tracker.dump(history=0) == b"\x1b[2;5r"
    tracker.resize(Size(80, 25))
    assert tracker.dump(history=0) == b""


@pytest.mark.parametrize(
    ("params", "sgr"),
    [
        ((b"1", b"31", b""), b""),
        ((b"1;31;44", b"22"), b"\x1b[31;44m"),
        ((b"38;5;200;1",), b"\x1b[38;5;200;1m"),
        ((b"38;2;1;2;3;4", b"24"), b"\x1b[38;2;1;2;3m"),
        ((b"4:3", b"4:0"), b""),
        ((b"58:5:1", b"59"), b""),
        ((b"48:2::1:2:3",), b"\x1b[48:2::1:2:3m"),
        ((b"38;5",), b""),
        ((b"999999;7",), b"\x1b[7m"),
    ],
)
def test_attributes(params: tuple[bytes, ...], sgr: bytes) -> None:
    rendition = Rendition()
    for each in params:
        rendition.apply(each)
    assert rendition.sgr == sgr


def test_endless_strings_cost_little() -> None:
    tracker = ModeTracker(SIZE)
    tracker.feed(b"\x1bPq")
    for _ in range(1000):
        tracker.feed(b"#0;2;0;0;0~~@@" * 100)
    assert len(tracker.unfinished) <= 4096
    tracker.feed(b"\x1b\\\x1b]0;" + b"t" * (1 << 20) + b"\x07")
    assert tracker.unfinished == b""
    assert len(tracker.dump(history=0)) < 5000
