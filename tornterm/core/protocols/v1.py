"""The ``tornterm.v1`` dialect: its limits, and its messages as JSON text frames.

Terminal bytes travel in binary frames and are no messages. The rules are in ``docs/protocol.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias, get_args

from tornterm.core.protocols import v1_client, v1_server
from tornterm.core.protocols.codec import Codec
from tornterm.core.protocols.v1_client import (
    Ack,
    Close,
    GrantControl,
    InputLease,
    Open,
    Ping,
    ReleaseControl,
    RequestControl,
    Resize,
    Resume,
    Watch,
)
from tornterm.core.protocols.v1_server import (
    MAX_CLIENTS,
    ClientInfo,
    Clients,
    ErrorMessage,
    Exited,
    InputAck,
    Notice,
    Pong,
    Resized,
    Resumed,
    Role,
    SessionMade,
    Snapshot,
)

__all__ = [
    "CONTROL",
    "FIRST_MESSAGE_TIMEOUT",
    "MAX_BINARY",
    "MAX_CLIENTS",
    "MAX_TEXT",
    "SUBPROTOCOL",
    "Ack",
    "ClientInfo",
    "ClientMessage",
    "Clients",
    "Close",
    "ErrorMessage",
    "Exited",
    "GrantControl",
    "InputAck",
    "InputLease",
    "Notice",
    "Open",
    "Ping",
    "Pong",
    "ReleaseControl",
    "RequestControl",
    "Resize",
    "Resized",
    "Resume",
    "Resumed",
    "Role",
    "ServerMessage",
    "SessionMade",
    "Snapshot",
    "Unknown",
    "Watch",
    "encode",
    "parse",
    "parse_server",
]

SUBPROTOCOL = "tornterm.v1"
"""The value of ``Sec-WebSocket-Protocol``."""

MAX_BINARY = 64 * 1024
"""The most bytes in a binary frame, in either direction."""

MAX_TEXT = 16 * 1024
"""The most bytes in a text frame, in either direction."""

FIRST_MESSAGE_TIMEOUT = 10.0
"""Seconds within which a connection has to say what it wants."""

CONTROL = "control"
"""The optional part of the protocol by which a client may ask for the right to write."""

_TYPE_SHOWN = 64

# What comes with every key and every few frames is read without a JSON parser, if it is written as
# usual. Fifteen digits stay below the greatest integer that is allowed.
_ACK = re.compile(r'\{"type": ?"ack", ?"offset": ?(0|[1-9][0-9]{0,14})\}')


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a `type` that this side does not know; at most 64 characters of it are kept."""

    type: str


ClientMessage: TypeAlias = v1_client.ClientMessage | Unknown
"""Everything that `parse` returns."""

ServerMessage: TypeAlias = v1_server.ServerMessage | Unknown
"""Everything that `parse_server` returns."""

_client: Codec[v1_client.ClientMessage] = Codec(get_args(v1_client.ClientMessage), MAX_TEXT)
_server: Codec[v1_server.ServerMessage] = Codec(get_args(v1_server.ServerMessage), MAX_TEXT)


def parse(frame: str) -> ClientMessage:
    """Read a text frame that a client sent.

    Args:
        frame: The frame.

    Raises:
        ProtocolError: It breaks a rule; the text says what would be right and repeats no string
            of the frame.
    """
    ack = _ACK.fullmatch(frame)
    if ack is not None:
        return Ack(int(ack[1]))
    message = _client.read(frame)
    return Unknown(message[:_TYPE_SHOWN]) if isinstance(message, str) else message


def parse_server(frame: str) -> ServerMessage:
    """Read a text frame that a server sent.

    Args:
        frame: The frame.

    Raises:
        ProtocolError: It breaks a rule.
    """
    message = _server.read(frame)
    return Unknown(message[:_TYPE_SHOWN]) if isinstance(message, str) else message


def encode(message: ClientMessage | ServerMessage) -> str:
    """Write a message of either direction as a text frame.

    Args:
        message: Any message but `Unknown`.
    """
    codec = _client if _client.knows(message) else _server
    return codec.write(message)
