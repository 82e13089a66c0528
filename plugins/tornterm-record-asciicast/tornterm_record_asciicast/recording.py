"""One session's recording: fed on the event loop, written by a thread."""

from __future__ import annotations

import codecs
import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornterm.types import ExitStatus, SessionInfo, Size
from tornterm_record_asciicast.chain import Chain
from tornterm_record_asciicast.redaction import Redactor
from tornterm_record_asciicast.settings import RecorderSettings

__all__ = ["Recording"]

logger = logging.getLogger("tornterm.plugins.recorder")

RETRY_SECONDS = 1.0
"""Seconds after which a disk that took nothing is tried again."""


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
        self._wake = wake
        self._press = press
        self._queue: deque[tuple[str, Any, int, float]] = deque()
        self._queued = self._taken = 0  # bytes: the one counts on the loop, the other in the thread
        self._size = session.size
        self._chain = Chain(self.folder, settings.segment)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._redactor = Redactor(settings.redact)
        self._lines: list[str] = []
        self._last = session.created
        self._seen = 0  # the offset of the next byte
        self._sure = 0  # the offset up to which everything is in `_lines` or on the disk
        self._gap = -1  # where the gap begins that is not marked yet
        self._why = ""
        self._stopped = False
        self._again = 0.0

    # On the event loop: `tornterm.types.SessionObserver`.

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        """Bytes the program printed."""
        if self._queued - self._taken + len(data) <= self._settings.buffer:
            self._put("o", bytes(data), offset, now, len(data))

    def on_input(self, data: bytes, now: float) -> None:
        """What was typed is not recorded."""

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        """The size changed."""
        self._put("r", size, offset, now, 64)

    def on_exit(self, status: ExitStatus, now: float) -> None:
        """The program ended."""
        code = status.code if status.code is not None else 128 + (status.signal or 0)
        self._put("x", code, 0, now, 0)

    def close(self) -> None:
        """Nothing follows."""
        self._put("end", None, 0, time.time(), 0)

    def mark(self, text: str) -> None:
        """Note that something happened."""
        if self._queued - self._taken <= self._settings.buffer:
            self._put("m", text, 0, time.time(), 64 + len(text))

    def _put(self, kind: str, value: Any, offset: int, now: float, size: int) -> None:
        self._queued += size
        self._queue.append((kind, value, offset, now))
        self._wake()
        if self._queued - self._taken > self._settings.buffer // 4:
            self._press()

    # In the thread.

    def work(self, *, hurry: bool = False) -> None:
        """Write what waits; what the disk does not take becomes a gap.

        Args:
            hurry: Whether the disk is asked even if it has just refused.
        """
        ended = self._drain()
        if self._stopped and not ended:
            self._lines.clear()
            return
        if not hurry and not ended and time.monotonic() < self._again:
            self._drop()
            return
        try:
            self._write(ended)
        except OSError as error:
            logger.warning("%s cannot be written: %s", self.folder.name, error.strerror)
            self._drop()
            self._again = time.monotonic() + RETRY_SECONDS
            self._stopped = self._settings.full == "stop"
        self.done = self.done or ended
        if self.done:
            self._chain.close()

    def _drain(self) -> bool:
        for _ in range(len(self._queue)):
            kind, value, offset, now = self._queue.popleft()
            if kind == "o":
                self._taken += len(value)
                self._output(value, offset, now)
            elif kind == "end":
                self._flush(now)
                return True
            else:
                self._taken += 64 if kind == "r" else 64 + len(value) if kind == "m" else 0
                if kind == "x":
                    self._flush(now)
                self._event(kind, f"{value.cols}x{value.rows}" if kind == "r" else value, now)
        return False

    def _output(self, data: bytes, offset: int, now: float) -> None:
        if offset > self._seen:
            self._flush(now)
            self._miss(self._seen, "the disk is too slow")
            self._sure = offset
        self._seen = offset + len(data)
        text = self._redactor.feed(self._decoder.decode(data))
        if text:
            self._event("o", text, now)
        if not self._redactor.holds:
            self._sure = self._seen - len(self._decoder.getstate()[0])

    def _flush(self, now: float) -> None:
        """Write what is held, because nothing follows it."""
        text = self._redactor.feed(self._decoder.decode(b"", final=True))
        text += self._redactor.finish()
        if text:
            self._event("o", text, now)
        self._sure = self._seen

    def _event(self, kind: str, value: Any, now: float) -> None:
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

    _chain_offset = 0

    def _write(self, ended: bool) -> None:
        if not self._chain.begun:
            self._begin()
        if self._chain.full:
            self._chain.begin(self._size, self._last, self._chain_offset)
        facts: dict[str, Any] = {"offset": self._sure}
        lines = list(self._lines)
        if self._gap >= 0:
            facts |= {"gap": [self._gap, max(self._gap, self._sure)], "why": self._why}
            lines.insert(0, json.dumps([0, "m", f"gap from byte {self._gap}: {self._why}"]))
        if ended:
            facts["end"] = "stopped" if self._stopped else "closed"
        if lines or ended:
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
