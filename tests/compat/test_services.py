"""Jupyter's own JavaScript library, pointed at a tornterm of its own."""

from __future__ import annotations

import pytest

from tests.compat.node import run_services
from tornterm.testing.server import TOKENS, LiveServer


@pytest.mark.gen_test(timeout=300)
async def test_jupyters_client_library_works_unchanged() -> None:
    """It lists, makes, attaches to, resizes, shares, reconnects to, ends and deletes terminals."""
    tables = {"sessions": {"max_per_user": 2}, "server": {"base_url": "/term/"}}
    async with LiveServer(tables) as server:
        seen = await run_services(server.url, TOKENS["alice"])
    assert seen["before"] == []
    assert seen["names"] == ["1", "build"]
    assert seen["taken"] == "There is a terminal named 'build' already."
    assert seen["afterExit"] == ["1"]
    assert seen["afterDelete"] == seen["afterAll"] == []
    status, reason = seen["full"]
    assert status == 429
    assert "as many sessions" in reason
    assert seen["stranger"] == 401
    # The client has kept its terminal, which is therefore reset before everything is drawn again.
    assert seen["replayed"].startswith("\x1bc")
    assert seen["replayed"].count("42\r\n") == 1
