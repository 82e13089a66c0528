"""One session's recording: fed on the event loop, written by a thread."""

from __future__ import annotations

import codecs
import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tornterm.types import ExitStatus, SessionInfo, Size
from tornterm_record_asciicast.chain import Chain
from tornterm_record_asciicast.redaction import Redactor
from tornterm_record_asciicast.settings import RecorderSettings
from tornterm_record_asciicast.typed import Typed, without_secrets

__all__ = ["Recording"]

logger = logging.getLogger("tornterm.plugins.recorder")

RETRY_SECONDS = 1.0
"""Seconds after which a disk that took nothing is tried again."""

ONE_FRAME = 0.01
"""Seconds within which output is one event: what a player would draw at once."""

SLACK = 256 * 1024
"""Bytes that are taken beyond the buffer where the program waits when it is full."""

_EVENT = 64
"""Bytes that an event counts for, besides those of its text."""


class Recording:
    """Observes a session; `work` writes down what was seen, in a thread.

    Args:
        settings: The plugin's table.
        session: The session.
        wake: Tells the thread that there is something to do.
        press: Tells it that a lot is waiting.
    """

    def __init__(
        self,
        settings: RecorderSettings,
        session: SessionInfo,
        wake: Callable[[], None],
        press: Callable[[], None] = lambda: None,
    ) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(session.created))
        self.folder: Path = settings.folder / f"{stamp}-{session.id}"
        self.done = False
        self._settings = settings
        self._patient = settings.full == "pause"
        self._wake = wake
        self._press = press
        self._queue: deque[tuple[str, Any, int, float, int]] = deque()
        self._queued = self._taken = 0  # bytes: the one counts on the loop, the other in the thread
        self._echo = False
        self._missed = ""
        self._resized: Size | None = None
        self._size = session.size
        # A name may hold what must not be written down, as any other text.
        about = {"user": session.user, "title": Redactor(settings.redact).replaced(session.title)}
        syncs = settings.sync != "never"
        self._chain = Chain(self.folder, settings.segment, syncs=syncs, about=about)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._redactor = Redactor(settings.redact)
        self._typed = Typed(Redactor(settings.redact))
        self._lines: list[str] = []
        self._last = session.created
        self._seen = 0  # the offset of the next byte
        self._sure = 0  # the offset up to which everything is in `_lines` or on the disk
        self._gap = -1  # where the gap begins that is not marked yet
        self._why = ""
        self._chain_offset = 0  # the offset up to which everything is on the disk
        self._stopped = self._ended = self._refused = False
        self._again = 0.0
        self._synced = time.monotonic()

    # On the event loop: `tornterm.types.EchoObserver` and `tornterm.types.PacingObserver`.

    def room(self) -> int:
        """Bytes of output that can be taken; with the policy ``pause`` the program waits for it."""
        if not self._patient or self.done:
            return self._settings.buffer
        return 0 if self._refused else self._settings.buffer - self._waiting

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        """Bytes the program printed."""
        # What comes at the end comes without having asked for room.
        if self._fits(len(data) - SLACK if self._patient else len(data)):
            self._catch_up(now)
            self._put("o", bytes(data), offset, now, len(data))

    def on_echo(self, echo: bool, now: float) -> None:
        """Whether the terminal shows what is typed from here on."""
        self._echo = echo

    def on_input(self, data: bytes, now: float) -> None:
        """What was typed, and is recorded only where that is wished for and it is shown."""
        if not self._settings.input:
            return
        if not self._fits(len(data)):
            self._missed = "typed lines are missing: the disk is too slow"
            return
        self._catch_up(now)
        shown = self._echo
        self._put("i", (data if shown else without_secrets(data), shown), 0, now, len(data))

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        """The size changed."""
        self._resized = size
        if self._fits(_EVENT):
            self._catch_up(now)

    def on_exit(self, status: ExitStatus, now: float) -> None:
        """The program ended."""
        code = status.code if status.code is not None else 128 + (status.signal or 0)
        self._catch_up(now)
        self._put("x", code, 0, now, 0)

    def close(self) -> None:
        """Nothing follows."""
        self._put("end", None, 0, time.time(), 0)

    def mark(self, text: str) -> None:
        """Note that something happened."""
        if self._fits(0):
            self._put("m", text, 0, time.time(), _EVENT + len(text))

    @property
    def _waiting(self) -> int:
        return self._queued - self._taken

    def _fits(self, size: int) -> bool:
        return not self.done and self._waiting + size <= self._settings.buffer

    def _catch_up(self, now: float) -> None:
        """Note what had no room when it happened."""
        if self._resized is not None:
            self._put("r", self._resized, 0, now, _EVENT)
            self._resized = None
        if self._missed:
            self._put("m", self._missed, 0, now, _EVENT)
            self._missed = ""

    def _put(self, kind: str, value: Any, offset: int, now: float, size: int) -> None:
        self._queued += size
        self._queue.append((kind, value, offset, now, size))
        self._wake()
        if self._waiting > self._settings.buffer // 4:
            self._press()

    # In the thread.

    def work(self, *, hurry: bool = False) -> None:
        """Write what waits; what the disk does not take waits on, or becomes a gap.

        Args:
            hurry: Whether the disk is asked even if it has just refused.
        """
        if self.done:
            return
        waits = not hurry and time.monotonic() < self._again
        if waits and self._patient:
            return
        self._drain()
        if self._stopped and not self._ended:
            self._lines.clear()
        elif waits:
            self._drop()
        else:
            self._try()
        self._sync()

    def _try(self) -> None:
        try:
            self._write()
        except OSError as error:
            if not self._refused:
                logger.warning("%s cannot be written: %s", self.folder.name, error.strerror)
            self._refused = True
            self._again = time.monotonic() + RETRY_SECONDS
            self._stopped = self._settings.full == "stop"
            if not self._patient:
                self._drop()
            return
        self._refused = False
        if self._ended:
            self.done = True
            self._chain.close()

    def let_go(self) -> None:
        """Write no more, whether everything is written or not."""
        self.done = True
        self._chain.close()

    def _sync(self) -> None:
        seconds = self._settings.sync_seconds
        if self.done or not seconds or time.monotonic() < self._synced + seconds:
            return
        self._synced = time.monotonic()
        try:
            self._chain.sync()
        except OSError as error:
            logger.warning("%s may not be on the disk: %s", self.folder.name, error.strerror)

    def _drain(self) -> None:
        left = len(self._queue)
        while left > 0:
            kind, value, offset, now, size = self._queue.popleft()
            self._taken += size
            left -= 1
            if kind == "o":
                pieces = [value, *self._going_on(offset + len(value), now, left)]
                left -= len(pieces) - 1
                self._output(b"".join(pieces), offset, now)
            elif kind == "i":
                self._event("i", self._typed.feed(value[0], shown=value[1]), now)
            elif kind == "end":
                self._flush(now)
                self._ended = True
            else:
                if kind == "x":
                    self._flush(now)
                self._event(kind, f"{value.cols}x{value.rows}" if kind == "r" else value, now)

    def _going_on(self, offset: int, since: float, most: int) -> Iterator[bytes]:
        """Take what was printed from `offset` on so soon that nobody would see it apart."""
        for _ in range(most):
            kind, value, start, now, size = self._queue[0]
            if kind != "o" or start != offset or now - since > ONE_FRAME:
                return
            self._queue.popleft()
            self._taken += size
            offset += len(value)
            yield value

    def _output(self, data: bytes, offset: int, now: float) -> None:
        if offset > self._seen:
            self._flush_output(now)
            self._miss(self._seen, "the disk is too slow")
            self._sure = offset
        self._seen = offset + len(data)
        self._event("o", self._redactor.feed(self._decoder.decode(data)), now)
        if not self._redactor.holds:
            self._sure = self._seen - len(self._decoder.getstate()[0])

    def _flush(self, now: float) -> None:
        """Write what is held, because nothing follows it."""
        self._event("i", self._typed.finish(), now)
        self._flush_output(now)

    def _flush_output(self, now: float) -> None:
        text = self._redactor.feed(self._decoder.decode(b"", final=True))
        self._event("o", text + self._redactor.finish(), now)
        self._sure = self._seen

    def _event(self, kind: str, value: Any, now: float) -> None:
        if value == "":
            return
        interval = round(max(0.0, now - self._last), 6)
        self._last = max(self._last, now)
        if kind == "r":
            cols, _, rows = str(value).partition("x")
            self._size = Size(int(cols), int(rows))
        self._lines.append(json.dumps([interval, kind, str(value)]))

    def _miss(self, offset: int, why: str) -> None:
        if self._gap < 0:
            self._gap, self._why = offset, why

    def _drop(self) -> None:
        """What waits cannot be written: it is part of a gap."""
        self._lines.clear()
        self._miss(self._chain_offset, "the disk takes nothing")

    def _write(self) -> None:
        if not self._chain.begun:
            self._begin()
        if self._chain.headless:
            self._chain.head_segment(self._size, self._last, self._chain_offset)
        if self._chain.full:
            self._chain.begin(self._size, self._last, self._chain_offset)
        facts: dict[str, Any] = {"offset": self._sure}
        lines = list(self._lines)
        if self._gap >= 0:
            facts |= {"gap": [self._gap, max(self._gap, self._sure)], "why": self._why}
            lines.insert(0, json.dumps([0, "m", f"gap from byte {self._gap}: {self._why}"]))
        if self._ended:
            facts["end"] = "stopped" if self._stopped else "closed"
        if lines or self._ended:
            self._chain.append(lines, facts)
            self._gap, self._chain_offset = -1, self._sure
            self._lines.clear()

    def _begin(self) -> None:
        self._settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if not self._chain.locked:
            self._chain.lock()
        for left in self.folder.iterdir():
            os.unlink(left)  # of a first attempt on a full disk
        self._chain.begin(self._size, self._last, 0)
