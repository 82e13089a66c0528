"""The pytest plugin: fixtures for tests of plugins and of applications that embed terminals.

pytest loads it wherever tornterm is installed, so it imports nothing of tornterm until a fixture
is used. It needs no other plugin: an ``async def`` test that uses the fixture `tornterm_loop`,
directly or through another one, runs on that fixture's event loop. All fixtures here go through
it, and ``pytestmark = pytest.mark.usefixtures("tornterm_loop")`` is for tests that use none.

Other async plugins can stay installed: they run what is marked as theirs, and this one what uses
its fixtures. Nothing here is called ``loop`` or ``client``, which others define as well.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tornterm.testing.clients import V1Client
    from tornterm.testing.clock import FakeClock
    from tornterm.testing.events import CapturedEvents
    from tornterm.testing.programs import EchoProgram
    from tornterm.testing.proxy import FaultProxy
    from tornterm.testing.server import LiveServer

    MakeServer = Callable[..., Awaitable[LiveServer]]
    MakeClient = Callable[..., Awaitable[V1Client]]
    MakeProxy = Callable[[LiveServer], Awaitable[FaultProxy]]

__all__ = [
    "tornterm_client",
    "tornterm_clock",
    "tornterm_echo",
    "tornterm_events",
    "tornterm_loop",
    "tornterm_proxy",
    "tornterm_server",
]

LOOP = "tornterm_loop"
TIMEOUT = "tornterm_timeout"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project say how long its async tests may take."""
    parser.addini(TIMEOUT, "Seconds that an async test on tornterm_loop may take.", default="30")


def pytest_configure(config: pytest.Config) -> None:
    """Allow forking beside worker threads, which a live server does."""
    # They hold no lock that the program's side of the fork needs: it only calls exec.
    for call in ("fork", "forkpty"):
        line = f"ignore:This process .* is multi-threaded, use of {call}:DeprecationWarning"
        config.addinivalue_line("filterwarnings", line)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an ``async def`` test on the loop of its fixtures."""
    if LOOP not in pyfuncitem.fixturenames or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    seconds = float(pyfuncitem.config.getini(TIMEOUT))
    runner = pyfuncitem.funcargs[LOOP]
    assert isinstance(runner, asyncio.Runner)

    async def test() -> None:
        async with asyncio.timeout(seconds):
            await pyfuncitem.obj(**arguments)

    runner.run(test())
    return True


@pytest.fixture
def tornterm_loop() -> Iterator[asyncio.Runner]:
    """The event loop of one test, as an `asyncio.Runner`.

    An ``async def`` test runs on it; a fixture that needs to await something calls its ``run``.
    """
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def _tornterm_stack(tornterm_loop: asyncio.Runner) -> Iterator[AsyncExitStack]:
    """What a test has opened, closed in reverse order."""
    stack = AsyncExitStack()
    yield stack
    tornterm_loop.run(stack.aclose())


@pytest.fixture
def tornterm_events() -> CapturedEvents:
    """The audit events of the servers that `tornterm_server` starts: `CapturedEvents`."""
    from tornterm.testing.events import CapturedEvents

    return CapturedEvents()


@pytest.fixture
def tornterm_clock() -> FakeClock:
    """A clock that stands still, for ``tornterm_server(clock=...)``: a `FakeClock`."""
    from tornterm.testing.clock import FakeClock

    return FakeClock()


@pytest.fixture
def tornterm_echo() -> EchoProgram:
    """A plugin that starts, for everybody, a program that echoes every byte: an `EchoProgram`."""
    from tornterm.testing.programs import EchoProgram

    return EchoProgram()


@pytest.fixture
def tornterm_server(_tornterm_stack: AsyncExitStack, tornterm_events: CapturedEvents) -> MakeServer:
    """Starts a server that serves until the test ends: a `LiveServer`.

    ``server = await tornterm_server(tables, plugins=[...], clock=...)`` takes its arguments; each
    may be left out. The server's audit events are in `tornterm_events`.

    ``server = await tornterm_server(terminals=..., application=...)`` serves an application of
    yours; its events are there if `tornterm_events` is one of the plugins of its terminals.
    """
    from tornterm.testing.server import LiveServer

    async def make(tables: Any = None, plugins: Sequence[object] = (), **more: Any) -> LiveServer:
        own = () if more.get("terminals") else (tornterm_events,)
        server = LiveServer(tables, [*plugins, *own], **more)
        return await _tornterm_stack.enter_async_context(server)

    return make


@pytest.fixture
def tornterm_proxy(_tornterm_stack: AsyncExitStack) -> MakeProxy:
    """Puts a network that can be cut, delayed and throttled before a server: a `FaultProxy`.

    ``proxy = await tornterm_proxy(server)``, then ``tornterm_client(server, via=proxy)``.
    """
    from tornterm.testing.proxy import FaultProxy

    async def make(server: LiveServer) -> FaultProxy:
        return await _tornterm_stack.enter_async_context(FaultProxy(server.port))

    return make


@pytest.fixture
def tornterm_client(_tornterm_stack: AsyncExitStack) -> MakeClient:
    """Makes clients of ``tornterm.v1`` that are cut off when the test ends: a `V1Client`.

    ``client = await tornterm_client(server, user="alice")`` gives one that has opened a session.

    Args:
        server: What `tornterm_server` gave.
        user: ``alice``, ``bob`` or ``root``, where there are no `headers`.
        headers: What logs in instead; the server's own ``Origin`` is added where there is none.
        via: What `tornterm_proxy` gave, to go through it.
        open: Whether to open a session at once; False to be refused, or to resume another.
        **more: Further arguments of `V1Client`, such as ``size``.
    """
    from tornterm.testing.clients import V1Client
    from tornterm.testing.socket import origin_of

    async def make(
        server: LiveServer,
        *,
        user: str = "alice",
        headers: dict[str, str] | None = None,
        via: FaultProxy | None = None,
        open: bool = True,  # noqa: A002 - it is what it says
        **more: Any,
    ) -> V1Client:
        url = server.url_via(via.port) if via else server.url
        known = server.headers(user) if headers is None else dict(headers)
        if "origin" not in {name.lower() for name in known}:
            known["Origin"] = origin_of(url)
        client = await _tornterm_stack.enter_async_context(V1Client(url, headers=known, **more))
        if open:
            await client.open()
        return client

    return make
