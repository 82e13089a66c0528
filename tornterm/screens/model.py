"""One session's screen model: between its log and the worker that keeps the emulator.

::

    0 ....... start ------------------ handed ======================== end
      in the model    on its way to it         only in the log

Output is handed over in batches when the log has more than it is to keep, and leaves the log when
the worker has taken it up. So the model stands at ``handed``, from which on the log can be read,
and whoever draws the model and then the log misses nothing. Only when the log's reserve is full
does the program wait. A session that has printed less than its log keeps has no model at all.

When the model is lost, so is what was printed before ``start``. The session goes on; a new model
follows the modes from there on, and is whole again once the screen has been cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from tornterm.core import utf8
from tornterm.core.output_log import OutputLog
from tornterm.screens.gallery import ASK, DATA, SIZE, encode_size
from tornterm.screens.worker import OnReply, Worker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["OnLook", "OnPicture", "Picture", "ScreenModel", "reserve_for"]

LARGEST_BATCH: Final = 128 * 1024
"""Bytes that are handed over at once where the log is large enough; a socket takes two of them."""

SMALLEST_BATCH: Final = 4096

MAX_FAILURES: Final = 3
"""How many workers may die with a request of this session before it is left without a model."""

_CUT_RANGE: Final = 2048
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw first on a terminal that has just been reset, to go on from `offset`.

    Args:
        dump: Draws the state of the terminal, at the size that the log has at `offset`.
        unfinished: The beginning of a sequence or character that goes on at `offset`. It may be
            half a query, so it is to be filtered together with what follows.
        offset: Where in the log to go on.
    """

    dump: bytes
    unfinished: bytes
    offset: int


OnPicture = Callable[[Picture | None], None]
"""Takes a picture, or None where the model was lost meanwhile, so that it is to be asked again."""

OnLook = Callable[[Sequence[bytes] | None], None]
"""Takes answers about the screen, or None where there are none."""


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
    return 4 * batch_for(capacity)


