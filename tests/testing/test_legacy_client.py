"""The legacy client for tests tells output from control and comes back with its token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from tornterm.core.protocols import legacy
from tornterm.testing.clients import LegacyClient


class Handler(WebSocketHandler):
    """Echoes, and answers the control messages."""

    newest: Handler | None = None

    async def prepare(self) -> None:
        """With ``late``, print once more on the connection before, and see that it has arrived."""
        if self.get_query_argument("late", ""):
            assert Handler.newest
            Handler.newest.write_message("late\r\n")
            Handler.newest.ping(b"")
            await Handler.newest.pong.wait()

    def on_pong(self, data: bytes) -> None:
        self.pong.set()

    def open(self) -> None:
        Handler.newest, self.pong = self, asyncio.Event()
        assert self.selected_subprotocol is None
        token = self.get_query_argument("resume", "")
        self.write_message(
            legacy.encode_resumed(token) if token else legacy.encode_session("first")
        )
        self.write_message(f"size {self.get_query_argument('cols', '80')}\r\n")

    def on_message(self, frame: str | bytes) -> None:
        message = legacy.parse_input(frame)
        match message:
            case legacy.Ping():
                self.write_message(legacy.encode_pong())
            case legacy.Resize():
                self.write_message(f"resized {message.cols}x{message.rows}\r\n")
            case b"exit\r":
                self.write_message(legacy.encode_exit(0, None))
                self.close(1000, "ended")
            case bytes():
                self.write_message(message, binary=isinstance(frame, bytes))


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """The address of a running server."""
    running = HTTPServer(Application([("/ws", Handler)], log_function=lambda handler: None))
    sock, port = bind_unused_port()
    running.add_socket(sock)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.stop()
        await running.close_all_connections()


async def test_it_types_resizes_pings_and_sees_the_end() -> None:
    """Output and control messages are told apart, whatever looks like the other."""
    async with server() as url, LegacyClient(url) as client:
        await client.open(cols=100, rows=30)
        assert (await client.next_message("session"))["token"] == client.token == "first"
        await client.wait_for(b"size 100\r\n")
        client.resize(120, 40)
        await client.wait_for(b"resized 120x40")
        client.send_input('{"not": "control"}')
        await client.wait_for(b'{"not": "control"}')
        client.send_input(b"\xff\x00")
        await client.wait_for(b"\xff\x00")
        client.ping()
        assert await client.next_message("pong") == {"type": "pong"}
        client.send_input("exit\r")
        assert await client.wait_closed() == 1000
        assert client.messages[-1] == {"type": "exit", "exitCode": 0, "signal": None}


async def test_it_comes_back_with_its_token() -> None:
    """After a cut the token leads back, and what was shown before counts no more."""
    async with server() as url, LegacyClient(url) as client:
        await client.open()
        await client.wait_for(b"size 80")
        client.abort()
        assert await client.wait_closed() is None
        assert client.token
        await client.open(resume=client.token, cols=90)
        await client.next_message("resumed")
        await client.wait_for(b"size 90")
        assert client.recording.data == b"size 90\r\n"


async def test_what_comes_late_on_an_older_connection_does_not_count() -> None:
    """From when a new connection is asked for, only that one's frames are recorded."""
    async with server() as url, LegacyClient(url) as client:
        await client.open()
        await client.wait_for(b"size 80")
        await client.open(late="yes", cols=90)
        await client.wait_for(b"size 90")
        assert client.frames == [legacy.encode_session("first"), "size 90\r\n"]
