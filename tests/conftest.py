"""What all tests share: a fresh event loop each, and coroutines as tests."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tornado.ioloop import IOLoop

# Whatever imports jupyter_server does without this, too: see `tests.compat.jupyter.SLOW`.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

TIMEOUT_SECONDS = 90
"""How long a test may take: long enough for a machine that is busy with much else."""

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than there are cores: nearly half of its time, a test waits for something.

    Returns:
        How many `--numprocesses auto` means; None, for xdist to decide, where somebody has said.
    """
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) + 1


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run every ``async def`` test on the event loop, without a mark on each; browsers last.

    Playwright's loop runs in this thread from its first test on, and no other can beside it.
    What takes long comes before the rest, so that in the end no process works alone. What is made
    once for all tests of a file is made in one process, to which they all go.
    """
    items.sort(key=lambda item: ("browser" in item.path.parts, not item.get_closest_marker("slow")))
    for item in items:
        if _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        function = getattr(item, "obj", None)
        if "tornterm_loop" in getattr(item, "fixturenames", ()):
            continue  # it runs on the loop of what plugin authors test with
        if inspect.iscoroutinefunction(function) and not item.get_closest_marker("gen_test"):
            item.add_marker(pytest.mark.gen_test(timeout=TIMEOUT_SECONDS))


def _shares(item: pytest.Item) -> bool:
    """Whether a test needs something that is made once for its file."""
    manager = item.session._fixturemanager
    made = (manager.getfixturedefs(name, item) for name in getattr(item, "fixturenames", ()))
    return any(fixtures[-1].scope == "module" for fixtures in made if fixtures)


def pytest_collection() -> None:
    """Look for no garbage while the tests are imported: all that they are made of stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let no collection look at what lives as long as the run does: all that was imported.

    `io_loop` collects after each test; with everything imported, that takes a tenth of a second.
    """
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture
def io_loop() -> Iterator[IOLoop]:
    """A loop of the test's own; a task that outlives its test fails it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    wrapper = IOLoop(asyncio_loop=loop, make_current=False)
    problems: list[str] = []
    loop.set_exception_handler(lambda _, context: problems.append(str(context)))
    yield wrapper
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    gc.collect()
    asyncio.set_event_loop(None)
    wrapper.close()
    assert not problems, f"the event loop met unhandled errors: {problems}"
    assert not left, f"tasks were left behind: {left}"