class ScreenModel:
    """The model of one session's screen, at the start of its log.

    Args:
        log: The session's output, with the reserve that `reserve_for` says.
        worker: Where the emulator is; None for no model.
        poke: Called when the program may print again.
        changed: Called when the model has been lost, and when it is whole again.

    Attributes:
        lost: Whether the screen that a snapshot gives may differ from what was printed.
    """

    def __init__(
        self,
        log: OutputLog,
        worker: Worker | None = None,
        *,
        poke: Callable[[], None] = lambda: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.lost = False
        self._log = log
        self._worker = worker
        self._poke = poke
        self._changed = changed
        self._batch = batch_for(log.capacity)
        self._id = b""
        self._handed = self._taken = 0
        self._ended = False
        self._failures = 0
        self._frozen: Picture | None = None
        self._wanted: list[OnPicture] = []
        self._looked_at = 0
        if worker is not None:
            worker.on_death.add(self._on_death)
            log.held = worker.usable

    # Following the log.

    @property
    def room(self) -> int:
        """Bytes that may be printed before the model would miss some."""
        return self._log.room if self._log.held else self._log.capacity

    def grown(self) -> None:
        """The log has grown: hand over what it is not to keep."""
        worker, log = self._worker, self._log
        if worker is None or self._ended:
            return
        if not log.held:
            log.held = worker.usable
        elif not self._due():
            # As nearly always.
            return
        if self._id and log.start > self._handed:
            # Output that could not be made to wait has overrun the model.
            self._lose()
        log.held = worker.usable
        while log.held and self._due() and self._hand_over(worker):
            pass
        self._let_go()

    def _due(self) -> bool:
        on_its_way = self._handed - max(self._taken, self._log.start) if self._id else 0
        return self._log.surplus - on_its_way >= self._batch

    def _hand_over(self, worker: Worker) -> bool:
        """Hand over one batch, whether or not anything comes of it."""
        if not self._id and not self._begin(worker):
            return False
        start = self._handed
        end = self._cut(start, min(start + self._batch, self._log.end))
        model_id = self._id
        fields = (b"feed", model_id, *self._steps(start, end))
        if end == start or not worker.ask(fields, lambda r: self._fed(model_id, end, r)):
            return False
        self._handed = end
        return True

    def _begin(self, worker: Worker) -> bool:
        log = self._log
        # Not only what is on its way lies before that: where the log starts inside a sequence, the
        # model begins behind it.
        self._handed = self._taken = log.safe_start()
        self.lost = log.start > 0
        model_id = b"%d" % next(_ids)
        state = b"lost" if self.lost else b"whole"
        fields = (b"begin", model_id, encode_size(log.size_at(self._handed)), state)
        if not worker.ask(fields, lambda reply: None):
            return False
        self._id = model_id
        return True

    def _fed(self, model_id: bytes, end: int, reply: Sequence[bytes] | None) -> None:
        """The worker has taken up everything before `end`, or has failed to."""
        if model_id != self._id or reply is None:
            return
        if reply[0] != b"ok":
            self._failed()
            return
        self._taken = end
        self._let_go()
        if self.lost and reply[1] == b"whole":
            self.lost = False
            self._changed()
        self._poke()

    def _let_go(self) -> None:
        """Let what is too much leave the log, as far as the model stands behind it."""
        if self._id:
            self._log.release(min(self._taken, self._log.start + self._log.surplus))

    def _cut(self, start: int, end: int) -> int:
        """Where to end a batch so that what follows begins on its own, if that can be had."""
        first = max(start, end - _CUT_RANGE)
        tail = self._log.read(first, end - first)
        at = max(tail.rfind(b"\x1b"), tail.rfind(b"\n"))
        if at > 0:
            return first + at
        return end - utf8.unfinished(tail[-utf8.LONGEST :])

    def _steps(self, start: int, end: int) -> Iterator[ReadableBuffer]:
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

    # Asking.

    def _ask(self, fields: Sequence[ReadableBuffer], on_reply: OnReply) -> bool:
        """Ask the worker, if there is one; as `Worker.ask`."""
        model_id = self._id

        def answered(reply: Sequence[bytes] | None) -> None:
            if model_id and model_id == self._id and reply is not None and reply[0] != b"ok":
                # Whoever asks again must not ask for this one.
                self._failed()
            on_reply(reply)

        return self._worker is not None and self._worker.ask(fields, answered)

    def picture(self, on_picture: OnPicture) -> int:
        """Ask for the state of the terminal at the place where the log takes over.

        Args:
            on_picture: Called with it, at once where there is no model.

        Returns:
            The offset that the picture will have.
        """
        if self._frozen is not None:
            on_picture(self._frozen)
            return self._frozen.offset
        offset, model_id = self._handed, self._id
        if model_id and self._ask((b"dump", model_id), _drawn(on_picture, offset)):
            return offset
        offset = self._log.safe_start()
        on_picture(Picture(b"", b"", offset))
        return offset

    def screen_alone(self, on_picture: OnPicture) -> int | None:
        """Ask for the screen as it is now, without what stands above it.

        Args:
            on_picture: Called later with the picture.

        Returns:
            The offset that the picture will have; None where there will be none.
        """
        if not self._wanted:
            self._looked_at = self._log.end
            if not self._look(_drawn(self._show_all, self._looked_at), ()):
                return None
        # One look is enough for all who are too slow for more.
        self._wanted.append(on_picture)
        return self._looked_at

    def _show_all(self, picture: Picture | None) -> None:
        wanted, self._wanted = self._wanted, []
        for on_picture in wanted:
            on_picture(picture)

    def look(self, questions: Sequence[tuple[int, bytes]], on_look: OnLook) -> bool:
        """Ask what the screen was like at places in the log.

        Args:
            questions: Offsets, in order, and what to ask there, or where the log starts if that
                is later.
            on_look: Called later with one answer for each.

        Returns:
            Whether that was possible.
        """

        def answered(reply: Sequence[bytes] | None) -> None:
            on_look(reply[3:] if reply is not None and reply[0] == b"ok" else None)

        return self._look(answered, questions)

    def _look(
        self,
        on_reply: Callable[[Sequence[bytes] | None], None],
        questions: Sequence[tuple[int, bytes]],
    ) -> bool:
        if self._worker is None or self._frozen is not None:
            return False
        start = self._handed if self._id else self._log.safe_start()
        fields: list[ReadableBuffer] = [b"look", self._id, encode_size(self._log.size_at(start))]
        at = start
        for offset, question in questions:
            fields += (*self._steps(at, max(at, offset)), ASK, question)
            at = max(at, offset)
        if not questions:
            fields += self._steps(at, self._log.end)
        return self._ask(fields, on_reply)

    # Losing it.

    def _failed(self) -> None:
        """The worker could not do something with the model, and has let it go."""
        self._failures += 1
        self._lose()
        self.grown()
        self._poke()

    def _on_death(self, suspect: bytes) -> None:
        if suspect and suspect == self._id:
            self._failures += 1
        self._lose()
        self.grown()
        self._poke()

    def _lose(self) -> None:
        had_one, self._id = bool(self._id), b""
        if self._failures >= MAX_FAILURES:
            self._leave()
        if had_one and not self._ended and self._log.start > 0 and not self.lost:
            self.lost = True
            self._changed()

    def _leave(self) -> None:
        if self._worker is not None:
            self._worker.on_death.discard(self._on_death)
        self._worker, self._log.held = None, False

    # The end.

    def freeze(self, then: Callable[[], None] = lambda: None) -> None:
        """Nothing will be printed any more: keep the state here, and let the model go.

        Args:
            then: Called when that has been done, if there is anything to keep.
        """

        def keep(picture: Picture | None) -> None:
            self._frozen = picture or self._frozen
            self._drop()
            then()

        self._ended = True
        if self._id:
            self.picture(keep)

    @property
    def kept(self) -> int:
        """Bytes that are kept of a terminal that prints nothing any more, besides the log."""
        return len(self._frozen.dump) if self._frozen else 0

    def close(self) -> None:
        """Let the model go."""
        self._drop()
        self._leave()

    def _drop(self) -> None:
        if self._id and self._worker is not None:
            self._worker.ask((b"drop", self._id), lambda reply: None)
        self._id = b""


def _drawn(on_picture: OnPicture, offset: int) -> Callable[[Sequence[bytes] | None], None]:
    """Make a picture of a reply."""

    def drawn(reply: Sequence[bytes] | None) -> None:
        done = reply is not None and reply[0] == b"ok"
        on_picture(Picture(reply[1], reply[2], offset) if done and reply else None)

    return drawn
