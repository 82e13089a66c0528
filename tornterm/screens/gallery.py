"""The models themselves, inside the worker process: what each request does with them.

A request is the name of what is to be done, the id of a model, and often *steps*: pairs of ``data``
and bytes, ``size`` and a size, or ``ask`` and a question about the screen at this very place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from tornterm.core.modes import ModeTracker
from tornterm.core.queries import CURSOR, STATE
from tornterm.core.screen import Screen, make_screen
from tornterm.types import Size

__all__ = ["ASK", "DATA", "SIZE", "Gallery", "decode_size", "encode_size"]

DATA: Final = b"data"
SIZE: Final = b"size"
ASK: Final = b"ask"


def encode_size(size: Size) -> bytes:
    """A size as a field of a request."""
    return b"%d %d" % (size.cols, size.rows)


def decode_size(field: bytes) -> Size:
    """The size that a field holds."""
    cols, rows = field.split()
    return Size(int(cols), int(rows))


class Model:
    """One session's model, or what there is of it after its beginning was lost.

    Args:
        size: The size of the terminal.
        scrollback_lines: How many lines above the screen are kept.
        lost: Whether something was printed before that this model does not know. Then it follows
            the modes alone, until the screen is cleared and there is something to build on.
    """

    def __init__(self, size: Size, *, scrollback_lines: int, lost: bool) -> None:
        self._lines = scrollback_lines
        self._tracker = ModeTracker(size) if lost else None
        self.screen: Screen = self._tracker or make_screen(size, scrollback_lines=scrollback_lines)

    @property
    def lost(self) -> bool:
        """Whether the screen may differ from what was printed."""
        return self._tracker is not None

    def feed(self, data: bytes) -> None:
        """Take output."""
        if self._tracker is not None:
            taken = self._tracker.feed_to_clear(data)
            if taken is None:
                return
            self._recover(self._tracker)
            data = data[taken:]
        self.screen.feed(data)

    def _recover(self, tracker: ModeTracker) -> None:
        self.screen = make_screen(tracker.size, scrollback_lines=self._lines)
        self.screen.feed(tracker.dump(history=0))
        self._tracker = None


class Gallery:
    """All models of one server.

    Args:
        scrollback_lines: How many lines above the screen each keeps.
        full: Whether there is hardly any memory left. An emulator does not say that it had too
            little; so the model that asks for the last of it goes.
    """

    def __init__(self, scrollback_lines: int, full: Callable[[], bool] = lambda: False) -> None:
        self._lines = scrollback_lines
        self._full = full
        self._models: dict[bytes, Model] = {}

    def serve(self, request: Sequence[bytes]) -> list[bytes]:
        """Do what a request says.

        Args:
            request: Its fields.

        Returns:
            The fields of the reply: ``ok`` and what was asked for, or ``failed`` and the name of
            the exception. Then there is no such model any more, unless it was only looked at.
        """
        name, model_id, *rest = request
        try:
            return [b"ok", *_HANDLERS[name](self, model_id, rest)]
        except Exception as error:
            # Its words may be those that were on the screen.
            if name != b"look":
                self._drop(model_id, ())
            return [b"failed", type(error).__name__.encode()]

    def _begin(self, model_id: bytes, rest: Sequence[bytes]) -> Iterable[bytes]:
        size, state = rest
        self._drop(model_id, ())
        self._models[model_id] = Model(
            decode_size(size), scrollback_lines=self._lines, lost=state == b"lost"
        )
        return ()

    def _feed(self, model_id: bytes, rest: Sequence[bytes]) -> Iterable[bytes]:
        model = self._models[model_id]
        for step, values in groupby(_steps(rest), itemgetter(0)):
            if step == DATA:
                # Where the ring begins anew means nothing to a terminal.
                model.feed(b"".join(value for _, value in values))
            else:
                for _, value in values:
                    model.screen.resize(decode_size(value))
        if self._full():
            raise MemoryError
        return b"lost" if model.lost else b"whole", b"scrolls" if model.screen.scrolls else b""

    def _dump(self, model_id: bytes, rest: Sequence[bytes]) -> Iterable[bytes]:
        screen = self._models[model_id].screen
        return screen.dump(history=self._lines), screen.unfinished

    def _look(self, model_id: bytes, rest: Sequence[bytes]) -> Iterable[bytes]:
        """Bring a copy further than the model has come, and look at it on the way and there."""
        size, *steps = rest
        if model_id:
            screen = self._models[model_id].screen.copy()
        else:
            screen = make_screen(decode_size(size), scrollback_lines=0)
        answers = []
        try:
            for step, value in _steps(steps):
                if step == DATA:
                    screen.feed(value)
                elif step == SIZE:
                    screen.resize(decode_size(value))
                else:
                    answers.append(_answer(screen, value))
            return screen.dump(history=0), screen.unfinished, *answers
        finally:
            screen.close()

    def _drop(self, model_id: bytes, rest: Sequence[bytes]) -> Iterable[bytes]:
        model = self._models.pop(model_id, None)
        if model is not None:
            model.screen.close()
        return ()


_HANDLERS: Final = {
    b"begin": Gallery._begin,
    b"feed": Gallery._feed,
    b"dump": Gallery._dump,
    b"look": Gallery._look,
    b"drop": Gallery._drop,
}


def _steps(fields: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(fields[::2], fields[1::2], strict=True)


def _answer(screen: Screen, question: bytes) -> bytes:
    """What there is to say of the screen, as words; empty where the model does not know."""
    if question == CURSOR:
        return b"%d %d" % screen.cursor if screen.cursor else b""
    if question == STATE:
        return screen.dump(history=0)
    slot = question.decode().removesuffix(" colour")
    colour = screen.colour(int(slot) if slot.isdigit() else slot)  # type: ignore[arg-type]
    return b"%d %d %d" % colour if colour else b""
