"""The arithmetic of flow control, in absolute offsets. Source: ``docs/protocol.md``, "Output"."""

from __future__ import annotations

__all__ = ["MINIMUM_ALLOWANCE", "AckWindow", "allowance"]

MINIMUM_ALLOWANCE = 4096
"""Bytes that may always be on their way, however small window and scrollback are."""


def allowance(window: int, capacity: int) -> int:
    """How many bytes may be on their way without an acknowledgement.

    Never more than half of what the log keeps, so that whatever a writer has not got is still
    there when its connection breaks.

    Args:
        window: The configured window in bytes.
        capacity: What the session's log keeps, in bytes.
    """
    return max(MINIMUM_ALLOWANCE, min(window, capacity // 2))


class AckWindow:
    """What one attachment has sent, and how far its client has got with it.

    Args:
        offset: The offset at which the attachment begins; it counts as acknowledged.
        allowance: Bytes that may be sent beyond the last acknowledgement.

    Attributes:
        acked: The offset up to which the client has parsed the output.
        sent: The offset up to which output has been sent; only its owner moves it.
        ignored: How many acknowledgements were beyond what had been sent.
    """

    __slots__ = ("_allowance", "acked", "ignored", "sent")

    def __init__(self, offset: int, allowance: int) -> None:
        self.acked = offset
        self.sent = offset
        self.ignored = 0
        self._allowance = allowance

    @property
    def room(self) -> int:
        """Bytes that may be sent now."""
        return max(0, self.acked + self._allowance - self.sent)

    def acknowledge(self, offset: int) -> bool:
        """Take an acknowledgement.

        Args:
            offset: What the client says it has parsed; more than was sent is ignored and counted.

        Returns:
            Whether the client got further by it.
        """
        if offset > self.sent:
            self.ignored += 1
            return False
        if offset <= self.acked:
            return False
        self.acked = offset
        return True
