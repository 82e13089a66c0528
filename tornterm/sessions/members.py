"""What clients of a session may do, and how they see each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

__all__ = ["Member", "Right", "RoleName"]

RoleName = Literal["writer", "viewer"]


class Right(IntEnum):
    """What a connection may do at the most, whatever role it has at the moment."""

    WATCH = 0
    """See the output."""
    ASK = 1
    """Ask for the right to write, and have it while it is granted."""
    CONTROL = 2
    """Write, take over from anybody, and grant: the owner's side."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the clients attached to a session, as the others see it.

    Args:
        client: The client's public id.
        user: The name of its user.
        role: Whether it writes.
        asks: Whether it waits for somebody to grant it the right to write.
        may_control: Whether it can be granted that.
    """

    client: str
    user: str
    role: RoleName
    asks: bool = False
    may_control: bool = True
