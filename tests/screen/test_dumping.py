"""A dump gives another terminal the whole state; xterm.js is the judge."""

from __future__ import annotations

import pytest

from tests.screen.oracle import Oracle, differences
from tornterm.core.screen import make_screen
from tornterm.types import Size

SIZE = Size(20, 6)

STATES = {
    "nothing": b"",
    "text": b"hello\r\nworld",
    "attributes": b"\x1b[1mb\x1b[2md\x1b[3mi\x1b[0;4mu\x1b[5mk\x1b[7mr"
    b"\x1b[0;8mh\x1b[9ms\x1b[0;53mo\x1b[m.",
    "underlines": b"\x1b[4:2m2\x1b[4:3m3\x1b[4:4m4\x1b[4:5m5\x1b[21m2\x1b[24m.",
    "colours": b"\x1b[31ma\x1b[92mb\x1b[38;5;200mc\x1b[38;2;1;2;3md"
    b"\x1b[48;5;17me\x1b[48;2;9;8;7mf\x1b[39;49mg",
    "blank backgrounds": b"\x1b[44m\x1b[Kx\x1b[2;5H\x1b[3X\x1b[10CY"
    b"\x1b[m\x1b[4;1H\x1b[7m\x1b[1K   \x1b[m",
    "wide": "日本語\x1b[1;2H|\x1b[2;19H語語".encode(),
    "combining": "e\u0301o\u0302 n\u0303".encode(),
    "emoji": "😀🎉x❌".encode(),
    "links": b"\x1b]8;;https://example.org/a?b=c;d\x1b\\link\x1b]8;;\x07 \x1b]8;id=1;file:///x\x07two",
    "open link": b"\x1b]8;;https://example.org/\x07open",
    "scrollback": b"".join(b"line %d\r\n" % number for number in range(40)) + b"end",
    "wrapped": b"w" * 75,
    "wrapped with background": b"\x1b[44m" + b"w" * 150,
    "wrapped wide": "漢".encode() * 35,
    "pending wrap": b"x" * 20,
    "pending wrap, then colour": b"x" * 20 + b"\x1b[31m",
    "pending wrap of a wide one": b"\x1b[19G" + "語".encode(),
    "no wraparound": b"\x1b[?7l" + b"y" * 30,
    "cursor": b"\x1b[3;7H",
    "hidden cursor": b"\x1b[?25l",
    **{f"cursor shape {n}": b"\x1b[%d q" % n for n in range(7)},
    "blinking cursor": b"\x1b[?12h",
    "alternate": b"main\x1b[?1049halt\x1b[3;3Hmore",
    "alternate and back": b"main\x1b[?1049halt\x1b[3;3Hmore\x1b[?1049l",
    "alternate with scrollback": b"a\r\n" * 30
    + b"\x1b[5;5H\x1b[31m\x1b[?1049h\x1b[Halt\x1b[44m\x1b[K",
    "older alternate": b"main\x1b[2;3H\x1b[?1047halt",
    "saved cursor": b"\x1b[3;4H\x1b[1;31m\x1b7\x1b[m\x1b[H",
    "saved on both": b"\x1b[3;4H\x1b7\x1b[?1047h\x1b[5;6H\x1b[4m\x1b7\x1b[mx",
    "saved on the alternate screen": b"\x1b[?1049h\x1b[3;4H\x1b[31m\x1b7\x1b[m\x1b[?1049lx",
    "saved character set": b"\x1b(0\x1b7\x1b(B\x1b[5;5H",
    "margins": b"\x1b[2;4r\x1b[3;3H",
    "origin": b"\x1b[2;4r\x1b[?6h\x1b[2;5Hx",
    "insert": b"abc\x1b[1;2H\x1b[4h",
    "insert at a character": b"abc\x1b[1;2H\x1b[4hX",
    "insert at the end": b"abc\x1b[1;20H\x1b[4hX",
    "new line mode": b"\x1b[20hab\ncd",
    "line drawing": b"\x1b(0lqqk",
    "shifted": b"\x1b)0\x0elqk",
    "shifted back": b"\x1b)0\x0elqk\x0flqk",
    "tab stops": b"\x1b[3g\x1b[5G\x1bH\x1b[11G\x1bH\r\tx",
    "keys and paste": b"\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h",
    "mouse": b"\x1b[?1002h\x1b[?1006h",
    "pixel mouse": b"\x1b[?1003h\x1b[?1016h",
    "title": b"\x1b]0;title \xc3\xa9 \xe6\x97\xa5\x07",
    "pen": b"x\x1b[1;3;38;5;9;48;2;1;1;1m",
    "reset": b"\x1b[31mred\x1b[?1h\x1b[2;3r\x1bc",
    "soft reset": b"\x1b[31mred\x1b[2;3r\x1b[4h\x1b[!p",
    "repeat": b"ab\x1b[5b",
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_the_dump_alone_gives_the_state(name: str, oracle: Oracle) -> None:
    """Without any of the ring behind it, which would hide what the dump gets wrong."""
    model = make_screen(SIZE, scrollback_lines=100)
    model.feed(STATES[name])
    one, other = oracle.terminal(SIZE), oracle.terminal(SIZE)
    one.write(STATES[name])
    other.write(model.dump(history=100) + model.unfinished)
    states = one.state(), other.state()
    assert differences(*states) == []
    assert one.history(100) == other.history(100)
    # And the same things happen to both.
    for terminal in (one, other):
        terminal.write("\u0301z\t\x1b8\x1b[3b日\r\n\x1b[Kq\x1bM\x1b[?1047h\x1b8*".encode())
    assert differences(one.state()["visible"], other.state()["visible"]) == []


def test_a_line_that_was_wrapped_to_may_be_empty(oracle: Oracle) -> None:
    """Whether it still counts as wrapped to is seen only when the size changes."""
    output = b"w" * 25 + b"\r\x1b[2K" + b"\r\nmore"
    model = make_screen(SIZE, scrollback_lines=100)
    model.feed(output)
    one, other = oracle.terminal(SIZE), oracle.terminal(SIZE)
    one.write(output)
    other.write(model.dump(history=100))
    assert one.state()["visible"] == other.state()["visible"]


@pytest.mark.parametrize("cut", range(30))
def test_a_dump_between_any_two_bytes(cut: int, oracle: Oracle) -> None:
    output = "\x1b[1;31mé\x1b]0;tïtle\x07\x1b(0q\x1bP$q\x1b\\日".encode()
    model = make_screen(SIZE, scrollback_lines=100)
    model.feed(output[:cut])
    one, other = oracle.terminal(SIZE), oracle.terminal(SIZE)
    one.write(output)
    other.write(model.dump(history=100) + model.unfinished + output[cut:])
    assert differences(one.state(), other.state()) == []


def test_history_is_cut_from_its_old_end(oracle: Oracle) -> None:
    model = make_screen(SIZE, scrollback_lines=100)
    model.feed(b"".join(b"line %d\r\n" % number for number in range(90)))
    terminal = oracle.terminal(SIZE)
    terminal.write(model.dump(history=10))
    assert [runs[0][0] for runs in terminal.history(100)] == [f"line {n}" for n in range(75, 85)]
    terminal.reset()
    terminal.write(model.dump(history=0))
    assert terminal.state()["history"] == 0
