"""A client of ``tornterm.v1`` that keeps the rules, records everything and can be cut off."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Literal, TypeVar

from tornterm.core.client_state import InputQueue, OutputPosition
from tornterm.core.protocols import v1
from tornterm.testing.recorder import RecordingClient
from tornterm.testing.socket import Refused
from tornterm.types import Size

__all__ = ["V1Client"]

_M = TypeVar("_M")


class V1Client(RecordingClient):
    """One client over any number of connections.

    It acknowledges by itself, unless told not to, and sends what is typed as the protocol has it:
    under the lease, up to the limit, and after a cut again from where the server says.

    Args:
        url: The server's base (``http://host:port/base/``) or the address of its WebSocket. It may
            be changed between connections.
        headers: Headers of each upgrade: ``Cookie`` and ``Origin``, or ``Authorization``.
        size: The size the client wishes for.
        auto_ack: Whether output is acknowledged as it comes; else `ack` does it.
        within: Seconds that each wait lasts unless it is said otherwise.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        size: Size = Size(80, 24),  # noqa: B008 - it cannot be changed
        auto_ack: bool = True,
        within: float = 30.0,
    ) -> None:
        super().__init__(url, headers=headers, within=within)
        self.size = size
        """The size at which output is to be drawn; before the first answer, the wish."""
        self.auto_ack = auto_ack
        self.session: str | None = None
        self.token: str | None = None
        self.client: str | None = None
        self.attempt = 0
        self.answer: v1.SessionMade | v1.Resumed | None = None
        """The newest answer to `open` or `resume`."""
        self.position = OutputPosition()
        self.input = InputQueue()
        self.lost_input = b""
        """What was typed and refused, or thrown away because the server forgot this client."""
        self.messages: list[v1.ServerMessage] = []
        """Every message so far, over all connections."""
        self._fresh: list[v1.ServerMessage] = []
        self.request = ""
        """The id of the last wish for a session; to be made again if the answer was lost."""

    # Connecting.

    async def open(
        self, *, request: str | None = None, profile: str = "", title: str = ""
    ) -> v1.SessionMade | v1.Resumed:
        """Make a session on a new connection.

        Args:
            request: The id of the wish; a new one each time if None.
            profile: The profile to start.
            title: A name for the session.

        Returns:
            The answer; a `Resumed` only where the wish was made before.

        Raises:
            Refused: The server closed the connection instead.
            tornado.httpclient.HTTPClientError: The upgrade failed.
        """
        self.request = request or secrets.token_urlsafe(16)
        await self.connect()
        cols, rows = self.size.cols, self.size.rows
        self.send(v1.Open(cols, rows, self.request, self.attempt, profile, title))
        return await self._answered()

    async def resume(
        self,
        *,
        offset: int | Literal["mine"] | None = "mine",
        control: Literal["take", "keep"] = "keep",
        token: str | None = None,
        session: str | None = None,
    ) -> v1.Resumed:
        """Come back on a new connection.

        Args:
            offset: Where to go on: ``mine`` for where this client is, None for a fresh screen.
            control: Whether to take control from another client.
            token: A token; the newest this client has if None.
            session: A session; this client's own if None.

        Raises:
            Refused: The server closed the connection instead.
            tornado.httpclient.HTTPClientError: The upgrade failed.
        """
        self.session = session or self.session
        self.token = token or self.token
        assert self.session and self.token, "there is nothing to come back to"
        await self.connect()
        self.send(
            v1.Resume(
                session=self.session,
                token=self.token,
                offset=self.position.offset if offset == "mine" else offset,
                cols=self.size.cols,
                rows=self.size.rows,
                client=self.client,
                attempt=self.attempt,
                control=control,
            )
        )
        answer = await self._answered()
        assert isinstance(answer, v1.Resumed)
        return answer

    async def connect(self) -> None:
        """Make a connection and say nothing on it; any earlier one is left as it is.

        Raises:
            tornado.httpclient.HTTPClientError: The upgrade failed.
        """
        self.attempt += 1
        self._fresh.clear()
        self.answer = None
        await self._connect(subprotocols=[v1.SUBPROTOCOL])

    async def _answered(self) -> v1.SessionMade | v1.Resumed:
        try:
            await self.wait_for(lambda client: client.answer is not None)
        except ConnectionError:
            raise self.refusal() from None
        assert self.answer is not None
        return self.answer

    def refusal(self) -> Refused:
        """Why the connection was closed, in the server's words."""
        error = self.error or v1.ErrorMessage("", "closed")
        return Refused(error.code, error.message, self.close_code, error.retry_after)

    # What has happened.

    @property
    def role(self) -> str:
        """``writer`` or ``viewer``."""
        return "writer" if self.input.writer else "viewer"

    @property
    def error(self) -> v1.ErrorMessage | None:
        """The last error the server reported."""
        return self._last(v1.ErrorMessage)

    @property
    def exit(self) -> v1.Exited | None:
        """How the program ended; None while it has not."""
        return self._last(v1.Exited)

    def _last(self, kind: type[_M]) -> _M | None:
        return next((m for m in reversed(self.messages) if isinstance(m, kind)), None)

    # Saying something.

    def send(self, message: v1.ClientMessage) -> None:
        """Send a message as it is."""
        self.send_frame(v1.encode(message))

    def send_input(self, data: bytes | str) -> None:
        """Type something; it is sent when the protocol allows, also after a cut."""
        self.input.add(data.encode() if isinstance(data, str) else data)
        self._pump()

    def _pump(self) -> None:
        if self.answer is None or not self.connected:
            return
        for frame in self.input.frames():
            self.send_frame(frame if isinstance(frame, bytes) else v1.encode(frame))

    def ack(self, offset: int | None = None) -> None:
        """Acknowledge output.

        Args:
            offset: Up to where; None for all that was received.
        """
        offset = self.position.offset if offset is None else offset
        assert offset is not None, "a snapshot is not complete"
        self.send(v1.Ack(offset))

    def resize(self, cols: int, rows: int) -> None:
        """Wish for a size; it holds when the server says so."""
        self.send(v1.Resize(cols, rows))

    def end(self) -> None:
        """Ask the server to end the session."""
        self.send(v1.Close())

    # Waiting.

    async def wait_output_until(self, offset: int, within: float | None = None) -> None:
        """Wait until all output before `offset` was received."""
        await self.wait_for(lambda c: (c.position.offset or 0) >= offset, within)

    async def next_message(self, kind: type[_M], within: float | None = None) -> _M:
        """The next message of a kind on this connection that was not asked for before.

        Args:
            kind: Its class.
            within: Seconds to wait for it.
        """

        def at() -> int:
            return next((i for i, m in enumerate(self._fresh) if isinstance(m, kind)), -1)

        await self.wait_for(lambda _: at() >= 0, within)
        message = self._fresh.pop(at())
        assert isinstance(message, kind)
        return message

    # Receiving.

    def _on_frame(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self._on_message(v1.parse_server(frame))
        else:
            self.recording.add(frame, self.position.offset)
            self.position.take(len(frame))
        if self.auto_ack and (due := self.position.due()) is not None:
            self.ack(due)
        self._pump()

    def _on_message(self, message: v1.ServerMessage) -> None:
        self.messages.append(message)
        self._fresh.append(message)
        match message:
            case v1.SessionMade() | v1.Resumed():
                self._begin(message)
            case v1.Snapshot():
                self.position.draw(message)
                self.recording.draw(message)
                self.size = Size(message.cols, message.rows)
            case v1.Resized():
                self.size = Size(message.cols, message.rows)
                self.recording.resized(self.position.offset, self.size)
            case v1.InputAck():
                self.lost_input += self.input.acknowledged(message)
            case v1.Role():
                self.input.changed(message)

    def _begin(self, message: v1.SessionMade | v1.Resumed) -> None:
        known = self.client is None or message.client == self.client
        self.lost_input += self.input.begin(message, same_client=known)
        self.session, self.token, self.client = message.session, message.token, message.client
        self.size = Size(message.cols, message.rows)
        self.recording.begin(message)
        first = self.position.begin(message)
        self.answer = message
        if self.auto_ack:
            self.ack(first)
