"""What an attachment needs in order to begin with a snapshot, or to begin again with one."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.core.output_log import OutputLog
from tornterm.screens.drawing import Drawing, Part
from tornterm.screens.model import Picture, ScreenModel
from tornterm.sessions.clock import Clock

__all__ = ["Painter"]


class Painter:
    """Gets the pictures for one attachment, and makes snapshots of them.

    Args:
        log: The session's output.
        model: Where the pictures come from.
        clock: Where the time comes from.
        ready: Called when there is something to send that was waited for.

    Attributes:
        busy: Whether a snapshot has been begun and its last part has not been given.
        offset: Where in the log the snapshot begins that is on its way.
        end: Where the log is gone on with, once the last part has been given.
    """

    def __init__(
        self, log: OutputLog, model: ScreenModel, clock: Clock, ready: Callable[[], None]
    ) -> None:
        self.busy = False
        self.offset = self.end = 0
        self._log = log
        self._model = model
        self._clock = clock
        self._ready = ready
        self._drawing: Drawing | None = None
        self._ticket = 0
        self._beginning = False

    def begin(self) -> None:
        """Begin a snapshot with everything that there is; one that was begun is given up."""
        ticket = self._expect()
        self._beginning = True
        self.offset = self._model.picture(lambda picture: self._arrived(ticket, picture))
        self._beginning = False

    def begin_alone(self) -> None:
        """Begin a snapshot of the screen alone, for one that was too slow for more."""
        ticket = self._expect()
        offset = self._model.screen_alone(lambda picture: self._arrived(ticket, picture))
        if offset is None:
            self.begin()
        else:
            self.offset = offset

    def give_up(self) -> None:
        """Forget the snapshot that is on its way."""
        self._expect()
        self.busy = False

    def _expect(self) -> int:
        self._ticket += 1
        self._drawing, self.busy = None, True
        return self._ticket

    def _arrived(self, ticket: int, picture: Picture | None) -> None:
        if ticket != self._ticket:
            return
        try:
            if picture is None:
                # The model has gone; there is another one, or none.
                self.begin()
            else:
                self._drawing = Drawing(self._log, picture)
        except LookupError:
            self.begin_alone()
        if self._drawing is not None and not self._beginning:
            self._ready()

    def next(self) -> Part | None:
        """The next part, or None while it is waited for.

        Raises:
            LookupError: The log has overrun the snapshot, which has to be begun again.
        """
        if self._drawing is None:
            return None
        part = self._drawing.next()
        if part.last:
            self.end, self._drawing = self._drawing.end, None
            self.busy = False
            if self.end < self._log.start:
                # The part was read before the log went on; nothing follows on it any more.
                raise LookupError(f"offset {self.end} is not in the log any more")
        elif not part.data:
            # A program that does nothing but ask costs time and gives nothing to send, so that
            # no socket would stop the work: let others have their turn.
            self._clock.call_later(0, self._ready)
            return None
        return part
