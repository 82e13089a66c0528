"""A client that parses slowly: little is on its way to it, and its program waits meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sessions.conftest import Line, Stage
from tornterm.core.window import QUEUE
from tornterm.pty.gathering import MOST, WINDOW
from tornterm.sessions.v1 import V1Attachment

Stages = Callable[..., Stage]

YES = b"y\r\n" * MOST
READ = 8192

TICK = 0.01
TRIP = 2 * TICK


class Reader:
    """A client that parses at a rate, and acknowledges what it has parsed one tick later."""

    def __init__(self, stage: Stage, attachment: V1Attachment, line: Line, rate: float) -> None:
        self.stage = stage
        self.attachment = attachment
        self.line = line
        self.rate = rate
        self.arrived = self.parsed = 0.0
        attachment.acknowledge(0)

    @property
    def behind(self) -> float:
        """Bytes that the program has printed and this client has yet to parse."""
        return self.stage.terminal.log.end - self.parsed

    def tick(self) -> None:
        """Let a moment pass for it."""
        self.attachment.acknowledge(int(self.parsed))
        self.parsed = min(self.arrived, self.parsed + self.rate * TICK)
        self.arrived += sum(len(frame) for frame in self.line.take() if isinstance(frame, bytes))


def print_all_it_may(stage: Stage) -> None:
    """The program prints as much as would be gathered, until it has to wait."""
    for _ in range(10):
        if (room := stage.terminal.may_read()) > 0:
            stage.terminal.print(YES[: min(room, MOST)])


def flood(stage: Stage, readers: list[Reader], seconds: float) -> None:
    """The program prints all that it may."""
    for _ in range(round(seconds / TICK)):
        for _ in range(round(TICK / WINDOW)):
            print_all_it_may(stage)
            stage.clock.advance(TICK / round(TICK / WINDOW))
        for reader in readers:
            reader.tick()


@pytest.mark.parametrize("rate", [0.2e6, 0.4e6, 1e6])
def test_a_key_waits_for_little_output(stage: Stages, rate: float) -> None:
    """Ctrl-C ends the program, and what it had printed is on the screen a moment later."""
    world = stage(capacity=1 << 20)
    attachment, line = world.open()
    assert line.messages("session")[0]["window"] == 512 * 1024
    reader = Reader(world, attachment, line, rate)
    flood(world, [reader], 4)
    before = reader.parsed
    flood(world, [reader], 4)
    assert reader.parsed - before > 0.9 * 4 * rate
    assert reader.behind < (TRIP + QUEUE) * rate + READ


def test_a_fast_client_is_sent_a_whole_window(stage: Stages) -> None:
    """What it is allowed is no less than what the greeting says."""
    world = stage(capacity=1 << 20)
    attachment, line = world.open()
    reader = Reader(world, attachment, line, 1e9)
    flood(world, [reader], 1)
    assert attachment.allowance == 512 * 1024
    print_all_it_may(world)
    assert world.terminal.log.end - attachment.position >= 512 * 1024


def test_the_writer_alone_sets_the_pace(stage: Stages) -> None:
    """A viewer that is slow makes nobody wait."""
    world = stage(capacity=1 << 20)
    writer = Reader(world, *world.open(), 10e6)
    viewer = Reader(world, *world.resume(0), 0.1e6)
    assert world.session.is_writer(writer.attachment)
    flood(world, [writer, viewer], 2)
    assert writer.parsed > 0.9 * 2 * 10e6


def test_a_pace_outlives_a_snapshot(stage: Stages) -> None:
    """The client is the same afterwards, and no faster."""
    world = stage(capacity=1 << 20)
    attachment, line = world.open()
    reader = Reader(world, attachment, line, 0.2e6)
    flood(world, [reader], 4)
    known = attachment.allowance
    attachment.painter.begin()
    attachment.pump()
    assert line.messages("snapshot")
    assert attachment.allowance == known
