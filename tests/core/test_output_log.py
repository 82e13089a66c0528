from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.core.vt_reference import SafePlaces, outputs
from tornterm.core import output_log
from tornterm.core.output_log import MINIMUM_CAPACITY, RESIZE_CHARGE, Cursor, OutputLog
from tornterm.core.utf8 import unfinished
from tornterm.types import Size

SMALL = 256
"""Bytes of a log that is small enough for everything to happen to it often."""

SIZE = Size(80, 24)
SIZES = st.builds(Size, st.integers(1, 3), st.just(24))


@pytest.fixture
def _small_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_log, "MINIMUM_CAPACITY", RESIZE_CHARGE * 2)


def make_log(capacity: int = MINIMUM_CAPACITY, size: Size = SIZE) -> OutputLog:
    return OutputLog(capacity, size, allocate=bytearray)


def drain(cursor: Cursor, limit: int = 1 << 20) -> Iterator[bytes | Size]:
    """Everything from the cursor to the log's end, unfinished characters too."""
    while (piece := cursor.next(limit, hold=False)) is not None:
        yield piece


@dataclass
class Change:
    """A resize as it should be met: the latest size at its offset."""

    offset: int
    size: Size
    number: int


@dataclass
class Reader:
    """A cursor, and what it must have met."""

    cursor: Cursor
    size: Size
    seen: dict[int, int] = field(default_factory=dict)


