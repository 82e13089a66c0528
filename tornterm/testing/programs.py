"""Programs for sessions in which the shell is not the point."""

from __future__ import annotations

from tornterm.hookspecs import hookimpl
from tornterm.types import SpawnPlan, SpawnRequest, User

__all__ = ["EchoProgram"]


class EchoProgram:
    """A spawn plugin whose program says `READY` and then echoes every byte exactly once.

    The terminal is in raw mode, so nothing is translated and control characters are bytes like
    any other.
    """

    name = "echo_program"

    READY = b"ready."
    SCRIPT = "stty raw -echo; printf ready.; exec cat"

    @hookimpl
    async def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        """The same program for everybody."""
        return SpawnPlan(("/bin/sh", "-c", self.SCRIPT), {"PATH": "/usr/bin:/bin"}, "/")
