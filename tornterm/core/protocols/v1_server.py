"""What a server of ``tornterm.v1`` says: one frozen dataclass for each message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

from tornterm.core.protocols.codec import record
from tornterm.core.protocols.fields import (
    Cells,
    Count,
    Label,
    Name,
    PingId,
    RoleName,
    Sentence,
    boolean,
    list_of,
    one_of,
    text,
)
from tornterm.errors import ProtocolError

__all__ = [
    "MAX_CLIENTS",
    "ClientInfo",
    "Clients",
    "ErrorMessage",
    "Exited",
    "InputAck",
    "Notice",
    "Pong",
    "Resized",
    "Resumed",
    "Role",
    "ServerMessage",
    "SessionMade",
    "Snapshot",
]

MAX_CLIENTS = 32
"""How many of a session's clients a `Clients` message names at most."""

_SENTENCE = 1000
_LABEL = 64
_HALVES = re.compile("[\ud800-\udfff]")


def _presentable(sentence: str, longest: int = _SENTENCE) -> str:
    return _HALVES.sub("\ufffd", sentence[:longest])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attached:
    session: Name
    token: Name = field(repr=False)
    client: Name
    cols: Cells
    rows: Cells
    role: RoleName
    lease: Count
    window: Count
    input_offset: Count
    input_limit: Count
    grace: Count
    features: Annotated[tuple[str, ...], list_of(text(256), 64)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMade(_Attached):
    """A session was made; `window` and offsets are in bytes, `grace` in seconds."""

    TYPE: ClassVar[str] = "session"
    offset: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(_Attached):
    """A session was taken up; output follows from `offset`, or a snapshot comes first."""

    TYPE: ClassVar[str] = "resumed"
    offset: Count
    mode: Annotated[Literal["exact", "snapshot"], one_of("exact", "snapshot")]
    skipped: Count
    answered: Count
    refused: Count


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The next `bytes` of binary are drawn at this size; the last part names the `offset`."""

    TYPE: ClassVar[str] = "snapshot"
    first: Annotated[bool, boolean]
    last: Annotated[bool, boolean]
    bytes: Count
    cols: Cells
    rows: Cells
    offset: Count | None = None

    def __post_init__(self) -> None:
        if self.last != (self.offset is not None):
            raise ProtocolError("a snapshot names an offset in its last part and in no other")


@dataclass(frozen=True, slots=True)
class Resized:
    """The size from this place of the output on."""

    TYPE: ClassVar[str] = "resize"
    cols: Cells
    rows: Cells


@dataclass(frozen=True, slots=True)
class InputAck:
    """Input was received up to `offset`, all in all `refused` bytes of it not accepted."""

    TYPE: ClassVar[str] = "input_ack"
    offset: Count
    limit: Count
    refused: Count


@dataclass(frozen=True, slots=True)
class Role:
    """Whether this client may type, and under which lease."""

    TYPE: ClassVar[str] = "role"
    role: RoleName
    lease: Count
    input_limit: Count


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """One client of a session; `user` is cut after 64 characters."""

    client: Name
    user: Label
    role: RoleName
    asks: Annotated[bool, boolean] = False
    may_control: Annotated[bool, boolean] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "user", _presentable(self.user, _LABEL))


@dataclass(frozen=True, slots=True)
class Clients:
    """Who is there; more than `MAX_CLIENTS` are not named."""

    TYPE: ClassVar[str] = "clients"
    clients: Annotated[tuple[ClientInfo, ...], list_of(record(ClientInfo), 1024)]

    def __post_init__(self) -> None:
        object.__setattr__(self, "clients", self.clients[:MAX_CLIENTS])


@dataclass(frozen=True, slots=True)
class Exited:
    """How the program ended: by an exit code, or by the number of a signal.

    `message` says who ended it, where it did not end by its own doing, and `code` says the same
    for programs; `ended` is when that was, in seconds since the epoch.
    """

    TYPE: ClassVar[str] = "exit"
    exit_code: Count | None
    signal: Count | None
    message: Sentence | None = None
    ended: Count | None = None
    code: Name | None = None


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """What went wrong; `retry_after` in seconds. The sentence is cut after 1000 characters."""

    TYPE: ClassVar[str] = "error"
    code: Name
    message: Sentence
    limit: Count | None = None
    current: Count | None = None
    retry_after: Count | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _presentable(self.message))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know. The sentence is cut after 1000 characters."""

    TYPE: ClassVar[str] = "notice"
    code: Name
    message: Sentence

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _presentable(self.message))


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a `Ping`."""

    TYPE: ClassVar[str] = "pong"
    id: PingId | None = None


ServerMessage: TypeAlias = (
    SessionMade
    | Resumed
    | Snapshot
    | Resized
    | InputAck
    | Role
    | Clients
    | Exited
    | ErrorMessage
    | Notice
    | Pong
)
"""Every message that a server may send."""
