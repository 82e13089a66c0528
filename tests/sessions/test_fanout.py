"""The writer is served at once; viewers behind it, in turns, and together in a flood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornterm.sessions.fanout import VIEWERS_WINDOW, Fanout
from tornterm.sessions.flush import FULL
from tornterm.testing.clock import FakeClock

from .conftest import Line, Stage

Stages = Callable[..., Stage]


class Somebody:
    """An attachment of which only the serving counts."""

    def __init__(self, served: list[Somebody]) -> None:
        self._served = served

    def pump(self) -> None:
        self._served.append(self)


class Turns(FakeClock):
    """A clock on which what is due at once waits for its turn of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.soon: list[_Soon] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> Any:
        """Call `callback` in the next turn, or as the clock does."""
        if delay:
            return super().call_later(delay, callback)
        self.soon.append(_Soon(callback))
        return self.soon[-1]

    def turn(self) -> None:
        """One turn of the event loop."""
        due, self.soon = self.soon, []
        for each in due:
            each.run()


class _Soon:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.run = callback

    def cancel(self) -> None:
        self.run = lambda: None


class Room:
    """A writer and three viewers."""

    def __init__(self) -> None:
        self.clock = Turns()
        self.served: list[Somebody] = []
        self.writer, *self.viewers = (Somebody(self.served) for _ in range(4))
        self.everybody = [self.viewers[0], self.writer, *self.viewers[1:]]
        self.fanout = Fanout(
            self.clock,
            self.everybody,  # type: ignore[arg-type]
            lambda: self.writer,  # type: ignore[arg-type, return-value]
        )

    def took(self) -> list[Somebody]:
        served = list(self.served)
        self.served.clear()
        return served


def test_the_writer_is_served_where_the_output_was_read() -> None:
    """Wherever it stands among the others, and before any of them."""
    room = Room()
    room.fanout.grown(1)
    assert room.took() == [room.writer]


def test_each_turn_of_the_loop_serves_one_viewer() -> None:
    """A key that comes meanwhile waits for one frame, not for as many as there are viewers."""
    room = Room()
    room.fanout.grown(1)
    room.took()
    for viewer in room.viewers:
        room.clock.turn()
        assert room.took() == [viewer]
    room.clock.turn()
    assert room.took() == []


def test_viewers_get_together_what_is_typed_fast() -> None:
    """Every echo goes to the writer at once, to viewers what came in the window."""
    room = Room()
    for end in range(1, 11):
        room.fanout.grown(end)
        for _ in range(4):
            room.clock.turn()
    assert room.took().count(room.writer) == 10
    room.fanout.grown(11)
    room.clock.advance(VIEWERS_WINDOW)
    for _ in range(4):
        room.clock.turn()
    assert sorted(room.took(), key=room.everybody.index) == room.everybody


def test_nobody_has_two_turns_for_the_same_output() -> None:
    """Who still waits when there is more takes it all when its turn comes."""
    room = Room()
    room.fanout.grown(1)
    room.fanout.grown(2)
    room.clock.advance(VIEWERS_WINDOW)
    for _ in range(10):
        room.clock.turn()
    assert [room.served.count(viewer) for viewer in room.viewers] == [1, 1, 1]


def test_a_flood_is_not_served_in_turns() -> None:
    """The log moves on with each turn, and viewers must not fall out of it for that."""
    room = Room()
    room.fanout.grown(FULL)
    assert room.took() == [room.writer, *room.viewers]


def test_a_closed_one_serves_nobody() -> None:
    """Whoever waits for a turn is served by the end of the session."""
    room = Room()
    room.fanout.grown(1)
    room.fanout.close()
    room.took()
    room.clock.turn()
    room.clock.advance(1)
    assert room.took() == []


def output_of(lines: list[Line]) -> list[bytes]:
    return [line.output() for line in lines]


def test_everybody_gets_the_same(stage: Stages) -> None:
    """Also who becomes the writer while it waits for its turn, and when another leaves."""
    s = stage()
    _, writers = s.open()
    leaver, _ = s.resume(0)
    heir, heirs = s.resume(0)
    _, viewers = s.resume(0)
    s.terminal.print(b"one ")
    s.session.control.request(heir)
    leaver.detach()
    s.terminal.print(b"two ")
    s.clock.advance(VIEWERS_WINDOW)
    s.terminal.print(b"three")
    s.clock.advance(VIEWERS_WINDOW)
    assert output_of([writers, heirs, viewers]) == [b"one two three"] * 3


def test_the_end_comes_to_viewers_behind_the_last_output(stage: Stages) -> None:
    """What was gathered for them is not lost with the timer that would have brought it."""
    s = stage()
    s.open()
    _, line = s.resume(0)
    s.terminal.print(b"bye")
    s.terminal.print(b"!")
    s.terminal.exit(0)
    assert line.output() == b"bye!"
    assert line.messages("exit")
    assert line.closed == (1000, "ended")


def test_viewers_without_a_writer_are_served_too(stage: Stages) -> None:
    """Between the writer's going and the next one's coming the program prints on."""
    s = stage()
    writer, _ = s.open()
    _, line = s.resume(0)
    writer.detach()
    s.terminal.print(b"alone")
    s.clock.advance(0)
    assert line.output() == b"alone"
