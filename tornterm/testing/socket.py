"""The WebSocket under the clients of `tornterm.testing`: reads all the time, waits on events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

__all__ = ["Refused", "Socket", "origin_of", "websocket_url"]

MAX_MESSAGE = 1024 * 1024


class Refused(Exception):
    """The server closed the connection instead of answering.

    Args:
        code: The `code` of the ``error`` message, empty without one.
        message: Its `message`.
        close_code: The WebSocket close code; None where the connection was just gone.
        retry_after: Seconds, as the ``error`` message said.
    """

    def __init__(
        self, code: str, message: str, close_code: int | None, retry_after: int | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.close_code = close_code
        self.retry_after = retry_after
        super().__init__(f"{code or 'no reason'} ({close_code}): {message}")


def websocket_url(url: str) -> str:
    """The address of the WebSocket of a server.

    Args:
        url: The server's base (``http://host:port/base/``) or the address of its WebSocket.
    """
    if url.startswith("ws"):
        return url
    return "ws" + url.removeprefix("http").rstrip("/") + "/ws"


def origin_of(url: str) -> str:
    """What a page at an address sends as ``Origin``.

    Args:
        url: An address of the server.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Socket:
    """One connection, read by a task of its own until it ends.

    Args:
        connection: The open WebSocket.
        on_frame: Called with each frame; what it raises ends the reading and is kept in `failure`.
    """

    def __init__(
        self, connection: WebSocketClientConnection, on_frame: Callable[[str | bytes], None]
    ) -> None:
        self._connection = connection
        self._on_frame = on_frame
        self._reading = asyncio.Event()
        self._reading.set()
        self._moved = asyncio.Event()
        self.failure: Exception | None = None
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls,
        url: str,
        headers: Mapping[str, str],
        on_frame: Callable[[str | bytes], None],
        subprotocols: list[str] | None = None,
        ca_certs: str | None = None,
    ) -> Socket:
        """Open a connection.

        Args:
            url: The WebSocket's address.
            headers: Headers of the request, for example ``Authorization``.
            on_frame: Called with each frame.
            subprotocols: What to offer.
            ca_certs: The file of the authorities that vouch for the server; None for the usual.

        Raises:
            tornado.httpclient.HTTPClientError: The server did not want a WebSocket; a note of the
                error holds its words.
            OSError: Nothing answered.
        """
        request = HTTPRequest(
            url,
            headers=dict(headers),
            connect_timeout=30,
            request_timeout=30,
            ca_certs=ca_certs,
        )
        try:
            connection = await websocket_connect(
                request, subprotocols=subprotocols, max_message_size=MAX_MESSAGE
            )
        except HTTPClientError as error:
            _explain(error)
            raise
        return cls(connection, on_frame)

    @property
    def open(self) -> bool:
        """Whether the connection has not ended yet."""
        return not self._task.done()

    @property
    def close_code(self) -> int | None:
        """The code with which the server closed; None if it did not."""
        return self._connection.close_code

    @property
    def subprotocol(self) -> str | None:
        """What the server chose."""
        return self._connection.selected_subprotocol

    async def _read(self) -> None:
        try:
            while (frame := await self._connection.read_message()) is not None:
                await self._reading.wait()
                self._on_frame(frame)
                self._moved.set()
        except Exception as failure:
            self.failure = failure
            self.abort()
        finally:
            self._connection.close()  # or it warns that nobody has, even where the server did
            self._moved.set()

    def send(self, frame: str | bytes) -> None:
        """Send a frame; nothing happens if the connection has ended.

        Args:
            frame: Text for a text frame, bytes for a binary one.
        """
        try:
            future = self._connection.write_message(frame, isinstance(frame, bytes))
        except WebSocketClosedError:
            return
        future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def stop_reading(self) -> None:
        """Leave what comes in the buffers of the connection, as a hung client does."""
        self._reading.clear()

    def start_reading(self) -> None:
        """Read on after `stop_reading`."""
        self._reading.set()

    async def wait_for(self, met: Callable[[], bool], within: float, what: str) -> None:
        """Wait until something is true; it is looked at after each frame.

        Args:
            met: Whether it is.
            within: Seconds.
            what: Words for the error.

        Raises:
            TimeoutError: It did not become true.
            ConnectionError: The connection ended before.
        """
        async with asyncio.timeout(within):
            while not met():
                if self.failure is not None:
                    raise self.failure
                if not self.open:
                    raise ConnectionError(f"closed ({self.close_code}) while waiting for {what}")
                self._moved.clear()
                await self._moved.wait()

    async def wait_closed(self, within: float) -> int | None:
        """Wait until the connection has ended.

        Args:
            within: Seconds.

        Returns:
            The close code; None where the connection was just gone.
        """
        await asyncio.wait_for(asyncio.shield(self._task), within)
        return self.close_code

    async def close(self) -> None:
        """Close the WebSocket in order, and wait until it is."""
        self.start_reading()
        self._connection.close(1000)
        await self._task

    def abort(self) -> None:
        """End the TCP connection without a close frame, as if the cable was cut."""
        protocol = self._connection.protocol
        if protocol is not None and protocol.stream is not None:
            protocol.stream.close()


def _explain(error: HTTPClientError) -> None:
    """Have the error say what the server said, where it said something."""
    try:
        said = json.loads(error.response.body)["error"] if error.response else None
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(said, dict):
        error.add_note(f"the server says: {said.get('code')}: {said.get('message')}")
