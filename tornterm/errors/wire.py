"""A client broke a rule of the wire."""

from __future__ import annotations

from tornterm.errors.root import TorntermError, sentence

__all__ = ["ProtocolError"]


class ProtocolError(TorntermError):
    """A client broke a rule of the wire; its connection is closed with 4400.

    Args:
        why: What was wrong with what the client sent and what would be right.
    """

    code = "protocol"
    http_status = 400
    close_code = 4400

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)

    @property
    def public(self) -> str:
        """The rule, for a person who sees it because a program was wrong."""
        return sentence(f"The server did not understand: {self.why}")
