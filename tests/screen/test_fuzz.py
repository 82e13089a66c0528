"""The fuzz target, for a little while; ``python -m tests.screen.fuzz`` runs it for longer."""

from __future__ import annotations

import time

import pytest

from tests.screen.fuzz import guarded


def test_nothing_is_found_in_a_moment() -> None:
    status, words = guarded(1, 1.0)
    assert status == 0, words


def test_what_was_found_once() -> None:
    """A full screen that becomes a single row, and goes on printing."""
    status, words = guarded(1795727934191, 0.001)
    assert status == 0, words


@pytest.mark.slow
def test_nothing_is_found_in_a_minute() -> None:
    """From seeds that are others in each run, so that what is tried grows with the runs."""
    status, words = guarded(int(time.time()) * 1000, 60.0)
    assert status == 0, words
