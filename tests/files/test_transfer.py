"""What is known of how much of a download has arrived."""

from __future__ import annotations

from typing import Any

from tornterm.files.transfer import Spans, Transfer


def transfer(size: int) -> Transfer:
    worker: Any = None
    return Transfer("t", "download", "s", "alice", "", "a", "/a", size, "", worker)


def test_parts_of_a_file() -> None:
    """In any order, each byte once; what is taken out is no longer there."""
    spans = Spans()
    for begin, end in ((5, 7), (0, 3), (2, 6), (6, 6)):
        spans.add(begin, end)
    assert spans.total == 7
    spans.remove(2, 4)
    assert spans.total == 5
    spans.add(3, 4)
    spans.remove(-1, 1)
    spans.remove(100, 200)
    assert spans.total == 5
    spans.remove(0, 100)
    assert spans.total == 0


def test_what_is_asked_for_again_was_lost() -> None:
    """It counts when it has come; what is not asked for again has."""
    one = transfer(10)
    one.sent.add(0, 8)
    one.has_taken(0, 6)
    assert (one.done, one.complete) == (6, False)
    one.lacks(5, 10)  # after a cut: of what was under way, nothing has come
    assert one.done == 5
    one.sent.add(5, 10)
    one.has_taken(5, 10)
    assert (one.done, one.complete) == (10, True)


def test_what_was_under_way_at_a_cut_may_have_come() -> None:
    """More than is known for sure; who does not ask for it again has it."""
    one = transfer(10)
    one.sent.add(0, 8)
    one.has_taken(0, 5)
    one.lacks(7, 10)
    one.sent.add(7, 10)
    one.has_taken(7, 10)
    assert (one.done, one.complete) == (8, True)


def test_parts_at_the_same_time() -> None:
    """As those ask who download over several connections: none takes from another."""
    one = transfer(10)
    for begin, end in ((0, 5), (5, 10)):
        one.lacks(begin, end)
        one.sent.add(begin, end)
        one.has_taken(begin, end - 1)
    assert one.done == 8
