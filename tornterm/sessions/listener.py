"""Who hears of what happens to a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tornterm.sessions.attachment import Attachment
from tornterm.sessions.control import ControlChange

if TYPE_CHECKING:
    from tornterm.sessions.session import Session

__all__ = ["Listener"]


class Listener(Protocol):
    """Who wants to know what happens to a session: the manager."""

    def attached(self, session: Session, attachment: Attachment, *, again: bool) -> None:
        """A connection has been attached; `again` tells a resume from a creation."""

    def detached(self, session: Session, attachment: Attachment) -> None:
        """A connection has gone."""

    def control_changed(self, session: Session, change: ControlChange) -> None:
        """Another client writes from now on, or none."""

    def struck(self, session: Session, cause: str) -> None:
        """A deadline of `EXPIRED` has come; the session is to be destroyed."""

    def ended(self, session: Session) -> None:
        """The program is gone and its last output is in the log."""
