"""The screen worker: ``python -m tornterm.screens LINES BYTES``, with a socket as its input.

It is started by the server, answers requests one after the other, and ends with its socket.
"""

from __future__ import annotations

import gc
import resource
import socket
import sys
from collections.abc import Sequence

from tornterm.screens.gallery import Gallery
from tornterm.screens.wire import FrameReader, join

_FULL = 0.9
"""The part of the memory from which on nothing more is begun with."""


def serve(connection: socket.socket, gallery: Gallery) -> None:
    """Answer requests until the other end is closed."""
    reader = FrameReader()
    send(connection, (b"ready",))
    while count := connection.recv_into(reader.space()):
        for request in reader.received(count):
            send(connection, gallery.serve(request))


def send(connection: socket.socket, fields: Sequence[bytes]) -> None:
    """Send a frame."""
    connection.sendall(b"".join(join(fields)))


def limit(memory: int) -> None:
    """Give up what this process never needs, so that nothing can be done with it.

    Args:
        memory: Bytes of its address space, all models together; 0 for no limit.
    """
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, memory),
    ):
        _, hard = resource.getrlimit(kind)
        if kind != resource.RLIMIT_AS or memory:
            lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (lower, lower))


def used() -> int:
    """Bytes of this process's address space; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def main() -> None:
    """Serve the socket that is this process's standard input."""
    lines, memory = map(int, sys.argv[1:])
    gallery = Gallery(lines, lambda: 0 < memory * _FULL < used())
    # What the models need is loaded before the limits stand, and stays.
    gallery.serve((b"look", b"", b"80 24"))
    limit(memory)
    gc.freeze()
    with socket.socket(fileno=0) as connection:
        serve(connection, gallery)


if __name__ == "__main__":
    main()
