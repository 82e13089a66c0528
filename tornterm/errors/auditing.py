"""The events that were kept."""

from __future__ import annotations

from tornterm.errors.root import TorntermError

__all__ = ["AuditUnreadable", "CursorGone"]


class AuditUnreadable(TorntermError):
    """An audit sink was asked for older events and failed; only that request is concerned.

    Args:
        plugin: The sink.
        why: What failed, for the log.
    """

    code = "audit_unreadable"
    http_status = 503

    def __init__(self, plugin: str, why: str) -> None:
        self.plugin = plugin
        self.why = why
        super().__init__(f"plugin {plugin!r} gave no older events: {why}")

    @property
    def public(self) -> str:
        """Which sink it was; an administrator finds the rest in the log."""
        return f"Older events cannot be read at the moment ({self.plugin})."


class CursorGone(TorntermError):
    """A cursor leads nowhere: what it pointed into was replaced or cut since, or it is none.

    Args:
        why: What is different, for the log.
    """

    code = "cursor_gone"
    http_status = 410

    def __init__(self, why: str = "what was kept has changed") -> None:
        self.why = why
        super().__init__(why)

    @property
    def public(self) -> str:
        """What to do instead."""
        return "What was kept has been replaced since. Try again to see what is there now."
