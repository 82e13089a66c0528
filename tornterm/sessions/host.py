"""What an attachment needs of its session, and what the session tells all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tornterm.core.lifecycle import CloseCode
from tornterm.core.output_log import OutputLog
from tornterm.screens.model import ScreenModel
from tornterm.sessions.clock import Clock
from tornterm.sessions.members import Member
from tornterm.sessions.shares import Party
from tornterm.types import ExitStatus, Size

if TYPE_CHECKING:
    from tornterm.sessions.attachment import Attachment
    from tornterm.sessions.control import Control

__all__ = ["NOBODY", "Ending", "Farewell", "Host", "Policy"]


class Farewell(NamedTuple):
    """Who ended a session, as its people are told: a code, and a sentence."""

    code: str
    message: str


NOBODY = Farewell("", "")
"""Its program has ended by itself, or for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ended, as its clients are told.

    Args:
        exit: How the program ended.
        time: When, in seconds since the epoch.
        code: An error code instead, where the session did not end by its program's own doing.
        message: The sentence that goes with the code, or says who ended the program.
        close: The WebSocket close code.
        by: Who ended the program, as a code, where somebody did.
    """

    exit: ExitStatus
    time: float
    code: str = ""
    message: str = ""
    close: CloseCode = CloseCode.ENDED
    by: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers that every attachment of a session goes by.

    Args:
        window: Bytes of output that may be on their way beyond the last acknowledgement.
        stall_timeout: Seconds without any progress after which a client counts as dead; 0 for
            never.
        grace: Seconds for which the session waits for its person.
    """

    window: int
    stall_timeout: float
    grace: float


class Host(Protocol):
    """What an attachment needs of its session."""

    @property
    def id(self) -> str:
        """The session's public id."""

    @property
    def log(self) -> OutputLog:
        """The session's output."""

    @property
    def model(self) -> ScreenModel:
        """What the screen was like where the log starts."""

    @property
    def clock(self) -> Clock:
        """The session's clock."""

    @property
    def party(self) -> Party:
        """The owner's side."""

    @property
    def policy(self) -> Policy:
        """The numbers to go by."""

    @property
    def control(self) -> Control:
        """Who may write."""

    @property
    def attachments(self) -> Sequence[Attachment]:
        """All that are attached."""

    @property
    def lease(self) -> int:
        """The number of the current right to write."""

    @property
    def queued(self) -> int:
        """Bytes of input that the program has not taken yet."""

    @property
    def ending(self) -> Ending | None:
        """How the session ended; None while it has not."""

    @property
    def answered(self) -> int:
        """The offset up to which queries of the program have been answered."""

    def members(self) -> list[Member]:
        """Who is attached."""

    def is_writer(self, attachment: Attachment) -> bool:
        """Whether this attachment may write."""

    def write(self, attachment: Attachment, data: bytes) -> None:
        """Give the program input."""

    async def drained(self) -> None:
        """Return when the program has room for more input, or is gone."""

    def moved(self, attachment: Attachment) -> None:
        """The attachment's position moved, which may let the session read on."""

    def wish(self, attachment: Attachment, size: Size) -> None:
        """The attachment's client would like this size."""

    def leave(self, attachment: Attachment) -> None:
        """The attachment is over."""
