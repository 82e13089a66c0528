"""A network that is slow, breaks at a chosen byte, or is not there."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from types import TracebackType

CHUNK = 16 * 1024
ABORT = struct.pack("ii", 1, 0)


class FaultProxy:
    """Carries TCP connections to a port of this machine.

    Args:
        bytes_per_second: The speed towards the client, of all connections together; 0 for no bound.
    """

    def __init__(self, bytes_per_second: int = 0) -> None:
        self.target = 0
        self.cuts = 0
        self._rate = bytes_per_second
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._pace = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._threads: list[threading.Thread] = []
        self._refused: bytes | None = None
        self._closed = False
        self._left: int | None = None
        self._counts_down = True
        self._planned: list[int] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self._all_cut = threading.Event()

    @property
    def url(self) -> str:
        """The address to open, without a slash at its end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Break all connections now, with whatever is on its way."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
            self._left = self._planned.pop(0) if self._planned else None
            self.cuts += 1
        for pair in pairs:
            for end in pair:
                _abort(end)
        if self._left is None:
            self._all_cut.set()

    def cut_after(self, *counts: int, down: bool = True) -> threading.Event:
        """Break all connections again and again.

        Args:
            counts: After how many more bytes, each counted from the cut before.
            down: Whether those to the client count, or those that come from it.

        Returns:
            Set when the last of them has happened.
        """
        with self._lock:
            self._left, *self._planned = counts
            self._counts_down = down
            self._all_cut = threading.Event()
            return self._all_cut

    def hold(self) -> None:
        """Let nothing pass and break nothing, as a link that has died without a word."""
        self._flowing.clear()

    def let_go(self) -> None:
        """Let pass what was held."""
        self._flowing.set()

    def refuse(self, request: bytes = b"") -> None:
        """Be gone: break what there is and let nothing new through.

        Args:
            request: What a request has to contain to be broken off; with nothing all are.
        """
        self._refused = request
        self.cut()

    def accept(self) -> None:
        """Be back."""
        self._refused = None

    def __enter__(self) -> FaultProxy:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        self.let_go()
        # Closing a socket does not wake who waits on it; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self.cut()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            client, _ = self._listener.accept()
            if self._refused == b"" or self._closed:
                _abort(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                _abort(client)
                continue
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            self._start(self._carry, pair, client, server, False)
            self._start(self._carry, pair, server, client, True)

    def _carry(
        self,
        pair: tuple[socket.socket, socket.socket],
        source: socket.socket,
        sink: socket.socket,
        down: bool,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                if not down and self._refused is not None and self._refused in data:
                    break
                data, cut = self._count(data, down)
                if down:
                    self._wait_for_turn(len(data))
                sink.sendall(data)
                if cut:
                    self.cut()
        with self._lock:
            self._pairs.discard(pair)
        _abort(source)
        _abort(sink)

    def _count(self, data: bytes, down: bool) -> tuple[bytes, bool]:
        """What may still pass of `data`, and whether the connection breaks behind it."""
        with self._lock:
            if self._left is None or down is not self._counts_down:
                return data, False
            allowed = data[: self._left]
            self._left -= len(allowed)
            return allowed, self._left == 0

    def _wait_for_turn(self, count: int) -> None:
        if self._rate:
            with self._pace:
                time.sleep(count / self._rate)


def _abort(end: socket.socket) -> None:
    """Close with a reset, so that nothing that is buffered arrives after all."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
