"""A folder for homes, and a sandbox with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandboxes import table

from tornterm_spawn_sandbox import Sandbox


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that the account of the sandboxes can get to."""
    made = Path(tempfile.mkdtemp(prefix="sandbox-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def sandbox(folder: Path) -> Sandbox:
    """The plugin as tests use it."""
    return Sandbox(table(folder))
