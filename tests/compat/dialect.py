"""A client that speaks terminado's dialect and waits on events."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Self

from tornterm.testing.socket import Socket

__all__ = ["WITHIN", "TerminadoClient"]

WITHIN = 60.0
"""Seconds for which a busy machine is given time."""


class TerminadoClient:
    """One WebSocket of a terminal.

    Args:
        url: The address of the terminal's WebSocket.
        headers: Headers of the request.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._url = url
        self.headers = dict(headers or {})
        self.messages: list[list[Any]] = []
        self.text = ""
        self.socket: Socket | None = None

    async def __aenter__(self) -> Self:
        self.socket = await Socket.connect(self._url, self.headers, self._take)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.connected.close()

    @property
    def connected(self) -> Socket:
        assert self.socket is not None
        return self.socket

    def _take(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        self.messages.append(message)
        if message[0] == "stdout":
            self.text += message[1]

    def send(self, *message: Any) -> None:
        """Send one message."""
        self.connected.send(json.dumps(message))

    async def got(self, *message: Any) -> None:
        """Wait until a message has come."""
        await self.connected.wait_for(
            lambda: list(message) in self.messages, WITHIN, f"{message} after {self.messages[-3:]}"
        )

    async def shows(self, text: str) -> None:
        """Wait until the output holds a text."""
        await self.connected.wait_for(
            lambda: text in self.text, WITHIN, f"{text!r}; there is {self.text[-500:]!r}"
        )

    async def finds(self, pattern: str) -> str:
        """Wait until the output matches, and return the first group of the match."""
        await self.connected.wait_for(
            lambda: re.search(pattern, self.text) is not None,
            WITHIN,
            f"{pattern!r}; there is {self.text[-500:]!r}",
        )
        found = re.search(pattern, self.text)
        assert found is not None
        return found[1]

    async def closed(self) -> int | None:
        """Wait until the server has closed, and return with which code."""
        return await self.connected.wait_closed(WITHIN)
