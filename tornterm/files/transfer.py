"""One file on its way, and how far it has got."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tornterm.files.errors import FileRefused
from tornterm.files.worker import FileWorker
from tornterm.sessions.clock import Timer

__all__ = ["Spans", "Transfer"]


class Spans:
    """Parts of a file, none twice."""

    def __init__(self) -> None:
        self._all: list[tuple[int, int]] = []

    @property
    def total(self) -> int:
        """Bytes in all of them."""
        return sum(end - begin for begin, end in self._all)

    def add(self, begin: int, end: int) -> None:
        """Put a part in, which may overlap others."""
        spans: list[tuple[int, int]] = []
        for span in sorted([*self._all, (begin, end)]):
            if spans and span[0] <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], span[1]))
            else:
                spans.append(span)
        self._all = spans

    def remove(self, begin: int, end: int) -> None:
        """Take a part out, as far as it is there."""
        before = [(first, min(last, begin)) for first, last in self._all]
        behind = [(max(first, end), last) for first, last in self._all]
        self._all = sorted(span for span in [*before, *behind] if span[0] < span[1])


@dataclass(eq=False, slots=True)
class Transfer:
    """One file on its way.

    Args:
        id: Its public name; only its own user can use it.
        kind: Which way it goes, as seen by the person.
        session: The session it belongs to.
        user: Whose it is.
        remote: The address it was asked for from.
        name: The file's name.
        path: Where it is, or where it will be.
        size: Its bytes in all.
        tag: Tells this very state of the file from others.
        worker: Who reads or writes it.
        done: Bytes that have got to the other side, as far as that is known.
        finished: Whether all of it is where it belongs.
        problem: Why a download has failed.
        timer: Ends it when nobody goes on with it.
        used: When somebody last did.
        ending: An upload's last step, once it has begun.
        sent: What a download has sent.
        taken: What of it the other side is known to have.
        cuts: Break the connections through which it is being downloaded.
        leave: Has its session think no more of it.
    """

    id: str
    kind: Literal["download", "upload"]
    session: str
    user: str
    remote: str
    name: str
    path: str
    size: int
    tag: str
    worker: FileWorker = field(repr=False)
    done: int = 0
    finished: bool = False
    problem: FileRefused | None = None
    timer: Timer | None = None
    used: float = 0.0
    ending: asyncio.Future[dict[str, Any]] | None = field(default=None, repr=False)
    sent: Spans = field(default_factory=Spans, repr=False)
    taken: Spans = field(default_factory=Spans, repr=False)
    cuts: set[Callable[[], None]] = field(default_factory=set, repr=False)
    leave: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done."""
        return self.finished or self.problem is not None

    def lacks(self, begin: int, end: int) -> None:
        """The other side asks for these bytes: what was sent of them was lost on its way."""
        for spans in (self.sent, self.taken):
            spans.remove(begin, end)
        self.done = self.taken.total

    def has_taken(self, begin: int, end: int) -> None:
        """Count bytes that the other side has; those that it was sent twice count once."""
        self.taken.add(begin, end)
        self.done = self.taken.total

    @property
    def complete(self) -> bool:
        """Whether a download is whole when the other side has taken all that it last asked for.

        Of what was on its way at a cut only the other side knows whether it came: it would have
        asked for it again. What goes through another connection is not known to have arrived.
        """
        return not self.cuts and self.sent.total == self.size
