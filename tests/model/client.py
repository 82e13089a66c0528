"""A client of the model: it keeps the client's side of the rules, and checks the server's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from tests.model.network import Connection
from tests.model.world import WINDOW, World, must, printed
from tornterm.core.client_state import InputQueue, OutputPosition
from tornterm.core.protocols import v1
from tornterm.types import Size

KEYS = 32
"""Each client types bytes of its own, in a cycle of so many."""


class Client:
    """One document or program, over all its connections.

    Args:
        world: The server.
        number: Which of the clients it is; its keys tell.
        rng: Decides what a cut leaves.
        guest: Whether it comes with a share.
    """

    def __init__(self, world: World, number: int, rng: Random, *, guest: bool = False) -> None:
        self.number = number
        self.guest = guest
        self.share: str | None = None
        self.position = OutputPosition()
        self.input = InputQueue()
        self.connection: Connection | None = None
        self.live = False
        self.final: int | None = None
        self.exited = False
        self.error = ""
        self.attempts = 0
        self.session: str | None = None
        self.token: str | None = None
        self.id: str | None = None
        self.size: Size | None = None
        self.wish = Size(80, 24)
        self.typed = 0
        self.lost: set[int] = set()
        """The numbers of the keys of which this client knows that they were not typed."""
        self._world = world
        self._rng = rng
        self._keys: deque[int] = deque()
        self._parsed = 0
        self._acked = 0
        self._half_drawn = False
        self._request = f"wish {number}"

    # Connections.

    def connect(self, *, take: bool = False) -> Connection:
        """Make a connection, with the first message on its way."""
        self.attempts += 1
        self.final = None
        connection = Connection(self._world, self, self._rng)
        self.connection, self.live = connection, False
        cols, rows = self.wish.cols, self.wish.rows
        if self.token is not None and self.session is not None:
            message: v1.ClientMessage = v1.Resume(
                session=self.session,
                token=self.token,
                offset=self.position.offset,
                cols=cols,
                rows=rows,
                client=self.id,
                attempt=self.attempts,
                control="take" if take else "keep",
            )
        elif self.session is not None and self.share is not None:
            message = v1.Watch(self.session, self.share, cols, rows)
        else:
            message = v1.Open(cols, rows, self._request, self.attempts)
        connection.send_up(message)
        return connection

    def join(self, session: str, token: str) -> None:
        """Know of a session that another client of the owner has made."""
        self.session, self.token = session, token
        self.position.offset = None

    def on_close(self, connection: Connection, code: int) -> None:
        """A connection has ended, with a close code or with 1006."""
        if connection is not self.connection:
            return
        self.connection, self.live = None, False
        if code in (1006, 1001, 4408):
            return
        self.final = code
        must(code != 4409, "replaced although it has no newer connection")
        if code == 1000:
            must(self.exited, "1000 without an exit")
        else:
            must(code in (4401, 4403, 4404), f"closed with {code}: {self.error}")
            must(not self.shared, f"refused with {code}: {self.error}")

    @property
    def shared(self) -> bool:
        """Whether the share by which this client came is still there, where it came by one."""
        session = self._world.session
        return not self.guest or (session is not None and len(session.shares) > 0)

    # What comes.

    def on_frame(self, connection: Connection, frame: str | bytes) -> None:
        """Act on a frame."""
        if connection is not self.connection:
            return
        if isinstance(frame, bytes):
            self._on_output(frame)
        else:
            self._on_message(v1.parse_server(frame))
        self.pump()

    def _on_message(self, message: v1.ServerMessage) -> None:
        match message:
            case v1.SessionMade() | v1.Resumed():
                self._on_answer(message)
            case v1.Snapshot():
                self._half_drawn = True
                self.position.draw(message)
                self.size = Size(message.cols, message.rows)
                self._drawn()
            case v1.Resized():
                self.size = Size(message.cols, message.rows)
            case v1.InputAck():
                self._account(lambda: self.input.acknowledged(message))
            case v1.Role():
                self.input.changed(message)
                if message.role == "viewer":
                    self._throw_away()
            case v1.ErrorMessage():
                self.error = message.message
            case v1.Exited():
                end = self._world.terminal.log.end
                must(self.position.offset == end, "the exit came before the last output")
                self.exited = True

    def _on_answer(self, message: v1.SessionMade | v1.Resumed) -> None:
        same = self.id in (None, message.client)
        must(same, "the server has forgotten this client")
        if isinstance(message, v1.Resumed) and self.id is not None and message.mode == "exact":
            must(message.offset == self.position.offset, "an exact resume at another offset")
            must(not self._half_drawn, "an exact resume of a screen that was never finished")
        self.live = True
        self.session, self.token, self.id = message.session, message.token, message.client
        self.size = Size(message.cols, message.rows)
        self._account(lambda: self.input.begin(message, same_client=True))
        self._acked = self.position.begin(message)
        self._parsed = self.position.offset or 0
        self._send(v1.Ack(self._acked))
        if not self.input.writer:
            self._throw_away()
        self._send(v1.Resize(self.wish.cols, self.wish.rows))

    def _on_output(self, data: bytes) -> None:
        start = self.position.offset
        must(self.live, "output before the answer")
        self.position.take(len(data))
        if start is None:
            self._drawn()
            return
        end = start + len(data)
        must(data == printed(start, end), f"output from {start} on is not what was printed there")
        must(self.size == self._world.terminal.size_at(start), f"the size at {start} is wrong")
        must(end - self._acked <= WINDOW, "more than a window is on its way")

    def _drawn(self) -> None:
        if self.position.offset is not None:
            self._half_drawn = False
            self._parsed = self._acked = self.position.offset
            self._send(v1.Ack(self._acked))

    # What it does.

    def parse(self) -> None:
        """The terminal has parsed everything that it was handed."""
        if self.live and self.position.offset is not None:
            self._parsed = self.position.offset
            if self._parsed > self._acked:
                self._acked = self._parsed
                self._send(v1.Ack(self._acked))

    def type(self, count: int) -> None:
        """A person types so many keys; a viewer's keys go nowhere, and the person is told."""
        if self.final is not None or (self.live and not self.input.writer):
            return
        keys = range(self.typed, self.typed + count)
        self.typed += count
        self._keys.extend(keys)
        self.input.add(bytes(self.number * KEYS + key % KEYS for key in keys))
        self.pump()

    def resize(self, size: Size) -> None:
        """The person's window has another size."""
        self.wish = size
        if self.live:
            self._send(v1.Resize(size.cols, size.rows))

    def say(self, message: v1.ClientMessage) -> None:
        """Send a message, if there is somebody to send it to."""
        if self.live:
            self._send(message)

    def pump(self) -> None:
        """Send what may be sent."""
        if self.live:
            for frame in self.input.frames():
                self._send(frame)

    def _send(self, message: v1.ClientMessage | bytes) -> None:
        if self.connection is not None:
            self.connection.send_up(message)

    # Keys, and what became of them.

    def _account(self, account: Callable[[], bytes]) -> None:
        before = self.input.accounted
        lost = len(account())
        must(self.input.accounted - before <= len(self._keys), "more was received than sent")
        done = [self._keys.popleft() for _ in range(self.input.accounted - before)]
        must(lost <= len(done), "more input was refused than received")
        self.lost.update(done[len(done) - lost :])

    def _throw_away(self) -> None:
        for _ in range(len(self.input.clear())):
            self.lost.add(self._keys.pop())

    @property
    def settled(self) -> bool:
        """Whether everything that was typed is accounted for."""
        return not self._keys

    @property
    def expected(self) -> bytes:
        """What the program must have got from this client, once everything is accounted for."""
        keys = (key for key in range(self.typed - len(self._keys)) if key not in self.lost)
        return bytes(self.number * KEYS + key % KEYS for key in keys)
