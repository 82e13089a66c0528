"""One judge for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.screen.oracle import Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    with Oracle() as made:
        yield made
