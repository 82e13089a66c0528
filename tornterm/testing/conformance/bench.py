"""The place where a plugin is tried: a host on an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar

import pytest

from tornterm.errors import AuthError, PluginError
from tornterm.plugins import PluginHost
from tornterm.types import User

__all__ = ["PATIENCE", "Bench", "benches", "needed"]

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that a plugin has for one call here."""

HELD = 0.5
"""Seconds for which a plugin may hold the loop: far more than the server's 0.05, because a machine
that runs tests is busy, and less than what waits for somebody who does not answer."""


def needed(fixture: str, what: str) -> NoReturn:
    """Say that a fixture is missing.

    Args:
        fixture: Its name.
        what: What it has to give.
    """
    pytest.fail(f"define the fixture `{fixture}` in your test class: {what}", pytrace=False)


class _App:
    """An application that remembers nothing, for the hooks that are given one."""

    def __init__(self, host: PluginHost) -> None:
        self.auth_backends = host.auth_backends

    def offer_login_link(self, user: User) -> None: ...

    def recheck_logins(self) -> None: ...

    def address(self, handler: Any) -> str:
        return "http://127.0.0.1:8765/"

    def login_failed(self, handler: Any, error: AuthError) -> None: ...

    def login(self, handler: Any, user: User) -> None: ...

    def record(self, handler: Any, name: str, **facts: Any) -> None: ...


class Bench:
    """A started plugin, and what it did wrong.

    Args:
        plugin: The plugin, made, or its class.
        patience: Seconds that it has for one call.

    Attributes:
        host: The host that asks it.
        failures: Every call that failed where the answer counted.
        held: For how many seconds it held the loop, each time that was too long.
    """

    def __init__(self, plugin: object, patience: float = PATIENCE) -> None:
        self.failures: list[PluginError] = []
        self.held: list[float] = []
        self._loop = asyncio.new_event_loop()
        # A daemon: a plugin that never gives the loop back must not keep the tests from ending.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.host = PluginHost([], {}, [plugin], timeout=patience)
        self.host.on_error = self.failures.append
        self.host.on_slow = lambda plugin, hook, seconds: self.held.append(seconds)
        self._app = _App(self.host)
        self.run(lambda host: host.startup(self._app))

    def run(self, ask: Callable[[PluginHost], Awaitable[T]], within: float = 15.0) -> T:
        """Ask the host something, on the loop.

        Args:
            ask: Takes the host; what it returns is awaited.
            within: Seconds after which the loop must be hung.
        """

        async def asking() -> T:
            return await ask(self.host)

        future = asyncio.run_coroutine_threadsafe(asking(), self._loop)
        try:
            return future.result(within)
        except concurrent.futures.TimeoutError:
            future.cancel()
            pytest.fail(f"the plugin has held the event loop for more than {within:g} s")

    def check_loop(self) -> None:
        """Fail where the plugin held the loop for too long."""
        longest = max(self.held, default=0.0)
        assert longest < HELD, (
            f"the plugin held the event loop for {longest:.2f} s, and nobody was served meanwhile; "
            "a plain function may block, a coroutine may not"
        )

    def close(self) -> None:
        """Shut the plugin down and end the loop; one that is hung is left behind."""
        if not self._thread.is_alive():
            return
        with suppress(pytest.fail.Exception):
            self.run(lambda host: host.shutdown(self._app))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._loop.close()


@contextmanager
def benches() -> Iterator[Callable[..., Bench]]:
    """Makes benches that are closed in the end."""
    made: list[Bench] = []

    def make(plugin: object, patience: float = PATIENCE) -> Bench:
        made.append(Bench(plugin, patience))
        return made[-1]

    yield make
    for bench in reversed(made):
        bench.close()