class LogMachine(RuleBasedStateMachine):
    """A log beside one that keeps everything for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.log = make_log(SMALL, Size(1, 24))
        self.output = b""
        self.changes: list[Change] = []
        self.changed = 0
        self.safe = SafePlaces()
        self.everyone: list[Reader] = []

    readers: Bundle[Reader] = Bundle("readers")

    @rule(data=outputs(), times=st.integers(1, 10))
    def append(self, data: bytes, times: int) -> None:
        self.log.append(memoryview(bytearray(data * times)))
        self.output += data * times
        self.safe.feed(data * times)

    @rule(length=st.integers(0, 3 * SMALL), byte=st.sampled_from(b"a\x9b\x82"))
    def append_within_one_sequence(self, length: int, byte: int) -> None:
        self.append(bytes((byte,)) * length, 1)

    @rule(data=outputs(2), sizes=st.lists(SIZES, min_size=1, max_size=5))
    def resize(self, data: bytes, sizes: list[Size]) -> None:
        for size in sizes:
            changes = size != self.log.size
            assert self.log.resize(size) == changes
            if changes:
                self.note_change(size)
            self.append(data, 1)

    def note_change(self, size: Size) -> None:
        if self.changes and self.changes[-1].offset == len(self.output):
            self.changes.pop()
        self.changed += 1
        self.changes.append(Change(len(self.output), size, self.changed))

    @rule(target=readers, data=st.data())
    def start_reading(self, data: st.DataObject) -> Reader:
        offset = data.draw(st.integers(self.log.start, self.log.end))
        reader = Reader(self.log.cursor(offset), self.log.size_at(offset))
        self.everyone.append(reader)
        return reader

    @rule(
        reader=readers,
        limits=st.lists(st.one_of(st.integers(0, 5), st.integers(0, SMALL)), max_size=8),
        hold=st.booleans(),
        in_place=st.booleans(),
    )
    def read_on(self, reader: Reader, limits: list[int], hold: bool, in_place: bool) -> None:
        for limit in limits:
            self.step(reader, limit, hold, in_place)

    def step(
        self, reader: Reader, limit: int, hold: bool, in_place: bool = False
    ) -> bytes | memoryview | Size | None:
        cursor, offset = reader.cursor, reader.cursor.offset
        upcoming = self.next_change(reader)
        piece = (cursor.view if in_place else cursor.next)(limit, hold=hold)
        if offset < self.log.start:
            assert piece is None and cursor.lost
        elif upcoming is not None and upcoming.offset == offset:
            assert piece == upcoming.size and cursor.offset == offset
            reader.seen[offset] = upcoming.number
            reader.size = upcoming.size
        else:
            assert not isinstance(piece, Size)
            stop = len(self.output) if upcoming is None else upcoming.offset
            expected = self.expected_bytes(offset, stop, limit, hold, upcoming is not None)
            assert piece == (expected or None)
            assert cursor.offset == offset + len(expected)
        return piece

    def next_change(self, reader: Reader) -> Change | None:
        """The first resize at or after the reader's offset that it has not met as it is now."""
        return next(
            (
                change
                for change in self.changes
                if change.offset >= reader.cursor.offset
                and reader.seen.get(change.offset) != change.number
            ),
            None,
        )

    def expected_bytes(
        self, offset: int, stop: int, limit: int, hold: bool, stops_at_resize: bool
    ) -> bytes:
        data = self.output[offset : min(stop, offset + limit)]
        reaches_stop = offset + len(data) == stop
        whole = data[: len(data) - unfinished(data)]
        if reaches_stop and (stops_at_resize or not hold):
            return data
        return whole if hold or whole else data

    @precondition(lambda self: self.log.start < self.log.end)
    @rule(data=st.data())
    def read_at_random(self, data: st.DataObject) -> None:
        offset = data.draw(st.integers(self.log.start, self.log.end))
        limit = data.draw(st.integers(-1, SMALL))
        assert self.log.read(offset, limit) == self.output[offset : offset + max(0, limit)]
        assert self.log.view(offset, limit) == self.output[offset : offset + max(0, limit)]
        assert self.log.size_at(offset) == self.true_size_at(offset)
        stop = data.draw(st.integers(offset, self.log.end))
        assert list(self.log.resizes(offset, stop)) == [
            (change.offset, change.size)
            for change in self.changes
            if offset <= change.offset < stop
        ]

    def true_size_at(self, offset: int) -> Size:
        before = [change.size for change in self.changes if change.offset < offset]
        return before[-1] if before else Size(1, 24)

    @rule(offset=st.integers(-2, 2))
    def refuse_what_is_gone_or_to_come(self, offset: int) -> None:
        outside = self.log.start + offset if offset < 0 else self.log.end + offset + 1
        for look in (self.log.size_at, self.log.cursor, lambda at: self.log.read(at, 1)):
            with pytest.raises(LookupError):
                look(outside)
        with pytest.raises(LookupError):
            self.log.resizes(outside, self.log.end)

    @invariant()
    def nothing_is_lost_before_it_must_be(self) -> None:
        log, kept = self.log, [c for c in self.changes if c.offset >= self.log.start]
        used = log.end - log.start + RESIZE_CHARGE * len(kept)
        assert log.end == len(self.output)
        assert used <= log.capacity
        if not self.changes:
            assert log.start == max(0, log.end - log.capacity)
        if log.start > 0:
            assert used >= log.capacity - RESIZE_CHARGE

    @invariant()
    def what_is_held_is_what_was_appended(self) -> None:
        log = self.log
        assert log.read(log.start, log.capacity) == self.output[log.start :]
        assert log.size_at(log.start) == self.true_size_at(log.start)
        assert log.size == self.true_size_at(log.end + 1)

    @invariant()
    def a_reset_terminal_may_begin_at_the_safe_start(self) -> None:
        start, end = self.log.start, self.log.end
        first = self.safe.first(start)
        assert self.log.safe_start() == (end if first is None else first)

    def teardown(self) -> None:
        """Every cursor that was not overrun arrives at the end, and knows the size there."""
        for reader in self.everyone:
            while self.step(reader, 7, hold=False) is not None:
                pass
            if not reader.cursor.lost:
                assert reader.cursor.offset == self.log.end and not reader.cursor.pending
                assert reader.size == self.log.size


