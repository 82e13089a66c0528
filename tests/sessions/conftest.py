"""A session without a program: the test prints, and sees what is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tornterm.core.ledger import Ledger
from tornterm.core.output_log import OutputLog
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.control import ControlChange
from tornterm.sessions.deadlines import Lifetimes
from tornterm.sessions.host import Policy
from tornterm.sessions.members import Right
from tornterm.sessions.session import Session
from tornterm.sessions.v1 import V1Attachment
from tornterm.testing.clock import FakeClock
from tornterm.types import ExitStatus, Limits, Size, User

ALICE = User("alice")


class QuietTerminal:
    """A terminal whose program is the test itself."""

    def __init__(self, capacity: int, size: Size) -> None:
        self.log = OutputLog(capacity, size)
        self.typed = b""
        self.queued = 0
        self.clients: list[object] = []
        self.may_read: Callable[[], int] = lambda: 65536
        self.on_output: Callable[[], None] | None = None
        self.on_input_drained: Callable[[], None] | None = None
        self.on_exit: Callable[[ExitStatus], None] | None = None
        self.job = False
        self.told = 0  # bytes that might be read when somebody last said that this has changed

    def print(self, data: bytes) -> None:
        self.log.append(data)
        assert self.on_output is not None
        self.on_output()

    def write(self, data: bytes) -> None:
        self.typed += data

    def resize(self, size: Size) -> None:
        if self.log.resize(size):
            assert self.on_output is not None
            self.on_output()

    def flush(self) -> None:
        """Nothing is gathered here."""

    def poke(self) -> None:
        self.told = self.may_read()

    def show_with(self, model: object) -> None:
        pass

    def foreground_job(self) -> bool:
        return self.job

    def exit(self, code: int | None = 0, signal: int | None = None) -> None:
        assert self.on_exit is not None
        self.on_exit(ExitStatus(code, signal))

    async def destroy(self) -> None:
        self.exit(None, 1)


class Line:
    """A connection in memory; `full` stands for a peer that does not read.

    Attributes:
        sends: How many times the socket would have been called.
    """

    remote = "127.0.0.1"

    def __init__(self) -> None:
        self.frames: list[bytes | dict[str, Any]] = []
        self.full = False
        self.sends = 0
        self.unsent = 0
        self.on_writable: Callable[[], None] | None = None
        self.closed: tuple[int, str] | None = None
        self._holds = self._held = 0

    @property
    def gone(self) -> bool:
        return self.closed is not None

    def send_bytes(self, data: bytes | memoryview) -> None:
        assert self.closed is None
        self.frames.append(bytes(data))
        self._count(len(data))

    def send_text(self, text: str) -> None:
        assert self.closed is None
        self.frames.append(json.loads(text))
        self._count(len(text))

    def _count(self, size: int) -> None:
        if self._holds:
            self._held += size
        else:
            self.sends += 1
        if self._holds or self.full:
            self.unsent += size

    def hold(self) -> None:
        """Frames count as unsent; they can be looked at all the same."""
        self._holds += 1

    def release(self) -> None:
        """They are sent, unless nothing is taken."""
        self._holds -= 1
        if not self._holds:
            held, self._held = self._held, 0
            self.sends += bool(held)
            if not self.full:
                self.unsent -= held

    def close(self, code: int, reason: str) -> None:
        assert self.closed is None
        self.closed = (code, reason)

    def take(self) -> list[bytes | dict[str, Any]]:
        frames, self.frames = self.frames, []
        return frames

    def output(self) -> bytes:
        return b"".join(frame for frame in self.frames if isinstance(frame, bytes))

    def messages(self, kind: str) -> list[dict[str, Any]]:
        return [f for f in self.frames if isinstance(f, dict) and f["type"] == kind]


class Stage:
    """One session, its program and its clock."""

    def __init__(
        self, *, capacity: int = 64 * 1024, window: int = 1 << 20, stall: float = 60.0
    ) -> None:
        self.clock = FakeClock()
        self.terminal = QuietTerminal(capacity, Size(80, 24))
        self.heard: list[str] = []
        self.changes: list[ControlChange] = []
        self.ledger = Ledger()
        self.session = Session(
            "s1",
            ALICE,
            self.terminal,  # type: ignore[arg-type]
            self,
            self.clock,
            policy=Policy(window=window, stall_timeout=stall, grace=300),
            lifetimes=Lifetimes(grace_period=300),
            control_timeout=10,
            reservation=self.ledger.reserve("alice", Limits(), 0),
        )
        self.session.started()

    # The session's listener.

    def attached(self, session: Session, attachment: Attachment, *, again: bool) -> None:
        self.heard.append("resumed" if again else "attached")

    def detached(self, session: Session, attachment: Attachment) -> None:
        self.heard.append("detached")

    def control_changed(self, session: Session, change: ControlChange) -> None:
        self.heard.append("control")
        self.changes.append(change)

    def struck(self, session: Session, cause: str) -> None:
        self.heard.append(cause)

    def ended(self, session: Session) -> None:
        self.heard.append("ended")

    # Shorthand for what the reception does.

    def open(self, *, full: bool = False, user: User = ALICE) -> tuple[V1Attachment, Line]:
        return self._attach(None, None, True, full, user, new=True)

    def resume(
        self,
        offset: int | None,
        *,
        client: str | None = None,
        take: bool = False,
        full: bool = False,
        user: User = ALICE,
        wish: Size | None = None,
        right: Right = Right.CONTROL,
    ) -> tuple[V1Attachment, Line]:
        return self._attach(offset, client, take, full, user, new=False, wish=wish, right=right)

    def _attach(
        self,
        offset: int | None,
        client_id: str | None,
        take: bool,
        full: bool,
        user: User,
        *,
        new: bool,
        wish: Size | None = None,
        right: Right = Right.CONTROL,
    ) -> tuple[V1Attachment, Line]:
        line = Line()
        line.full = full
        client = self.session.clients.take_up(client_id, user.name)
        self.session.company.replace(client.id)
        attachment = V1Attachment(self.session, line, user, client, wish=wish, right=right)
        self.session.admit(attachment, take=take)
        if new:
            attachment.greet_new(self.session.tokens.issue())
        else:
            attachment.greet_again(self.session.tokens.issue(), offset)
        self.session.welcome(attachment, again=not new)
        return attachment, line


@pytest.fixture
def stage() -> Callable[..., Stage]:
    """Makes stages."""
    return Stage
