"""Real workers, none of which outlives its test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from tornado.ioloop import IOLoop

from tornterm.screens.worker import Worker


@pytest.fixture
def make_worker(io_loop: IOLoop) -> Iterator[Callable[..., Worker]]:
    """Makes workers; arguments as for `Worker`."""
    workers: list[Worker] = []

    def make(lines: int = 100, memory: int = 0, **more: float) -> Worker:
        workers.append(Worker(lines, memory, **more))
        return workers[-1]

    yield make

    async def close() -> None:
        for worker in workers:
            worker.close()
        await asyncio.sleep(0)

    io_loop.run_sync(close)


@pytest.fixture
def worker(make_worker: Callable[..., Worker]) -> Worker:
    """A worker as the server has it."""
    return make_worker()
