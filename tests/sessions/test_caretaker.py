"""Nobody home: who answers what a program asks, and from where on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tornterm.screens.model import OnLook
from tornterm.sessions.caretaker import MAX_PENDING, MAX_QUEUED, PATIENCE

from .conftest import Stage

Stages = Callable[..., Stage]
ATTRIBUTES = b"\x1b[?1;2c"


class Looking:
    """Stands in for the model: notes what is asked, and answers when told to."""

    def __init__(self, stage: Stage) -> None:
        self.asked: list[tuple[Sequence[tuple[int, bytes]], OnLook]] = []
        stage.session.model.look = self.look  # type: ignore[method-assign]

    def look(self, questions: Sequence[tuple[int, bytes]], on_look: OnLook) -> bool:
        self.asked.append((questions, on_look))
        return True


def test_a_program_without_a_client_is_answered_at_once(stage: Stages) -> None:
    s = stage()
    s.terminal.print(b"a\x1b[c\x1b[5")
    assert s.terminal.typed == ATTRIBUTES
    s.terminal.print(b"n")
    assert s.terminal.typed == ATTRIBUTES + b"\x1b[0n"
    assert s.session.answered == s.session.log.end


def test_while_somebody_writes_nothing_is_answered(stage: Stages) -> None:
    """Its terminal does that."""
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"\x1b[c")
    attachment.acknowledge(3)
    assert s.terminal.typed == b""
    assert s.session.answered == 3


def test_the_server_takes_over_where_the_writer_got_to(stage: Stages) -> None:
    """What it had parsed it has answered; the rest is answered when it does not come back."""
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"\x1b[c\x1b[5n")
    attachment.acknowledge(3)
    attachment.detach()
    s.clock.advance(PATIENCE / 2)
    assert s.terminal.typed == b""
    s.clock.advance(PATIENCE)
    assert s.terminal.typed == b"\x1b[0n"
    _, line = s.resume(3, client=attachment.client.id)
    assert line.messages("resumed")[0]["answered"] == 7


def test_who_comes_back_soon_answers_itself(stage: Stages) -> None:
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"\x1b[c")
    attachment.detach()
    _, line = s.resume(0, client=attachment.client.id)
    s.clock.advance(2 * PATIENCE)
    assert s.terminal.typed == b""
    assert line.messages("resumed")[0]["answered"] == 0


def test_a_viewer_answers_nothing(stage: Stages) -> None:
    """So the server does, as if it was alone."""
    s = stage()
    s.session.control.enter = lambda attachment, take: None  # type: ignore[method-assign]
    s.resume(None)
    s.terminal.print(b"\x1b[c")
    assert s.terminal.typed == ATTRIBUTES


def test_other_peoples_terminals_answer_themselves(stage: Stages) -> None:
    """terminado's own clients are attached to the terminal, not to the session."""
    s = stage()
    s.terminal.clients.append(object())
    s.terminal.print(b"\x1b[c")
    assert s.terminal.typed == b""


def test_answers_come_in_the_order_of_the_questions(stage: Stages) -> None:
    """Programs take the last one for the sign that all have been given."""
    s = stage()
    looking = Looking(s)
    s.terminal.print(b"\x1b[5n\x1b[6n\x1b[c")
    assert s.terminal.typed == b"\x1b[0n"
    s.terminal.print(b"x\x1b[6n")
    ((questions, answer),) = looking.asked
    assert questions == [(8, b"cursor")]
    answer([b"1 2"])
    assert s.terminal.typed == b"\x1b[0n\x1b[2;3R" + ATTRIBUTES
    questions, answer = looking.asked[1]
    assert questions == [(16, b"cursor")]
    answer(None)
    assert s.terminal.typed.endswith(ATTRIBUTES + b"\x1b[1;1R")


def test_what_was_asked_before_somebody_came_is_still_answered(stage: Stages) -> None:
    """Who comes is told so, and leaves it to the server."""
    s = stage()
    looking = Looking(s)
    s.terminal.print(b"\x1b[6n")
    _, line = s.resume(0)
    assert line.messages("resumed")[0]["answered"] == 4
    looking.asked[0][1]([b"0 0"])
    assert s.terminal.typed == b"\x1b[1;1R"


def test_a_program_that_only_asks_is_answered_within_bounds(stage: Stages) -> None:
    s = stage()
    looking = Looking(s)
    s.terminal.print(b"\x1b[6n" * 3 * MAX_PENDING)
    looking.asked[0][1]([b"0 0"] * MAX_PENDING)
    assert s.terminal.typed == b"\x1b[1;1R" * MAX_PENDING
    s.terminal.queued = MAX_QUEUED
    s.terminal.print(b"\x1b[c")
    assert s.terminal.typed == b"\x1b[1;1R" * MAX_PENDING


def test_a_program_that_has_ended_is_told_nothing(stage: Stages) -> None:
    s = stage()
    looking: Any = Looking(s)
    attachment, _ = s.open()
    s.terminal.print(b"\x1b[c")
    attachment.detach()
    s.terminal.exit()
    s.clock.advance(2 * PATIENCE)
    assert (s.terminal.typed, looking.asked) == (b"", [])
