"""Real terminals for the tests of this folder; none of them survives its test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from pty_world import World
from tornado.ioloop import IOLoop


@pytest.fixture
def world(io_loop: IOLoop) -> Iterator[World]:
    """Makes terminals; destroys them, and then nothing of them may be left."""
    world = World()
    yield world
    io_loop.run_sync(world.close, timeout=90)
    # Callbacks that close descriptors are due in the next turn.
    io_loop.run_sync(lambda: asyncio.sleep(0))
    world.check_nothing_is_left()
