"""A table that others follow: each reader has a cursor, and gets what has changed behind it.

It is the same idea as the output log's. No change waits in a queue for a reader: one that is slow
gets each row once, as it is by then.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Board", "Changes", "Row"]

Row: TypeAlias = Mapping[str, Any]

GONE = 10_000
"""Names of removed rows that are remembered; a reader that is further behind begins anew."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed behind a cursor.

    Args:
        cursor: Where the reader stands when it knows this.
        reset: Whether it must forget all rows that it has.
        rows: Rows that are new or different, those that changed first before the others.
        gone: Names of rows that were removed; to be taken out before `rows` are put in.
        more: Whether there is more, which did not fit.
    """

    cursor: int
    reset: bool
    rows: list[Row]
    gone: list[str]
    more: bool

    def __bool__(self) -> bool:
        return bool(self.reset or self.rows or self.gone)


class Board:
    """Rows by name, each with the version at which it last changed.

    Args:
        remembered: Names of removed rows that are remembered.
    """

    def __init__(self, remembered: int = GONE) -> None:
        self.version = 1
        self._rows: OrderedDict[str, tuple[int, Row]] = OrderedDict()
        self._gone: deque[tuple[int, str]] = deque()
        self._remembered = remembered
        # Whoever stands before this may have missed a removal.
        self._oldest = 1

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, name: str, row: Row) -> None:
        """Enter a row, or replace it where it is different."""
        known = self._rows.get(name)
        if known is not None and known[1] == row:
            return
        self.version += 1
        self._rows[name] = (self.version, row)
        self._rows.move_to_end(name)

    def keep_only(self, names: Mapping[str, Any] | set[str]) -> None:
        """Remove every row that is not named."""
        for name in [name for name in self._rows if name not in names]:
            self.version += 1
            del self._rows[name]
            self._gone.append((self.version, name))
            if len(self._gone) > self._remembered:
                self._oldest = self._gone.popleft()[0]

    def _renumber(self) -> None:
        """Let all rows count as changed, in their order, behind all removals."""
        for name, (_, row) in self._rows.items():
            self.version += 1
            self._rows[name] = (self.version, row)

    def since(self, cursor: int, most: int) -> Changes:
        """What a reader does not know yet.

        Args:
            cursor: Where it stands; 0 for one that knows nothing.
            most: How many rows it gets at once.
        """
        reset = cursor < self._oldest
        cursor = 0 if reset else cursor
        changed: list[tuple[int, Row]] = []
        for version, row in reversed(self._rows.values()):
            if version <= cursor:
                break
            changed.append((version, row))
        changed.reverse()
        more = len(changed) > most
        until = changed[most - 1][0] if more else self.version
        if until < self._oldest:
            # Whoever goes on from there would begin anew each time.
            self._renumber()
            return self.since(0, most)
        gone = [] if reset else [name for at, name in self._gone if cursor < at <= until]
        return Changes(until, reset, [row for _, row in changed[:most]], gone, more)
