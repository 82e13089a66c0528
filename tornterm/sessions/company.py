"""Those who are attached to a session, and what all of them are told."""

from __future__ import annotations

from collections.abc import Iterator

from tornterm.core.lifecycle import CloseCode, ErrorCode
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.members import Right
from tornterm.sessions.shares import Party, Share

__all__ = ["Company"]

_SCREEN_LOST = (
    "The server has lost its picture of this screen. Nothing is missing where you were connected; "
    "who comes back later may see an incomplete screen until the program clears it."
)
_SCREEN_WHOLE = "The picture of the screen is whole again."

_WAITS = "The program waits: what it prints cannot be recorded now. It goes on by itself."
_GOES_ON = "The program goes on."

_UNWATCHED = "No administrator watches this session any more."


class Company:
    """The attachments of one session.

    Args:
        party: The owner's side; who is of another came with a share.

    Attributes:
        attachments: The newest last.
    """

    def __init__(self, party: Party) -> None:
        self.attachments: list[Attachment] = []
        self._party = party

    def __iter__(self) -> Iterator[Attachment]:
        """All who are there now, whoever of them leaves meanwhile."""
        return iter(list(self.attachments))

    @property
    def guests(self) -> int:
        """How many connections came with a share."""
        return sum(a.party is not self._party for a in self.attachments)

    @property
    def may_write(self) -> bool:
        """Whether anybody is there who may write without being asked in."""
        return any(a.right is Right.CONTROL for a in self.attachments)

    # Going.

    def replace(self, client_id: str) -> None:
        """Close every connection of a client that is coming back over another one."""
        for attachment in [a for a in self if a.client.id == client_id]:
            attachment.close(
                CloseCode.REPLACED,
                ErrorCode.REPLACED,
                "This connection was replaced by a newer one of the same client.",
            )

    def share_ended(self, share: Share) -> None:
        """Send those away who came with a share that is not valid any more."""
        for attachment in [a for a in self if a.party is share]:
            attachment.close(
                CloseCode.FORBIDDEN,
                ErrorCode.FORBIDDEN,
                "The link by which you watched this session is not valid any more.",
            )

    def dismiss(self) -> None:
        """Send everybody away because the server stops; they may come back to another one."""
        for attachment in self:
            attachment.end(CloseCode.GOING_AWAY, "server going away")

    # What they are told.

    def tell_members(self) -> None:
        """Let everybody know who is there, and in which role."""
        for attachment in self:
            attachment.members_changed()

    def tell_newcomer(self, newcomer: Attachment, *, lost: bool, waits: bool) -> None:
        """Tell somebody what the others know already, and everybody who watches.

        Args:
            newcomer: One of the attachments.
            lost: Whether snapshots are not what they should be.
            waits: Whether the program waits for observers.
        """
        self._tell_who_watches(newcomer)
        if lost:
            newcomer.notice("screen", _SCREEN_LOST)
        if waits:
            newcomer.notice("waiting", _WAITS)

    def tell_of_going(self, gone: Attachment) -> None:
        """Nobody is told that they are watched when they are not any more.

        Args:
            gone: One that is none of the attachments any more.
        """
        name, others = _watcher(gone), self._watchers()
        if name and name not in others:
            self._tell_watched(self.attachments, others)

    def _tell_who_watches(self, newcomer: Attachment) -> None:
        """Nobody is watched by an administrator without being told, whoever of them came first."""
        watchers = self._watchers()
        if watchers:
            self._tell_watched(self.attachments if _watcher(newcomer) else [newcomer], watchers)

    def _watchers(self) -> list[str]:
        """The administrators who watch, each once however many windows they do it in."""
        return list(dict.fromkeys(name for name in map(_watcher, self) if name))

    def _tell_watched(self, whom: list[Attachment], watchers: list[str]) -> None:
        """Name all of them: a notice of a code takes the place of the one before."""
        names = ", ".join(watchers)
        if not watchers:
            code, message = "unwatched", _UNWATCHED
        elif len(watchers) == 1:
            code, message = "watched", f"An administrator ({names}) watches this session."
        else:
            code, message = "watched", f"Administrators ({names}) watch this session."
        for attachment in [a for a in whom if not _watcher(a)]:
            attachment.notice(code, message)

    def tell_of_the_screen(self, *, lost: bool) -> None:
        """Say that snapshots are not what they should be, or that they are again."""
        self._notice(*(("screen", _SCREEN_LOST) if lost else ("screen_whole", _SCREEN_WHOLE)))

    def tell_of_the_pace(self, *, waits: bool) -> None:
        """Say that the program waits for observers, or that it goes on."""
        self._notice(*(("waiting", _WAITS) if waits else ("going_on", _GOES_ON)))

    def warn(self, cause: str, left: float) -> None:
        """Say it before a deadline strikes, while something can still be done about it.

        Args:
            cause: Which one.
            left: Seconds until then.
        """
        what = "nobody types" if cause == "idle" else "its longest time is over"
        self._notice(cause, f"This session ends in {round(left)} s because {what}.")

    def _notice(self, code: str, message: str) -> None:
        for attachment in self:
            attachment.notice(code, message)


def _watcher(attachment: Attachment) -> str:
    """The administrator who watches by this attachment; empty where it is somebody else's."""
    party = attachment.party
    return party.by if isinstance(party, Share) else ""
