"""What a client knows of its session over all connections, and what it does with each frame.

Source: ``docs/protocol.md``; offsets and unaccounted input are kept in
`tornterm.core.client_state`.
"""

from __future__ import annotations

import secrets
import time

from tornterm.attach.link import Link
from tornterm.attach.local import LocalTerminal
from tornterm.attach.standing import Standing
from tornterm.attach.words import counted
from tornterm.core.client_state import InputQueue, OutputPosition
from tornterm.core.protocols import v1
from tornterm.core.questions import QuestionFilter
from tornterm.types import Size

__all__ = ["Visit"]

_QUEUED_BYTES = 1024 * 1024

_PATIENCE_SECONDS = 30.0
"""What has waited longer for a connection is not sent before its person has said so."""


class Visit:
    """One client of one session.

    Args:
        terminal: Where the person sits.
        session: The session's id; None for one that is yet to be made.
        token: A resume token of the session.
        share: The secret of a share of the session.
        profile: What a session that is yet to be made starts; empty for the usual program.
    """

    def __init__(
        self,
        terminal: LocalTerminal,
        session: str | None,
        token: str | None,
        share: str | None = None,
        profile: str = "",
    ) -> None:
        self.session = session
        self.token = token
        self.take = True
        """Whether the next connection takes control: a person asked for it."""
        self.exit: v1.Exited | None = None
        self.error: v1.ErrorMessage | None = None
        self.answered = False
        """Whether the server has ever taken this client in."""
        self._terminal = terminal
        self._share = share
        self._profile = profile
        self._standing = Standing(share is not None, self._send, terminal.note)
        self._held = b""
        self._client: str | None = None
        self._request = secrets.token_urlsafe(16)
        self._attempt = 0
        self._position = OutputPosition()
        if session is not None:
            self._position.offset = None
        self._queue = InputQueue()
        self._filter = QuestionFilter()
        self._answered_until = 0
        self._skipped = 0
        self._link: Link | None = None
        self.live = False
        """Whether the server has taken this client in on the present connection."""
        self._wished = Size()
        self._redrawing = False
        self._told_viewer = False
        self._over = False
        self._apart = False

    # Connections.

    def begin(self, link: Link) -> None:
        """Say on a new connection what is wanted."""
        self._link, self.live = link, False
        self.error = None
        self._attempt += 1
        self._wished = size = self._terminal.size
        if self.session is None:
            wish = v1.Open(size.cols, size.rows, self._request, self._attempt, self._profile)
            self._send(wish)
            return
        if self.token is None:
            assert self._share is not None
            self._send(v1.Watch(self.session, self._share, size.cols, size.rows))
            return
        self._send(
            v1.Resume(
                session=self.session,
                token=self.token,
                offset=self._position.offset,
                cols=size.cols,
                rows=size.rows,
                client=self._client,
                attempt=self._attempt,
                control="take" if self.take else "keep",
            )
        )

    # Control.

    def take_control(self) -> None:
        """Take control, or ask for it where that is for somebody else to decide.

        What is typed from now on waits for it where it is sure to come.
        """
        if not self.live:
            self.take = self.answered
        elif not self._queue.writer:
            self._standing.request()

    def grant_control(self) -> None:
        """Let whoever has been asking for longest type."""
        if self.live:
            self._standing.grant()

    def release_control(self) -> None:
        """Give control up, or stop asking for it."""
        if self.live:
            self._send(v1.ReleaseControl())

    def send_held(self) -> None:
        """Type what was held back, because the person says so."""
        held, self._held = self._held, b""
        if held:
            self.type(held)

    def cut(self) -> None:
        """The connection is gone; what is typed from now on waits."""
        self._link, self.live = None, False

    def waits(self, text: str) -> None:
        """Tell the person how the connection is doing while there is none."""
        self._terminal.note(text)
        self._apart = True

    def _send(self, message: v1.ClientMessage | bytes) -> None:
        if self._link is not None:
            self._link.send(message if isinstance(message, bytes) else v1.encode(message))

    async def on_frame(self, frame: str | bytes) -> None:
        """Act on a frame; returns when the terminal has taken what it brought.

        Raises:
            ProtocolError: The server broke a rule.
        """
        if isinstance(frame, bytes):
            await self._on_output(frame)
        else:
            await self._on_message(v1.parse_server(frame))
        if (due := self._position.due()) is not None:
            self._send(v1.Ack(due))
        self._pump()

    async def _on_message(self, message: v1.ServerMessage) -> None:
        match message:
            case v1.SessionMade() | v1.Resumed():
                self._on_answer(message)
            case v1.Snapshot():
                if message.first:
                    self._filter.forget()
                    await self._terminal.clear()
                self._position.draw(message)
                self._say_what_was_skipped()
            case v1.Resized():
                self._on_size()
            case v1.InputAck():
                self._say_what_was_lost(self._queue.acknowledged(message))
            case v1.Role():
                self._on_role(message)
            case v1.Exited():
                self.exit = message
            case v1.Clients():
                self._standing.on_clients(message)
            case v1.ErrorMessage():
                self.error = message
                self._standing.on_error(message)
            case v1.Notice():
                self._terminal.note(message.message)

    def _on_answer(self, message: v1.SessionMade | v1.Resumed) -> None:
        same = self._client in (None, message.client)
        # Of a session that goes on the token is always a new one.
        self._over = message.token == self.token
        self._say_what_was_lost(self._queue.begin(message, same_client=same))
        self._hold_what_is_old()
        self._standing.begin(message.features)
        self.session, self.token = message.session, message.token
        self._client = message.client
        self.live = self.answered = True
        self.take = False
        self._send(v1.Ack(self._position.begin(message)))
        if isinstance(message, v1.Resumed):
            self._answered_until, self._skipped = message.answered, message.skipped
        if self._apart:
            self._apart = False
            self._terminal.note("connected again")
        self._told_viewer = False
        self._tell_role()
        self.wish()
        if self._terminal.scribbled and self._queue.writer and self._wished.rows > 1:
            # Programs that draw the whole screen draw it anew when the size changes.
            self._terminal.scribbled = False
            self._redrawing = True
            self._send(v1.Resize(self._wished.cols, self._wished.rows - 1))

    # Output.

    async def _on_output(self, data: bytes) -> None:
        offset = self._position.offset
        if offset is None or not self._queue.writer:
            known = len(data)
        else:
            known = max(0, min(len(data), self._answered_until - offset))
        shown = self._filter.feed(data[:known]) if known else b""
        if known < len(data):
            # Answers are wanted again, also to a sequence that has begun before.
            shown += self._filter.finish() + data[known:]
            self._filter.forget()
        self._position.take(len(data))
        await self._terminal.write(shown)
        self._say_what_was_skipped()

    def _say_what_was_skipped(self) -> None:
        if self._skipped and not self._position.drawing:
            self._terminal.note(f"{counted(self._skipped, 'output byte')} missed")
            self._skipped = 0

    def _on_size(self) -> None:
        if self._redrawing:
            self._redrawing = False
            self._send(v1.Resize(self._wished.cols, self._wished.rows))

    def wish(self) -> None:
        """Ask for the size that the terminal has now, if it has not been asked for."""
        if self.live and self._wished != self._terminal.size:
            self._wished = self._terminal.size
            self._send(v1.Resize(self._wished.cols, self._wished.rows))

    # Input.

    def type(self, data: bytes) -> None:
        """Something was typed."""
        if self.live and not self._queue.writer and not self._standing.claims:
            self._tell_role()
            return
        self._queue.add(data, time.monotonic())
        self._pump()

    @property
    def unsent(self) -> int:
        """Bytes that were typed and that the server has not said it received."""
        return len(self._queue)

    def _pump(self) -> None:
        if self.live:
            for frame in self._queue.frames():
                self._send(frame)
        if len(self._queue) > _QUEUED_BYTES:
            self._terminal.pause()
        elif len(self._queue) < _QUEUED_BYTES // 2:
            self._terminal.read_on()

    def _on_role(self, message: v1.Role) -> None:
        was_writer = self._queue.writer
        self._queue.changed(message)
        if self._queue.writer and not was_writer:
            self._terminal.note("this terminal has control now")
        if self._queue.writer:
            self._standing.won()
        self._told_viewer = False
        self._tell_role()

    def _hold_what_is_old(self) -> None:
        """Ask about what has waited so long that it may be unwanted by now."""
        since = self._queue.since
        if since is None or time.monotonic() - since <= _PATIENCE_SECONDS:
            return
        self._held = self._queue.clear()
        shown = self._held[:60].decode(errors="replace").encode("unicode_escape").decode()
        self._terminal.note(
            f"{counted(len(self._held), 'typed byte')} not sent, after so long: {shown}; ~s does it"
        )

    def _tell_role(self) -> None:
        if self._queue.writer or self._standing.claims or self._told_viewer or self._over:
            return
        self._told_viewer = True
        unsent = len(self._queue.clear())
        dropped = f", {counted(unsent, 'typed byte')} dropped" if unsent else ""
        self._terminal.note(self._standing.watching(dropped))

    def _say_what_was_lost(self, data: bytes) -> None:
        if data:
            self._terminal.note(f"{counted(len(data), 'typed byte')} not accepted")
