"""One connection that speaks ``tornterm.v1``: first message, then traffic. See `sessions.v1`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from tornterm.core.lifecycle import CloseCode
from tornterm.core.protocols import v1
from tornterm.errors import (
    ControlRefused,
    LimitExceeded,
    ProtocolError,
    TorntermError,
)
from tornterm.sessions.reception import Guest, Reception
from tornterm.sessions.v1 import V1Attachment
from tornterm.web.throttle import Attempt

__all__ = ["V1Conversation"]

logger = logging.getLogger("tornterm.web")


class V1Conversation:
    """Turns the frames of one connection into calls on its attachment.

    Args:
        reception: Where the first message leads.
        guest: Who is at the other end.
        attempt: Counts a try to show a share, or that it is one too many.
    """

    def __init__(self, reception: Reception, guest: Guest, attempt: Callable[[], Attempt]) -> None:
        self._attempt = attempt
        self._reception = reception
        self._guest = guest
        self._begun = False
        self.attachment: V1Attachment | None = None

    @property
    def begun(self) -> bool:
        """Whether the first message has come."""
        return self._begun

    def on_frame(self, frame: str | bytes) -> Awaitable[None] | None:
        """Act on one frame; whatever is wrong with it ends at most this connection.

        Returns:
            What has to be awaited before the next frame; for all but the first message nothing.
        """
        try:
            if isinstance(frame, bytes):
                self._on_input(frame)
            elif self.attachment is None:
                return self._begin(v1.parse(frame))
            elif self.attachment.open:
                self._on_message(self.attachment, v1.parse(frame))
        except ControlRefused as refusal:
            assert self.attachment is not None
            self.attachment.complain(refusal.code, refusal.public)
        except TorntermError as error:
            self.refuse(error)
        return None

    def refuse(self, error: TorntermError) -> None:
        """Say why and close; in the error's own words for the person."""
        if self.attachment is not None and not self.attachment.open:
            return
        if error.close_code != CloseCode.GOING_AWAY:
            self._say(_message_of(error))
        if self.attachment is not None:
            self.attachment.end(CloseCode(error.close_code), error.code)
        else:
            self._guest.transport.close(error.close_code, error.code)

    def detach(self) -> None:
        """The connection is gone."""
        if self.attachment is not None:
            self.attachment.detach()

    async def _begin(self, message: v1.ClientMessage) -> None:
        try:
            self.attachment = await self._received(message)
        except TorntermError as error:
            self.refuse(error)

    async def _received(self, message: v1.ClientMessage) -> V1Attachment:
        """The attachment to which the first message leads."""
        if self._begun:
            raise ProtocolError("wait for the answer to the first message before sending more")
        self._begun = True
        if isinstance(message, v1.Open):
            return await self._reception.open(self._guest, message)
        if isinstance(message, v1.Resume):
            attachment = await self._reception.resume(self._guest, message)
            if self._guest.user is None:
                self._attempt().succeeded()
            return attachment
        if isinstance(message, v1.Watch):
            attempt = self._attempt()
            attachment = await self._reception.watch(self._guest, message)
            attempt.succeeded()
            return attachment
        raise ProtocolError("the first message must be open, resume or watch")

    def _on_input(self, data: bytes) -> None:
        if self.attachment is None:
            raise ProtocolError("input must not come before the answer to the first message")
        if not 1 <= len(data) <= v1.MAX_BINARY:
            raise ProtocolError(f"a binary frame has 1 to {v1.MAX_BINARY} bytes, not {len(data)}")
        if self.attachment.open:
            self.attachment.accept_input(data)

    def _on_message(self, attachment: V1Attachment, message: v1.ClientMessage) -> None:
        match message:
            case v1.Ack(offset=offset):
                attachment.acknowledge(offset)
            case v1.InputLease(lease=lease):
                attachment.declare_lease(lease)
            case v1.Resize():
                attachment.wish_size(message.cols, message.rows)
            case v1.Ping(id=ping_id):
                attachment.pong(ping_id)
            case v1.RequestControl():
                attachment.host.control.request(attachment)
            case v1.GrantControl(client=client):
                attachment.host.control.grant(attachment, client)
            case v1.ReleaseControl():
                attachment.host.control.release(attachment)
            case v1.Close():
                self._reception.close(self._guest, attachment)
            case v1.Open() | v1.Resume() | v1.Watch():
                raise ProtocolError("this connection already has its session")
            case v1.Unknown(type=name):
                attachment.complain("protocol", f"there is no message type {name!r:.60}")

    def _say(self, message: v1.ServerMessage) -> None:
        self._guest.transport.send_text(v1.encode(message))


def _message_of(error: TorntermError) -> v1.ErrorMessage:
    if isinstance(error, LimitExceeded):
        return v1.ErrorMessage(
            error.code,
            error.public,
            limit=error.limit,
            current=error.current,
            retry_after=error.retry_after,
        )
    return v1.ErrorMessage(error.code, error.public)
