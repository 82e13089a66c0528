"""The states of a session, and the names of close codes and error codes.

Source: ``docs/protocol.md``, "Close codes and error codes".
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = ["CloseCode", "ErrorCode", "Lifecycle", "State"]


class CloseCode(IntEnum):
    """The WebSocket close codes that tornterm sends, each named once."""

    ENDED = 1000
    GOING_AWAY = 1001
    POLICY = 1008
    SPAWN_FAILED = 1011
    TRY_LATER = 1013
    PROTOCOL = 4400
    LOGIN_ENDED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    STALLED = 4408
    REPLACED = 4409
    EXPIRED = 4410


class ErrorCode(StrEnum):
    """The `code` of an ``error`` message or of an HTTP error."""

    SERVER_FULL = "server_full"
    USER_LIMIT = "user_limit"
    GROUP_LIMIT = "group_limit"
    USER_RATE = "user_rate"
    LOGIN_RATE = "login_rate"
    IP_RATE = "ip_rate"
    VIEWER_LIMIT = "viewer_limit"
    SHARE_LIMIT = "share_limit"
    TRANSFER_LIMIT = "transfer_limit"
    PAGE_LIMIT = "page_limit"
    SPAWN_FAILED = "spawn_failed"
    NOT_FOUND = "not_found"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    AUTH_ENDED = "auth_ended"
    AUTH_UNAVAILABLE = "auth_unavailable"
    PROTOCOL = "protocol"
    STALLED = "stalled"
    REPLACED = "replaced"
    AUDIT_UNAVAILABLE = "audit_unavailable"


class State(IntEnum):
    """Where a session is in its life; a session only ever moves to a higher state."""

    PENDING = 0
    RUNNING = 1
    ENDING = 2
    ENDED = 3
    GONE = 4


class Lifecycle:
    """A session's state, with the moment of the last change.

    Args:
        now: Seconds on the caller's clock.
    """

    def __init__(self, now: float) -> None:
        self.state = State.PENDING
        self.since = now

    def advance(self, state: State, now: float) -> bool:
        """Move forward to `state`.

        Args:
            state: The state to reach; one that is not ahead changes nothing.
            now: Seconds on the caller's clock.

        Returns:
            Whether this call made the change, so that exactly one caller acts on it.
        """
        if state <= self.state:
            return False
        self.state = state
        self.since = now
        return True

    @property
    def alive(self) -> bool:
        """Whether a program runs or is about to."""
        return self.state < State.ENDED
