"""Real directories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from slapd import Slapd


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """One directory for all tests of this file that do not change it."""
    slapd = Slapd(tmp_path_factory.mktemp("slapd"))
    slapd.start()
    yield slapd
    slapd.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Slapd]:
    """A directory of one test's own."""
    slapd = Slapd(tmp_path)
    slapd.start()
    yield slapd
    slapd.stop()
