"""A server with terminado's own handler on our manager, and browsers that speak its dialect."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import terminado
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tornterm.pty.manager import SessionTermManager


class Browser:
    """A client that speaks terminado's dialect."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.messages: list[list[Any]] = []
        self.closed = False

    @property
    def text(self) -> str:
        """All output that has come."""
        return "".join(message[1] for message in self.messages if message[0] == "stdout")

    async def send(self, *message: Any) -> None:
        """Send one message."""
        await self.socket.write_message(json.dumps(message))

    async def read(self) -> None:
        """Take one message, or the end."""
        frame = await self.socket.read_message()
        if frame is None:
            self.closed = True
        else:
            self.messages.append(json.loads(frame))

    async def shows(self, text: str) -> None:
        """Read until a text has come."""
        # Joining all that has come for each message would take its time.
        recent = self.text
        while text not in recent:
            assert not self.closed, self.messages[-3:]
            count = len(self.messages)
            await self.read()
            new = [message[1] for message in self.messages[count:] if message[0] == "stdout"]
            recent = "".join([recent[-len(text) :], *new])

    async def end(self) -> None:
        """Read until the server closes."""
        while not self.closed:
            await self.read()


class Server:
    """terminado's handler, unchanged, on a manager of ours."""

    def __init__(self, manager: SessionTermManager) -> None:
        self.manager = manager
        self.browsers: list[Browser] = []
        listener, self.port = bind_unused_port()
        route = (r"/(\w+)", terminado.TermSocket, {"term_manager": manager})
        self._server = HTTPServer(Application([route]))
        self._server.add_socket(listener)

    async def connect(self, name: str) -> Browser:
        """Open a terminal by its name."""
        url = f"ws://127.0.0.1:{self.port}/{name}"
        browser = Browser(await websocket_connect(url, max_message_size=1 << 30))
        self.browsers.append(browser)
        return browser

    async def close(self) -> None:
        """Close everything, and wait until the sockets are closed too."""
        await self.manager.shutdown()
        for browser in self.browsers:
            browser.socket.close()
            await browser.end()
        self._server.stop()
        await self._server.close_all_connections()


@contextlib.asynccontextmanager
async def serving(*command: str, **options: Any) -> AsyncIterator[Server]:
    """A server whose terminals run a command."""
    server = Server(SessionTermManager(list(command), **{"kill_after": 0.3, **options}))
    try:
        yield server
    finally:
        await server.close()