@pytest.mark.usefixtures("_small_logs")
def test_a_log_is_the_end_of_one_that_keeps_everything() -> None:
    """Any appends, resizes and readers at any places: all agree with a log without bounds."""
    run_state_machine_as_test(
        LogMachine, settings=settings(max_examples=200, stateful_step_count=30)
    )


@pytest.mark.parametrize("limit", [1, 1000, 64 * 1024])
def test_a_flood_larger_than_the_ring(limit: int) -> None:
    """One append may hold more than the ring; what is kept is its end."""
    log = make_log()
    flood = bytes(range(256)) * 500
    log.append(b"before")
    log.append(flood)
    assert (log.start, log.end) == (6 + len(flood) - MINIMUM_CAPACITY, 6 + len(flood))
    pieces = list(drain(log.cursor(log.start), limit))
    assert (
        b"".join(piece for piece in pieces if isinstance(piece, bytes)) == flood[-MINIMUM_CAPACITY:]
    )


def test_a_flood_right_behind_a_resize() -> None:
    """What makes room for a flood is what was there before, whatever the flood begins with."""
    log = make_log()
    log.append(b"x")
    log.resize(Size(1, 1))
    log.append(b"\x1b]" + b"x" * (MINIMUM_CAPACITY - 2))
    assert log.start == 2
    assert log.size_at(log.start) == Size(1, 1)
    assert log.safe_start() == log.end


def test_a_string_longer_than_the_ring() -> None:
    """Inside an image that fills the ring there is no place to begin, only behind it."""
    log = make_log()
    log.append(b"\x1b]1337;File=:" + b"QUJD" * MINIMUM_CAPACITY)
    assert log.safe_start() == log.end
    log.append(b"\x07prompt$ ")
    assert log.safe_start() == log.end - len("prompt$ ")


def test_a_long_search_for_a_safe_start() -> None:
    """The search goes on over any number of blocks, wherever the end of the string is cut."""
    for padding in range(4):
        log = make_log(1 << 20)
        log.append(b"\x1bP" + b"x" * (1 << 20))
        log.append("x\x9c€".encode() + b"y" * padding)
        assert log.safe_start() == log.end - len("€".encode()) - padding


def test_a_search_over_sequences_of_several_kinds() -> None:
    """What a block of the search leaves open is what the next one goes on with."""
    log = make_log(1 << 20)
    log.append(b"\x1bP" + b"x" * (1 << 19) + b"\x1b]" + b"x" * (1 << 19))
    log.append(b"x\x07prompt$ ")
    assert log.safe_start() == log.end - len("prompt$ ")


def test_reading_nothing() -> None:
    """A limit below one gives no bytes, wherever in the ring that is."""
    log = make_log()
    log.append(b"abc")
    assert [log.read(offset, limit) for offset in (0, 3) for limit in (0, -1)] == [b""] * 4


def test_a_character_across_the_start() -> None:
    """A reader begins behind the rest of a character whose beginning is gone."""
    log = make_log()
    log.append("€".encode() * MINIMUM_CAPACITY)
    assert log.safe_start() == log.start + -log.start % 3


def test_resizes_at_one_offset_are_one() -> None:
    """Only the last size counts, and who has met an earlier one meets the last one too."""
    log = make_log()
    early = log.cursor(0)
    assert log.resize(Size(100, 30))
    assert early.next(10) == Size(100, 30)
    assert early.next(10) is None
    assert log.resize(Size(80, 24))
    assert early.next(10) == Size(80, 24)
    assert early.next(10) is None
    assert list(drain(log.cursor(0))) == [Size(80, 24)]


def test_a_resize_to_the_same_size_is_none() -> None:
    """Nothing is recorded where nothing changes."""
    log = make_log()
    assert not log.resize(Size(80, 24))
    assert list(drain(log.cursor(0))) == []


def test_resizes_cannot_make_a_log_grow() -> None:
    """However many there are, they take up what they are charged and no more."""
    log = make_log()
    for index in range(10_000):
        log.append(b"x")
        log.resize(Size(1 + index % 2, 24))
    pieces = list(drain(log.cursor(log.start)))
    assert len(pieces) <= 2 * MINIMUM_CAPACITY // (RESIZE_CHARGE + 1) + 1


