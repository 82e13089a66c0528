"""What a client of ``tornterm.v1`` is told besides output: the latest of each kind."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.core.protocols import v1
from tornterm.sessions.accounting import InputAccount
from tornterm.sessions.clients import Client
from tornterm.sessions.host import Host
from tornterm.sessions.members import RoleName
from tornterm.types import Size

__all__ = ["News"]


class News:
    """What one client is yet to be told, however often it has changed meanwhile.

    Args:
        host: The session.
        client: The client, in which its input is counted.
        account: What it has been told of that.
        send: Sends a message.
        role: Says whether the client may write.

    Attributes:
        role: Whether the client is to be told whether it may write.
        members: Whether it is to be told who is attached.
        size: Whether it is to be told the size again.
        complaint: What was wrong with a message of its own.
        notices: Sentences for the person, by their codes.
        pong: The answer to a ping.
    """

    def __init__(
        self,
        host: Host,
        client: Client,
        account: InputAccount,
        send: Callable[[v1.ServerMessage], None],
        role: Callable[[], RoleName],
    ) -> None:
        self.role = False
        self.members = True
        self.size = False
        self.complaint: v1.ErrorMessage | None = None
        self.notices: dict[str, str] = {}
        self.pong: v1.Pong | None = None
        self._host = host
        self._client = client
        self._account = account
        self._send = send
        self._role = role

    def tell_size(self, size: Size) -> None:
        """Tell the client a size, so that there is nothing more to say of it."""
        self.size = False
        self._send(v1.Resized(size.cols, size.rows))

    def tell(self, size: Size) -> None:
        """Tell the client all that it is to be told.

        Args:
            size: The size at its place in the stream.
        """
        if self.role:
            self.role = False
            self._account.limit_told()
            self._send(v1.Role(self._role(), self._host.lease, self._client.limit))
        if self._account.due:
            self._send(self._account.message())
        if self.members:
            self.members = False
            members = tuple(
                v1.ClientInfo(m.client, m.user, m.role, m.asks, m.may_control)
                for m in self._host.members()
            )
            self._send(v1.Clients(members))
        if self.size:
            self.tell_size(size)
        if self.complaint is not None:
            complaint, self.complaint = self.complaint, None
            self._send(complaint)
        while self.notices:
            code = next(iter(self.notices))
            self._send(v1.Notice(code, self.notices.pop(code)))
        if self.pong is not None:
            pong, self.pong = self.pong, None
            self._send(pong)
