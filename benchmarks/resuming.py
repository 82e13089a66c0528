"""Coming back: how long missed output takes, against a plain socket that carries as much."""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.client import Connection, Silence, read_all
from benchmarks.dialects import DIALECTS, message
from benchmarks.load import DONE, flood_file, print_file
from benchmarks.peers import Running

__all__ = ["resume"]


def resume(server: Running, size: int, count: int) -> Mapping[str, float]:
    """Milliseconds from asking for the last `size` bytes of a session to having them."""
    session = Connection(server)
    session.type(print_file(flood_file(4)))
    read_all([session], DONE)
    end, known = session.received, session.session
    session.close()
    came, connected, plain = [], [], []
    with _carrying(size) as port:
        for _ in range(count):
            begun = time.perf_counter()
            again = Connection(server, first=b"", wait=False)
            again.upgrade()
            asked = time.perf_counter()
            again.send(
                message(
                    type="resume",
                    session=known["session"],
                    token=known["token"],
                    offset=end - size,
                    cols=80,
                    rows=24,
                )
            )
            _read(again, size)
            came.append(time.perf_counter() - asked)
            connected.append(asked - begun)
            known = again.session
            if known.get("mode") != "exact":
                raise Silence(f"this is no exact resume: {known}")
            # The acknowledgement that makes the new token valid has been sent: it is read first.
            again.close()
            plain.append(_plain(port, size))
    figures = {"ms": came, "connecting ms": connected, "plain socket ms": plain}
    middle = {name: 1000 * sorted(times)[count // 2] for name, times in figures.items()}
    return {**middle, "x plain socket": middle["ms"] / middle["plain socket ms"]}


def _read(connection: Connection, size: int) -> None:
    while connection.received < size:
        connection.read()


def _plain(port: int, size: int) -> float:
    """Seconds that a plain socket takes from a request of one byte to the last of `size`."""
    connection = Connection.over(socket.create_connection(("127.0.0.1", port)), DIALECTS["plain"])
    asked = time.perf_counter()
    connection.send(b"!")
    _read(connection, size)
    seconds = time.perf_counter() - asked
    connection.close()
    return seconds


@contextmanager
def _carrying(size: int) -> Iterator[int]:
    """A process that answers each connection with `size` bytes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(
            target=_carry, args=(listener, b"x" * size), daemon=True
        )
        process.start()
        try:
            yield listener.getsockname()[1]
        finally:
            process.kill()
            process.join()


def _carry(listener: socket.socket, data: bytes) -> None:
    while True:
        peer, _ = listener.accept()
        with peer:
            peer.recv(1)
            peer.sendall(data)
            peer.recv(1)
