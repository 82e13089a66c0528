"""The ways to a receiver: datagrams, and one connection for each batch.

Syslog has no answer that says "kept". But a receiver that reads a connection to its end closes it,
and the operating system of one that ends before that resets it: so a batch has a connection of its
own, of which this side ends its half, and it has arrived when the other half ends in order.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from urllib.parse import urlsplit

from tornterm.spool import NotTaken, Waiting
from tornterm_audit_syslog.message import Origin, for_journal, for_syslog
from tornterm_audit_syslog.settings import PORTS, SyslogSettings

__all__ = ["Way"]

READ = 65_536
READ_AT_MOST = 1_048_576
"""Bytes that are read of a receiver that talks, which none has a reason to do."""


class Way:
    """Sends batches to the receiver that the settings name.

    Args:
        settings: The plugin's table.
        origin: Who says it.

    Raises:
        OSError: The authorities or the certificate cannot be read.
        ssl.SSLError: They are something else.
    """

    def __init__(self, settings: SyslogSettings, origin: Origin) -> None:
        self._settings = settings
        self._origin = origin
        self._context = _context(settings) if settings.address.startswith("tls:") else None

    async def send(self, batch: Sequence[Waiting]) -> int:
        """Send a batch.

        Args:
            batch: What waits.

        Returns:
            How many of them have arrived, as far as the way can tell.

        Raises:
            NotTaken: It took too long.
            OSError: The receiver is not there, or did not read all of it.
        """
        try:
            async with asyncio.timeout(self._settings.timeout):
                if self._settings.address == "journal":
                    return await self._to_journal(batch)
                parts = urlsplit(self._settings.address)
                host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
                if parts.scheme == "udp":
                    return await self._as_datagrams(batch, host, port)
                return await self._as_stream(batch, host, port)
        except TimeoutError:
            raise NotTaken(f"it took more than {self._settings.timeout:g} s") from None

    async def _to_journal(self, batch: Sequence[Waiting]) -> int:
        way = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        way.setblocking(False)
        with closing(way):
            way.connect(str(self._settings.journal))
            return await self._datagrams(way, batch, for_journal)

    async def _as_datagrams(self, batch: Sequence[Waiting], host: str, port: int) -> int:
        with closing(await _connected(host, port, socket.SOCK_DGRAM)) as way:
            return await self._datagrams(way, batch, for_syslog)

    async def _datagrams(
        self, way: socket.socket, batch: Sequence[Waiting], form: Callable[[Waiting, Origin], bytes]
    ) -> int:
        loop = asyncio.get_running_loop()
        for count, event in enumerate(batch):
            try:
                await loop.sock_sendall(way, form(event, self._origin))
            except OSError:
                # Those before it are gone, and would be there twice if they came again.
                if count:
                    return count
                raise
        return len(batch)

    async def _as_stream(self, batch: Sequence[Waiting], host: str, port: int) -> int:
        messages = (for_syslog(event, self._origin) for event in batch)
        data = b"".join(b"%d %s" % (len(message), message) for message in messages)
        with closing(await _connected(host, port, socket.SOCK_STREAM)) as way:
            if self._context is None:
                await _ended(way, data)
            else:
                await _ended_within_tls(way, data, self._context, host)
        return len(batch)


async def _connected(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """A socket that is connected to the first of a host's addresses that answers."""
    loop = asyncio.get_running_loop()
    fault: OSError = OSError(f"{host} has no address")
    for family, _, _, _, address in await loop.getaddrinfo(host, port, type=kind):
        way = socket.socket(family, kind)
        way.setblocking(False)
        try:
            await loop.sock_connect(way, address)
        except OSError as error:
            way.close()
            fault = error
        except BaseException:
            way.close()
            raise
        else:
            return way
    raise fault


async def _ended(way: socket.socket, data: bytes) -> None:
    """Send the last bytes, and return when the receiver has come to the end of them."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(way, data)
    way.shutdown(socket.SHUT_WR)
    read = 0
    while more := await loop.sock_recv(way, READ):
        read += len(more)
        if read > READ_AT_MOST:
            raise NotTaken("the receiver talks without end")


async def _ended_within_tls(
    way: socket.socket, data: bytes, context: ssl.SSLContext, host: str
) -> None:
    """The same with TLS around it, by hand, because a half can only be ended this way."""
    loop = asyncio.get_running_loop()
    came, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(came, going, server_hostname=host)
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            await loop.sock_sendall(way, going.read())
            more = await loop.sock_recv(way, READ)
            if not more:
                raise ConnectionResetError("the receiver ended it while shaking hands") from None
            came.write(more)
    tls.write(data)
    # It says that nothing more comes, and would wait for the other side to say the same.
    with suppress(ssl.SSLWantReadError):
        tls.unwrap()
    await _ended(way, going.read())


def _context(settings: SyslogSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.cert_file:
        context.load_cert_chain(settings.cert_file)
    return context
