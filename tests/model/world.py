"""The server of the model: real sessions, a real reception, and a program that obeys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tornterm.core.ledger import Ledger
from tornterm.core.output_log import MINIMUM_CAPACITY, OutputLog
from tornterm.core.tokens import new_id
from tornterm.errors import SessionNotFound
from tornterm.sessions import accounting, attachment, clients
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.control import ControlChange
from tornterm.sessions.deadlines import Lifetimes
from tornterm.sessions.host import Policy
from tornterm.sessions.members import Right
from tornterm.sessions.reception import Reception
from tornterm.sessions.register import Register
from tornterm.sessions.session import Session
from tornterm.sessions.sharing import Sharing
from tornterm.testing.clock import FakeClock
from tornterm.types import ExitStatus, Limits, Size, User
from tornterm.web.throttle import Attempt, Throttle

OWNER = User("owner")

CAPACITY = MINIMUM_CAPACITY
WINDOW = CAPACITY // 2

TABLE = "".join(f"{n:02} fünf € 😀 {n * 7919 % 97:02}\r\n" for n in range(41)).encode()
"""What the program prints, over and over."""
INSIDE = [byte & 0xC0 == 0x80 for byte in TABLE]
"""Whether an offset lies inside a character."""


def printed(start: int, end: int) -> bytes:
    """The bytes that the program prints from one offset to another."""
    first = start % len(TABLE)
    length = end - start
    return (TABLE * (1 + (first + length) // len(TABLE)))[first : first + length]


class Violation(AssertionError):
    """Something that the protocol promises never to happen."""


def must(condition: object, what: str) -> None:
    """Break the trace off unless a promise is kept."""
    if not condition:
        raise Violation(what)


def shrink_the_numbers() -> Callable[[], None]:
    """Make limits small, so that short traces meet them; returns what undoes it."""
    small: list[tuple[Any, str, int]] = [
        (attachment, "HIGH_WATER", 256),
        (clients, "INPUT_AHEAD", 48),
        (accounting, "STEP", 12),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in small]
    for module, name, value in small:
        setattr(module, name, value)
    return lambda: [setattr(*old) for old in before] and None


class ScriptedTerminal:
    """A terminal whose program prints and reads when the trace says so."""

    def __init__(self) -> None:
        self.log = OutputLog(CAPACITY, Size(80, 24), allocate=bytearray)
        self.typed = bytearray()
        self.sizes = [(0, self.log.size)]
        self.queued = 0
        self.ended = False
        self.clients: list[object] = []
        self.may_read: Callable[[], int] = lambda: CAPACITY
        self.on_output: Callable[[], None] | None = None
        self.on_input_drained: Callable[[], None] | None = None
        self.on_exit: Callable[[ExitStatus], None] | None = None

    def print(self, length: int) -> None:
        """Print so many bytes, or as many as are read at once."""
        length = 0 if self.ended else min(length, self.may_read())
        if length > 0:
            self.log.append(printed(self.log.end, self.log.end + length))
            self._news()

    def read(self) -> None:
        """The program takes its input."""
        self.queued = 0
        if self.on_input_drained is not None:
            self.on_input_drained()

    def size_at(self, offset: int) -> Size:
        """The size at which the byte at an offset is drawn."""
        return next(size for at, size in reversed(self.sizes) if at <= offset)

    def write(self, data: bytes) -> None:
        self.typed += data
        self.queued += len(data)

    def resize(self, size: Size) -> None:
        if self.log.resize(size):
            self.sizes.append((self.log.end, size))
            self._news()

    def _news(self) -> None:
        if self.on_output is not None:
            self.on_output()

    def flush(self) -> None:
        """Nothing is gathered here."""

    def poke(self) -> None:
        pass

    def show_with(self, model: object) -> None:
        pass

    def foreground_job(self) -> bool:
        return False

    def exit(self) -> None:
        assert self.on_exit is not None
        self.ended = True
        self.on_exit(ExitStatus(0, None))

    async def destroy(self) -> None:
        self.exit()


class WatchedSession(Session):
    """A session whose input is watched: under which lease, and by whom."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.writers: dict[int, str] = {}
        self.given_up = False
        """Whether the last change of the writer was that somebody gave the right up."""
        super().__init__(*args, **kwargs)

    def write(self, attachment: Attachment, data: bytes) -> None:
        """Check that one lease is one client's, and that it is the lease that was declared."""
        who = self.writers.setdefault(self.lease, attachment.client.id)
        must(who == attachment.client.id, f"two writers under lease {self.lease}")
        connection: Any = attachment.transport
        must(connection.declared == self.lease, "input was typed under another lease")
        must(attachment in self.attachments, "input from a connection that has left was typed")
        super().write(attachment, data)

    def admit(self, attachment: Attachment, *, take: bool) -> None:
        """Check that somebody comes, and by itself takes the right to write from nobody."""
        must(not attachment.transport.gone, "a connection that has ended was let in")
        before, last = self.writer, self.writers.get(self.lease - 1)
        super().admit(attachment, take=take)
        if self.writer is not attachment:
            return
        must(take or before is None, "a reconnect took the right to write from another client")
        if attachment.right is not Right.CONTROL:
            must(before is None, "a guest took the right to write")
            must(last in (None, attachment.client.id), "a guest took what it did not have before")

    def control_changed(self, change: ControlChange) -> None:
        """Remember whether anybody should be writing."""
        self.given_up = change.writer is None
        super().control_changed(change)

    def wish(self, attachment: Attachment, size: Size) -> None:
        """Check that a viewer's wish waits."""
        before = self.log.size
        super().wish(attachment, size)
        if attachment is not self.writer:
            must(self.log.size == before, "a viewer changed the size")