def test_a_resize_inside_a_character() -> None:
    """What precedes a resize is given before it, even where it ends inside a character."""
    log = make_log()
    log.append(b"a\xe2\x82")
    log.resize(Size(1, 1))
    log.append(b"\xac")
    assert list(drain(log.cursor(0))) == [b"a\xe2\x82", Size(1, 1), b"\xac"]


def test_an_unfinished_character_is_held_back() -> None:
    """The end of the log waits for the rest of a character, unless told not to."""
    log = make_log()
    log.append(b"a\xe2\x82")
    cursor = log.cursor(0)
    assert cursor.next(10) == b"a"
    assert cursor.next(10) is None and cursor.pending == 2
    log.append(b"\xacb")
    assert cursor.next(10) == "€b".encode()
    log.append(b"\xe2")
    assert cursor.next(10, hold=False) == b"\xe2"
    assert not cursor.pending


def test_a_limit_does_not_cut_characters() -> None:
    """A piece is shorter than its limit rather than end inside a character."""
    log = make_log()
    log.append("😀😀".encode())
    cursor = log.cursor(0)
    assert cursor.next(3) is None
    assert cursor.next(7) == "😀".encode()
    assert cursor.next(3, hold=False) == "😀".encode()[:3]


def test_the_room_after_an_offset_is_exact() -> None:
    """That many bytes leave the byte at the offset readable, and not one more."""
    log = make_log()
    log.append(bytes(5000))
    log.resize(Size(81, 24))
    log.append(bytes(100))
    log.resize(Size(82, 24))
    room = log.room_after(4500)
    assert room == MINIMUM_CAPACITY - 600 - 2 * RESIZE_CHARGE
    log.append(bytes(room))
    assert log.start <= 4500
    assert log.room_after(4500) == 0
    log.append(b"x")
    assert log.start == 4501
    assert log.room_after(4500) == 0
    assert log.room_after(log.end) == MINIMUM_CAPACITY


def test_an_overrun_cursor_is_lost() -> None:
    """A cursor that the ring has left behind gives nothing and says so."""
    log = make_log()
    cursor = log.cursor(0)
    log.append(bytes(MINIMUM_CAPACITY))
    assert not cursor.lost
    log.append(b"x")
    assert cursor.lost
    assert cursor.next(10) is None
    assert cursor.pending == MINIMUM_CAPACITY + 1


def test_a_log_has_a_minimum() -> None:
    """A ring that could not hold what is on its way to a client is refused."""
    with pytest.raises(ValueError, match="at least 8192"):
        make_log(MINIMUM_CAPACITY - 1)


def test_an_idle_log_has_not_touched_its_memory() -> None:
    """Making a log, looking at it and resizing write nothing into the ring."""
    memory = bytearray(b"\xaa" * MINIMUM_CAPACITY)
    log = OutputLog(MINIMUM_CAPACITY, Size(), allocate=lambda size: memory[:size] and memory)
    log.resize(Size(1, 1))
    list(drain(log.cursor(log.safe_start())))
    assert memory == b"\xaa" * MINIMUM_CAPACITY
    log.append(b"abc")
    assert memory == b"abc" + b"\xaa" * (MINIMUM_CAPACITY - 3)


def test_closing_frees_the_memory() -> None:
    """The mapping is gone at once, not when the last reader is."""
    memories: list[mmap.mmap] = []

    def allocate(size: int) -> mmap.mmap:
        memories.append(output_log.anonymous_mmap(size))
        return memories[0]

    log = OutputLog(MINIMUM_CAPACITY, Size(), allocate)
    log.append(b"secret")
    cursor = log.cursor(0)
    log.close()
    log.close()
    assert memories[0].closed
    with pytest.raises(ValueError, match="released"):
        cursor.next(10)
