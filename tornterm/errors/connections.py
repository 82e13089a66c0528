"""One connection to a session cannot go on, or none can begin."""

from __future__ import annotations

from tornterm.errors.sessions import SessionError

__all__ = ["ConnectionGone", "GoingAway", "Replaced"]


class Replaced(SessionError):
    """A newer connection of the same client is there, so this one is not needed any more."""

    code = "replaced"
    http_status = 409
    close_code = 4409

    def __init__(self) -> None:
        super().__init__("a newer connection of the same client has taken over")


class ConnectionGone(SessionError):
    """A connection ended while it was being let in, so nothing is done for it any more."""

    code = "gone"
    http_status = 400
    close_code = 1001

    def __init__(self) -> None:
        super().__init__("the connection has ended before it was let in")


class GoingAway(SessionError):
    """The server is shutting down and begins nothing new."""

    code = "going_away"
    http_status = 503
    close_code = 1001

    def __init__(self) -> None:
        super().__init__("The server is shutting down. Please come back in a moment.")
