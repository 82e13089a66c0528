"""What a snapshot leaves out: all that would be answered or acts elsewhere, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_lexer import cut
from tests.core.vt_reference import outputs
from tornterm.core.lexer import LONGEST
from tornterm.core.quiet import QuietFilter

LOUD = [
    b"\x07",
    b"\x05",
    b"\x1bZ",
    "\x9a".encode(),
    b"\x1b[c",
    b"\x1b[0c",
    b"\x1b[>c",
    b"\x1b[=0c",
    b"\x1b[5n",
    b"\x1b[6n",
    b"\x1b[?6n",
    b"\x1b[?996n",
    b"\x1b[?2026$p",
    b"\x1b[4$p",
    b"\x1b[x",
    b"\x1b[1$w",
    b"\x1b[1;1;1;1;1;1*y",
    b"\x1b[>q",
    b"\x1b[>0q",
    b"\x1b[?u",
    b"\x1b[?4m",
    b"\x1b[?1;1;0S",
    b"\x1b[14t",
    b"\x1b[18t",
    b"\x1b[21t",
    b"\x1b[8;50;132t",
    b"\x1b[2t",
    b"\x1b[5i",
    "\x9b6n".encode(),
    b"\x1b[\r6n",
    b"\x1b[000006n",
    b"\x1b]4;1;?\x07",
    b"\x1b]10;?\x1b\\",
    b"\x1b]11;?\x07",
    "\x9d11;?\x9c".encode(),
    b"\x1b]52;c;SGVsbG8=\x07",
    b"\x1b]52;c;?\x1b\\",
    b"\x1b]9;done\x07",
    b"\x1b]777;notify;a;b\x1b\\",
    b"\x1b]1337;ReportCellSize\x07",
    b"\x1b]1337;File=name=YQ==:inline=1;QUJD\x07",
    b"\x1b]1337;File=inline=0;size=3:inline=1:\x07",
    b"\x1b]1337;File=inline=1;inline=0:QUJD\x07",
    b"\x1b]1337;File=inline=0;inline=1:QUJD\x07",
    b"\x1b]1337;File=inline=1;Inline=0:QUJD\x07",
    b"\x1b]1337;File=size=4:" + b"QUJD" * LONGEST + b"\x07",
    b"\x1b]21;foreground=?\x07",
    b"\x1b]50;?\x07",
    b"\x1bP$qm\x1b\\",
    b"\x1bP+q544e\x1b\\",
    b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    b"\x1b]52;c;" + b"QUJD" * LONGEST + b"\x07",
    b"\x1b_G" + b"QUJD" * LONGEST + b"\x1b\\",
    b"\x1b]4;" + b"1;red;" * LONGEST + b"1;?\x07",
]
QUIET = [
    b"text \xe2\x82\xac\r\n\t",
    b"\x1b[1;38;5;7m",
    b"\x1b[2J\x1b[H",
    b"\x1b[?1049h",
    b"\x1b[>4;2m",
    b"\x1b[>1u",
    b"\x1b[u",
    b"\x1b[3S",
    b"\x1b[2 q",
    b"\x1b[!p",
    b"\x1b[22;0t",
    b"\x1b[23t",
    b"\x1b[1;1;5;5$x",
    b"\x1b[>4n",
    b"\x1bc",
    b"\x1b#8",
    b"\x1b(0",
    b"\x1b]0;a title?\x07",
    b"\x1b]8;;https://example.org/?\x1b\\",
    b"\x1b]11;#123456\x07",
    b"\x1b]4;1;red;2;rgb:0/0/0\x1b\\",
    b"\x1b]104\x07",
    b"\x1b]22;pointer\x07",
    b"\x1bPq#0;2;0;0;0~\x1b\\",
    b"\x1b]1337;File=name=YQ==;inline=1:QUJD\x07",
    b"\x1b]1337;File=inline=1:QUJD\x07",
    b"\x1b]1337;File=inline=1;width=9px:" + b"QUJD" * LONGEST + b"\x1b\\",
    b"\x1b_something\x1b\\",
    b"\x1b]2;" + b"x" * LONGEST + b"\x07",
]


def quiet(pieces: list[bytes]) -> bytes:
    silencer = QuietFilter()
    return b"".join(silencer.feed(piece) for piece in pieces) + silencer.finish()


@pytest.mark.parametrize("sequence", LOUD, ids=lambda data: repr(data[:24]))
def test_what_is_answered_or_acts_is_taken_out(sequence: bytes) -> None:
    assert quiet([b"a" + sequence + b"b"]) == b"ab"


@pytest.mark.parametrize("sequence", QUIET, ids=lambda data: repr(data[:24]))
def test_everything_else_stays(sequence: bytes) -> None:
    assert quiet([b"a" + sequence + b"b"]) == b"a" + sequence + b"b"


@settings(max_examples=300, deadline=None)
@given(st.data(), st.lists(st.one_of(outputs(4), st.sampled_from(LOUD + QUIET)), max_size=8))
def test_cuts_do_not_matter(data: st.DataObject, parts: list[bytes]) -> None:
    """The same output gives the same bytes, however it was cut."""
    output = b"".join(parts)
    assert quiet(data.draw(cut(output))) == quiet([output])


@given(st.lists(st.one_of(st.sampled_from(LOUD), st.sampled_from(QUIET)), max_size=12))
def test_quiet_output_is_what_was_quiet(parts: list[bytes]) -> None:
    """Of complete sequences, exactly the loud ones are gone; and once is enough."""
    result = quiet(parts)
    expected = b"".join(part for part in parts if part in QUIET)
    # The empty end of a string that was taken out goes with it.
    assert result == expected
    assert quiet([result]) == result


def test_what_a_sequence_sets_stays_where_it_also_asks() -> None:
    """Colours that are set among questions are set."""
    assert quiet([b"\x1b]4;1;?;2;red;3;?\x07"]) == b"\x1b]4;2;red\x07"
    assert quiet([b"\x1b]10;?;blue;?\x07"]) == b"\x1b]11;blue\x07"


def test_a_sound_inside_a_sequence_goes_alone() -> None:
    """Terminals obey controls in the middle of a sequence."""
    assert quiet([b"\x1b[3\x071m"]) == b"\x1b[31m"


@pytest.mark.parametrize(
    ("output", "left"),
    [
        (b"a\x1b[6", b"a\x1b[6"),
        (b"a\xc2", b"a\xc2"),
        (b"a\x1b]52;c;SGVs", b"a\x1b]52;c;SGVs"),
        (b"a\x1b]52;c;" + b"QUJD" * LONGEST, b"a\x1b]"),
        (b"a\x1bP$q" + b"m" * LONGEST + b"\xc2", b"a\x1bP\xc2"),
        (b"a\x1b]2;" + b"x" * LONGEST, b"a\x1b]2;" + b"x" * LONGEST),
    ],
)
def test_what_has_not_ended_can_be_gone_on_with(output: bytes, left: bytes) -> None:
    """A reader whose rest comes live is left inside the same kind of sequence."""
    assert quiet([output]) == left


def test_sequences_of_megabytes_cost_no_memory() -> None:
    """Nothing is held of a string that never ends."""
    silencer = QuietFilter()
    silencer.feed(b"\x1b]52;c;")
    for _ in range(64):
        assert silencer.feed(b"QUJD" * 16384) == b""
        assert len(silencer.finish()) <= LONGEST
    assert silencer.feed(b"\x07text") == b"text"
