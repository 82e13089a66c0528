"""terminado's clients of one terminal: handlers that are called with text and cannot be waited for.

Each is on its own: one that is closing or fails takes nothing from the others. They drop the
futures of what they write, so how far they are behind is looked up in their sockets. While all of
them are far behind, the program waits; one that others overtake, or that has stopped, is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketProtocol

from tornterm.core import utf8
from tornterm.core.lifecycle import CloseCode
from tornterm.core.output_log import Cursor, OutputLog
from tornterm.errors import ProtocolError
from tornterm.screens.drawing import Drawing
from tornterm.screens.model import Picture, ScreenModel
from tornterm.types import Size

__all__ = ["BEHIND_BYTES", "LOST_BYTES", "RESET", "STALL_SECONDS", "Audience"]

logger = logging.getLogger("tornterm.pty")

BEHIND_BYTES = 1024 * 1024
"""Unsent bytes from which on a client is worth waiting for."""

LOST_BYTES = 4 * 1024 * 1024
"""Unsent bytes, beyond what a replay may take, from which on a client is closed."""

STALL_SECONDS = 30.0
"""Seconds after which a client that is waited for and takes nothing is closed."""

RESET = b"\x1bc"
"""What a newcomer's terminal is cleared with: the dialect has no message for it."""

_PIECE = 64 * 1024


