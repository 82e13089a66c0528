"""The worker process: it answers, and whatever becomes of it, somebody is told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tornterm.screens import worker as module
from tornterm.screens.worker import Worker


async def answer(worker: Worker, *fields: bytes) -> Sequence[bytes] | None:
    """The reply to one request; None where the worker died."""
    reply: asyncio.Future[Sequence[bytes] | None] = asyncio.get_running_loop().create_future()
    assert worker.ask(fields, reply.set_result)
    return await reply


async def gone(pid: int) -> None:
    """Wait until a process has been reaped."""
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)


async def test_nothing_is_started_before_it_is_needed(worker: Worker) -> None:
    assert worker.pid is None
    assert await answer(worker, b"begin", b"1", b"80 24", b"whole") == [b"ok"]
    assert worker.pid is not None


async def test_replies_come_in_the_order_of_the_requests(worker: Worker) -> None:
    """Large requests too, which a socket does not take at once."""
    block = b"x" * 300_000
    requests = [
        (b"begin", b"1", b"80 24", b"whole"),
        *[(b"feed", b"1", b"data", block)] * 5,
        (b"feed", b"2", b"data", block),
        (b"dump", b"1"),
    ]
    replies = await asyncio.gather(*(answer(worker, *request) for request in requests))
    states = [reply[0] if reply else None for reply in replies]
    assert states == [b"ok"] * 6 + [b"failed", b"ok"]


async def test_a_worker_that_dies_is_told_of_and_replaced(worker: Worker) -> None:
    """What was asked of it has failed, its models are gone, and the next request is answered."""
    deaths: list[bytes] = []
    worker.on_death.add(deaths.append)
    await answer(worker, b"begin", b"1", b"80 24", b"whole")
    assert worker.pid is not None
    first = worker.pid
    os.kill(first, signal.SIGKILL)
    assert await answer(worker, b"dump", b"1") is None
    assert (deaths, worker.deaths) == ([b"1"], 1)
    assert await answer(worker, b"dump", b"1") == [b"failed", b"KeyError"]
    await gone(first)


async def test_a_worker_that_hangs_is_killed(make_worker: Callable[..., Worker]) -> None:
    worker = make_worker(deadline=0.2)
    await answer(worker, b"begin", b"1", b"80 24", b"whole")
    assert worker.pid is not None
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    assert await answer(worker, b"dump", b"1") is None
    assert worker.deaths == 1
    await gone(pid)


async def test_one_that_dies_again_and_again_rests(
    make_worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is started any more for a while; then it is tried again."""
    monkeypatch.setattr(module, "MAX_DEATHS", 2)
    monkeypatch.setattr(module, "REST", 3600.0)
    worker = make_worker()
    for _ in range(2):
        await answer(worker, b"begin", b"1", b"80 24", b"whole")
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        assert await answer(worker, b"dump", b"1") is None
    assert not worker.usable
    assert not worker.ask((b"dump", b"1"), lambda reply: None)
    monkeypatch.setattr(module, "REST", 0.0)
    assert worker.usable
    assert await answer(worker, b"begin", b"1", b"80 24", b"whole") == [b"ok"]


async def test_a_worker_without_memory_fails_alone(make_worker: Callable[..., Worker]) -> None:
    """A model that would take more than there is does not come to be; the server goes on."""
    worker = make_worker(lines=100_000, memory=48 * 1024 * 1024)
    await answer(worker, b"begin", b"1", b"1000 1000", b"whole")
    line = b"".join(b"\x1b[38;2;%d;%d;0mx" % (n % 256, n % 7) for n in range(1000)) + b"\r\n"
    for _ in range(400):
        reply = await answer(worker, b"feed", b"1", b"data", line * 20)
        if reply is None or reply[0] != b"ok":
            break
    assert reply is not None
    assert reply[0] == b"failed"
    assert await answer(worker, b"begin", b"2", b"80 24", b"whole") == [b"ok"]
    assert worker.deaths == 0


async def test_nothing_of_the_environment_reaches_the_worker(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORNTERM_SECRET", "value")
    await answer(worker, b"begin", b"1", b"80 24", b"whole")
    environment = Path(f"/proc/{worker.pid}/environ").read_bytes()  # noqa: ASYNC240
    names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names <= {b"PYTHONPATH", b"LC_CTYPE"}


async def test_a_worker_ends_with_its_server(worker: Worker) -> None:
    await answer(worker, b"begin", b"1", b"80 24", b"whole")
    assert worker.pid is not None
    pid = worker.pid
    worker.close()
    assert not worker.usable
    await gone(pid)
