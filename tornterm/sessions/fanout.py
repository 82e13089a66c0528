"""Who gets new output when: the writer at once, viewers behind it and one after the other.

A person who types waits for the echo, and every connection that is served before it, or that
acknowledges in between, makes it late. So the writer's frame goes out where the output was read.
Viewers follow a few milliseconds apart, one in each turn of the event loop, so that a key that
comes meanwhile waits for one of them at the most. In a flood, where frames are large and nobody
types, all are served together: what cost turns would only make viewers fall behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clock import Clock, Timer
from tornterm.sessions.flush import FULL, Flusher

__all__ = ["VIEWERS_WINDOW", "Fanout"]

VIEWERS_WINDOW = 0.01
"""Seconds for which output is gathered for viewers; the first after silence is not."""


class Fanout:
    """Sends what has been appended to a session's log to its attachments.

    Args:
        clock: Where the time comes from.
        attachments: Who is attached; the session changes this list.
        writer: Who writes at the moment, if anybody.
    """

    def __init__(
        self,
        clock: Clock,
        attachments: Sequence[Attachment],
        writer: Callable[[], Attachment | None],
    ) -> None:
        self._clock = clock
        self._attachments = attachments
        self._writer = writer
        self._for_viewers = Flusher(clock, self._serve_viewers, VIEWERS_WINDOW)
        self._end = self._served = 0
        # In the order of their turns; a dict, so that nobody has two.
        self._waiting: dict[Attachment, None] = {}
        self._turn: Timer | None = None

    def grown(self, end: int) -> None:
        """The log has grown to `end`, or has got a resize event."""
        self._end = end
        writer = self._writer()
        if writer is not None:
            writer.pump()
        # Nearly always nobody else is there.
        if self._attachments != [writer] and self._viewers():
            self._for_viewers.grown(end)

    def pump(self) -> None:
        """Let every attachment take what it can, now."""
        for attachment in list(self._attachments):
            attachment.pump()

    def close(self) -> None:
        """Serve nobody any more."""
        self._for_viewers.close()
        self._waiting.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _viewers(self) -> list[Attachment]:
        writer = self._writer()
        return [attachment for attachment in self._attachments if attachment is not writer]

    def _serve_viewers(self) -> None:
        size, self._served = self._end - self._served, self._end
        if size >= FULL:
            for viewer in self._viewers():
                viewer.pump()
            return
        self._waiting.update(dict.fromkeys(self._viewers()))
        self._next_turn()

    def _next_turn(self) -> None:
        if self._waiting and self._turn is None:
            self._turn = self._clock.call_later(0, self._serve_next)

    def _serve_next(self) -> None:
        self._turn = None
        viewer = next(iter(self._waiting))
        del self._waiting[viewer]
        # One that has left, or writes by now, has nothing to do here and loses nothing by it.
        viewer.pump()
        self._next_turn()
