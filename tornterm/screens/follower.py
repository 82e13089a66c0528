"""Handing one session's output over to the worker that keeps the model of its screen.

::

    0 ....... start ------------------ handed ======================== end
      in the model    on its way to it         only in the log

Output is handed over in batches when the log has more than it is to keep, and leaves the log when
the worker has taken it up. So the model stands at ``handed``, from which on the log can be read,
and whoever draws the model and then the log misses nothing. Only when the log's reserve is full
does the program wait. A session that has printed less than its log keeps has no model at all.

The lines of a flood do not even get there: while the screen scrolls, no more of them is kept, here,
than could still be seen, and the worker has that when something else follows or somebody looks.

When the model is lost, so is what was printed before ``start``. The session goes on; a new model
follows the modes from there on, and is whole again once the screen has been cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Final

from tornterm.core import utf8
from tornterm.core.backlog import Backlog, is_plain
from tornterm.core.output_log import OutputLog
from tornterm.screens.gallery import DATA, SIZE, encode_size
from tornterm.screens.worker import Worker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["MAX_FAILURES", "REST", "Follower", "batch_for", "reserve_for"]

LARGEST_BATCH: Final = 256 * 1024
"""Bytes that are handed over at once where the log is large enough: as many as one read brings."""

SMALLEST_BATCH: Final = 4096

MAX_DEATHS: Final = 3
"""How many workers may die with a request of this session before it is left without a model."""

MAX_FAILURES: Final = 3
"""How often in a row the worker may fail to take up output before it is left alone for a while."""

REST: Final = 16 * 1024 * 1024
"""Bytes of output after which it is tried again."""

_CUT_RANGE: Final = 2048
_ids = count(1)


def batch_for(capacity: int) -> int:
    """Bytes that are handed over at once.

    Args:
        capacity: Bytes that the log keeps.
    """
    return max(SMALLEST_BATCH, min(LARGEST_BATCH, capacity // 4))


def reserve_for(capacity: int) -> int:
    """Bytes that a log needs besides, for output that is on its way to the model.

    Args:
        capacity: Bytes that the log keeps.
    """
    # Some are taken in while the next is printed.
    return 3 * batch_for(capacity)


class Follower:
    """Keeps the model of one session's screen at the start of its log.

    Args:
        log: The session's output, with the reserve that `reserve_for` says.
        worker: Where the emulator is; None for no model.
        poke: Called when the program may print again.
        changed: Called when the model has been lost, and when it is whole again.

    Attributes:
        worker: Where the emulator is; None where there is or will be no model any more.
        model: The id of the model; empty while there is none.
        lost: Whether the screen that a snapshot gives may differ from what was printed.
        ended: Whether nothing is handed over any more; its owner says so.
    """

    def __init__(
        self,
        log: OutputLog,
        worker: Worker | None,
        poke: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self.worker = worker
        self.model = b""
        self.lost = False
        self.ended = False
        self._log = log
        self._poke = poke
        self._changed = changed
        self._batch = batch_for(log.capacity)
        self._handed = self._taken = 0
        # Lines that have been put off; None while the screen may not scroll.
        self._backlog: Backlog | None = None
        self._looked_at = 0
        self._deaths = self._failures = 0
        self._rests_until = 0
        if worker is not None:
            worker.on_death.add(self._on_death)
            log.held = worker.usable

    @property
    def room(self) -> int:
        """Bytes that may be printed before the model would miss some."""
        return self._log.room if self._log.held else self._log.capacity

    @property
    def handed(self) -> int:
        """Where the log is to be gone on with behind the model."""
        return self._handed if self.model else self._log.safe_start()

    def steps(self, start: int, end: int) -> Iterator[ReadableBuffer]:
        """The log from `start` to `end` as steps of a request."""
        at = start
        for offset, size in (*self._log.resizes(start, end), (end, None)):
            if at < offset:
                for view in self._log.views(at, offset):
                    yield DATA
                    yield view
                at = offset
            if size is not None:
                yield SIZE
                yield encode_size(size)

    # Following the log.

    def grown(self) -> None:
        """The log has grown: hand over what it is not to keep."""
        worker, log = self.worker, self._log
        if worker is None or self.ended:
            return
        if not log.held:
            log.held = self._usable(worker)
        elif not self._due():
            # As nearly always.
            return
        if self.model and log.start > self._handed:
            # Output that could not be made to wait has overrun the model.
            self._lose()
        log.held = self._usable(worker)
        if not log.held and log.start > 0:
            self._miss()
        while log.held and self._due() and self._hand_over(worker):
            pass
        self._let_go()

    def _usable(self, worker: Worker) -> bool:
        return worker.usable and self._log.end >= self._rests_until

    def _due(self) -> bool:
        on_its_way = self._handed - max(self._taken, self._log.start) if self.model else 0
        return self._log.surplus - on_its_way >= self._batch

    def _hand_over(self, worker: Worker) -> bool:
        """Hand over one batch, whether or not anything comes of it."""
        if not self.model and not self._begin(worker):
            return False
        start = self._handed
        end = self._cut(start, min(start + self._batch, self._log.end))
        if end == start:
            return False
        if self._put_off(start, end):
            self._handed = self._taken = end
            self._let_go()
            return True
        return self._feed(worker, end)

    def _put_off(self, start: int, end: int) -> bool:
        """Keep lines of a flood here: most will have left the screen before anybody looks at it."""
        if self._backlog is None or any(self._log.resizes(start, end)):
            return False
        lines = self._log.read(start, end - start)
        return lines.endswith(b"\n") and is_plain(lines) and self._backlog.add(lines)

    def _feed(self, worker: Worker, end: int) -> bool:
        """Hand over what has been put off, and then the log up to `end`."""
        model, rows = self.model, self._log.size_at(end).rows
        put_off = self._backlog.take() if self._backlog else b""
        self._backlog = None
        fields: list[ReadableBuffer] = [b"feed", model]
        if put_off:
            fields += (DATA, put_off)
        fields += self.steps(self._handed, end)
        if not worker.ask(fields, lambda reply: self._fed(model, end, rows, reply)):
            return False
        self._handed = end
        return True

    def catch_up(self) -> None:
        """Show the model what has been put off, because somebody is about to look at it.

        Nothing is put off again before they have seen it: the log goes on where the model stands.
        """
        self._looked_at = self._handed
        if self._backlog is not None and self.worker and self._log.start <= self._handed:
            self._feed(self.worker, self._handed)

    def _begin(self, worker: Worker) -> bool:
        log = self._log
        # Not only what is on its way lies before that: where the log starts inside a sequence, the
        # model begins behind it.
        self._handed = self._taken = log.safe_start()
        if log.start > 0:
            self._miss()
        model = b"%d" % next(_ids)
        state = b"lost" if self.lost else b"whole"
        fields = (b"begin", model, encode_size(log.size_at(self._handed)), state)
        if not worker.ask(fields, lambda reply: None):
            return False
        self.model = model
        return True

    def _fed(self, model: bytes, end: int, rows: int, reply: Sequence[bytes] | None) -> None:
        """The worker has taken up everything before `end`, or has failed to."""
        if model != self.model or reply is None:
            return
        if reply[0] != b"ok":
            self._failures += 1
            if self._failures >= MAX_FAILURES:
                # The same output again and again would not do better, and the program waits.
                self._rests_until = self._log.end + REST
            self.failed()
            return
        self._failures = 0
        self._taken = end
        if reply[2:] == [b"scrolls"] and end == self._handed > self._looked_at and self.worker:
            self._backlog = Backlog(rows, self.worker.scrollback_lines)
        self._let_go()
        if self.lost and reply[1] == b"whole":
            self.lost = False
            self._changed()
        self._poke()

    def _let_go(self) -> None:
        """Let what is too much leave the log, as far as the model stands behind it."""
        if self.model:
            self._log.release(min(self._taken, self._log.start + self._log.surplus))

    def _cut(self, start: int, end: int) -> int:
        """Where to end a batch so that what follows begins on its own, if that can be had.

        Best behind a line: a beginning of one would have to be put before what follows.
        """
        first = max(start, end - _CUT_RANGE)
        tail = self._log.read(first, end - first)
        at = tail.rfind(b"\n") + 1 or tail.rfind(b"\x1b")
        if at > 0:
            return first + at
        return end - utf8.unfinished(tail[-utf8.LONGEST :])

    # Losing the model.

    def failed(self) -> None:
        """The worker could not do something with the model, and has let it go."""
        self._lose()
        self.grown()
        self._poke()

    def _on_death(self, suspect: bytes) -> None:
        if suspect and suspect == self.model:
            self._deaths += 1
        self._lose()
        if self._deaths >= MAX_DEATHS:
            # Each of them took the models of all other sessions with it.
            self.leave()
        self.grown()
        self._poke()

    def _lose(self) -> None:
        had_one, self.model, self._backlog = bool(self.model), b"", None
        if had_one and not self.ended and self._log.start > 0:
            self._miss()

    def _miss(self) -> None:
        """There is output that is neither in a model nor in the log."""
        if not self.lost:
            self.lost = True
            self._changed()

    def drop(self) -> None:
        """Let the model go, and say so to the worker."""
        if self.model and self.worker is not None:
            self.worker.ask((b"drop", self.model), lambda reply: None)
        self.model, self._backlog = b"", None

    def leave(self) -> None:
        """Have nothing to do with the worker any more."""
        if self.worker is not None:
            self.worker.on_death.discard(self._on_death)
        self.worker, self._log.held = None, False
