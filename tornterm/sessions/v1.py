"""An attachment that speaks ``tornterm.v1``. Source: ``docs/protocol.md``, sections 3 to 5."""

from __future__ import annotations

from tornterm.core.protocols import v1
from tornterm.core.tokens import ResumeToken
from tornterm.core.window import AckWindow, Pace
from tornterm.errors import ProtocolError
from tornterm.screens.drawing import Part
from tornterm.sessions.accounting import InputAccount
from tornterm.sessions.attachment import MAX_FRAME, Attachment
from tornterm.sessions.clients import Client
from tornterm.sessions.host import Ending, Host
from tornterm.sessions.members import Right, RoleName
from tornterm.sessions.news import News
from tornterm.sessions.shares import Party
from tornterm.sessions.transport import Transport
from tornterm.types import Size, User

__all__ = ["LARGEST_FRAME", "V1Attachment"]

LARGEST_FRAME = 256 * 1024
"""Bytes of terminal output in one frame at the most, however much is on its way."""


class V1Attachment(Attachment):
    """A cursor that is followed with acknowledgements, and input with absolute offsets.

    Args:
        host: The session.
        transport: The connection.
        user: Who is at its other end.
        client: What the session remembers of the client.
        login: The id of the login that the connection lives by; empty for a bearer token.
        wish: The size the client would like.
        right: What the connection may do at the most.
        party: On which grounds it came; the owner's side where left out.
    """

    def __init__(
        self,
        host: Host,
        transport: Transport,
        user: User,
        client: Client,
        *,
        login: str = "",
        wish: Size | None = None,
        right: Right = Right.CONTROL,
        party: Party | None = None,
    ) -> None:
        super().__init__(
            host, transport, user, client, login=login, wish=wish, right=right, party=party
        )
        self._pace = Pace(self.limit)
        self._window = AckWindow(self.cursor.offset, self._pace)
        self.brought: ResumeToken | None = None
        self._declared_lease: int | None = None
        self._account = InputAccount(host.clock, client, self.pump)
        self._news = News(host, client, self._account, self._send, lambda: self._role)
        self._told_size = host.log.size

    def detach(self) -> None:
        """Leave the session; the token that was brought and never confirmed stays valid."""
        if self.open and self.brought is not None:
            self.party.tokens.leave(self.brought)
        self._account.close()
        super().detach()

    # Beginning.

    def greet_new(self, token: str) -> None:
        """Begin at the start of a session that this client has made.

        Args:
            token: The resume token.
        """
        self._stand_at(0)
        size = self._told_size = self.host.log.size_at(0)
        self._account.told()
        self._send(
            v1.SessionMade(
                session=self.host.id,
                token=token,
                client=self.client.id,
                offset=0,
                cols=size.cols,
                rows=size.rows,
                role=self._role,
                lease=self.host.lease,
                window=self.limit,
                input_offset=self.client.received,
                input_limit=self.client.limit,
                grace=int(self.host.policy.grace),
                features=self._features,
            )
        )
        self._window.send(0, self.host.clock.now())

    def greet_again(self, token: str, offset: int | None) -> None:
        """Go on at `offset` if the log still has it, with a snapshot if not.

        Args:
            token: The token to come back with next time.
            offset: Bytes of output that the client has handed to its terminal, or None for a
                fresh screen.
        """
        log = self.host.log
        exact = offset is not None and log.start <= offset <= log.end
        if exact:
            assert offset is not None
            self._stand_at(offset)
            self._window.owed = log.end
            size, skipped, answered = log.size_at(offset), 0, self.host.answered
            stands_at = offset
        else:
            self.painter.begin()
            stands_at = log.end
            size, answered = log.size_at(self.painter.offset), log.end
            skipped = 0 if offset is None else max(0, self.painter.offset - offset)
        self._account.told()
        self._told_size = size
        self._send(
            v1.Resumed(
                session=self.host.id,
                token=token,
                client=self.client.id,
                offset=stands_at,
                cols=size.cols,
                rows=size.rows,
                role=self._role,
                lease=self.host.lease,
                window=self.limit,
                input_offset=self.client.received,
                input_limit=self.client.limit,
                grace=int(self.host.policy.grace),
                features=self._features,
                mode="exact" if exact else "snapshot",
                skipped=skipped,
                answered=answered,
                refused=self.client.refused,
            )
        )
        self._window.send(self._window.sent, self.host.clock.now())

    @property
    def _features(self) -> tuple[str, ...]:
        return (v1.CONTROL,) if self.right >= Right.ASK else ()

    def _stand_at(self, offset: int) -> None:
        super()._stand_at(offset)
        self._pace.forget()
        self._window = AckWindow(offset, self._pace)

    # Output.

    @property
    def position(self) -> int:
        """What the client's terminal has parsed; while a snapshot is on its way, its start."""
        return self.painter.offset if self.painter.busy else self._window.acked

    @property
    def allowance(self) -> int:
        """What may be on its way, so that what waits for this client waits in the program."""
        return self._pace.allowance

    def _room(self) -> int:
        """The window's room, unless it is so small a part that frames would dwindle.

        A client that acknowledges often must not be answered with ever smaller frames; it always
        acknowledges when it has parsed everything, so waiting for a quarter is safe.
        """
        room = self._window.room
        small = room < self._pace.allowance // 4 and room < self.cursor.pending
        return 0 if small else room

    def _largest(self) -> int:
        """As many as are on their way: the client waits no longer for the frame than for those.

        So what was missed begins to show as soon as with small frames, and takes few.
        """
        return max(MAX_FRAME, min(LARGEST_FRAME, self._window.on_its_way))

    def _send_part(self, part: Part) -> None:
        self._told_size = part.size
        self._send(
            v1.Snapshot(
                first=part.first,
                last=part.last,
                bytes=len(part.data),
                cols=part.size.cols,
                rows=part.size.rows,
                offset=self.painter.end if part.last else None,
            )
        )
        if part.data:
            self.transport.send_bytes(part.data)

    def _send_output(self, data: bytes | memoryview) -> None:
        self._window.send(self.cursor.offset, self.host.clock.now())
        self.transport.send_bytes(data)

    def _send_size(self, size: Size) -> None:
        self._told_size = size
        self._news.tell_size(size)

    def _send_ending(self, ending: Ending) -> None:
        if ending.code:
            self.send_error(ending.code, ending.message)
        else:
            how = ending.exit
            said, by = ending.message or None, ending.by or None
            self._send(v1.Exited(how.code, how.signal, said, int(ending.time), by))

    def acknowledge(self, offset: int) -> None:
        """The client's terminal has parsed the output up to `offset`; so it got its token."""
        if self.brought is not None:
            self.party.tokens.confirm(self.brought)
        if self.painter.busy:
            return
        # What is only being gathered for a large frame is not sent the sooner for it: a client
        # acknowledges whatever it has parsed, and would be answered with ever smaller frames.
        blocked = self._room() < self.cursor.pending
        if self._window.acknowledge(offset, self.host.clock.now()):
            self._note_progress()
            self.host.moved(self)
            if blocked:
                self.pump()

    # Input.

    def declare_lease(self, lease: int) -> None:
        """The client says under which right to write its next input is."""
        self._declared_lease = lease

    def accept_input(self, data: bytes) -> None:
        """Take input under a valid lease, count and refuse it otherwise.

        Raises:
            ProtocolError: The client sent more than it was allowed to.
        """
        client = self.client
        if client.received + len(data) > client.limit:
            beyond = client.received + len(data)
            raise ProtocolError(f"input up to {beyond} is beyond input_limit {client.limit}")
        client.received += len(data)
        if self.host.is_writer(self) and self._declared_lease == self.host.lease:
            self.host.write(self, data)
        else:
            client.refused += len(data)
        self._raise_limit()
        self._account.changed()

    def input_taken(self) -> None:
        """Let the client send more."""
        self._raise_limit()
        self._account.changed()

    def _raise_limit(self) -> None:
        if self.host.is_writer(self):
            self.client.raise_limit(self.host.queued)

    # State: the latest of each kind, written when the socket can take it.

    @property
    def _role(self) -> RoleName:
        return "writer" if self.host.is_writer(self) else "viewer"

    def role_changed(self) -> None:
        """Tell the client whether it may write, and from when on its input counts."""
        self._raise_limit()
        self._account.settle()
        self._news.role = True
        self.pump()

    def members_changed(self) -> None:
        """Tell the client who is attached."""
        self._news.members = True
        self.pump()

    def notice(self, code: str, message: str) -> None:
        """Tell the person something; a later notice of the same code replaces it."""
        # It also comes behind those of other codes, as what is true now must come last.
        self._news.notices.pop(code, None)
        self._news.notices[code] = message
        self.pump()

    def pong(self, ping_id: str | int | None) -> None:
        """Answer a ping; of several that wait for the socket only the last is answered."""
        self._news.pong = v1.Pong(ping_id)
        self.pump()

    def size_stands(self) -> None:
        """Answer a wish that changes nothing with the size as it is at this place in the stream."""
        self._news.size = True
        self.pump()

    def complain(self, code: str, message: str) -> None:
        """Say that a message changed nothing, and why; of several the last is said."""
        self._news.complaint = v1.ErrorMessage(code, message)
        self.pump()

    def _send_state(self) -> None:
        self._news.tell(self._told_size)

    def send_error(self, code: str, message: str) -> None:
        """Say why the connection is about to be closed."""
        self._send(v1.ErrorMessage(code, message))

    def _send(self, message: v1.ServerMessage) -> None:
        self.transport.send_text(v1.encode(message))
