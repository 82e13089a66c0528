"""Sessions in the hands of the application around the terminals: reading and typing by code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tornterm.errors import PluginError, SessionNotFound
from tornterm.sessions.observers import WatchedObserver
from tornterm.sessions.session import Session
from tornterm.types import ExitStatus, SessionInfo, Size

__all__ = ["HostedSession", "Output"]

PIECE = 64 * 1024
"""Bytes of output at a time."""


@dataclass(frozen=True, slots=True)
class Output:
    """Some of what a program printed.

    Args:
        offset: Where in the session's whole output it begins, in bytes. Where that is beyond the
            end of the piece before, the reader was too slow for the bytes between.
        data: The bytes.
    """

    offset: int
    data: bytes

    @property
    def end(self) -> int:
        """The offset after the last byte, at which another reader goes on."""
        return self.offset + len(self.data)


class HostedSession:
    """One session, for the code of the host application; nobody is asked for permission.

    It is no attachment: it neither takes the right to write from anybody nor slows the program
    down, and the session's timeouts go by the people who are attached.

    Args:
        session: The session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def id(self) -> str:
        """The public id; the page of the session is ``{base}s/<id>``."""
        return self._session.id

    @property
    def info(self) -> SessionInfo:
        """The session as it is now."""
        return self._session.info()

    async def output(self, offset: int = 0) -> AsyncIterator[Output]:
        """What the program printed and prints, until it has ended and all is read.

        Args:
            offset: The first byte, counted from the beginning of the session. One that is not
                kept any more means the first one that is.

        Raises:
            LookupError: So much has not been printed yet.
        """
        session, log, waker = self._session, self._session.log, _Waker()
        cursor = log.cursor(max(offset, log.start))
        watched = WatchedObserver("host", waker, slow=_ignore_slow, removed=_ignore_fault)
        session.observe([watched])
        session.on_close.append(waker.shut)
        try:
            while not waker.closed:
                waker.event.clear()
                if cursor.lost:
                    cursor = log.cursor(log.start)
                piece = cursor.next(PIECE, hold=False)
                if isinstance(piece, bytes):
                    yield Output(cursor.offset - len(piece), piece)
                elif piece is None and not cursor.lost:
                    if session.ending is not None:
                        return
                    await waker.event.wait()
        finally:
            watched.gone = True
            if waker.shut in session.on_close:
                session.on_close.remove(waker.shut)

    async def write(self, data: bytes | str) -> None:
        r"""Type into the session, once the program has room for more.

        Args:
            data: What is typed, as it is; text as UTF-8. The key Enter is ``"\r"``.

        Raises:
            SessionNotFound: The program has ended.
        """
        await self._session.drained()
        if not self._session.alive:
            raise SessionNotFound(self.id)
        self._session.write(None, data.encode() if isinstance(data, str) else data)

    async def run(self, command: str) -> None:
        """Type one line, as if the person had, and Enter.

        Args:
            command: The line; what it does is up to the program that reads it.

        Raises:
            ValueError: It holds control characters, which would be keys.
            SessionNotFound: The program has ended.
        """
        if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in command):
            raise ValueError("a command is one line without control characters")
        await self.write(f"{command}\r")

    async def wait(self) -> ExitStatus:
        """How the program ended, once it has."""
        async for _ in self.output(self._session.log.end):
            pass
        if self._session.ending is None:
            raise SessionNotFound(self.id)
        return self._session.ending.exit

    def keep(self) -> None:
        """Do not end the session for want of people, until somebody attaches and leaves."""
        self._session.stay()


class _Waker:
    """An observer that only wakes a reader of the log."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.closed = False

    def shut(self) -> None:
        """The log is gone."""
        self.closed = True
        self.event.set()

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        """There is something to read."""
        self.event.set()

    def on_input(self, data: bytes, now: float) -> None:
        """Nothing to read yet."""

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        """Nothing to read."""

    def on_exit(self, status: ExitStatus, now: float) -> None:
        """There will be nothing more."""
        self.event.set()

    def close(self) -> None:
        """The program has ended."""
        self.event.set()


def _ignore_slow(plugin: str, hook: str, seconds: float) -> None:
    """A waker does next to nothing; it is never slow."""


def _ignore_fault(error: PluginError) -> None:
    """A waker never raises."""
