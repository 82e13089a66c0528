"""What is kept of a sequence or character that output ends in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.vt_reference import ReferenceTerminal, outputs
from tornterm.core.escape import Mode
from tornterm.core.unfinished import LONGEST, Unfinished

LONG = LONGEST + 100


def fed(*blocks: bytes) -> tuple[Unfinished, bytes]:
    tail = Unfinished()
    return tail, b"".join(tail.feed(block) for block in blocks)


@pytest.mark.parametrize(
    ("output", "settled"),
    [
        (b"text", 4),
        (b"text\x1b", 4),
        (b"text\x1b[31", 4),
        (b"\x1b[31mred", 8),
        (b"text\x1b]2;title", 4),
        (b"\x1b]2;title\x1b", 9),
        (b"\x1b]2;title\x07", 10),
        (b"caf\xc3", 3),
        (b"\xe6\x97", 0),
        (b"\x1b]2;\xc2\x9b3", 4),
    ],
)
def test_what_is_settled_and_what_is_not(output: bytes, settled: int) -> None:
    tail, given_on = fed(output)
    assert given_on == output[:settled]
    assert tail.data == output[settled:]


@given(st.lists(outputs(4), max_size=5))
def test_nothing_is_lost_and_cuts_do_not_matter(blocks: list[bytes]) -> None:
    tail, settled = fed(*blocks)
    assert settled + tail.data == b"".join(blocks)
    whole, _ = fed(b"".join(blocks))
    assert (whole.data, whole.printed) == (tail.data, tail.printed)
    # It brings another terminal to the same place in the same kind of sequence.
    one = ReferenceTerminal().feed_all(b"".join(blocks))
    other = ReferenceTerminal().feed_all(tail.data)
    assert (one.mode, one.missing) == (other.mode, other.missing)


@pytest.mark.parametrize(
    ("begin", "end", "rest"),
    [
        (b"\x1b]2;", b"\x07", b""),
        (b"\x1b]2;", b"\x1b\\", b"\x1b\\"),
        (b"\x1bPq", b"\x18", b""),
        (b"\x1b_", b"\xc2\x9c", b""),
        (b"\x1b[", b"m", b""),
        (b"\x1b[", b"\x1b[m", b"\x1b[m"),
        (b"\x1b ", b"F", b""),
    ],
)
def test_what_is_too_long_is_not_obeyed(begin: bytes, end: bytes, rest: bytes) -> None:
    filling = b" " if begin == b"\x1b " else b"1"
    tail, settled = fed(b"before" + begin, filling * LONG, filling * LONG)
    assert settled == b"before"
    assert tail.data == (begin + filling * LONG)[:LONGEST]
    assert tail.copy().feed(end + b"after") == rest + b"after"
    for at in range(1, len(end)):
        cut = tail.copy()
        assert cut.feed(end[:at]) + cut.feed(end[at:] + b"after") == rest + b"after"


def test_a_character_that_may_end_a_long_string_is_kept() -> None:
    tail, _ = fed(b"\x1bPq" + b"x" * LONG + b"\xc2")
    assert tail.data.endswith(b"x\xc2")
    assert ReferenceTerminal().feed_all(tail.data + b"\x9c").mode is Mode.GROUND


@pytest.mark.parametrize(
    ("output", "printed"),
    [
        (b"", False),
        (b"x", True),
        (b"\xc3\xa9", True),
        (b"x\xc3", True),
        (b"x\r\n", False),
        (b"\x1b[m", False),
        (b"\x1b[mx", True),
        (b"x\x1b[m", False),
        (b"x\x1b", False),
        (b"\x1b]0;x\x07", False),
        (b"x\x7f", False),
    ],
)
def test_whether_a_character_came_last(output: bytes, printed: bool) -> None:
    assert fed(output)[0].printed is printed
    halves = fed(*(output[at : at + 1] for at in range(len(output))))
    assert halves[0].printed is printed
