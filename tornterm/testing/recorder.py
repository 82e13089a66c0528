"""What the clients of both dialects have in common: one connection at a time, and waiting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Self

from tornterm.testing.recording import Recording
from tornterm.testing.socket import Socket, websocket_url

__all__ = ["RecordingClient"]


class RecordingClient(ABC):
    """Connects, reads all the time, and lets a test wait for what comes.

    Args:
        url: The server's base (``http://host:port/base/``) or the address of its WebSocket. It may
            be changed between connections.
        headers: Headers of each upgrade: ``Cookie`` and ``Origin``, or ``Authorization``.
        within: Seconds that each wait lasts unless it is said otherwise.
    """

    def __init__(
        self, url: str, *, headers: Mapping[str, str] | None = None, within: float = 30.0
    ) -> None:
        self.url = url
        self.headers = dict(headers or {})
        self.within = within
        self.ca_certs: str | None = None
        """The file of the authorities that vouch for an HTTPS server; None for the usual ones."""
        self.recording = Recording()
        self._sockets: list[Socket] = []
        self._heard: object = None
        """Stands for the connection whose frames count, from when it is asked for."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.disconnect()

    @abstractmethod
    def _on_frame(self, frame: str | bytes) -> None:
        """Take note of a frame."""

    async def _connect(self, query: str = "", subprotocols: list[str] | None = None) -> None:
        before, this = self._heard, object()

        def on_frame(frame: str | bytes) -> None:
            # What an older connection still brings is no news of this client's any more.
            if self._heard is this:
                self._on_frame(frame)

        address = websocket_url(self.url) + query
        self._heard = this
        try:
            socket = await Socket.connect(
                address, self.headers, on_frame, subprotocols, self.ca_certs
            )
        except BaseException:
            self._heard = before
            raise
        self._sockets.append(socket)

    @property
    def socket(self) -> Socket:
        """The newest connection; earlier ones stay as they are until they end."""
        assert self._sockets, "there is no connection"
        return self._sockets[-1]

    @property
    def connected(self) -> bool:
        """Whether the newest connection is open."""
        return bool(self._sockets) and self.socket.open

    @property
    def close_code(self) -> int | None:
        """The code with which the server closed the newest connection; None if it did not."""
        return self.socket.close_code if self._sockets else None

    def send_frame(self, frame: str | bytes) -> None:
        """Send a frame as it is, right or wrong: text for a text frame, bytes for a binary one."""
        self.socket.send(frame)

    async def close(self) -> None:
        """Close the WebSocket in order; the session goes on."""
        await self.socket.close()

    def abort(self) -> None:
        """End the TCP connection without a close frame, as if the cable was cut."""
        self.socket.start_reading()
        self.socket.abort()

    async def disconnect(self) -> None:
        """End every connection as `abort` does, and wait until they are gone."""
        for socket in self._sockets:
            socket.start_reading()
            socket.abort()
            await socket.wait_closed(self.within)

    def stop_reading(self) -> None:
        """Take nothing from the connection any more, as a hung client does."""
        self.socket.stop_reading()

    def start_reading(self) -> None:
        """Go on after `stop_reading`."""
        self.socket.start_reading()

    async def wait_for(
        self, what: bytes | Callable[[Self], bool], within: float | None = None
    ) -> None:
        """Wait until something was printed or is true.

        Args:
            what: Bytes that are, or come to stand, in the output since the last reset of the
                screen; or a condition, looked at after each frame.
            within: Seconds.

        Raises:
            TimeoutError: It did not happen.
            ConnectionError: The connection ended before.
        """
        if isinstance(what, bytes):
            found = self.recording.finder(what)
            words = f"{what!r} in {bytes(self.recording.screen[-200:])!r}"
        else:
            condition = what
            found, words = (lambda: condition(self)), "a condition"
        await self.socket.wait_for(found, self.within if within is None else within, words)

    async def wait_closed(self, within: float | None = None) -> int | None:
        """Wait until the connection has ended.

        Args:
            within: Seconds.

        Returns:
            The close code; None for a cut.
        """
        return await self.socket.wait_closed(self.within if within is None else within)
