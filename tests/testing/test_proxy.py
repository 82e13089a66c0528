"""The proxy breaks what it should, carries the rest, and holds little."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tornterm.testing.proxy import FaultProxy

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Flood:
    """A server that sends as much as its client takes, and knows how much that was."""

    def __init__(self) -> None:
        self.sent = 0
        self.full = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(0)
        own = writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        while True:
            writer.write(bytes(16384))
            try:
                await asyncio.wait_for(writer.drain(), 0.3)
            except TimeoutError:
                self.full.set()
                await writer.drain()
            self.sent += 16384


@asynccontextmanager
async def proxied(handler: Handler) -> AsyncIterator[FaultProxy]:
    """A server of that kind behind a proxy."""
    writers: set[asyncio.StreamWriter] = set()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        writers.add(writer)
        try:
            await handler(reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with FaultProxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.wait_closed()


@asynccontextmanager
async def connected(
    proxy: FaultProxy,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection through the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def test_it_carries_both_ways_and_ends_in_order() -> None:
    """Everything arrives, and the end of one side reaches the other behind all that was sent."""
    async with proxied(echo) as proxy, connected(proxy) as (reader, writer):
        data = bytes(range(256)) * 4000
        writer.write(data)
        writer.write_eof()
        assert await reader.read(-1) == data
        assert proxy.accepted == 1
        assert proxy.sent_to_clients == len(data)


async def test_a_cut_resets_all_connections_and_new_ones_are_carried() -> None:
    """After a cut every client sees a reset, and may connect again."""
    async with proxied(echo) as proxy:
        async with connected(proxy) as (one, first), connected(proxy) as (two, second):
            for reader, writer in ((one, first), (two, second)):
                writer.write(b"hello")
                assert await reader.readexactly(5) == b"hello"
            assert proxy.connections == 2
            proxy.cut()
            for reader in (one, two):
                with pytest.raises(ConnectionResetError):
                    await reader.read(1)
            assert proxy.connections == 0
        async with connected(proxy) as (reader, writer):
            writer.write(b"again")
            assert await reader.readexactly(5) == b"again"


async def test_a_cut_after_some_bytes_passes_no_more() -> None:
    """The connection breaks at the byte that was named, counted from server to client."""
    async with proxied(echo) as proxy, connected(proxy) as (reader, writer):
        proxy.cut_after(1000)
        writer.write(bytes(5000))
        received = bytearray()

        async def drain() -> None:
            while data := await reader.read(65536):
                received.extend(data)

        with pytest.raises(ConnectionResetError):
            await drain()
        assert len(received) <= 1000
        assert proxy.sent_to_clients == 1000


async def test_a_throttled_link_is_slow_and_holds_its_sender_back() -> None:
    """The sender is stopped by what the client has not got, and the rate is kept."""
    flood = Flood()
    async with proxied(flood) as proxy, connected(proxy) as (reader, _):
        proxy.throttle(100_000)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await reader.readexactly(50_000)
        assert loop.time() - start > 0.4
        await flood.full.wait()
        assert flood.sent - 50_000 < 1024 * 1024


async def test_a_stalled_link_goes_on_where_it_was() -> None:
    """Nothing passes while it is stalled, nothing is lost when it goes on."""
    async with proxied(echo) as proxy, connected(proxy) as (reader, writer):
        proxy.stall()
        writer.write(b"waiting")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
        proxy.resume()
        assert await reader.readexactly(7) == b"waiting"


async def test_a_delayed_link_is_late_by_that_much_each_way() -> None:
    """A round trip takes twice the delay."""
    async with proxied(echo) as proxy, connected(proxy) as (reader, writer):
        proxy.delay = 0.05
        loop = asyncio.get_running_loop()
        start = loop.time()
        writer.write(b"x")
        await reader.readexactly(1)
        assert loop.time() - start >= 0.1


async def test_a_refusing_proxy_breaks_new_connections_at_once() -> None:
    """Who connects meanwhile is reset, who was there stays."""
    async with proxied(echo) as proxy, connected(proxy) as (reader, writer):
        writer.write(b"a")
        await reader.readexactly(1)
        proxy.refusing = True
        async with connected(proxy) as (late, _):
            with pytest.raises(ConnectionResetError):
                await late.read(1)
        writer.write(b"b")
        assert await reader.readexactly(1) == b"b"


async def test_a_server_that_is_not_there_is_a_broken_connection() -> None:
    """Where nothing listens behind the proxy its client is reset."""
    async with proxied(echo) as proxy:
        target = proxy.port
    async with FaultProxy(target) as proxy, connected(proxy) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
