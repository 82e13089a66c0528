"""The control socket: how the command line talks to a running server of the same person.

A Unix socket with mode 0600 in a directory that nobody else can write to; both sides check the
other's user id. There is no password, so none can be lost.
"""

from __future__ import annotations

from tornterm.control.api import Controlled, ControlServer
from tornterm.control.client import ControlClient, find_server, running
from tornterm.control.runtime import runtime_directory

__all__ = [
    "ControlClient",
    "ControlServer",
    "Controlled",
    "find_server",
    "running",
    "runtime_directory",
]
