"""Names of containers, which say whose they are: also after a crash of that server."""

from __future__ import annotations

import os
import re
import secrets

__all__ = ["LABEL", "is_left", "name_of", "this_server"]

LABEL = "tornterm=session"
NAME = re.compile(r"tornterm-(\d+)\.(\d+)-[A-Za-z0-9_-]+")


def _started(pid: int) -> int | None:
    """When a process was started, in the kernel's clock; None where there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def this_server() -> str:
    """What the names of a server's containers begin with: each call begins another server's."""
    pid = os.getpid()
    return f"tornterm-{pid}.{_started(pid) or 0}-{secrets.token_hex(4)}-"


def name_of(server: str, session: str) -> str:
    """The name of a session's container.

    Args:
        server: What `this_server` said.
        session: The id of the session.
    """
    return server + re.sub("[^A-Za-z0-9_-]", "_", session)[:64]


def is_left(name: str) -> bool:
    """Whether a container's server is no more.

    Args:
        name: Any name that an engine listed.
    """
    found = NAME.fullmatch(name)
    return found is not None and _started(int(found[1])) != int(found[2])
