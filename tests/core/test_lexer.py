"""Tokens of output: complete, whatever the cuts, and ended where a terminal ends them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.vt_reference import ReferenceTerminal, outputs
from tornterm.core.escape import Mode
from tornterm.core.lexer import LONGEST, Kind, Lexer, Token

LONG = [b"\x1b]0;" + b"x" * LONGEST, b"\x1bPq" + b"~" * (2 * LONGEST), b"\x1b[" + b"1;" * LONGEST]


@st.composite
def cut(draw: st.DrawFn, output: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(output)), max_size=6)))
    return [output[start:end] for start, end in pairwise([0, *places, len(output)])]


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """Output, now and then with a sequence that is longer than a token, cut anywhere."""
    parts = [draw(outputs()), draw(st.sampled_from([b"", *LONG])), draw(outputs())]
    return draw(cut(b"".join(parts)))


def joined(tokens: list[Token]) -> list[tuple[Kind, bytes, bool]]:
    """Tokens without the borders that only the cuts have made: kind, bytes, whether it ended."""
    result: list[tuple[Kind, bytes, bool]] = []
    for token in tokens:
        goes_on = result and (
            (token.kind is Kind.TEXT and result[-1][0] is Kind.TEXT) or not token.first
        )
        if goes_on:
            kind, data, _ = result.pop()
            result.append((kind, data + token.data, token.last))
        else:
            result.append((token.kind, token.data, token.last))
    return result


def lex(output: list[bytes], *, plain: bool = False) -> tuple[list[Token], Lexer]:
    lexer = Lexer(plain=plain)
    return [token for piece in output for token in lexer.feed(piece)], lexer


@settings(max_examples=400)
@given(pieces(), st.booleans())
@example([LONG[0][:-4] + b"\xc2", b"\x9c"], False)
@example([LONG[1], b"\xc2", b"\x9bm"], False)
def test_nothing_is_lost_and_cuts_do_not_matter(output: list[bytes], plain: bool) -> None:
    """Joined, tokens are the output; the same output in one piece has the same tokens."""
    tokens, lexer = lex(output, plain=plain)
    whole = b"".join(output)
    assert b"".join(token.data for token in tokens) + lexer.held == whole
    assert len(lexer.held) <= LONGEST
    at_once, other = lex([whole], plain=plain)
    assert joined(tokens) == joined(at_once)
    assert (lexer.held, lexer.inside) == (other.held, other.inside)


@settings(max_examples=400)
@given(outputs())
def test_sequences_are_those_of_a_terminal(output: bytes) -> None:
    """Text is what a terminal reads on the ground; nothing of a sequence is."""
    terminal = ReferenceTerminal()
    tokens, _ = lex([output])
    for token in tokens:
        for byte in token.data:
            if token.kind is Kind.TEXT:
                assert terminal.mode is Mode.GROUND
            terminal.feed(byte)
        if token.kind is Kind.TEXT:
            assert terminal.mode is Mode.GROUND


@pytest.mark.parametrize(
    ("output", "tokens"),
    [
        (b"a\x07\r\nb", [(Kind.TEXT, b"a\x07\r\nb")]),
        (b"\x1b[1;31mx", [(Kind.CSI, b"\x1b[1;31m"), (Kind.TEXT, b"x")]),
        (b"\x1b(B\x1bM", [(Kind.ESCAPE, b"\x1b(B"), (Kind.ESCAPE, b"\x1bM")]),
        (b"\x1b]0;t\x07", [(Kind.OSC, b"\x1b]0;t\x07")]),
        (b"\x1b]0;t\x1b\\", [(Kind.OSC, b"\x1b]0;t"), (Kind.ESCAPE, b"\x1b\\")]),
        (b"\x1bP$qm\xc2\x9cx", [(Kind.DCS, b"\x1bP$qm\xc2\x9c"), (Kind.TEXT, b"x")]),
        (b"\x1b_Ga\x18", [(Kind.STRING, b"\x1b_Ga\x18")]),
        (b"\x1b[1\x1b[2m", [(Kind.CSI, b"\x1b[1"), (Kind.CSI, b"\x1b[2m")]),
        ("\x9b1m\x85é".encode(), [(Kind.CSI, b"\xc2\x9b1m"), (Kind.TEXT, b"\xc2\x85\xc3\xa9")]),
    ],
)
def test_known_sequences(output: bytes, tokens: list[tuple[Kind, bytes]]) -> None:
    assert [(token.kind, token.data) for token in lex([output])[0]] == tokens


def test_a_plain_reader_finds_colours_in_the_text() -> None:
    """What nobody asks about does not break the text."""
    tokens, _ = lex([b"a\x1b[1;31mb\x1b[?25l\x1b(B\xc2\xa7\x1b[6nc"], plain=True)
    assert [token.kind for token in tokens] == [Kind.TEXT, Kind.CSI, Kind.TEXT]
