"""What ``make lint`` checks is part of the tests; tsc is called in test_frontend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))


@pytest.mark.parametrize("command", LINTERS, ids=" ".join)
def test_the_linter_finds_nothing(command: tuple[str, ...]) -> None:
    """Style, format and types of all Python sources."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
