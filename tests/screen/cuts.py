"""The question that everything here is about: is a resumed terminal one that never left?

One terminal sees all of a stream. For each place where a client may come back, another is made
that gets what the server would send it: the model's dump at the ring's start, and the ring.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.screen.oracle import Oracle, Terminal, differences
from tests.screen.recording import Recording
from tornterm.core import utf8
from tornterm.core.screen import Screen, make_screen
from tornterm.types import Size

SCROLLBACK = 100
"""Lines above the screen; there is a test of its own that they come back."""


def exact_model(size: Size) -> Screen:
    return make_screen(size, scrollback_lines=SCROLLBACK)


@dataclass
class Outcome:
    """What came of the cuts of one stream."""

    name: str
    cuts: int = 0
    visible: int = 0
    everything: int = 0
    dumped: int = 0
    differing: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def note(self, cut: int, seen: list[str], hidden: list[str]) -> None:
        self.cuts += 1
        self.visible += not seen
        self.everything += not seen and not hidden
        found = seen + hidden
        self.differing.update({line.partition(":")[0].partition("[")[0] for line in found})
        if found:
            self.examples += [f"cut {cut}: {line[:300]}" for line in found[:3]]


def whole_characters(output: bytes, offset: int) -> int:
    """The same offset, or one that is a little less and not inside a character."""
    return offset - utf8.unfinished(output[max(0, offset - 4) : offset])


def random_cuts(recording: Recording, ring: int, count: int, seed: int = 1) -> list[int]:
    """Places behind which the ring has overflowed."""
    chance = random.Random(f"{recording.name} {seed}")
    length = len(recording.output)
    places = (chance.randint(min(ring + 1, length), length) for _ in range(count))
    return sorted(whole_characters(recording.output, place) for place in places)


def play(terminal: Terminal, pieces: Iterator[bytes | Size], before: bytes = b"") -> None:
    """Let a terminal take output and resizes."""
    for piece in pieces:
        if isinstance(piece, Size):
            if before:
                terminal.write(before)
            terminal.resize(piece)
            before = b""
        else:
            terminal.write(before + piece)
            before = b""
    if before:
        terminal.write(before)


def examine(
    oracle: Oracle,
    recording: Recording,
    cuts: list[int],
    ring: int,
    make: Callable[[Size], Screen] = exact_model,
) -> Outcome:
    """Compare at every cut.

    Args:
        oracle: The judge.
        recording: What a program prints.
        cuts: Where clients come back, rising.
        ring: Bytes that the server keeps as they are.
        make: Makes the model.
    """
    outcome = Outcome(recording.name)
    constant = oracle.terminal(recording.size, scrollback=SCROLLBACK)
    model = make(recording.size)
    seen = fed = 0
    for cut in cuts:
        play(constant, recording.pieces(seen, cut))
        seen = cut
        start = max(0, cut - ring)
        for piece in recording.pieces(fed, start):
            if isinstance(piece, Size):
                model.resize(piece)
            else:
                model.feed(piece)
        fed = start
        dump = model.dump(history=SCROLLBACK)
        resumed = oracle.terminal(model.size, scrollback=SCROLLBACK)
        play(resumed, recording.pieces(start, cut), dump + model.unfinished)
        one, other = constant.state(), resumed.state()
        outcome.dumped += len(dump)
        outcome.note(
            cut,
            differences(one["visible"], other["visible"]),
            differences(one["hidden"], other["hidden"]),
        )
        resumed.free()
    constant.free()
    model.close()
    return outcome
