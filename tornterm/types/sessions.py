"""Sessions as others see them, and what may be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tornterm.errors import ProtocolError

__all__ = ["Action", "ExitStatus", "SessionInfo", "Size"]

Action = Literal["create", "attach", "watch", "control", "kill", "admin"]


@dataclass(frozen=True, slots=True)
class Size:
    """A terminal's size in character cells, each from 1 to 1000."""

    cols: int = 80
    rows: int = 24

    MAXIMUM = 1000

    @classmethod
    def checked(cls, cols: object, rows: object) -> Size:
        """Make a size out of values that came from outside.

        Args:
            cols: Columns.
            rows: Rows.

        Raises:
            ProtocolError: One of them is not an integer from 1 to 1000.
        """
        for name, value in (("cols", cols), ("rows", rows)):
            if type(value) is not int or not 1 <= value <= cls.MAXIMUM:
                raise ProtocolError(
                    f"{name} must be an integer from 1 to {cls.MAXIMUM}, not {value!r:.40}"
                )
        assert isinstance(cols, int) and isinstance(rows, int)
        return cls(cols, rows)


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a program ended: `code` where it exited, `signal` where it was killed by one."""

    code: int | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as others may see it: no secret, nothing of what is on its screen.

    Args:
        id: The public id.
        user: The owner's name.
        title: The name its owner gave it.
        profile: The profile it was made with.
        state: ``pending``, ``running``, ``ending`` or ``ended``.
        created: Seconds since the epoch.
        size: The terminal's size.
        attached: How many connections are attached.
        output: Bytes of output so far.
        exit: How the program ended; None while it has not.
        ended: Seconds since the epoch at which it did; None while it has not.
        expires: Seconds since the epoch at which it ends if nobody comes; None if not waiting.
    """

    id: str
    user: str
    title: str
    profile: str
    state: str
    created: float
    size: Size
    attached: int
    output: int
    exit: ExitStatus | None = None
    expires: float | None = None
    ended: float | None = None