class Quiet:
    """Stands for plugins, the audit log and reports: says yes, and otherwise nothing."""

    async def authorize(self, *args: object, **kwargs: object) -> bool:
        return True

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


class Manager:
    """What the reception needs of a `SessionManager`; the trace decides how long it takes."""

    def __init__(self, clock: FakeClock) -> None:
        quiet: Any = Quiet()
        self.clock = clock
        self.register = Register(clock, 1e9, quiet)
        self.sharing = Sharing(self.register, quiet, quiet, quiet)
        self.ledger = Ledger()
        self.made: list[WatchedSession] = []
        self.waiting: list[asyncio.Future[None]] = []
        self.slow = False

    async def pause(self) -> None:
        """Take until the trace lets it through."""
        if self.slow:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiting.append(gate)
            await gate

    def let_through(self) -> None:
        """Answer everything that waits for an answer."""
        gates, self.waiting = self.waiting, []
        for gate in gates:
            gate.set_result(None)

    async def create(self, user: User, size: Size, **_: object) -> Session:
        terminal: Any = ScriptedTerminal()
        session = WatchedSession(
            new_id(),
            user,
            terminal,
            self.register,
            self.clock,
            policy=Policy(window=WINDOW, stall_timeout=60, grace=0),
            lifetimes=Lifetimes(grace_period=0, attach_timeout=0),
            control_timeout=10,
            reservation=self.ledger.reserve(user.name, Limits(), 0),
        )
        self.register.living[session.id] = session
        self.made.append(session)
        session.started()
        await self.pause()
        return session

    async def find(self, user: User, session_id: str, action: str) -> Session:
        session = self.register.get(session_id)
        await self.pause()
        if session is None or self.register.get(session_id) is not session:
            raise SessionNotFound(session_id)
        return session

    async def right(self, user: User, session: Session) -> Right:
        await self.pause()
        if self.register.get(session.id) is not session:
            raise SessionNotFound(session.id)
        return Right.CONTROL


class World:
    """One server, its clock, and everybody's connections to it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.manager = Manager(self.clock)
        manager: Any = self.manager
        self.reception = Reception(manager)
        self.followed = -1
        """The lease whose holder has got everything so far, so that nothing may be skipped."""
        self.errors: list[BaseException] = []
        self._throttle = Throttle(60, 0, 0)

    @property
    def session(self) -> WatchedSession | None:
        """The session of the trace, once it has been made."""
        return self.manager.made[0] if self.manager.made else None

    @property
    def terminal(self) -> ScriptedTerminal:
        """The terminal of the session."""
        assert self.session is not None
        terminal: Any = self.session.terminal
        return terminal  # type: ignore[no-any-return]

    def attempt(self) -> Attempt:
        """A try to show a share, none of which is too many."""
        return self._throttle.begin("model", "", 0)
