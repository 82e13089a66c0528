"""Lines that are not drawn before somebody looks: the same screen, at next to no work."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.core import backlog
from tornterm.core.backlog import LARGEST, Backlog, is_plain
from tornterm.core.ghostty import GhosttyScreen
from tornterm.core.lazy_screen import LONGEST_LINE, LazyScreen
from tornterm.types import Size

SIZE = Size(10, 3)
HISTORY = 5

WORDS = (b"word", b"wide \xe6\x9d\xb1", b"\xc3\xa9", b"longer than the line is")
HARMLESS = bytes({*range(0x20), 0x7F} - set(b"\b\n\x0e\x0f\x1b"))
TEXT = (*WORDS, *map(bytes, zip(HARMLESS)))
LOOKS = (b"\x1b[1m", b"\x1b[31;44m", b"\x1b[m", b"\x1b[0m", b"\x1b[0;7m", b"\x1b[K")
line = st.lists(st.sampled_from(TEXT + LOOKS), max_size=4).map(b"".join)
paragraph = st.lists(line, min_size=1, max_size=8).map(lambda lines: b"\r\n".join([*lines, b""]))
flood = st.tuples(paragraph, st.integers(1, 12)).map(lambda drawn: drawn[0] * drawn[1])
other = st.sampled_from(
    [
        b"\x1b[H",
        b"\x1b[2J",
        b"\x1b[2;3r",
        b"\x1b[r",
        b"\x1b[?1049h",
        b"\x1b[?1049l",
        b"\x1b7",
        b"\x1b8",
        b"\x1b[4h",
        b"\x1b[?7l",
        b"\x1b[?45h\b\b",
        b"\x1b(0lqk\x1b(B",
        b"\x1b]8;;http://x/\x1b\\",
        b"\n",
        b"\b\b",
        b"\x0eq\x0f",
        b"\x1b[3",
        b"1m",
        b"\xe6\x9d",
        b"\xb1",
        b"\xc2",
        b"\x85",
    ]
)
batch = st.lists(flood | line | other, max_size=6).map(b"".join)


@settings(deadline=None, max_examples=300)
@given(st.lists(flood | flood | line | other | batch, min_size=1, max_size=12), st.integers(1, 400))
def test_it_shows_what_the_screen_shows(output: list[bytes], slack: int) -> None:
    """Whatever comes between the floods, wherever they are cut, and however often it forgets."""
    with patch.object(backlog, "_SLACK", slack):
        _compare(output)


def _compare(output: list[bytes]) -> None:
    drawn = GhosttyScreen(SIZE, scrollback_lines=HISTORY)
    lazy = LazyScreen(GhosttyScreen(SIZE, scrollback_lines=HISTORY), HISTORY)
    for piece in output:
        drawn.feed(piece)
        lazy.feed(piece)
    assert lazy.unfinished == drawn.unfinished
    assert lazy.dump(history=HISTORY) == drawn.dump(history=HISTORY)
    drawn.close()
    lazy.close()


class CountingScreen(GhosttyScreen):
    """Counts the bytes that it draws."""

    drawn = 0

    def feed(self, data: bytes) -> None:
        self.drawn += len(data)
        super().feed(data)


@pytest.fixture
def screen() -> CountingScreen:
    return CountingScreen(Size(80, 24), scrollback_lines=100)


FLOOD = b"\x1b[32mINFO\x1b[0m all is well, and nobody reads this\r\n"


def test_a_flood_is_hardly_drawn(screen: CountingScreen) -> None:
    """Of a mebibyte only what can be seen in the end, wherever it is cut."""
    lazy = LazyScreen(screen, 100)
    flood = FLOOD * (1024 * 1024 // len(FLOOD))
    for at in range(0, len(flood), 4001):
        lazy.feed(flood[at : at + 4001])
    assert screen.drawn == 0
    lazy.dump(history=100)
    assert 124 * len(FLOOD) < screen.drawn < 3 * 124 * len(FLOOD)


def test_what_is_kept_is_bounded(screen: CountingScreen) -> None:
    """Also where there are no lines in it, or no end to the looks."""
    lazy = LazyScreen(screen, 100)
    for text in (b"x" * 4096, b"\x1b[1m" * 1024):
        for _ in range(LARGEST // 4096 + 2):
            lazy.feed(text)
            assert lazy._backlog._size + len(lazy._begun) <= LARGEST + LONGEST_LINE
    assert screen.drawn > LARGEST


@pytest.mark.parametrize("start", [b"\x1b[?1049h", b"\x1b[2;5r", b"\x1b[3"])
def test_where_lines_do_not_scroll_away_they_are_drawn(
    screen: CountingScreen, start: bytes
) -> None:
    """On the alternate screen, between margins, and inside a sequence."""
    lazy = LazyScreen(screen, 100)
    lazy.feed(start)
    lazy.feed(FLOOD)
    assert screen.drawn == len(start + FLOOD)


def test_a_prompt_between_two_floods_is_drawn_with_what_can_be_seen_of_the_first(
    screen: CountingScreen,
) -> None:
    """What one batch of output brings is not drawn for the sake of a few sequences in it."""
    lazy = LazyScreen(screen, 100)
    prompt = b"\x1b[?2004h$ \x1b[Hls\r\n\x1b[?2004l"
    lazy.feed(FLOOD * 5000 + prompt + FLOOD * 5000)
    # Where the second flood begins is found by halves, and no nearer than a few lines.
    assert 124 * len(FLOOD) < screen.drawn < 140 * len(FLOOD)
    lazy.dump(history=100)
    assert screen.drawn < 280 * len(FLOOD)


CONTROLS = (b"\b", b"\x0e", b"\x0f", b"\x1b[2J", b"\x1b[?1m", b"\x1bM", b"\xc2\x85")
CUT_OFF = (b"\x1b[", b"\x1b", b"\xc2")


@pytest.mark.parametrize("text", CONTROLS + CUT_OFF)
def test_what_is_more_than_a_line_is_not_plain(text: bytes) -> None:
    """It may act on other lines than its own, or on what follows."""
    assert is_plain(FLOOD)
    assert not is_plain(FLOOD + text)


def test_a_look_that_has_no_beginning_is_not_forgotten() -> None:
    """Lines go; the colours that were never reset stay, as long as there are not too many."""
    lines = Backlog(2, 2)
    for number in range(40):
        lines.add(b"\x1b[3%dm%d\x1b[4m\r\n" % (number % 8, number))
    shown = lines.take()
    assert shown.startswith(b"\r\n\r\n\x1b[30m\x1b[4m\x1b[31m\x1b[4m")
    assert shown.endswith(b"39\x1b[4m\r\n")
    assert b"30\x1b" not in shown
    assert lines.take() == b""
