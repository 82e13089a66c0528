"""What the load client itself can take: that it is not the bottleneck is shown, not said."""

from __future__ import annotations

import socket
import subprocess
import time

from benchmarks.client import Connection
from benchmarks.dialects import DIALECTS
from benchmarks.load import MIB
from benchmarks.peers import compiled

__all__ = ["client_rate"]


def client_rate(mebibytes: int = 256) -> float:
    """MB/s that a connection takes from a server that does nothing but send small frames."""
    with subprocess.Popen(
        [compiled("blaster.c"), str(mebibytes)], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        connection = Connection.over(socket.create_connection(("127.0.0.1", port)), DIALECTS["v1"])
        begun = time.perf_counter()
        connection.send(b"!")
        while connection.received < mebibytes * MIB:
            connection.read()
        connection.close()
    return mebibytes * MIB / 1e6 / (time.perf_counter() - begun)
