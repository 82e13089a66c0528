"""Resumes on random output: the same state, and never an error."""

from __future__ import annotations

import pytest

from tests.screen.generated import outcomes
from tests.screen.oracle import Oracle

STREAMS = 1000


def test_a_few_streams(oracle: Oracle) -> None:
    made = list(outcomes(oracle, range(20)))
    failed = [(outcome.name, outcome.examples) for outcome in made if not outcome.visible]
    assert len(failed) <= 1, failed


def test_a_few_streams_with_resizes(oracle: Oracle) -> None:
    made = list(outcomes(oracle, range(20), resizes=3))
    failed = [(outcome.name, outcome.examples) for outcome in made if not outcome.visible]
    assert len(failed) <= 2, failed


@pytest.mark.slow
def test_a_thousand_streams(oracle: Oracle) -> None:
    made = list(outcomes(oracle, range(STREAMS)))
    failed = [(outcome.name, outcome.examples) for outcome in made if not outcome.everything]
    assert len(failed) <= STREAMS // 100, failed
