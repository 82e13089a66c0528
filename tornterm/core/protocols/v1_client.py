"""What a client of ``tornterm.v1`` says: one frozen dataclass for each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

from tornterm.core.protocols.fields import (
    MAX_INTEGER,
    Cells,
    Count,
    Label,
    Name,
    PingId,
    integer,
    one_of,
)
from tornterm.types import Size

__all__ = [
    "Ack",
    "ClientMessage",
    "Close",
    "GrantControl",
    "InputLease",
    "Open",
    "Ping",
    "ReleaseControl",
    "RequestControl",
    "Resize",
    "Resume",
    "Watch",
]

Wish: TypeAlias = Annotated[
    int, integer(-MAX_INTEGER, wanted=f"an integer from 1 to {Size.MAXIMUM}")
]


@dataclass(frozen=True, slots=True)
class Open:
    """Make a session; `request` is a random id per wish, so that a repeat makes no second one."""

    TYPE: ClassVar[str] = "open"
    cols: Cells
    rows: Cells
    request: Name | None = None
    attempt: Annotated[int, integer(1)] = 1
    profile: Label = ""
    title: Label = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """Come back to a session; `offset` is None where a fresh screen is wanted."""

    TYPE: ClassVar[str] = "resume"
    session: Name
    token: Name = field(repr=False)
    offset: Count | None
    cols: Cells
    rows: Cells
    client: Name | None = None
    attempt: Annotated[int, integer(1)] = 1
    control: Annotated[Literal["take", "keep"], one_of("take", "keep")] = "keep"


@dataclass(frozen=True, slots=True)
class Watch:
    """View a session with a share."""

    TYPE: ClassVar[str] = "watch"
    session: Name
    share: Name = field(repr=False)
    cols: Cells
    rows: Cells


@dataclass(frozen=True, slots=True)
class InputLease:
    """The binary frames that follow are typed under this lease."""

    TYPE: ClassVar[str] = "input"
    lease: Count


@dataclass(frozen=True, slots=True)
class Ack:
    """The client's terminal has parsed the output before `offset`."""

    TYPE: ClassVar[str] = "ack"
    offset: Count


@dataclass(frozen=True, slots=True)
class Resize:
    """A wish for another size; one that no terminal can have is no error, and changes nothing."""

    TYPE: ClassVar[str] = "resize"
    cols: Wish
    rows: Wish


@dataclass(frozen=True, slots=True)
class RequestControl:
    """Ask the writer to hand over."""

    TYPE: ClassVar[str] = "request_control"
    client: Name | None = None


@dataclass(frozen=True, slots=True)
class GrantControl:
    """Hand over to another client."""

    TYPE: ClassVar[str] = "grant_control"
    client: Name | None = None


@dataclass(frozen=True, slots=True)
class ReleaseControl:
    """Stop being the writer."""

    TYPE: ClassVar[str] = "release_control"
    client: Name | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for a `Pong` with the same id."""

    TYPE: ClassVar[str] = "ping"
    id: PingId | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """End the session now."""

    TYPE: ClassVar[str] = "close"


ClientMessage: TypeAlias = (
    Open
    | Resume
    | Watch
    | InputLease
    | Ack
    | Resize
    | RequestControl
    | GrantControl
    | ReleaseControl
    | Ping
    | Close
)
"""Every message that a client may send."""
