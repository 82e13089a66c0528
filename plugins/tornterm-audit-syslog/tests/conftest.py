"""A bench for the plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tornterm.testing.conformance.bench import benches


@pytest.fixture
def bench() -> Iterator[Callable[..., Any]]:
    """Where a plugin runs."""
    with benches() as make:
        yield make
