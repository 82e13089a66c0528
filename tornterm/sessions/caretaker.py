"""Nobody home: answering what a program asks its terminal while there is none to answer.

A program that is started without a client, or whose client has gone, would wait in vain. While
somebody writes, the server answers nothing, so that nothing is answered twice: up to
`Ward.answered` it has been done here, and whoever comes throws its own answers to that part of the
output away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from tornterm.core.output_log import OutputLog
from tornterm.core.queries import Query, QueryReader
from tornterm.screens.model import ScreenModel
from tornterm.sessions.clock import Clock, Timer

__all__ = ["Caretaker", "Ward"]

PATIENCE: Final = 0.5
"""Seconds for which a program waits for a client that has gone, because it may be coming back with
answers that are on their way."""

MAX_PENDING: Final = 256
"""Questions that wait for the model; a program that asks more gets no answer to the rest."""

MAX_QUEUED: Final = 16 * 1024
"""Bytes of input that the program has left unread from which on it is told nothing."""

_READ: Final = 64 * 1024


class Ward(Protocol):
    """What the caretaker needs of a session."""

    answered: int
    """The offset up to which queries of the program have been answered."""

    @property
    def log(self) -> OutputLog:
        """The session's output."""

    @property
    def model(self) -> ScreenModel:
        """The model of its screen."""

    @property
    def queued(self) -> int:
        """Bytes of input that the program has not taken yet."""

    @property
    def deserted(self) -> bool:
        """Whether nobody is there whose terminal would answer."""

    def reply(self, data: bytes) -> None:
        """Give the program an answer."""


class Caretaker:
    """Answers for one session.

    Args:
        ward: The session.
        clock: Where the time comes from.
    """

    def __init__(self, ward: Ward, clock: Clock) -> None:
        self._ward = ward
        self._clock = clock
        self._reader: QueryReader | None = None
        self._visited = False
        self._timer: Timer | None = None
        self._pending: list[Query] = []
        self._asking = 0

    def look_after(self) -> None:
        """Something was printed, or somebody came or went."""
        if not self._ward.deserted:
            self._visited, self._reader = True, None
        elif not self._visited:
            self._read()
        elif self._timer is None:
            self._timer = self._clock.call_later(PATIENCE, self._move_in)

    def close(self) -> None:
        """The program is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending.clear()

    def _move_in(self) -> None:
        self._timer = None
        if self._ward.deserted:
            self._visited = False
            self._read()

    def _read(self) -> None:
        """Read what is new, and answer what is asked in it."""
        log = self._ward.log
        if self._reader is None or self._reader.offset < log.start:
            self._reader = QueryReader(max(self._ward.answered, log.start))
        while self._reader.offset < log.end:
            room = MAX_PENDING - len(self._pending)
            found = self._reader.feed(log.read(self._reader.offset, _READ))
            self._pending += found[:room]
            if found:
                # Not to where it has been read: who comes to a program that only printed something
                # has nothing to throw away, and a query that is cut here is still to be answered.
                self._ward.answered = found[-1].offset
        self._answer()

    def _answer(self) -> None:
        """Answer in the order of the questions; those about the screen take a moment."""
        while self._pending and not self._asking:
            waiting = next((i for i, q in enumerate(self._pending) if q.question), None)
            if waiting is None:
                self._tell(self._pending, ())
                self._pending.clear()
                return
            self._tell(self._pending[:waiting], ())
            del self._pending[:waiting]
            self._asking = len(self._pending)
            questions = [(q.offset, q.question) for q in self._pending if q.question]
            if not self._ward.model.look(questions, self._known):
                self._known(None)

    def _known(self, answers: Sequence[bytes] | None) -> None:
        asked, self._pending = self._pending[: self._asking], self._pending[self._asking :]
        self._asking = 0
        self._tell(asked, answers or ())
        self._answer()

    def _tell(self, queries: Sequence[Query], answers: Sequence[bytes]) -> None:
        known = iter(answers)
        for query in queries:
            answer = query.answer(next(known, b"") if query.question else b"")
            if self._ward.queued + len(answer) <= MAX_QUEUED:
                self._ward.reply(answer)
