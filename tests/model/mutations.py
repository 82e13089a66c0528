"""Rules of the protocol, each switched off; the model must find all of them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tornterm.core import cursor
from tornterm.core.client_state import InputQueue, OutputPosition
from tornterm.core.tokens import ResumeTokens
from tornterm.core.window import AckWindow
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.clients import ClientTable
from tornterm.sessions.company import Company
from tornterm.sessions.control import Control
from tornterm.sessions.members import Right
from tornterm.sessions.reception import Guest
from tornterm.sessions.session import Session
from tornterm.sessions.shares import Shares
from tornterm.sessions.v1 import V1Attachment

Patch = pytest.MonkeyPatch

MUTATIONS: dict[str, Callable[[Patch], None]] = {}


def mutation(function: Callable[[Patch], None]) -> Callable[[Patch], None]:
    """Add to the mutations; the docstring is the rule that is switched off."""
    MUTATIONS[function.__name__] = function
    return function


def around(patch: Patch, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Replace a method by ``wrapper(original, self, ...)``."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **kwargs: wrapper(original, *args, **kwargs))


# --- output ---------------------------------------------------------------------------------------


@mutation
def the_window_is_endless(patch: Patch) -> None:
    """3.2: at most a window is out beyond the last ack."""
    patch.setattr(AckWindow, "room", property(lambda self: 1 << 20))


@mutation
def the_program_never_waits(patch: Patch) -> None:
    """3.2: the program waits for the writer."""
    patch.setattr(Session, "_may_read", lambda self: self.log.capacity)


@mutation
def the_program_waits_for_viewers(patch: Patch) -> None:
    """3.2: the program waits for the writer alone."""

    def may_read(self: Session) -> int:
        slowest = min((a.position for a in self.attachments), default=self.log.end)
        return 0 if self.log.end - slowest >= 4096 else 4096

    patch.setattr(Session, "_may_read", may_read)


@mutation
def any_ack_is_believed(patch: Patch) -> None:
    """3.3: an ack beyond what was sent is ignored."""

    def acknowledge(self: AckWindow, offset: int, now: float) -> bool:
        self.acked = max(self.acked, offset)
        return True

    patch.setattr(AckWindow, "acknowledge", acknowledge)


@mutation
def a_snapshot_moves_no_baseline(patch: Patch) -> None:
    """3.5: sending the last part of a snapshot sets the ack baseline to its offset."""

    def send(original: Any, self: V1Attachment) -> bool:
        result: bool = original(self)
        if not self.painter.busy:
            self._window = AckWindow(self.painter.offset, self._pace)
        return result

    around(patch, V1Attachment, "_send_next_part", send)


@mutation
def a_half_drawn_screen_counts(patch: Patch) -> None:
    """3.5: a client that is cut within a snapshot resumes with null."""

    def draw(original: Any, self: OutputPosition, part: Any) -> None:
        before = self.offset
        original(self, part)
        if self.offset is None and part.offset is not None and before is not None:
            self.offset = part.offset - part.bytes

    around(patch, OutputPosition, "draw", draw)


@mutation
def characters_are_cut(patch: Patch) -> None:
    """1: a frame of output never ends inside a character."""
    patch.setattr(cursor, "utf8", SimpleNamespace(unfinished=lambda data: 0))


@mutation
def a_viewer_sets_the_size(patch: Patch) -> None:
    """3.7: viewers' wishes are kept until they write."""

    def wish(self: Session, attachment: Attachment, size: Any) -> None:
        attachment.wish = size
        self.terminal.resize(size)

    patch.setattr(Session, "wish", wish)


@mutation
def wishes_are_forgotten(patch: Patch) -> None:
    """3.7: viewers' wishes take effect when they write."""
    patch.setattr(Session, "follow", lambda self, writer: None)


@mutation
def the_exit_overtakes(patch: Patch) -> None:
    """8: the exit comes after the last output."""
    patch.setattr(V1Attachment, "finished", property(lambda self: self.host.ending is not None))


# --- connections and tokens -----------------------------------------------------------------------


@mutation
def attempts_are_not_compared(patch: Patch) -> None:
    """4.1: a lower attempt than the highest seen gets 4409."""

    def take_up(original: Any, *args: Any) -> Any:
        client = original(*args)
        client.attempt = 0
        return client

    around(patch, ClientTable, "take_up", take_up)


