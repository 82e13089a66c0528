"""Snapshots: a picture, and then the log, as parts that can be sent."""

from __future__ import annotations

import pytest

from tornterm.core.output_log import OutputLog
from tornterm.screens.drawing import PART, Drawing
from tornterm.screens.model import Picture
from tornterm.types import Size

SMALL, LARGE = Size(80, 24), Size(100, 30)


def drawn(drawing: Drawing) -> list[tuple[bytes, Size]]:
    """All parts that say something; the first and the last are marked as such."""
    parts = [drawing.next()]
    while not parts[-1].last:
        parts.append(drawing.next())
    spoken = [part for part in parts if part.data]
    assert [part.first for part in spoken] == [n == 0 for n in range(len(spoken))]
    return [(part.data, part.size) for part in spoken]


def test_a_picture_then_the_log_each_at_its_size() -> None:
    log = OutputLog(8192, SMALL)
    log.append(b"old")
    log.resize(LARGE)
    log.append(b"new\x1b[6n!")
    log.resize(SMALL)
    drawing = Drawing(log, Picture(b"state ", b"", 1))
    assert drawn(drawing) == [(b"state ", SMALL), (b"ld", SMALL), (b"new!", LARGE)]
    # The resize at the end is the log's.
    assert log.cursor(drawing.end).next(10) == SMALL


def test_what_was_begun_before_the_log_goes_on_in_it() -> None:
    """Half a character is completed, half a question is not asked."""
    log = OutputLog(8192, SMALL)
    log.append(b"\x82\xac6n")
    assert drawn(Drawing(log, Picture(b"", b"\xe2", 0))) == [("€6n".encode(), SMALL)]
    assert drawn(Drawing(log, Picture(b"a", b"\x1b[", 2))) == [(b"a", SMALL)]


def test_nothing_at_all_is_one_empty_part() -> None:
    part = Drawing(OutputLog(8192, SMALL), Picture(b"", b"", 0)).next()
    assert (part.data, part.first, part.last) == (b"", True, True)


def test_parts_are_frames_of_whole_characters() -> None:
    log = OutputLog(PART * 4, SMALL)
    log.append("€".encode() * PART)
    parts = drawn(Drawing(log, Picture("ä".encode() * PART + b"x", b"", 0)))
    assert all(len(data) <= PART for data, _ in parts)
    text = "".join(data.decode() for data, _ in parts)
    assert text == "ä" * PART + "x" + "€" * PART


def test_a_log_that_has_moved_on_is_said_to() -> None:
    log = OutputLog(8192, SMALL)
    log.append(b"x" * 100)
    late = Drawing(log, Picture(b"state", b"", 0))
    log.append(b"y" * 9000)
    with pytest.raises(LookupError):
        late.next()
    with pytest.raises(LookupError):
        Drawing(log, Picture(b"", b"", 0))
