"""Both kinds of database, and where a plugin runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from database import EMPTY, Make, run
from postgres import PASSWORD, Postgres

from tornterm.testing.conformance.bench import benches
from tornterm_audit_sql import SqlSettings


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL that runs."""
    made = Postgres()
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes tables for tests, with an empty database: everything happens soon."""
    url = {}
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        url = {"url": server.url, "password": PASSWORD}

    def making(**more: Any) -> SqlSettings:
        table = {
            "file": str(tmp_path / "audit.sqlite3"),
            "spool": str(tmp_path / "spool.sqlite3"),
            "gather": "5ms",
            "retry": "10ms",
            "retry_most": "50ms",
            "drain": "30s",
            # Only what never answers shall take too long, whatever else the machine does.
            "timeout": "5m",
        }
        return SqlSettings.model_validate({**table, **url, **more})

    if url:
        run(making(), EMPTY)
    return making


@pytest.fixture
def bench() -> Iterator[Callable[..., Any]]:
    """Where a plugin runs."""
    with benches() as making:
        yield making
