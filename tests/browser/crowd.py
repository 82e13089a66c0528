"""A plugin for the tests of the administration page: a server that seems to be full of people."""

from __future__ import annotations

from typing import Any

from tornterm.hookspecs import App, hookimpl
from tornterm.types import SessionInfo, Size, User

COUNT = 2000


class Crowd:
    """Adds sessions to what administrators see; nothing runs in them."""

    name = "crowd"

    def __init__(self) -> None:
        self.looks = 0

    @hookimpl
    async def tornterm_startup(self, app: App) -> None:
        """Put the crowd behind the real sessions."""
        terminals: Any = app
        roster, wall = terminals.desk.roster, terminals.clock.wall
        begun, real = wall(), roster._list

        def everybody() -> list[tuple[User, SessionInfo]]:
            self.looks += 1
            return [*real(), *(self.one(n, begun) for n in range(COUNT))]

        roster._list = everybody

    def one(self, n: int, begun: float) -> tuple[User, SessionInfo]:
        """A session of somebody; a few of them print something."""
        user = User(f"user-{n % 300:03}", groups=("staff" if n % 3 else "students",))
        output = n * 977 + (self.looks * 4096 if n % 50 == 0 else 0)
        info = SessionInfo(
            f"{n:032x}",
            user.name,
            f"job {n:04}",
            "",
            "running",
            begun - 60 * n,
            Size(80 + n % 60, 24 + n % 20),
            n % 3,
            output,
            None,
            None if n % 3 else begun + 3600,
        )
        return user, info
