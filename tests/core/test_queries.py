"""Questions of programs, and the answers of a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_lexer import cut
from tests.core.vt_reference import outputs
from tornterm.core.queries import PALETTE, Query, QueryReader

PALETTES = Path(__file__).parents[2] / "frontend" / "src" / "palettes.ts"
ASKED = [b"\x1b[c", b"\x1b[6n", b"\x1b[?2004$p", b"\x1b]11;?\x07", b"\x1bP$qm\x1b\\", b"\x1bZ"]


def read(pieces: list[bytes], start: int = 0) -> list[Query]:
    reader = QueryReader(start)
    found = [query for piece in pieces for query in reader.feed(piece)]
    assert reader.offset == start + sum(map(len, pieces))
    return found


@pytest.mark.parametrize(
    ("asked", "known", "answer"),
    [
        (b"\x1b[c", b"", b"\x1b[?1;2c"),
        (b"\x1b[0c", b"", b"\x1b[?1;2c"),
        (b"\x1bZ", b"", b"\x1b[?1;2c"),
        (b"\x1b[>c", b"", b"\x1b[>0;276;0c"),
        (b"\x1b[5n", b"", b"\x1b[0n"),
        (b"\x1b[6n", b"4 9", b"\x1b[5;10R"),
        (b"\x1b[6n", b"", b"\x1b[1;1R"),
        (b"\x1b[?6n", b"4 9", b"\x1b[?5;10R"),
        ("\x9b6n".encode(), b"0 0", b"\x1b[1;1R"),
        (b"\x1b[?2004$p", b"\x1b[?2004h", b"\x1b[?2004;1$y"),
        (b"\x1b[?2004$p", b"\x1b[?2004h\x1b[?25;2004l", b"\x1b[?2004;2$y"),
        (b"\x1b[?25$p", b"", b"\x1b[?25;1$y"),
        (b"\x1b[?1049$p", b"\x1b[?1049h", b"\x1b[?1049;1$y"),
        (b"\x1b[?1049$p", b"", b"\x1b[?1049;2$y"),
        (b"\x1b[?2026$p", b"", b"\x1b[?2026;2$y"),
        (b"\x1b[?31337$p", b"\x1b[?31337h", b"\x1b[?31337;0$y"),
        (b"\x1b[4$p", b"\x1b[4h", b"\x1b[4;1$y"),
        (b"\x1b[4$p", b"\x1b[?4h", b"\x1b[4;2$y"),
        (b"\x1b]11;?\x07", b"", b"\x1b]11;rgb:0e0e/1313/1818\x1b\\"),
        (b"\x1b]10;?\x1b\\", b"1 2 255", b"\x1b]10;rgb:0101/0202/ffff\x1b\\"),
        (b"\x1b]4;196;?\x07", b"", b"\x1b]4;196;rgb:ffff/0000/0000\x1b\\"),
        (b"\x1bP$qm\x1b\\", b"", b"\x1bP0$r\x1b\\"),
        (b"\x1bP+q544e\x1b\\", b"", b"\x1bP0+r\x1b\\"),
    ],
)
def test_answers(asked: bytes, known: bytes, answer: bytes) -> None:
    """Each question has one answer, which is that of the page's terminal."""
    (query,) = read([b"text" + asked + b"text"])
    assert query.answer(known) == answer
    assert known == b"" or query.question
    # The ESC of the string's end belongs to what follows.
    assert query.offset in (4 + len(asked), 4 + len(asked) - 2)


@pytest.mark.parametrize(
    "output",
    [b"\x1b[1m", b"\x1b[8n", b"\x1b]11;red\x07", b"\x1b[6\x18n", b"\x1b[2c", b"\x1b]4;999;?\x07"],
)
def test_what_asks_nothing(output: bytes) -> None:
    assert read([output]) == []


def test_several_at_once() -> None:
    """Colours are asked for in rows and pairs."""
    found = read([b"\x1b]10;?;red;?\x07\x1b]4;1;?;2;red;3;?\x07"])
    assert [query.question for query in found] == [b"foreground", b"cursor colour", b"1", b"3"]


@given(st.data(), st.lists(st.one_of(outputs(3), st.sampled_from(ASKED)), max_size=8))
def test_cuts_do_not_matter(data: st.DataObject, parts: list[bytes]) -> None:
    output = b"".join(parts)
    places = [(q.offset, q.question, q.answer(b"")) for q in read([output], 100)]
    pieces = data.draw(cut(output))
    assert [(q.offset, q.question, q.answer(b"")) for q in read(pieces, 100)] == places


def test_the_colours_are_those_of_the_page() -> None:
    """The dark theme is written down in two languages, and must be the same in both."""
    dark = PALETTES.read_text().split("  dark: palette({", 1)[1].split("})", 1)[0]
    ground, ansi = (part.split("]", 1)[0] for part in dark.split("[")[1:])
    background, foreground, cursor = re.findall('"#([0-9a-f]{6})"', ground)
    expected = {b"%d" % n: c for n, c in enumerate(re.findall('"#([0-9a-f]{6})"', ansi))}
    assert len(expected) == 16
    expected |= {b"foreground": foreground, b"background": background, b"cursor colour": cursor}
    assert {slot: "{:02x}{:02x}{:02x}".format(*PALETTE[slot]) for slot in expected} == expected
    assert len(PALETTE) == 256 + 3
