"""Each place where the model's emulator and the page's disagree, and that it is bridged."""

from __future__ import annotations

import pytest

from tests.screen.oracle import Oracle, differences
from tornterm.core.screen import make_screen
from tornterm.types import Size

SIZE = Size(20, 6)
FULL = b"\x1b[3;1H" + b"x" * 20

DISAGREEMENTS = {
    "erasing behind the last column": FULL + b"\x1b[K",
    "erasing below behind the last column": FULL + b"\x1b[0J",
    "erasing a line behind the last column": b"\x1b[44m" + FULL + b"\x1b[2K",
    "erasing all behind the last column": FULL + b"\x1b[41m\x1b[2J",
    "erasing behind the last column, then writing": FULL + b"\x1b[Kyz",
    "a tab stop behind the last column": FULL + b"\x1bH\r\ty",
    "clearing a tab stop without saying which": b"\x1b[1;9H\x1b[g\r\t\ty",
    "a tab back from behind the last column": FULL + b"\x1b[Z",
    "scrolling up keeps nothing": b"one\r\ntwo\x1b[2S",
    "scrolling up within margins": b"\x1b[2;4r\x1b[?6h\x1b[3;3Hx\x1b[S",
    "scrolling up behind the last column": FULL + b"\x1b[Sy",
    "scrolling down without background": b"\x1b[45mone\r\ntwo\x1b[T",
    "the alternate screen begins in the background": b"\x1b[43m\x1b[?1049h",
    "entering the alternate screen twice": b"\x1b[?1049halt\x1b[?1049h!",
    "leaving the alternate screen twice": b"main\x1b[?1049halt\x1b[?1049l\x1b[5;5H\x1b[?1049l!",
    "the alternate screen behind the last column": FULL + b"\x1b[?1049hy",
    "margins of either screen": b"\x1b[2;4r\x1b[?1049h\x1b[3;5r\x1b[?1049l",
    "margins of the screen beneath": b"\x1b[2;4r\x1b[?1049h\x1b[3;5r",
    "tab stops of either screen": b"\x1b[3g\x1b[5G\x1bH\x1b[?1049h\x1b[7G\x1bH\x1b[?1049l",
    "tab stops of the screen beneath": b"\x1b[3g\x1b[5G\x1bH\x1b[?1049h\x1b[7G\x1bH",
    "tab stops set on the alternate screen": b"\x1b[?1049h\x1b[7G\x1bH\x1b[?1049l",
    "the older alternate screen": b"main\x1b[?47halt\x1b[?47l!\x1b[?47h",
    "a saved cursor scrolls": b"\x1b[4;3H\x1b7" + b"\r\n" * 9 + b"\x1b8*",
    "a saved cursor that has scrolled": b"\x1b[4;3H\x1b7" + b"\r\n" * 4,
    "a saved cursor scrolls away": b"\x1b[4;3H\x1b7" + b"\r\n" * 20 + b"\x1b[u*",
    "restoring leaves origin mode": b"\x1b[2;5r\x1b[?6h\x1b7\x1b[?6l\x1b8x",
    "restoring behind the last column": FULL + b"\x1b7\x1b[H\x1b8y",
    "restoring a character set": b"\x1b(0q\x1b7\x1b(Bq\x1b8q\x1b(Bq",
    "restoring a character set alone": b"\x1b)0\x0e\x1b7\x0f\x1b8q",
    "mode 1048": b"\x1b[3;4H\x1b[?1048h\x1b[H\x1b[?1048lx",
    "other characters while a set is in use": "\x1b(0qé日q\x1b(A#→".encode(),
    "no mouse after any reset": b"\x1b[?1000h\x1b[?1003h\x1b[?1000l",
    "the last mouse mode": b"\x1b[?1003;1000;1016;1006h",
    "blinking and shape": b"\x1b[?12h\x1b[4 q",
    "blinking is kept by a reset": b"\x1b[?12h\x1bc",
    "a soft reset": b"\x1b[?25l\x1b[2;3r\x1b[4;5H\x1b[31m\x1b(0\x1b[5 q\x1b[?1h\x1b[!px",
    "a reset keeps the title": b"\x1b]2;kept\x07\x1b[?25l\x1bcx",
    "the alignment pattern": b"\x1b[1;53;32m\x1b[2;4r\x1b[?6h\x1b[4h\x1b#8x",
    "rapid blinking": b"\x1b[6mx",
    "left and right margins": b"\x1b[?69h\x1b[3;9s\x1b[Hwrapped? not before the end",
    "grapheme clusters": "\x1b[?2027h👨\u200d👩x".encode(),
    "bytes that are not text": b"a\xffb\xc3(c\xe6\x97d\xf8e\xed\xa0\x80f",
    "a byte order mark": b"a\xef\xbb\xbfb",
    "controls of C1": "one\x85two\x9b31mred\x9d2;title\x9c\x84x\x88\x8d.".encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_the_model_does_as_the_page(name: str, oracle: Oracle) -> None:
    model = make_screen(SIZE, scrollback_lines=100)
    model.feed(DISAGREEMENTS[name])
    one, other = oracle.terminal(SIZE), oracle.terminal(SIZE)
    one.write(DISAGREEMENTS[name])
    other.write(model.dump(history=100))
    a, b = one.state(), other.state()
    assert differences(a["visible"], b["visible"]) + differences(a["hidden"], b["hidden"]) == []
    assert one.history(100) == other.history(100)


def test_one_column_is_two(oracle: Oracle) -> None:
    model = make_screen(Size(3, 3), scrollback_lines=100)
    one, other = oracle.terminal(Size(3, 3)), oracle.terminal(Size(1, 2))
    output = "ab⚡\x1b[?7l".encode()
    model.feed(output)
    one.write(output)
    model.resize(Size(1, 2))
    model.feed(b"\x1b[2J\x1b[Hxyz")
    one.resize(Size(1, 2))
    one.write(b"\x1b[2J\x1b[Hxyz")
    other.write(model.copy().dump(history=100))
    assert one.state()["visible"] == other.state()["visible"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"\x1b[?7l", b""),
        (b"\x1b[?1049h", b""),
        ("\x1b[?1049h99999👨\u200d👩e\u0301\r\n".encode(), b""),
        (b"\x1b[?1049h", b"\x1b[3;4r\x1b[?6h"),
    ],
)
def test_wide_characters_at_the_edge_when_the_size_changes(
    before: bytes, after: bytes, oracle: Oracle
) -> None:
    output = "⚡日本語端末\r\n 日本語端末\x1b[31m".encode()
    output = before + output + after
    for cols in range(2, 12):
        model, one = make_screen(Size(12, 4), scrollback_lines=100), oracle.terminal(Size(12, 4))
        model.feed(output)
        model.resize(Size(cols, 4))
        one.write(output)
        one.resize(Size(cols, 4))
        other = oracle.terminal(Size(cols, 4))
        other.write(model.copy().dump(history=100))
        if b"1049h" in before:
            assert one.state()["visible"]["cursor"] == other.state()["visible"]["cursor"]
