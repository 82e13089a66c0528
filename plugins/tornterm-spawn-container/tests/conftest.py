"""An engine that only seems to run containers."""

from __future__ import annotations

from pathlib import Path

import pytest
from containers import WORKS, stub


@pytest.fixture
def works(tmp_path: Path) -> str:
    """The program of an engine that works."""
    return stub(tmp_path, WORKS)
