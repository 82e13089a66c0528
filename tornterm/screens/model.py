"""One session's screen model, for those who ask it: pictures of the screen, and looks at it.

`tornterm.screens.follower` keeps it at the place where the log takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tornterm.core.output_log import OutputLog
from tornterm.screens.follower import Follower
from tornterm.screens.gallery import ASK, encode_size
from tornterm.screens.worker import OnReply, Worker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["OnLook", "OnPicture", "Picture", "ScreenModel"]


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


class ScreenModel:
    """The model of one session's screen, at the start of its log.

    Args:
        log: The session's output, with the reserve that `reserve_for` says.
        worker: Where the emulator is; None for no model.
        poke: Called when the program may print again.
        changed: Called when the model has been lost, and when it is whole again.
    """

    def __init__(
        self,
        log: OutputLog,
        worker: Worker | None = None,
        *,
        poke: Callable[[], None] = lambda: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._log = log
        self._follower = Follower(log, worker, poke, changed)
        self._frozen: Picture | None = None
        self._wanted: list[OnPicture] = []
        self._looked_at = 0

    @property
    def lost(self) -> bool:
        """Whether the screen that a snapshot gives may differ from what was printed."""
        return self._follower.lost

    @property
    def room(self) -> int:
        """Bytes that may be printed before the model would miss some."""
        return self._follower.room

    def grown(self) -> None:
        """The log has grown: hand over what it is not to keep."""
        self._follower.grown()

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
        follower = self._follower
        follower.catch_up()
        worker, offset, model = follower.worker, follower.handed, follower.model
        drawn = _drawn(on_picture, offset)

        def answered(reply: Sequence[bytes] | None) -> None:
            if model == follower.model and reply is not None and reply[0] != b"ok":
                # Whoever asks again must not ask for this one.
                follower.failed()
            drawn(reply)

        if not model or worker is None or not worker.ask((b"dump", model), answered):
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

    def _look(self, on_reply: OnReply, questions: Sequence[tuple[int, bytes]]) -> bool:
        """Have a copy of the model looked at; the model itself stays whatever becomes of that."""
        follower, worker = self._follower, self._follower.worker
        if worker is None or self._frozen is not None:
            return False
        follower.catch_up()
        at = follower.handed
        fields: list[ReadableBuffer] = [b"look", follower.model, encode_size(self._log.size_at(at))]
        for offset, question in questions:
            fields += (*follower.steps(at, max(at, offset)), ASK, question)
            at = max(at, offset)
        if not questions:
            fields += follower.steps(at, self._log.end)
        return worker.ask(fields, on_reply)

    # The end.

    def freeze(self, then: Callable[[], None] = lambda: None) -> None:
        """Nothing will be printed any more: keep the state here, and let the model go.

        Args:
            then: Called when that has been done, if there is anything to keep.
        """

        def keep(picture: Picture | None) -> None:
            self._frozen = picture or self._frozen
            self._follower.drop()
            then()

        self._follower.ended = True
        if self._follower.model:
            self.picture(keep)

    @property
    def kept(self) -> int:
        """Bytes that are kept of a terminal that prints nothing any more, besides the log."""
        return len(self._frozen.dump) if self._frozen else 0

    def close(self) -> None:
        """Let the model go."""
        self._follower.drop()
        self._follower.leave()


def _drawn(on_picture: OnPicture, offset: int) -> Callable[[Sequence[bytes] | None], None]:
    """Make a picture of a reply."""

    def drawn(reply: Sequence[bytes] | None) -> None:
        done = reply is not None and reply[0] == b"ok"
        on_picture(Picture(reply[1], reply[2], offset) if done and reply else None)

    return drawn
