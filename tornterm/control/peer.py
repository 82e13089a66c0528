"""Who is on the other end of a Unix socket, as the kernel knows it."""

from __future__ import annotations

import os
import socket
import struct
import sys

__all__ = ["may_talk", "peer_uid"]

_LOCAL_PEERCRED = 1
_XUCRED = struct.Struct("=IIh2x16I")


def peer_uid(connection: socket.socket) -> int:
    """The effective user id of the process that made the connection.

    Args:
        connection: A connected Unix socket.

    Raises:
        OSError: The kernel does not say.
    """
    if sys.platform == "darwin":
        data = connection.getsockopt(0, _LOCAL_PEERCRED, _XUCRED.size)
        return int(_XUCRED.unpack(data)[1])
    credentials = struct.Struct("iII")
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    return int(credentials.unpack(data)[1])


def may_talk(connection: socket.socket) -> bool:
    """Whether both ends belong to the same user, or one of them to root."""
    try:
        uid = peer_uid(connection)
    except OSError:
        return False
    return uid == os.geteuid() or 0 in (uid, os.geteuid())