class Audience:
    """The clients that one terminal shows its output to.

    Args:
        log: The terminal's output.
        poke: Called when a client that was waited for has caught up or gone.

    Attributes:
        clients: The clients. terminado's handlers add and remove themselves.
        model: What the screen was like where the log starts.
    """

    def __init__(self, log: OutputLog, poke: Callable[[], None]) -> None:
        self.clients: list[Any] = []
        self.model = ScreenModel(log)
        self._log = log
        self._poke = poke
        self._cursor: Cursor | None = None
        self._replay_room = 0
        self._visited = False
        self._expected: list[Any] = []
        self._awaited: dict[Any, asyncio.TimerHandle] = {}

    def replay(self) -> deque[str]:
        """What a newcomer is shown; all that comes later follows on it without a gap.

        Where the state of the screen has to be asked for, it is nothing yet, and the newcomer is
        shown all of it when that has come.
        """
        newcomer = self.clients[-1] if self.clients else None
        # Its small messages are not to wait for the acknowledgement of the ones before.
        with contextlib.suppress(Exception):
            newcomer.set_nodelay(True)  # type: ignore[union-attr]
        replay: deque[str] = deque()
        self._expected.append(newcomer)

        def arrived(picture: Picture | None) -> None:
            if any(client is newcomer for client in self._expected):
                self._expected = [c for c in self._expected if c is not newcomer]
                replay.append(self._drawn(picture))
                if answered and any(client is newcomer for client in self.clients):
                    self._send("".join(replay), [newcomer])

        answered = False
        self.model.picture(arrived)
        answered = True
        return deque(text for text in replay if text)

    def _drawn(self, picture: Picture | None) -> str:
        """A snapshot up to where all the others are, as text."""
        try:
            data = self._snapshot(picture or _nothing(self._log))
        except LookupError:
            data = self._snapshot(_nothing(self._log))
        if self._visited:
            # It may be one that lost its connection and still shows what it showed before.
            data = RESET + data
        self._visited = True
        # As JSON it is seldom more than twice as long.
        self._replay_room = max(self._replay_room, 2 * len(data))
        return data.decode("utf-8", "replace")

    def _snapshot(self, picture: Picture) -> bytes:
        end = None if self._cursor is None or self._cursor.lost else self._cursor.offset
        drawing = Drawing(self._log, picture, end)
        parts = [drawing.next()]
        while not parts[-1].last:
            parts.append(drawing.next())
        data = b"".join(part.data for part in parts)
        # The rest of a character that is not complete yet goes to all of them together.
        unfinished = utf8.unfinished(data[-utf8.LONGEST :])
        if end is None:
            self._cursor = self._log.cursor(max(self._log.start, drawing.end - unfinished))
        return data[: len(data) - unfinished]

    def show(self, since: int, *, hold: bool = True) -> None:
        """Show what the log has got.

        Args:
            since: The offset from which on it is new.
            hold: Keep back an incomplete character at the end.
        """
        if not self.clients:
            self._cursor = None
            return
        if self._cursor is None or self._cursor.lost:
            self._cursor = self._log.cursor(max(since, self._log.start))
        while (piece := self._cursor.next(_PIECE, hold=hold)) is not None:
            if isinstance(piece, bytes):
                self._send(piece.decode("utf-8", "replace"))

    def _send(self, text: str, clients: Sequence[Any] | None = None) -> None:
        for client in list(self.clients if clients is None else clients):
            if any(client is other for other in self._expected):
                continue
            try:
                client.on_pty_read(text)
            except Exception as error:
                # Usually it is closing; it takes itself off the list when it has.
                logger.debug("a terminal client could not be written to: %r", error)
                continue
            if _unsent(client) > BEHIND_BYTES:
                self._await(client)

    def end(self) -> None:
        """Show what is left and tell everybody that it is over."""
        with contextlib.suppress(LookupError):
            self.show(self._log.end, hold=False)
        for timer in self._awaited.values():
            timer.cancel()
        for client in list(self.clients):
            try:
                client.on_pty_died()
            except Exception as error:
                logger.debug("a terminal client could not be told of the end: %r", error)

    # Those who are behind.

    def keeps_up(self) -> bool:
        """Whether there is nobody, or somebody who is not far behind."""
        present = [client for client in self.clients if not _is_closing(client)]
        return not present or any(_unsent(client) <= BEHIND_BYTES for client in present)

    def _await(self, client: Any) -> None:
        """Go on when this client has caught up, or close it when it does not."""
        if _unsent(client) > LOST_BYTES + self._replay_room:
            self._close(client)
        if client in self._awaited:
            return
        stream = _stream(client)
        assert stream is not None
        with contextlib.suppress(StreamClosedError):
            # An empty write is done when all that was written before it is.
            caught_up = stream.write(b"")
            self._watch(client)
            caught_up.add_done_callback(lambda future: self._caught_up(client, future))

    def _caught_up(self, client: Any, future: asyncio.Future[None]) -> None:
        # A stream that was closed says so by an exception, which is to be looked at.
        future.exception()
        self._awaited.pop(client).cancel()
        self._poke()

    def _watch(self, client: Any) -> None:
        loop = asyncio.get_running_loop()
        self._awaited[client] = loop.call_later(STALL_SECONDS, self._check, client, _taken(client))

    def _check(self, client: Any, taken: int) -> None:
        if _taken(client) == taken:
            self._close(client)
        self._watch(client)

    def _close(self, client: Any) -> None:
        if not _is_closing(client):
            logger.info("a terminal client is closed because it does not take its output")
            client.close(CloseCode.STALLED, "does not take its output")
            self._poke()

    # Sizes.

    def smallest(self) -> Size | None:
        """The size that fits all clients; None where no client has one."""
        sizes = [size for client in self.clients if (size := _size(client)) is not None]
        if not sizes:
            return None
        return Size(min(size.cols for size in sizes), min(size.rows for size in sizes))


def _nothing(log: OutputLog) -> Picture:
    """Where there is no picture of the screen, the log from where it can be understood."""
    return Picture(b"", b"", log.safe_start())


def _size(client: Any) -> Size | None:
    """A client's size, which came from a browser: anything may stand there."""
    try:
        rows, cols = client.size
        return Size.checked(cols, rows)
    except (AttributeError, TypeError, ValueError, ProtocolError):
        return None


def _stream(client: Any) -> IOStream | None:
    stream = getattr(getattr(client, "ws_connection", None), "stream", None)
    return stream if isinstance(stream, IOStream) else None


def _unsent(client: Any) -> int:
    """Bytes that a client's socket has not taken yet."""
    stream = _stream(client)
    # Tornado offers no public way to ask, neither for this nor for what has been taken.
    return 0 if stream is None else len(stream._write_buffer)


def _taken(client: Any) -> int:
    """Bytes that a client's socket has taken so far."""
    stream = _stream(client)
    return 0 if stream is None else stream._total_write_done_index


def _is_closing(client: Any) -> bool:
    connection = getattr(client, "ws_connection", None)
    return isinstance(connection, WebSocketProtocol) and connection.is_closing()
