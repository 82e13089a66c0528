"""A TCP proxy on loopback that does to connections what real networks do."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TypeAlias

__all__ = ["FaultProxy"]

_BUFFER = 64 * 1024
"""Bytes that the kernel may hold for each socket, so that a throttled link fills up soon."""

_CHUNK = 16 * 1024
_CHUNKS_ON_THE_WAY = 8
_CHUNKS_PER_SECOND = 50

_Queue: TypeAlias = asyncio.Queue[tuple[float, bytes] | None]
"""What is on its way: when it came and what it is; None for the end."""


class FaultProxy:
    """Carries TCP connections to a server until it is told to break them.

    Nothing but a few fixed buffers (about 400 KiB for each direction of each connection) holds
    what is on its way, so a slow or stalled link soon stops its sender.

    Args:
        port: The server's port.
        host: The server's address.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.target = (host, port)
        """Where new connections lead; another server may be put in the place of the first."""
        self._connections: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._budget: int | None = None
        self.rate: float | None = None
        """Bytes per second in each direction of each connection; None for as fast as possible."""
        self.delay = 0.0
        """Seconds that everything is on its way longer, in each direction."""
        self.refusing = False
        """Whether new connections are broken off at once."""
        self.accepted = 0
        """Connections that have been made so far."""
        self.sent_to_clients = 0
        """Bytes that have been passed from the server to clients."""

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        assert self._listener is not None, "the proxy has not been started"
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def connections(self) -> int:
        """Connections that are open now."""
        return len(self._connections)

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._listener = _socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self._accepting = asyncio.create_task(self._accept(self._listener))

    async def close(self) -> None:
        """Break all connections and stop listening."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        self.cut()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()

    async def __aenter__(self) -> FaultProxy:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    def cut(self) -> None:
        """Break all connections with a reset, losing what is on its way."""
        self._budget = None
        for connection in list(self._connections):
            connection.cancel()

    def cut_after(self, count: int) -> None:
        """Break all connections when that many more bytes have gone from server to clients.

        Args:
            count: Bytes; the client may get fewer of them, because a reset overtakes.
        """
        self._budget = count
        if count == 0:
            self.cut()

    def throttle(self, bytes_per_second: float | None) -> None:
        """Carry no more than that in each direction of each connection from now on.

        Args:
            bytes_per_second: The rate; None for as fast as possible.
        """
        self.rate = bytes_per_second

    def stall(self) -> None:
        """Stop carrying anything, without any connection being told."""
        self._flowing.clear()

    def resume(self) -> None:
        """Go on after `stall`."""
        self._flowing.set()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            if self.refusing:
                _reset(client)
                continue
            self.accepted += 1
            task = asyncio.create_task(self._carry(client))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
            # A task that is cancelled before its first step has closed nothing.
            task.add_done_callback(lambda _, client=client: _reset(client))  # type: ignore[misc]

    def _allowed(self, data: bytes, to_client: bool) -> bytes:
        """As much of `data` as may be sent before the connections break."""
        if not to_client:
            return data
        if self._budget is not None:
            data = data[: self._budget]
            self._budget -= len(data)
        self.sent_to_clients += len(data)
        return data

    async def _deliver(self, queue: _Queue, target: socket.socket, to_client: bool) -> None:
        loop = asyncio.get_running_loop()
        free_at = 0.0
        while (item := await queue.get()) is not None:
            arrived, data = item
            await asyncio.sleep(max(0.0, arrived + self.delay - loop.time()))
            while data:
                await asyncio.sleep(max(0.0, free_at - loop.time()))
                await self._flowing.wait()
                length = len(data)
                if self.rate:
                    length = min(length, max(1, int(self.rate / _CHUNKS_PER_SECOND)))
                    free_at = max(free_at, loop.time()) + length / self.rate
                piece, data = self._allowed(data[:length], to_client), data[length:]
                await loop.sock_sendall(target, piece)
                if to_client and self._budget == 0:
                    self.cut()
        target.shutdown(socket.SHUT_WR)

    async def _carry(self, client: socket.socket) -> None:
        """Carry one connection until both sides have ended it, or it is broken."""
        loop = asyncio.get_running_loop()
        server = _socket()
        ended = False
        try:
            await loop.sock_connect(server, self.target)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.TaskGroup() as tasks:
                for source, target in ((client, server), (server, client)):
                    queue: _Queue = asyncio.Queue(_CHUNKS_ON_THE_WAY)
                    tasks.create_task(_fetch(source, queue))
                    tasks.create_task(self._deliver(queue, target, target is client))
            ended = True
        except* OSError:
            pass
        finally:
            for side in (client, server):
                if ended:
                    side.close()
                else:
                    _reset(side)


async def _fetch(source: socket.socket, queue: _Queue) -> None:
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(source, _CHUNK):
        await queue.put((loop.time(), data))
    await queue.put(None)


def _socket() -> socket.socket:
    made = socket.socket()
    made.setblocking(False)
    # A fixed size turns the kernel's own growing of buffers off; accepted sockets inherit it.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return made


def _reset(broken: socket.socket) -> None:
    if broken.fileno() < 0:
        return
    broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    broken.close()
