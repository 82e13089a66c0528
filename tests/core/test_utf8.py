from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.core.utf8 import unfinished


@given(st.text(), st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), st.data())
def test_a_cut_character_is_found(text: str, character: str, data: st.DataObject) -> None:
    """Exactly the bytes behind the last whole character are unfinished."""
    encoded = character.encode()
    cut = data.draw(st.integers(1, len(encoded)))
    expected = cut if cut < len(encoded) else 0
    assert unfinished(text.encode() + encoded[:cut]) == expected


@given(st.binary(max_size=8))
def test_a_decoder_waits_for_no_more_than_that(output: bytes) -> None:
    """Whatever a strict decoder would wait for, malformed or not, is counted as unfinished."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(output)
    waiting, _ = decoder.getstate()
    assert len(waiting) <= unfinished(output) <= 3


@given(st.binary(max_size=8))
def test_the_last_three_bytes_are_enough(output: bytes) -> None:
    """Nothing before the last three bytes matters."""
    assert unfinished(output) == unfinished(output[-3:])


@pytest.mark.parametrize("output", [b"", b"a", b"\x80", b"\x80\x80\x80\x80", b"\xff", b"\xf8"])
def test_what_no_character_begins_with_is_finished(output: bytes) -> None:
    """Nothing is waited for where no lead byte promises anything."""
    assert unfinished(output) == 0
