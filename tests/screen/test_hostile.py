"""Output that is meant to hurt: it costs little, and nothing in a dump acts."""

from __future__ import annotations

import resource
import time

import pytest

from tests.screen.oracle import Oracle
from tornterm.core.modes import ModeTracker
from tornterm.core.screen import Screen, make_screen
from tornterm.types import Size

SIZE = Size(80, 24)
MIB = 1 << 20

ENDLESS = {
    "title": (b"\x1b]2;", b"t" * 4096),
    "unknown command": (b"\x1b]9999;", b"x" * 4096),
    "clipboard": (b"\x1b]52;c;", b"QUJD" * 1024),
    "device control": (b"\x1bP1$q", b"m" * 4096),
    "sixel": (b"\x1bPq", b'"1;1;9999;9999#0;2;0;0;0!9999~-' * 128),
    "application command": (b"\x1b_", b"Gm=1;" + b"QUJD" * 1024),
    "kitty image": (b"\x1b_Ga=T,f=24,s=9999,v=9999,m=1;", b"QUJD" * 1024),
    "parameters": (b"\x1b[", b"1;" * 2048),
    "intermediates": (b"\x1b", b" " * 4096),
}

HUGE = [
    b"\x1b[%d%c" % (count, final)
    for count in (65535, 99999, 2147483647, 99999999999)
    for final in b"@ABCDEFGILMPSTXZabde`"
] + [b"\x1b[2147483647;2147483647H", b"\x1b[1;2147483647r", b"\x1b[8;30000;30000t"]

ACTING = [
    b"\x1b[c", b"\x1b[>c", b"\x1b[=c", b"\x1b[5n", b"\x1b[6n", b"\x1b[?6n", b"\x1b[?996n", b"\x05",
    b"\x1bZ", b"\x1b[14t", b"\x1b[18t", b"\x1b[21t", b"\x1b[?2026$p", b"\x1b[4$p",
    b"\x1bP$qm\x1b\\",
    b"\x1bP+q544e\x1b\\", b"\x1b]10;?\x07", b"\x1b]11;?\x1b\\", b"\x1b]4;1;?\x07", b"\x1b[?u",
    b"\x1b[>q", b"\x07", b"\x1b]52;c;QUJD\x07", b"\x1b]52;c;?\x07", b"\x1b]9;done\x07", b"\x1b[x",
    b"\x1b]777;notify;a;b\x07", b"\x1b]1337;File=inline=1:QUJD\x07", b"\x1b]7;file:///x\x07",
    b"\x1b]2;\x1b[6n\x07", b"\x1b]8;;\x07\x1b]8;;x\x07c\x1b]8;;\x07", b"\x1b]99;;x\x1b\\",
    b"\x1b_Ga=q,i=1;AAAA\x1b\\", b"\x1b]0;a\xc2\x9b6nb\x07", b"\x1b[?1004h", b"\x1b[1000h",
]  # fmt: skip


def models() -> list[Screen]:
    return [make_screen(SIZE, scrollback_lines=100), ModeTracker(SIZE)]


def memory() -> int:
    """The most that this process has ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", ENDLESS)
def test_a_string_without_an_end_is_not_kept(name: str) -> None:
    begin, more = ENDLESS[name]
    for model in models():
        model.feed(begin)
        before = memory()
        for _ in range(4 * MIB // len(more)):
            model.feed(more)
        assert memory() - before < 4 * MIB
        assert len(model.unfinished) <= 4096
        assert len(model.copy().dump(history=100)) < 16 * 1024
        # And it ends like any other.
        model.feed(b"\x1b\\\x18\x1b[?2004h")
        assert model.unfinished == b""
        assert b"\x1b[?2004h" in model.dump(history=100)


def test_huge_counts_cost_milliseconds() -> None:
    for model in models():
        model.feed(b"some text\x1b[31m\r\n" * 50)
        before = memory()
        for sequence in HUGE:
            started = time.process_time()
            model.feed(b"x" + sequence)
            assert time.process_time() - started < 0.05, sequence
        assert memory() - before < 4 * MIB
        assert len(model.dump(history=100)) < 64 * 1024


@pytest.mark.parametrize("count", [2000, 60000, 99999, 2147483647])
def test_repeating_fills_the_screen_and_no_more(count: int, oracle: Oracle) -> None:
    output = b"\x1b[4;17Hx\x1b[%dby" % count
    model = make_screen(Size(20, 6), scrollback_lines=100)
    model.feed(output)
    if count > 1 << 20:
        assert model.dump(history=0).count(b"x") > 100
        return
    one, other = oracle.terminal(Size(20, 6)), oracle.terminal(Size(20, 6))
    one.write(output)
    other.write(model.dump(history=0))
    assert one.state()["visible"] == other.state()["visible"]


def test_scrollback_is_bounded() -> None:
    model = make_screen(SIZE, scrollback_lines=500)
    before = memory()
    line = b"\x1b[38;2;%d;%d;%dm\x1b]8;;http://example.org/%d\x07" + "日本e\u0301".encode() * 20
    for number in range(6000):
        model.feed(line % (number % 256, number // 256 % 256, number % 7, number) + b"\r\n")
    assert memory() - before < 32 * MIB
    wide = make_screen(Size(1000, 1000), scrollback_lines=500)
    before = memory()
    wide.feed(b"\x1b[7mx\x1b[2147483647b" * 10)
    assert memory() - before < 128 * MIB


def test_a_dump_is_silent(oracle: Oracle) -> None:
    """Whatever was sent: no reply, no bell, no clipboard, no notification."""
    for history in (0, 100):
        for model in models():
            terminal = oracle.terminal(SIZE)
            for sequence in ACTING:
                for output in (sequence, b"abc", b"\x1b[?1049h", b"\x1b7"):
                    model.feed(output)
                terminal.write(model.dump(history=history))
                terminal.reset()
            assert terminal.acts() == {"replies": "", "bells": 0, "outside": []}


def test_a_very_large_screen_full_of_links() -> None:
    """It would end the process: libghostty has no room for so many."""
    model = make_screen(Size(80, 24), scrollback_lines=0)
    model.feed(b"\x1b]8;;x\x07hello")
    model.resize(Size(1000, 200))
    for output in (b"", b"\x1b]8;;x\x1b\\", b"\x1b]8;;x\x1b]9\x07"):
        rows = (b"\x1b[%d;1H" % row + b"E" * 1000 for row in range(2, 201))
        model.feed(output + b"".join(rows) + b"\x1b[1;1H\x1b[1M\x1b[2L")
    assert model.dump(history=0).count(b"E") > 100_000
