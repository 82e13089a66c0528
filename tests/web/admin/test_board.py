"""A table that is followed by cursors: whoever reads, however rarely, ends with the same rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tornterm.web.admin.board import Board

NAMES = st.sampled_from("abcdef")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.integers(0, 3)),
        st.tuples(st.just("remove"), NAMES, st.just(0)),
        st.tuples(st.just("read"), st.sampled_from("xy"), st.integers(1, 3)),
    ),
    max_size=60,
)


class Reader:
    """Keeps a copy of a board, as a page does."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.cursor = 0
        self.rows: dict[str, int] = {}

    def read(self, most: int) -> bool:
        changes = self.board.since(self.cursor, most)
        self.cursor = changes.cursor
        if changes.reset:
            self.rows.clear()
        for name in changes.gone:
            self.rows.pop(name, None)
        assert len(changes.rows) <= most
        self.rows |= {row["name"]: row["value"] for row in changes.rows}
        return changes.more


@given(STEPS, st.integers(0, 4))
def test_every_reader_ends_with_the_table(
    steps: list[tuple[str, str, int]], remembered: int
) -> None:
    """Whatever is put and removed between its reads, and however little it takes at once."""
    board = Board(remembered)
    table: dict[str, int] = {}
    readers = {name: Reader(board) for name in "xy"}
    for what, name, value in steps:
        if what == "put":
            table[name] = value
            board.put(name, {"name": name, "value": value})
        elif what == "remove":
            table.pop(name, None)
            board.keep_only(set(table))
        else:
            readers[name].read(value)
    for reader in readers.values():
        while reader.read(2):
            pass
        assert reader.rows == table
        assert not board.since(reader.cursor, 1)
    assert len(board) == len(table)


def test_old_rows_can_be_read_in_parts_after_many_removals() -> None:
    """Where a part ends before the last removal that is forgotten, the next one goes on there."""
    board = Board(0)
    for name in "abcdef":
        board.put(name, {"name": name, "value": 1})
    board.keep_only(set("abcde"))
    reader = Reader(board)
    parts = 1
    while reader.read(2) and parts < 10:
        parts += 1
    assert parts == 3
    assert set(reader.rows) == set("abcde")


def test_what_is_the_same_is_no_change() -> None:
    """A row that was put again is not sent again."""
    board = Board()
    board.put("a", {"n": 1})
    cursor = board.since(0, 10).cursor
    board.put("a", {"n": 1})
    assert not board.since(cursor, 10)
    board.put("a", {"n": 2})
    assert board.since(cursor, 10).rows == [{"n": 2}]
