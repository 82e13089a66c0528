"""The model: a slice of its traces, and proof that it finds what is wrong."""

from __future__ import annotations

import asyncio

import pytest

from tests.model.mutations import MUTATIONS
from tests.model.runner import search

pytestmark = pytest.mark.slow

SLICE = 1000
"""Traces that each run of the tests lives through; ``python -m tests.model`` runs more."""

ENOUGH = 1500
"""Traces within which each mutation must be found; most are within fifty."""


def test_no_promise_is_broken() -> None:
    """Nothing lost, doubled or stuck, whatever is cut, delayed, taken and handed over."""
    assert asyncio.run(search(0, SLICE)) is None


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_rule_that_is_switched_off_is_missed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule is there because without it the model fails."""
    MUTATIONS[name](monkeypatch)
    assert asyncio.run(search(0, ENOUGH)) is not None, MUTATIONS[name].__doc__
