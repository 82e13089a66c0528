"""Questions are kept from a terminal that must not answer, and nothing else is."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.attach.questions import QuestionFilter

QUESTIONS = [
    b"\x05",
    b"\x1bZ",
    b"\x1b[c",
    b"\x1b[0c",
    b"\x1b[>c",
    b"\x1b[=c",
    b"\x1b[5n",
    b"\x1b[6n",
    b"\x1b[?6n",
    b"\x1b[?996n",
    b"\x1b[x",
    b"\x1b[?2026$p",
    b"\x1b[4$p",
    b"\x1b[>q",
    b"\x1b[>0q",
    b"\x1b[?u",
    b"\x1b[?4m",
    b"\x1b[?1;1;0S",
    b"\x1b[14t",
    b"\x1b[18t",
    b"\x1b[21t",
    b"\x1b[1$w",
    b"\x1b[1;1;1;1;2;2*y",
    b"\x1bP$qm\x1b\\",
    b"\x1bP+q544e\x1b\\",
    b"\x1b]11;?\x07",
    b"\x1b]11;?\x1b\\",
    b"\x1b]4;1;?\x1b\\",
    b"\x1b]4;1;?;2;?\x1b\\",
    b"\x1b]10;?;?\x07",
    b"\x1b]52;c;?\x07",
    b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    b"\xc2\x9bc",
    b"\xc2\x9d10;?\xc2\x9c",
]
STATEMENTS = [
    b"plain text? with a question mark",
    b"\x1b[31mred\x1b[m",
    b"\x1b[2J\x1b[H\x1b[10;20H",
    b"\x1b[?1049h\x1b[?25l\x1b[?2004h",
    b"\x1b[>4;2m",
    b"\x1b[>1u",
    b"\x1b[3;5t",
    b"\x1b[8;24;80t",
    b"\x1b[22;0;0t",
    b"\x1b[2 q",
    b"\x1b[!p",
    b"\x1b[3S\x1b[2M",
    b"\x1b]0;what?\x07",
    b"\x1b]8;;http://example.org/?q=1\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]11;#112233\x07",
    b"\x1b]52;c;aGVsbG8=\x07",
    b"\x1bPq#0;2;0;0;0#0~~\x1b\\",
    b"\x1b_Ga=T,f=24;AAAA\x1b\\",
    b"\x1b7\x1b8\x1bc\x1b(B",
    "\u00e9\u20ac\U0001f600".encode(),
    b"\xff\xfe\x80",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_kept_back(question: bytes) -> None:
    """Each question disappears, and what stands around it does not."""
    assert QuestionFilter().quiet(b"a" + question + b"b") == b"ab"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_is_no_question_passes(statement: bytes) -> None:
    """What only draws or switches is left alone."""
    assert QuestionFilter().quiet(b"a" + statement + b"b") == b"a" + statement + b"b"


@given(st.lists(st.sampled_from(QUESTIONS + STATEMENTS)), st.lists(st.integers(0, 400)))
def test_pieces_make_no_difference(parts: list[bytes], cuts: list[int]) -> None:
    """Wherever the output is cut, the same is shown in the end."""
    data = b"".join(parts) + b"."
    expected = b"".join(part for part in parts if part in STATEMENTS) + b"."
    quiet = QuestionFilter()
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    shown = b"".join(quiet.quiet(data[start:end]) for start, end in itertools.pairwise(places))
    assert shown == expected


def test_a_loud_filter_gives_back_what_was_kept() -> None:
    """When answers are wanted again, a sequence that had begun goes on."""
    filter_ = QuestionFilter()
    assert filter_.quiet(b"a\x1b[") == b"a"
    assert filter_.loud(b"6n") == b"\x1b[6n"
    assert filter_.loud(b"\x1b[c") == b"\x1b[c"


def test_what_is_kept_is_bounded() -> None:
    """A string that does not end is not held back for ever."""
    filter_ = QuestionFilter()
    shown = sum(len(filter_.quiet(b"\x1bP" + b"q" * 3000)) for _ in range(5))
    assert shown > 8000
