"""A small server of ``tornterm.v1`` in memory, written from ``docs/protocol.md``.

Its only program is what the test makes of it; by default it echoes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from tornterm.core.protocols import v1
from tornterm.errors import ProtocolError
from tornterm.types import Size

AHEAD = 64


@dataclass
class FakeClient:
    """What the session remembers of a client."""

    id: str
    received: int = 0
    refused: int = 0
    limit: int = AHEAD
    attempt: int = 0


@dataclass
class FakeSession:
    """One terminal: its output, its clients, its writer."""

    id: str
    size: Size
    log: bytearray = field(default_factory=bytearray)
    start: int = 0
    resizes: list[tuple[int, Size]] = field(default_factory=list)
    typed: bytearray = field(default_factory=bytearray)
    clients: dict[str, FakeClient] = field(default_factory=dict)
    attached: list[FakeSocket] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    writer: FakeSocket | None = None
    lease: int = 0
    answered: int = 0
    program: Callable[[FakeSession, bytes], None] = lambda session, data: session.print(data)
    exited: v1.Exited | None = None

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.start + len(self.log)

    def print(self, data: bytes | str) -> None:
        """The program prints."""
        self.log += data.encode() if isinstance(data, str) else data
        self.pump()

    def forget_before(self, offset: int) -> None:
        """The ring has lost what lies before an offset."""
        del self.log[: offset - self.start]
        self.start = offset

    def resize(self, size: Size) -> None:
        """The terminal gets another size."""
        self.resizes.append((self.end, size))
        self.size = size
        for socket in self.attached:
            socket.say(v1.Resized(size.cols, size.rows))

    def size_at(self, offset: int) -> Size:
        """The size before the changes at an offset."""
        before = [size for at, size in self.resizes if at < offset]
        return before[-1] if before else Size(80, 24)

    def exit(self, code: int | None = 0, signal: int | None = None) -> None:
        """The program ends."""
        self.exited = v1.Exited(code, signal)
        self.pump()

    def pump(self) -> None:
        """Send everybody what the window allows."""
        for socket in list(self.attached):
            socket.pump()

    def hand_over(self, to: FakeSocket | None) -> None:
        """Change the writer; None for somebody who is not here."""
        self.writer = to
        self.lease += 1
        for socket in self.attached:
            socket.say(v1.Role(socket.role, self.lease, socket.client.limit))

    def new_token(self) -> str:
        """A token that is valid from now on."""
        self.tokens.append(f"token-{len(self.tokens)}-of-{self.id}")
        return self.tokens[-1]


class FakeServer:
    """Sessions, and what the test wants to know and to break."""

    def __init__(self) -> None:
        self.sessions: dict[str, FakeSession] = {}
        self.wishes: dict[str, FakeSession] = {}
        self.port = 0
        self.window = 65536
        self.headers: list[dict[str, str]] = []
        self.first_messages: list[v1.ClientMessage] = []
        self.frames: list[v1.ClientMessage | bytes] = []
        self.status = 101
        self.token_requests = 0
        self.refusal: tuple[int, v1.ErrorMessage] | None = None
        self.lose_answers = 0
        self.on_new: Callable[[FakeSession], None] = lambda session: None

    @property
    def url(self) -> str:
        """The base."""
        return f"http://127.0.0.1:{self.port}/term/"

    @property
    def session(self) -> FakeSession:
        """The newest session."""
        return list(self.sessions.values())[-1]

    def make(self, message: v1.Open) -> FakeSession:
        """The session of a wish."""
        session = self.wishes.get(message.request or "")
        if session is None:
            session = FakeSession(f"s{len(self.sessions)}", Size(message.cols, message.rows))
            session.resizes.append((-1, session.size))
            self.sessions[session.id] = session
            if message.request:
                self.wishes[message.request] = session
            self.on_new(session)
        return session


class FakeSocket(WebSocketHandler):
    """One connection."""

    def initialize(self, fake: FakeServer) -> None:
        self.fake = fake
        self.session: FakeSession | None = None
        self.position = self.acked = 0
        self.declared: int | None = None
        self.acks: list[int] = []

    def prepare(self) -> None:
        self.fake.headers.append(dict(self.request.headers))
        if self.fake.status != 101:
            self.set_status(self.fake.status)
            self.finish()

    def check_origin(self, origin: str) -> bool:
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return v1.SUBPROTOCOL if v1.SUBPROTOCOL in subprotocols else None

    def say(self, message: v1.ServerMessage | bytes) -> None:
        """Send a message or output."""
        try:
            if isinstance(message, bytes):
                self.write_message(message, binary=True)
            else:
                self.write_message(v1.encode(message))
        except WebSocketClosedError:
            pass

    @property
    def role(self) -> Any:
        """The role on the wire."""
        assert self.session
        return "writer" if self.session.writer is self else "viewer"

    def on_message(self, frame: str | bytes) -> None:
        message = frame if isinstance(frame, bytes) else v1.parse(frame)
        if self.session is None:
            assert not isinstance(message, bytes)
            self.fake.first_messages.append(message)
            self.begin(message)
            return
        self.fake.frames.append(message)
        match message:
            case bytes():
                self.take_input(message)
            case v1.InputLease():
                self.declared = message.lease
            case v1.Ack():
                self.acks.append(message.offset)
                self.acked = max(self.acked, message.offset)
                self.pump()
            case v1.Resize():
                self.wish(message)
            case v1.Ping():
                self.say(v1.Pong(message.id))
            case v1.Close():
                self.session.exit(None, 1)

    def wish(self, message: v1.Resize) -> None:
        """A size was wished for."""
        assert self.session
        if self.session.writer is self:
            self.session.resize(Size.checked(message.cols, message.rows))
        else:
            self.say(v1.Resized(self.session.size.cols, self.session.size.rows))

    def begin(self, message: v1.ClientMessage) -> None:
        """Answer the first message."""
        if self.fake.refusal is not None:
            code, error = self.fake.refusal
            self.say(error)
            self.close(code, error.code)
        elif isinstance(message, v1.Open):
            session = self.fake.make(message)
            if self.fake.lose_answers:
                self.fake.lose_answers -= 1
                self.cut()
                return
            client = self.attach(session, None, message.attempt, take=True)
            self.say(v1.SessionMade(**self.place(client, session.new_token())))
            self.pump()
        else:
            assert isinstance(message, v1.Resume)
            self.resume(message)

    def resume(self, message: v1.Resume) -> None:
        """Answer a resume."""
        session = self.fake.sessions.get(message.session)
        if session is None:
            self.refuse(4404, "not_found", "There is no such session.")
            return
        if message.token not in session.tokens:
            self.refuse(4403, "forbidden", "The token is not valid.")
            return
        client = self.attach(session, message.client, message.attempt, message.control == "take")
        exact = message.offset is not None and session.start <= message.offset <= session.end
        offset = message.offset if exact and message.offset is not None else session.end
        size = session.size_at(offset if exact else session.end + 1)
        skipped = 0 if message.offset is None else max(0, session.start - message.offset)
        place = self.place(client, session.new_token())
        place.update(offset=offset, cols=size.cols, rows=size.rows)
        self.say(
            v1.Resumed(
                **place,
                mode="exact" if exact else "snapshot",
                skipped=skipped,
                answered=session.answered if exact else session.end,
                refused=client.refused,
            )
        )
        self.position = self.acked = offset
        if exact:
            for _, later in [event for event in session.resizes if event[0] >= offset]:
                self.say(v1.Resized(later.cols, later.rows))
        else:
            self.draw(size)
        wish = Size(message.cols, message.rows)
        if session.writer is self and wish != session.size:
            session.resize(wish)
        self.pump()

    def draw(self, size: Size) -> None:
        """Send the ring as a snapshot in two parts."""
        assert self.session
        data, end = bytes(self.session.log), self.session.end
        half = len(data) // 2
        for first, piece in ((True, data[:half]), (False, data[half:])):
            offset = None if first else end
            self.say(v1.Snapshot(first, not first, len(piece), size.cols, size.rows, offset))
            for at in range(0, len(piece), v1.MAX_BINARY):
                self.say(piece[at : at + v1.MAX_BINARY])

    def attach(
        self, session: FakeSession, client_id: str | None, attempt: int, take: bool
    ) -> FakeClient:
        """Enter a session."""
        for other in [s for s in session.attached if s.client.id == client_id]:
            other.refuse(4409, "replaced", "Replaced.")
            other.on_close()
        client = session.clients.get(client_id or "")
        if client is None:
            client = FakeClient(f"c{len(session.clients)}-of-{session.id}")
            session.clients[client.id] = client
        assert attempt > client.attempt, "attempt must rise"
        client.attempt = attempt
        self.session, self.client = session, client
        session.attached.append(self)
        if take or session.writer is None:
            session.hand_over(None)
            session.writer = self
        return client

    def place(self, client: FakeClient, token: str) -> dict[str, Any]:
        """What `session` and `resumed` have in common."""
        session = self.session
        assert session
        return {
            "session": session.id,
            "token": token,
            "client": client.id,
            "offset": 0,
            "cols": session.size.cols,
            "rows": session.size.rows,
            "role": self.role,
            "lease": session.lease,
            "window": self.fake.window,
            "input_offset": client.received,
            "input_limit": client.limit,
            "grace": 60,
        }

    def take_input(self, data: bytes) -> None:
        """Input arrived."""
        session, client = self.session, self.client
        assert session
        if client.received + len(data) > client.limit:
            raise ProtocolError("beyond the limit")
        client.received += len(data)
        client.limit = client.received + AHEAD
        if session.writer is self and self.declared == session.lease:
            session.typed += data
            session.program(session, data)
        else:
            client.refused += len(data)
        self.say(v1.InputAck(client.received, client.limit, client.refused))

    def pump(self) -> None:
        """Send output as far as the window allows, and the end behind it."""
        session = self.session
        assert session
        while self.position < min(session.end, self.acked + self.fake.window):
            limit = min(self.acked + self.fake.window, self.position + v1.MAX_BINARY)
            at = self.position - session.start
            data = bytes(session.log[at : limit - session.start])
            self.position += len(data)
            self.say(data)
        if session.exited and self.position == session.end:
            self.say(session.exited)
            self.close(1000, "ended")

    def refuse(self, close_code: int, code: str, message: str) -> None:
        """Say why and close."""
        self.say(v1.ErrorMessage(code, message))
        self.close(close_code, code)

    def cut(self) -> None:
        """End the TCP connection."""
        assert self.ws_connection and self.ws_connection.stream
        self.ws_connection.stream.close()

    def on_close(self) -> None:
        session = self.session
        if session and self in session.attached:
            session.attached.remove(self)
            if session.writer is self:
                session.hand_over(None)


class FakeTokens(RequestHandler):
    """``POST {base}/api/sessions/<id>/token``."""

    def initialize(self, fake: FakeServer) -> None:
        self.fake = fake

    def post(self, session_id: str) -> None:
        self.fake.token_requests += 1
        self.fake.headers.append(dict(self.request.headers))
        session = self.fake.sessions.get(session_id)
        if session is None:
            self.set_status(404)
            self.finish({"error": {"code": "not_found", "message": "There is no such session."}})
            return
        self.finish({"token": session.new_token()})


@asynccontextmanager
async def fake_server() -> AsyncIterator[FakeServer]:
    """A running server on a free port."""
    fake = FakeServer()
    application = Application(
        [
            ("/term/ws", FakeSocket, {"fake": fake}),
            (r"/term/api/sessions/([\w-]+)/token", FakeTokens, {"fake": fake}),
        ],
        log_function=lambda handler: None,
    )
    server = HTTPServer(application)
    sock, fake.port = bind_unused_port()
    server.add_socket(sock)
    try:
        yield fake
    finally:
        server.stop()
        for session in fake.sessions.values():
            for socket in list(session.attached):
                socket.cut()
        await server.close_all_connections()
