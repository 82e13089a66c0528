"""Recorded programs, cut anywhere: who comes back sees what they would have seen."""

from __future__ import annotations

import pytest

from tests.screen.cuts import examine, random_cuts
from tests.screen.oracle import Oracle
from tests.screen.recording import Recording, names
from tests.screen.report import measure

KIB = 1024
FEW = 4
MANY = 200


@pytest.mark.parametrize("name", names())
def test_a_few_cuts(name: str, oracle: Oracle) -> None:
    recording = Recording.load(name)
    ring = min(8 * KIB, len(recording.output) // 2)
    outcome = examine(oracle, recording, random_cuts(recording, ring, FEW), ring)
    assert outcome.visible == FEW, outcome.examples


@pytest.mark.slow
@pytest.mark.parametrize("ring", [8, 100])
@pytest.mark.parametrize("name", names())
def test_many_cuts(name: str, ring: int, oracle: Oracle) -> None:
    """Of each recording; where the size changes, emulators wrap lines anew in their own ways."""
    visible, everything = (0.97, 0.97) if ring == 100 else (0.97, 0.88)
    if name.startswith("resize_") and ring == 8:
        visible, everything = 0.90, 0.80
    outcome = measure(oracle, name, ring * KIB, MANY)
    assert outcome.visible >= visible * MANY, outcome.examples
    assert outcome.everything >= everything * MANY, outcome.examples
