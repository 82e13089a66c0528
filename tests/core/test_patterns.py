"""A pattern is found in the same output with and without PCRE2."""

from __future__ import annotations

import re

import pcre2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tornterm.core import patterns
from tornterm.core.patterns import finder

SEQUENCES = rb"\x1b(?!\[[0-9;:]*+[mK])"

outputs = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from([b"\x1b", b"\x1b[", b"\x1b[m", b"\x1b[1;31m", b"\x1b[0:2K", b"\x1b[H"]),
    ),
    max_size=20,
).map(b"".join)


@given(outputs)
@example(b"")
@example(b"\x1b[" + b"0" * 100_000)
def test_both_find_the_same(data: bytes) -> None:
    """What one of them takes for harmless is harmless for the other."""
    found = re.search(SEQUENCES, data)
    assert finder(SEQUENCES)(data) == (found.start() if found else -1)


def test_it_is_the_faster_one_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """`re` is not asked at all where the other is installed."""
    monkeypatch.setattr(patterns, "re", None)
    assert finder(rb"a+b")(b"xaab") == 1


@pytest.mark.parametrize("missing", ["not installed", "not for this processor"])
def test_without_it_nothing_is_missing(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `speed` is optional."""

    def refuse(pattern: bytes, *, jit: bool) -> None:
        raise pcre2.LibraryError(-45)

    if missing == "not installed":
        monkeypatch.setattr(patterns, "pcre2", None)
    else:
        monkeypatch.setattr(pcre2, "compile", refuse)
    find = finder(SEQUENCES)
    assert (find(b"\x1b[1m\x1b[2J"), find(b"\x1b[1m")) == (4, -1)
