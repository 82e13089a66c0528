"""One connection that speaks the legacy dialect. See `tornterm.sessions.legacy`."""

from __future__ import annotations

from collections.abc import Awaitable

from tornterm.core.protocols import legacy
from tornterm.errors import TorntermError
from tornterm.sessions.legacy import LegacyAttachment
from tornterm.sessions.reception import Guest, Reception

__all__ = ["LegacyConversation"]


class LegacyConversation:
    """Turns the frames of one connection into calls on its attachment.

    Args:
        reception: Where sessions come from.
        guest: Who is at the other end.
        query: What the address asked for.
    """

    begun = True
    """Everything that a first message would say stands in the address."""

    def __init__(self, reception: Reception, guest: Guest, query: legacy.Query) -> None:
        self._reception = reception
        self._guest = guest
        self._query = query
        self.attachment: LegacyAttachment | None = None

    async def begin(self) -> None:
        """Take up or make the session that the address asked for."""
        query = self._query
        try:
            self.attachment = await self._reception.open_legacy(
                self._guest, query.size, control=query.control, resume=query.resume
            )
        except TorntermError as error:
            self.refuse(error)

    def on_frame(self, frame: str | bytes) -> Awaitable[None] | None:
        """Act on one frame.

        Returns:
            What to await before the next is read: that the program has room for more input.
        """
        attachment = self.attachment
        if attachment is None or not attachment.open:
            return None
        message = legacy.parse_input(frame)
        if isinstance(message, bytes):
            attachment.accept_input(message)
            return attachment.host.drained() if attachment.host.queued else None
        if isinstance(message, legacy.Resize):
            attachment.wish_size(message.cols, message.rows)
        elif isinstance(message, legacy.Ping):
            attachment.pong()
        return None

    def refuse(self, error: TorntermError) -> None:
        """Say why and close, with the close codes of this dialect."""
        if self._query.control:
            self._guest.transport.send_text(legacy.encode_error(error.public))
        self._guest.transport.close(error.close_code, error.code)

    def detach(self) -> None:
        """The connection is gone."""
        if self.attachment is not None:
            self.attachment.detach()
