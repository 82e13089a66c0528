"""A host that there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hosts import Sshd, sshd


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """A host."""
    with sshd() as running:
        yield running
