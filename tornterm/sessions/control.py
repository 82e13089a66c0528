"""Who may write: the lease of a session, how it is handed over, and how it comes back.

There is one writer at the most. Each change of it raises the lease, under which alone input
counts. Source: ``docs/protocol.md``, "Writing".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import ControlRefused
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clock import Clock, Timer
from tornterm.sessions.members import Member, Right

__all__ = ["Control", "ControlChange", "Room"]

How = Literal["taken", "granted", "released", "returned"]


@dataclass(frozen=True, slots=True)
class ControlChange:
    """Somebody else writes from now on, or nobody.

    Args:
        how: ``taken`` by who writes now, ``granted`` by the owner, ``released`` by who wrote
            before, or ``returned`` to the owner because its holder has gone or given it up.
        by: Whose doing it was; None where time has done it.
        writer: Who writes now.
    """

    how: How
    by: Attachment | None
    writer: Attachment | None


class Room(Protocol):
    """What the control of a session needs of it."""

    @property
    def attachments(self) -> Sequence[Attachment]:
        """Who is attached, the newest last."""

    @property
    def alive(self) -> bool:
        """Whether there is a program to write to."""

    @property
    def clock(self) -> Clock:
        """The session's clock."""

    @property
    def queued(self) -> int:
        """Bytes of input that the program has not taken yet."""

    def is_owner(self, attachment: Attachment) -> bool:
        """Whether the session belongs to whoever is at the other end."""

    def follow(self, writer: Attachment) -> None:
        """The size is this one's from now on, and so is the pace."""

    def tell_members(self) -> None:
        """Roles have changed: let everybody know."""

    def control_changed(self, change: ControlChange) -> None:
        """Somebody else writes from now on, or nobody."""


class Control:
    """The right to write to one session.

    Args:
        room: The session.
        timeout: Seconds after which the right passes on when its holder's connection is gone.

    Attributes:
        writer: Who holds it; None while nobody does.
        lease: The number of its last change.
    """

    def __init__(self, room: Room, timeout: float) -> None:
        self.writer: Attachment | None = None
        self.lease = 0
        self._room = room
        self._timeout = timeout
        self._timer: Timer | None = None
        self._last: str | None = None  # who wrote last; "" once that one has given it up
        self._kept_for: str | None = None

    def members(self) -> list[Member]:
        """Who is attached, and in which role."""
        return [
            Member(
                a.client.id,
                a.user.display_name or a.user.name,
                "writer" if a is self.writer else "viewer",
                a.client.asked is not None,
                a.right is not Right.WATCH,
            )
            for a in self._room.attachments
        ]

    # Coming and going.

    def enter(self, attachment: Attachment, *, take: bool) -> None:
        """Give a newcomer its role; its caller tells it, with the greeting.

        Args:
            attachment: The newcomer, already one of the room's attachments.
            take: Whether it takes the right from whoever has it. A free one it gets anyway if it
                is the owner's, or the same client had it until its connection broke.
        """
        if attachment.right is Right.CONTROL:
            wanted = take or self.writer is None
        else:
            wanted = self.writer is None and self._kept_for == attachment.client.id
        if wanted and self._room.alive:
            self._give(attachment, "taken", by=attachment)

    def leave(self, attachment: Attachment) -> None:
        """A connection is gone; its client may come back before the right passes on."""
        if attachment is not self.writer:
            return
        self.writer = None
        self.lease += 1
        self._kept_for = attachment.client.id
        if self._timer is None:
            self._timer = self._room.clock.call_later(self._timeout, self._pass_on)

    def _pass_on(self) -> None:
        self._timer = None
        self._kept_for = None
        if self.writer is None and self._room.alive:
            self._return(by=None)

    def _return(self, *, by: Attachment | None) -> bool:
        """Let the newest connection of the owner write; False where there is none."""
        mine = [a for a in self._room.attachments if a.right is Right.CONTROL]
        owners = [a for a in mine if self._room.is_owner(a)]
        if owners:
            self._hand_over(owners[-1], "returned", by=by)
        return bool(owners)

    def cancel(self) -> None:
        """The session is about to end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # What people do.

    def request(self, attachment: Attachment) -> None:
        """Take over, or where that is not for this client to decide, ask for it.

        Raises:
            ControlRefused: It may only watch.
        """
        if attachment.right is Right.WATCH:
            raise ControlRefused(ErrorCode.FORBIDDEN, "You may only watch this session.")
        if not self._room.alive or attachment is self.writer:
            attachment.role_changed()
        elif attachment.right is Right.CONTROL:
            self._hand_over(attachment, "taken", by=attachment)
        elif attachment.client.asked is None:
            attachment.client.asked = self._room.clock.now()
            self._room.tell_members()

    def grant(self, by: Attachment, client_id: str | None) -> None:
        """Let another client write.

        Args:
            by: Who grants it.
            client_id: The client; None for the one that has been asking for longest.

        Raises:
            ControlRefused: This is not for `by` to decide, the other client is not here, nobody
                asks, or the other one may only watch.
        """
        if by.right is not Right.CONTROL:
            raise ControlRefused(
                ErrorCode.FORBIDDEN, "Only the owner of this session decides who may type."
            )
        heir = self._find(client_id) if client_id is not None else self._longest_asking()
        if heir.right is Right.WATCH:
            sentence = (
                "This person came with a link that is for watching alone. To let them type, "
                "make a link with which one may also ask for control."
            )
            raise ControlRefused(ErrorCode.FORBIDDEN, sentence)
        if self._room.alive and heir is not self.writer:
            self._hand_over(heir, "granted", by=by)

    def _find(self, client_id: str) -> Attachment:
        for attachment in self._room.attachments:
            if attachment.client.id == client_id:
                return attachment
        raise ControlRefused(ErrorCode.NOT_FOUND, "This client is not here (any more).")

    def _longest_asking(self) -> Attachment:
        asking = [(a.client.asked, a) for a in self._room.attachments if a.client.asked is not None]
        if not asking:
            raise ControlRefused(ErrorCode.NOT_FOUND, "Nobody asks to type in this session.")
        return min(asking, key=lambda pair: pair[0])[1]

    def release(self, attachment: Attachment) -> None:
        """Stop writing, or stop asking for it.

        What the owner's side gives up is free; what somebody else gives up returns to the owner.
        """
        if attachment is not self.writer:
            attachment.client.asked = None
            attachment.role_changed()
            self._room.tell_members()
            return
        self.writer = None
        self.lease += 1
        self._last = ""
        attachment.role_changed()
        if attachment.right is Right.CONTROL or not self._return(by=attachment):
            self._room.control_changed(ControlChange("released", attachment, None))
        self._room.tell_members()

    # The change itself.

    def _hand_over(self, attachment: Attachment, how: How, *, by: Attachment | None) -> None:
        self._give(attachment, how, by=by)
        attachment.role_changed()
        self._room.follow(attachment)
        self._room.tell_members()

    def _give(self, attachment: Attachment, how: How, *, by: Attachment | None) -> None:
        displaced, self.writer = self.writer, attachment
        self.lease += 1
        self.cancel()
        self._kept_for = None
        attachment.client.asked = None
        attachment.client.raise_limit(self._room.queued)
        if displaced is not None:
            displaced.role_changed()
        before, self._last = self._last, attachment.client.id
        if before is not None and before != attachment.client.id:
            self._room.control_changed(ControlChange(how, by, attachment))
