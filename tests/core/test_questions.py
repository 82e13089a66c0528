"""Questions are kept from a terminal that must not answer, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_lexer import cut
from tornterm.core.lexer import LONGEST
from tornterm.core.questions import QuestionFilter

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
    "\x9a".encode(),
    b"\x1b[\r6n",
    b"\x1b[000006n",
    b"\x1b]21;foreground=?\x07",
    b"\x1b]22;?default\x1b\\",
    b"\x1b]3;?WM_NAME\x07",
    b"\x1b]99;i=1:p=?;\x1b\\",
    b"\x1b]1337;ReportCellSize\x07",
    b"\x1b]60\x07",
    b"\x1b]4;" + b"1;red;" * LONGEST + b"1;?\x07",
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
    b"\x07",
    b"\x1b[5i",
    b"\x1b[2t",
    b"\x1b]9;done?\x07",
    b"\x1b]99;i=1;what?\x1b\\",
    b"\x1b]1337;SetMark\x07",
    b"\x1b]52;c;" + b"QUJD" * LONGEST + b"\x07",
    "\u00e9\u20ac\U0001f600".encode(),
    b"\xff\xfe\x80",
]


def filtered(pieces: list[bytes]) -> bytes:
    questions = QuestionFilter()
    return b"".join(questions.feed(piece) for piece in pieces) + questions.finish()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda data: repr(data[:24]))
def test_a_question_is_kept_back(question: bytes) -> None:
    """Each question disappears, and what stands around it does not."""
    assert filtered([b"a" + question + b"b"]) == b"ab"


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda data: repr(data[:24]))
def test_what_is_no_question_passes(statement: bytes) -> None:
    """What only draws, switches or acts is left alone."""
    assert filtered([b"a" + statement + b"b"]) == b"a" + statement + b"b"


def test_what_is_set_beside_a_question_is_set() -> None:
    """Of a sequence that does both, the part that sets stays."""
    assert filtered([b"\x1b]4;1;red;2;?\x07"]) == b"\x1b]4;1;red\x07"
    assert filtered([b"\x1b]10;?;red\x07a"]) == b"\x1b]11;red\x07a"


@settings(deadline=None)
@given(st.data(), st.lists(st.sampled_from(QUESTIONS + STATEMENTS), max_size=12))
def test_pieces_make_no_difference(data: st.DataObject, parts: list[bytes]) -> None:
    """Wherever the output is cut, the same is shown in the end."""
    # A sequence whose end is left out would take the next part for its own.
    output = b".".join(parts)
    expected = b".".join(b"" if part in QUESTIONS else part for part in parts)
    assert filtered(data.draw(cut(output))) == expected


def test_a_sequence_that_has_begun_can_be_had_back() -> None:
    """When answers are wanted again, it goes on as if nobody had looked."""
    questions = QuestionFilter()
    assert questions.feed(b"a\x1b[") == b"a"
    assert questions.finish() == b"\x1b["
    questions.forget()
    assert questions.feed(b"6n") == b"6n"


def test_what_is_kept_is_bounded() -> None:
    """A string that does not end is not held back for ever."""
    questions = QuestionFilter()
    shown = sum(len(questions.feed(b"\x1bPq" + b"~" * 3000)) for _ in range(5))
    shown += sum(len(questions.feed(b"~" * 3000)) for _ in range(5))
    assert shown > 15000 + 15000 - LONGEST
