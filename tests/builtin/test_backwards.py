"""Files read from their end: each line once, whatever is written or turned meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tornterm.builtin import backwards
from tornterm.builtin.backwards import Backwards, Place
from tornterm.errors import CursorGone

KEEP = 12


class Pages:
    """A file and those that it was before, in small measures."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log"

    @property
    def paths(self) -> Iterator[Path]:
        yield self.path
        yield from (self.path.with_name(f"log.{number}") for number in range(1, KEEP))

    def append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def turn(self) -> None:
        """Begin a new file, as the sink does."""
        paths = list(self.paths)
        for older, newer in zip(paths[:0:-1], paths[-2::-1], strict=True):
            if newer.exists():
                newer.replace(older)

    def read(self, cursor: str | None, most: int) -> tuple[list[bytes], str | None]:
        """At most so many lines, and where to go on."""
        reader = Backwards(self.paths, None if cursor is None else Place.parse(cursor))
        found: list[bytes] = []
        for line in reader.lines():
            found.append(line.rstrip(b"\n"))
            if len(found) == most:
                break
        return found, None if reader.place is None else str(reader.place)


@pytest.fixture
def small() -> Iterator[None]:
    """Measures in which a few lines are many."""
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        yield


def make_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(backwards, "BLOCK", 7)
    patch.setattr(backwards, "LONGEST", 20)
    patch.setattr(backwards, "MOST", 40)
    patch.setattr(backwards, "WITNESS", 5)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path)


LENGTHS = st.integers(0, 12) | st.integers(40, 90)
"""Of lines; the longer ones are too long to be given."""
TURN = "turn"
STEPS = st.lists(LENGTHS | st.just(TURN), max_size=12)


@given(before=STEPS, between=st.lists(STEPS, max_size=8), most=st.integers(1, 4), end=st.booleans())
@example(before=[5, 60], between=[], most=9, end=True)
@example(before=[5, 41], between=[], most=9, end=True)  # given up just where it begins
@example(before=[60, 5, TURN, 3], between=[[TURN]] * 4, most=1, end=False)
def test_each_line_once(
    before: list[int | str], between: list[list[int | str]], most: int, end: bool
) -> None:
    """Those that were there at the beginning, the last first, in files that grow and move."""
    turns = 0
    count = 0
    there: list[bytes] = []

    def work(steps: list[int | str]) -> None:
        nonlocal turns, count
        for step in steps:
            if isinstance(step, int):
                count += 1
                line = (b"%d " % count).ljust(step, b"x") if step else b""
                pages.append(line + b"\n")
                there.append(line)
            elif turns < KEEP - 2 and pages.path.exists():
                turns += 1
                pages.turn()

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        pages = Pages(Path(folder))
        work(before)
        if not end:
            pages.append(b"no end")
            there.append(b"no end")
        expected = [line for line in reversed(there) if len(line) < 20]
        found, cursor = pages.read(None, most)
        if not end:
            pages.append(b"\n")
        waiting = list(between)
        calls = 0
        while cursor is not None:
            work(waiting.pop(0) if waiting else [])
            lines, cursor = pages.read(cursor, most)
            found += lines
            calls += 1
            assert calls < 1000, "it does not get on"
    assert found == expected


def test_files_that_move_while_they_are_read(pages: Pages) -> None:
    """Each is read once, also where it has got the path that comes next."""
    for line in (b"one\n", b"two\n", b"three\n"):
        pages.append(line)
        pages.turn()
    pages.append(b"four\n")

    def turning() -> Iterator[Path]:
        for path in pages.paths:
            yield path
            if path.name in ("log", "log.2"):
                pages.turn()
                pages.append(b"later\n")

    assert list(Backwards(turning()).lines()) == [b"four\n", b"three\n", b"two\n", b"one\n"]


@pytest.mark.usefixtures("small")
def test_one_call_reads_so_much(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in the file, and however long its lines are."""
    pages.append(b"x" * 1000 + b"\n")
    read = 0
    real = os.pread

    def counting(file: int, count: int, offset: int) -> bytes:
        nonlocal read
        read += count
        return real(file, count, offset)

    monkeypatch.setattr(os, "pread", counting)
    cursor: str | None = None
    calls = 0
    while calls == 0 or cursor is not None:
        read = 0
        lines, cursor = pages.read(cursor, 10)
        assert lines == []
        assert read <= 40 + 7 + 5
        calls += 1
    assert calls >= 1000 / 47


def cursor_in_the_middle(pages: Pages) -> str:
    pages.append(b"first\nsecond\nthird\nfourth\n")
    lines, cursor = pages.read(None, 2)
    assert (lines, cursor is not None) == ([b"fourth", b"third"], True)
    return cursor or ""


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("way", ["cut", "cut and filled", "replaced", "deleted"])
def test_a_file_that_is_another_one_is_noticed(pages: Pages, way: str) -> None:
    """Rather than lines that stood somewhere else, or halves of lines."""
    cursor = cursor_in_the_middle(pages)
    if way == "cut":
        os.truncate(pages.path, 4)
    elif way == "cut and filled":
        os.truncate(pages.path, 0)
        pages.append(b"0123456789\n" * 20)
    elif way == "replaced":
        other = pages.path.with_name("other")
        other.write_bytes(pages.path.read_bytes())
        other.replace(pages.path)
    else:
        pages.path.unlink()
    with pytest.raises(CursorGone):
        pages.read(cursor, 2)


@pytest.mark.usefixtures("small")
def test_what_was_turned_out_is_gone(pages: Pages) -> None:
    """The oldest file has been overwritten, with all that was to come."""
    cursor = cursor_in_the_middle(pages)
    for _ in range(KEEP + 1):
        pages.turn()
        pages.append(b"later\n")
    with pytest.raises(CursorGone):
        pages.read(cursor, 2)


@pytest.mark.parametrize(
    "text",
    ["", "1:2:3", "1:2:3:4:5:x", "1:2:-3:4:5:0", f"1:2:{2**63}:4:5:0", "1:2:3:65:5:0", "²:" * 6],
)
def test_what_is_no_cursor(text: str) -> None:
    """Somebody made it up."""
    with pytest.raises(CursorGone):
        Place.parse(text)


def test_a_cursor_leads_to_no_other_file(pages: Pages) -> None:
    """Whoever knows the numbers of another file reads nothing of it."""
    cursor_in_the_middle(pages)
    other = pages.path.with_name("secret")
    other.write_bytes(b"secret\n")
    status = other.stat()
    with pytest.raises(CursorGone):
        pages.read(f"{status.st_dev}:{status.st_ino}:7:0:0:0", 2)


def test_a_pipe_is_passed_over(pages: Pages) -> None:
    """Nobody waits for who would write into it."""
    pages.append(b"a line\n")
    pages.turn()
    os.mkfifo(pages.path)
    assert pages.read(None, 5) == ([b"a line"], None)