@mutation
def old_connections_stay(patch: Patch) -> None:
    """4.2: a resume first closes every other attachment of the same client."""
    patch.setattr(Company, "replace", lambda self, client_id: None)


@mutation
def the_gone_are_let_in(patch: Patch) -> None:
    """4.5: after the last await of an authorisation, look again."""
    patch.setattr(Guest, "stays", lambda self: None)


@mutation
def tokens_are_retired_at_once(patch: Patch) -> None:
    """4.4: only an ack on the connection that brought a token retires the one before."""

    def present(original: Any, self: ResumeTokens, token: Any) -> Any:
        result = original(self, token)
        self._valid.remove(token)
        return result

    around(patch, ResumeTokens, "present", present)


@mutation
def shares_end_without_a_word(patch: Patch) -> None:
    """A share that ends takes those along who came by it."""

    def revoke(self: Shares, share_id: str) -> Any:
        return self._shares.pop(share_id, None)

    patch.setattr(Shares, "revoke", revoke)


# --- writing --------------------------------------------------------------------------------------


@mutation
def leases_are_not_declared(patch: Patch) -> None:
    """5.1: input is accepted only under the current lease, declared on that connection."""
    current = property(lambda self: self.host.lease, lambda self, value: None)
    patch.setattr(V1Attachment, "_declared_lease", current, raising=False)


@mutation
def the_lease_stays_the_same(patch: Patch) -> None:
    """5.1: the lease is raised at each change of writer."""

    def give(original: Any, self: Control, *args: Any, **kwargs: Any) -> None:
        before, displaced = self.lease, self.writer
        original(self, *args, **kwargs)
        if displaced is not None:
            self.lease = before

    around(patch, Control, "_give", give)


@mutation
def refused_input_is_not_counted(patch: Patch) -> None:
    """5.2: `refused` is the total refused."""

    def accept(original: Any, self: V1Attachment, data: bytes) -> None:
        before = self.client.refused
        original(self, data)
        self.client.refused = before

    around(patch, V1Attachment, "accept_input", accept)


@mutation
def input_counts_by_connection(patch: Patch) -> None:
    """5.2: `input_offset` counts all input received from this client."""

    def greet(original: Any, self: V1Attachment, *args: Any) -> None:
        self.client.received = 0
        original(self, *args)

    around(patch, V1Attachment, "greet_again", greet)


@mutation
def nothing_is_sent_again(patch: Patch) -> None:
    """5.2: after a resume a client sends from `input_offset` on."""

    def begin(original: Any, self: InputQueue, *args: Any, **kwargs: Any) -> Any:
        sent = self.sent
        result = original(self, *args, **kwargs)
        self.sent = max(self.sent, min(sent, self.accounted + len(self._waiting)))
        return result

    around(patch, InputQueue, "begin", begin)


@mutation
def a_new_lease_is_not_waited_for(patch: Patch) -> None:
    """5.2: on a new lease a client waits until earlier bytes are accounted for."""
    patch.setattr(InputQueue, "ready", property(lambda self: self.writer))


@mutation
def the_limit_is_not_kept(patch: Patch) -> None:
    """5.3: a client never sends beyond `input_limit`."""
    patch.setattr(
        InputQueue, "limit", property(lambda self: 1 << 40, lambda self, value: None), raising=False
    )


@mutation
def every_reconnect_takes_control(patch: Patch) -> None:
    """5.4: a reconnect by itself never takes the lease from another."""

    def admit(original: Any, self: Session, attachment: Attachment, *, take: bool) -> None:
        original(self, attachment, take=True)

    around(patch, Session, "admit", admit)


@mutation
def control_never_returns(patch: Patch) -> None:
    """5.4: when the holder is gone, the newest attachment of the owner becomes writer."""
    patch.setattr(Control, "_pass_on", lambda self: setattr(self, "_timer", None))


@mutation
def guests_take_what_is_free(patch: Patch) -> None:
    """5.4: what is free is for the owner's side to take."""

    def enter(original: Any, self: Control, attachment: Attachment, *, take: bool) -> None:
        right, attachment.right = attachment.right, Right.CONTROL
        original(self, attachment, take=take)
        attachment.right = right

    around(patch, Control, "enter", enter)
