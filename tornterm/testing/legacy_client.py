"""A client of the legacy dialect that records everything and can be cut off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tornterm.testing.recorder import RecordingClient

__all__ = ["LegacyClient"]


class LegacyClient(RecordingClient):
    """One connection at a time, told apart into output and control messages.

    Args:
        url: The server's base (``http://host:port/base/``) or the address of its WebSocket.
        headers: Headers of each upgrade: ``Cookie`` and ``Origin``, or ``Authorization``.
        within: Seconds that each wait lasts unless it is said otherwise.
    """

    def __init__(
        self, url: str, *, headers: Mapping[str, str] | None = None, within: float = 30.0
    ) -> None:
        super().__init__(url, headers=headers, within=within)
        self.token: str | None = None
        self.frames: list[str | bytes] = []
        """Every frame of this connection, in order."""
        self.messages: list[dict[str, Any]] = []
        """The control messages of all connections."""
        self._fresh: list[dict[str, Any]] = []

    async def open(self, **query: str | int) -> None:
        """Connect; the query decides whether a session is made or taken up.

        Args:
            query: ``cols``, ``rows``, ``resume``, ``control``.

        Raises:
            tornado.httpclient.HTTPClientError: The upgrade failed.
        """
        self.frames.clear()
        self._fresh.clear()
        await self._connect(f"?{urlencode(query)}" if query else "")

    def send_input(self, data: bytes | str) -> None:
        """Type something, as a text or a binary frame."""
        self.send_frame(data)

    def resize(self, cols: int, rows: int) -> None:
        """Say how large the terminal is."""
        self.send_input(json.dumps({"type": "resize", "cols": cols, "rows": rows}))

    def ping(self) -> None:
        """Ask for a pong."""
        self.send_input('{"type":"ping"}')

    async def next_message(self, kind: str, within: float | None = None) -> dict[str, Any]:
        """The next control message of a type on this connection that was not asked for before.

        Args:
            kind: Its `type`.
            within: Seconds to wait for it.
        """

        def at() -> int:
            return next((i for i, m in enumerate(self._fresh) if m["type"] == kind), -1)

        await self.wait_for(lambda _: at() >= 0, within)
        return self._fresh.pop(at())

    def _on_frame(self, frame: str | bytes) -> None:
        self.frames.append(frame)
        message = _control(frame) if isinstance(frame, str) else None
        if message is None:
            data = frame.encode() if isinstance(frame, str) else frame
            self.recording.add(data, self.recording.end)
            return
        self.messages.append(message)
        self._fresh.append(message)
        if message["type"] in ("session", "resumed"):
            self.token = message["token"]
            self.recording.clear()


def _control(frame: str) -> dict[str, Any] | None:
    try:
        value = json.loads(frame)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "type" in value else None
