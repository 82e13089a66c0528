"""The way to the server: the only place that knows how a connection is made."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.iostream import StreamClosedError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    websocket_connect,
)

from tornterm.attach.address import Address
from tornterm.core.protocols.v1 import MAX_BINARY, SUBPROTOCOL

__all__ = ["Denied", "Link", "Unreachable", "ask_for_token"]

_TIMEOUT_SECONDS = 15.0
_PING_SECONDS = 20.0
_CLOSE_SECONDS = 1.0
_COME_BACK = {429, 502, 503, 504}


class Unreachable(Exception):
    """Nothing answers, or the server says that it will later."""


class Denied(Exception):
    """The server does not let this person in, or is none of ours: a sentence says why."""


_NO_ANSWER = 599
"""The status that Tornado's client gives where there was no answer."""

_WORDS = {
    401: "You are not logged in there.",
    403: "The server does not allow this.",
    404: "There is no tornterm server at this address.",
}


def _judge(error: Exception) -> Exception:
    """What a failed request means."""
    if isinstance(error, OSError):
        return Unreachable(error.strerror or str(error))
    if not isinstance(error, HTTPClientError):
        return Unreachable(str(error) or type(error).__name__)
    if error.code == _NO_ANSWER:
        return Unreachable(error.message)
    words = _said(error.response) or _WORDS.get(
        error.code, f"The server answers {error.code} {error.message}."
    )
    return (Unreachable if error.code in _COME_BACK else Denied)(words)


def _said(response: HTTPResponse | None) -> str:
    """The sentence with which a tornterm server refuses; nothing if it comes from another."""
    try:
        return str(json.loads(response.body)["error"]["message"]) if response else ""
    except (ValueError, KeyError, TypeError):
        return ""


async def ask_for_token(address: Address, session: str, headers: Mapping[str, str]) -> str:
    """Ask for a resume token of a session.

    Args:
        address: The server.
        session: The session's id.
        headers: What logs the person in, and ``Origin``.

    Raises:
        Unreachable: Nothing answers.
        Denied: The server does not give one.
    """
    request = HTTPRequest(
        address.token(session),
        method="POST",
        headers=dict(headers),
        body="",
        request_timeout=_TIMEOUT_SECONDS,
        follow_redirects=False,
    )
    try:
        response = await AsyncHTTPClient().fetch(request)
        return str(json.loads(response.body)["token"])
    except (HTTPClientError, OSError, StreamClosedError) as error:
        raise _judge(error) from None
    except (ValueError, KeyError, TypeError):
        raise Denied("The answer is not that of a tornterm server.") from None


class Link:
    """One open connection.

    Args:
        connection: The WebSocket.
    """

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection
        self._ended = False

    @classmethod
    async def open(cls, address: Address, headers: Mapping[str, str]) -> Link:
        """Connect.

        Args:
            address: The server.
            headers: What logs the person in, and ``Origin``.

        Raises:
            Unreachable: Nothing answers.
            Denied: The server does not let this person in.
        """
        request = HTTPRequest(
            address.websocket,
            headers=dict(headers),
            connect_timeout=_TIMEOUT_SECONDS,
            request_timeout=_TIMEOUT_SECONDS,
            follow_redirects=False,
        )
        try:
            connection = await websocket_connect(
                request,
                subprotocols=[SUBPROTOCOL],
                max_message_size=2 * MAX_BINARY,
                ping_interval=_PING_SECONDS,
                ping_timeout=_PING_SECONDS,
            )
        except (HTTPClientError, OSError, StreamClosedError, WebSocketError) as error:
            raise _judge(error) from None
        if connection.selected_subprotocol != SUBPROTOCOL:
            connection.close()
            raise Denied("The server does not speak tornterm.v1.")
        return cls(connection)

    @property
    def close_code(self) -> int | None:
        """The code with which the server closed; None if it did not."""
        return self._connection.close_code

    def send(self, frame: str | bytes) -> None:
        """Send a frame; whether the connection is gone shows when receiving."""
        try:
            future = self._connection.write_message(frame, isinstance(frame, bytes))
        except WebSocketClosedError:
            return
        future.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def receive(self) -> str | bytes | None:
        """The next frame, None when the connection has ended."""
        if self._ended:
            return None
        frame = await self._connection.read_message()
        self._ended = frame is None
        return frame

    async def close(self) -> None:
        """End the connection, and wait a moment for the server to agree."""
        self._connection.close(1000)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                while await self.receive() is not None:
                    pass
