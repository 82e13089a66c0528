"""A session: one terminal with an owner, tokens, attachments, exactly one writer, and an end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tornterm.core.ledger import Reservation
from tornterm.core.lifecycle import CloseCode, ErrorCode, Lifecycle, State
from tornterm.core.tokens import ResumeTokens
from tornterm.pty.terminal import Terminal
from tornterm.screens.model import ScreenModel
from tornterm.screens.worker import Worker
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.caretaker import Caretaker
from tornterm.sessions.clients import ClientTable
from tornterm.sessions.clock import Clock
from tornterm.sessions.company import Company
from tornterm.sessions.control import Control, ControlChange
from tornterm.sessions.deadlines import EXPIRED, Deadlines, Lifetimes
from tornterm.sessions.fanout import Fanout
from tornterm.sessions.host import NOBODY, Ending, Farewell, Policy
from tornterm.sessions.listener import Listener
from tornterm.sessions.members import Member, Right
from tornterm.sessions.observers import Observers, WatchedObserver
from tornterm.sessions.pacing import Pacing
from tornterm.sessions.shares import Party, Shares
from tornterm.types import ExitStatus, SessionInfo, Size, SpawnPlan, User

__all__ = ["Session"]

_PIECE = 8192
"""Bytes that are read at once, however little is left of what the writer may be behind."""


class Session:
    """One terminal and everybody's place in it.

    Args:
        session_id: The public id.
        owner: Whose session it is.
        terminal: The terminal, not started yet.
        listener: Who is told what happens.
        clock: Where the time comes from.
        policy: The numbers that attachments go by.
        lifetimes: When the session ends by itself.
        control_timeout: Seconds after which the right to write passes on when its holder is gone.
        reservation: The session's place among the limits; released when the program is gone.
        title: The name its owner gave it.
        profile: The profile it was made with.
        screens: Who keeps the model of the screen; None for no model.

    Attributes:
        log: The session's output.
        attachments: All that are attached, the newest last.
        active: When something was last printed or typed, in seconds of the wall clock.
        name: What clients of Jupyter's terminals know it by; empty where that is its id.
    """

    def __init__(
        self,
        session_id: str,
        owner: User,
        terminal: Terminal,
        listener: Listener,
        clock: Clock,
        *,
        policy: Policy,
        lifetimes: Lifetimes,
        control_timeout: float,
        reservation: Reservation,
        title: str = "",
        profile: str = "",
        screens: Worker | None = None,
    ) -> None:
        self.id = session_id
        self.owner = owner
        self.terminal = terminal
        self.log = terminal.log
        self.clock = clock
        self.policy = policy
        self.reservation = reservation
        self.title = title
        self.profile = profile
        self.plan: SpawnPlan | None = None
        """How its program was started; None before that."""
        self.created = self.active = clock.wall()
        self.name = ""
        self.lifecycle = Lifecycle(clock.now())
        self.party = Party()
        self.company = Company(self.party)
        self.attachments = self.company.attachments
        self.shares = Shares(clock, self.company.share_ended)
        self.control = Control(self, control_timeout)
        self.answered = 0
        self.cause = "exited"
        self.ending: Ending | None = None
        self._farewell = NOBODY
        self.on_close: list[Callable[[], None]] = []
        self._listener = listener
        self.model = ScreenModel(
            terminal.log, screens, poke=terminal.poke, changed=self._screen_changed
        )
        terminal.show_with(self.model)
        self._caretaker = Caretaker(self, clock)
        self._observers = Observers(terminal.log, clock, lambda: terminal.echoes)
        self._pacing = Pacing(
            clock,
            self._observers.room,
            terminal.poke,
            lambda waits: self.company.tell_of_the_pace(waits=waits),
        )
        self._fanout = Fanout(clock, self.attachments, lambda: self.control.writer)
        self._deadlines = Deadlines(
            clock,
            lifetimes,
            strike=lambda cause: listener.struck(self, cause),
            warn=self.company.warn,
            busy=terminal.foreground_job,
        )
        terminal.may_read = self._may_read
        terminal.on_output = self._on_output
        terminal.on_input_drained = self._on_input_drained
        terminal.on_typed = lambda data: self.write(None, data)
        terminal.on_exit = self._on_exit

    # What it looks like from outside.

    @property
    def tokens(self) -> ResumeTokens:
        """The tokens with which clients of the owner's side come back."""
        return self.party.tokens

    @property
    def clients(self) -> ClientTable:
        """What is remembered of each client of the owner's side."""
        return self.party.clients

    @property
    def queued(self) -> int:
        """Bytes of input that the program has not taken yet."""
        return self.terminal.queued

    @property
    def alive(self) -> bool:
        """Whether a program runs or is about to."""
        return self.lifecycle.alive

    def members(self) -> list[Member]:
        """Who is attached, and in which role."""
        return self.control.members()

    def info(self) -> SessionInfo:
        """The session as others may see it."""
        return SessionInfo(
            id=self.id,
            user=self.owner.name,
            title=self.title,
            profile=self.profile,
            state=self.lifecycle.state.name.lower(),
            created=self.created,
            size=self.log.size,
            attached=len(self.attachments),
            output=self.log.end,
            exit=self.ending.exit if self.ending else None,
            ended=self.ending.time if self.ending else None,
            expires=self._expires(),
        )

    def _expires(self) -> float | None:
        due = self._deadlines.alone_until() if self.alive else None
        return None if due is None else self.clock.wall() + due - self.clock.now()

    # Beginning and end.

    def observe(self, observers: Sequence[WatchedObserver]) -> None:
        """Let observers see all from the first byte on."""
        self._observers.add(observers)

    def stay(self) -> None:
        """Do not end for want of attachments: others than ours use the terminal."""
        self._deadlines.visited()

    def started(self) -> None:
        """The program runs; from here on deadlines count."""
        if self.lifecycle.advance(State.RUNNING, self.clock.now()):
            self._deadlines.start()
            self.reservation.frees_at = self._deadlines.alone_until()

    async def destroy(self, cause: str, farewell: Farewell = NOBODY) -> None:
        """End the program with the escalation; idempotent.

        Args:
            cause: ``killed``, ``shutdown`` or one of `EXPIRED`; the first one counts.
            farewell: What its people are told of who did it.
        """
        if self.lifecycle.advance(State.ENDING, self.clock.now()):
            self.cause = cause
            self._farewell = farewell
            self._cancel_timers()
        await self.terminal.destroy()

    def _on_exit(self, status: ExitStatus) -> None:
        if not self.lifecycle.advance(State.ENDED, self.clock.now()):
            return
        self._cancel_timers()
        now = self.clock.wall()
        if self.cause in EXPIRED:
            sentence = EXPIRED[self.cause]
            self.ending = Ending(status, now, ErrorCode.EXPIRED, sentence, CloseCode.EXPIRED)
        else:
            code, message = self._farewell
            self.ending = Ending(status, now, message=message, by=code)
        self._observers.finish(status)
        self.model.freeze()
        self._caretaker.close()
        self._fanout.close()
        self._listener.ended(self)
        self._fanout.pump()

    def close(self) -> None:
        """Let go of the output and of whoever is still reading it; nothing answers any more."""
        self.company.dismiss()
        self.shares.close()
        self._fanout.close()
        self.model.close()
        self.log.close()
        for callback in tuple(self.on_close):  # they may take themselves out
            callback()

    # Attachments.

    def admit(self, attachment: Attachment, *, take: bool) -> None:
        """Let an attachment in; in the same step it gets its role.

        The attachment is greeted by its caller afterwards, before anything is pumped, and then
        welcomed; all that it is sent meanwhile goes out together.

        Args:
            attachment: The newcomer.
            take: Whether it takes the right to write from whoever has it; a free one it gets
                anyway.
        """
        # What is being gathered must not push out of the log what the newcomer comes back for.
        self.terminal.flush()
        attachment.transport.hold()
        self.attachments.append(attachment)
        attachment.client.connections += 1
        if attachment.right is Right.CONTROL:
            self._deadlines.visited()
            self.reservation.frees_at = None
        self.control.enter(attachment, take=take)

    def welcome(self, attachment: Attachment, *, again: bool) -> None:
        """After the greeting: the newcomer's size counts, and everybody hears of it.

        Args:
            attachment: The newcomer.
            again: Whether it comes back rather than being the first.
        """
        over = self.ending is not None
        if over:
            # The newcomer leaves as soon as it has got everything, which may be here.
            self._listener.attached(self, attachment, again=again)
        if attachment is self.writer:
            self.follow(attachment)
        self.tell_members()
        self.company.tell_newcomer(attachment, lost=self.model.lost, waits=self._pacing.told)
        attachment.pump()
        attachment.transport.release()
        # The socket may have taken all of it, and then nobody else would say so.
        attachment.on_writable()
        if not over:
            # The newcomer waits for its output, and nobody for this.
            self._listener.attached(self, attachment, again=again)

    def leave(self, attachment: Attachment) -> None:
        """Take an attachment out; the session goes on without it."""
        if attachment not in self.attachments:
            return
        self.attachments.remove(attachment)
        attachment.client.connections -= 1
        self.control.leave(attachment)
        alone = not self.company.may_write
        if attachment.right is Right.CONTROL and alone and self.alive:
            self._deadlines.left_alone()
            self.reservation.frees_at = self._deadlines.alone_until()
        self._listener.detached(self, attachment)
        self._caretaker.look_after()
        self.tell_members()
        self.company.tell_of_going(attachment)
        self.terminal.poke()

    def tell_members(self) -> None:
        """Let everybody know who is there, and in which role."""
        self.company.tell_members()

    # The writer: what `tornterm.sessions.control.Room` asks for, and who it is.

    @property
    def writer(self) -> Attachment | None:
        """Who may write, if anybody is there who does."""
        return self.control.writer

    @property
    def lease(self) -> int:
        """The number of the current right to write."""
        return self.control.lease

    def is_writer(self, attachment: Attachment) -> bool:
        """Whether this attachment may write."""
        return attachment is self.control.writer

    def is_owner(self, attachment: Attachment) -> bool:
        """Whether the session belongs to whoever is at the other end."""
        return attachment.user.name == self.owner.name

    def follow(self, writer: Attachment) -> None:
        """The size is this one's from now on, and so is the pace."""
        if writer.wish is not None:
            self.terminal.resize(writer.wish)
        self.terminal.poke()

    def control_changed(self, change: ControlChange) -> None:
        """Somebody else writes from now on, or nobody."""
        self._listener.control_changed(self, change)

    def wish(self, attachment: Attachment, size: Size) -> None:
        """Resize if the writer wants it; keep the wish of a viewer until it writes."""
        attachment.wish = size
        if attachment is self.writer and size != self.log.size and self.alive:
            self.terminal.resize(size)
        else:
            attachment.size_stands()

    def write(self, attachment: Attachment | None, data: bytes) -> None:
        """Give the program input.

        Args:
            attachment: Who typed it; None for the application around us and terminado's clients.
            data: What was typed.
        """
        if not self.lifecycle.alive:
            return
        self.active = self.clock.wall()
        self._deadlines.typed()
        echoed = self._observers.echoes()
        self.terminal.write(data)
        self._observers.show_input(data, echoed)

    @property
    def deserted(self) -> bool:
        """Whether nobody is there whose terminal would answer the program."""
        return self.control.writer is None and self.alive and not self.terminal.clients

    def reply(self, data: bytes) -> None:
        """Give the program what its terminal would answer."""
        self.terminal.write(data)

    async def drained(self) -> None:
        """Return when the program has room for more input, or is gone."""
        await self.terminal.drained()

    def _on_input_drained(self) -> None:
        if self.writer is not None:
            self.writer.input_taken()

    # Output.

    def _may_read(self) -> int:
        """Bytes that the program may print: computed from the writer's state, never kept.

        However much one read brings, it never pushes out of the log what the writer has not got.
        """
        writer, log = self.control.writer, self.log
        if writer is None:
            return min(log.capacity, self.model.room, self._pacing.room())
        position = writer.position
        left = position + writer.allowance - log.end
        if left <= 0:
            return 0
        room = min(log.room_after(position), self.model.room, self._pacing.room())
        return min(room, max(left, _PIECE))

    def moved(self, attachment: Attachment) -> None:
        """An attachment got further, which may let the program go on."""
        if attachment is self.control.writer:
            position = attachment.position
            if position > self.answered:
                self.answered = position
            self.terminal.poke()

    def _on_output(self) -> None:
        self.active = self.clock.wall()
        # Who types waits for this; the others do not.
        self._fanout.grown(self.log.end)
        self._observers.show_output()
        self.model.grown()
        self._caretaker.look_after()

    def _screen_changed(self) -> None:
        self.company.tell_of_the_screen(lost=self.model.lost)

    def _cancel_timers(self) -> None:
        self._pacing.cancel()
        self._deadlines.cancel()
        self.control.cancel()
