"""One call of one implementation: where it runs, how long it may take, who is to blame."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import math
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pluggy

from tornterm.errors import PluginError
from tornterm.plugins.faults import Fault, OutOfTime
from tornterm.plugins.steps import CANCELLED, SLOW_STEP_SECONDS, Steps
from tornterm.plugins.threads import WorkerThreads

__all__ = ["Calls", "OnCall", "OnSlow"]

logger = logging.getLogger("tornterm.plugins")
tracer = logging.getLogger("tornterm.plugins.trace")

T = TypeVar("T")

OnCall = Callable[[str, str, float, Exception | None], None]
OnSlow = Callable[[str, str, float], None]

SECRETIVE = frozenset({"tornterm_authenticate"})
"""Hooks whose arguments are credentials: the text of what they raise is not logged."""

APART = frozenset({"tornterm_audit_older"})
"""Hooks with threads of their own: what somebody looks up must not hold up what is to be kept."""

SAME_SECONDS = 60.0
"""Seconds within which the frames of an error are logged once: it may come many times a second."""

# To look costs as much as many an answer.
_is_coroutine_function = functools.lru_cache(maxsize=1024)(inspect.iscoroutinefunction)


class Calls:
    """Calls implementations one by one and turns everything that goes wrong into `PluginError`.

    Args:
        timeout: Seconds that one implementation may take.
        clock: Seconds on a clock that never goes back, for durations.
        trace: Whether to log each call, without its arguments.
        on_call: Told of each call, with its seconds and what went wrong.
        on_slow: Told of each coroutine that held the event loop, and for how many seconds.
    """

    def __init__(
        self,
        timeout: float,
        clock: Callable[[], float],
        trace: bool,
        on_call: OnCall,
        on_slow: OnSlow,
    ) -> None:
        self.timeout = timeout
        self._on_call = on_call
        self._on_slow = on_slow
        self._clock = clock
        self._trace = trace
        self._threads: dict[str, WorkerThreads] = {}
        # Bounded by the lines of the plugins' code.
        self._places: dict[object, float] = {}
        # Cancelled tasks that have not ended yet; the loop itself holds them only weakly.
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def call(
        self,
        impl: pluggy.HookImpl,
        hook: str,
        arguments: Mapping[str, Any],
        check: Callable[[Any], T],
        refusals: tuple[type[Exception], ...] = (),
    ) -> T:
        """Call one implementation and check what it returns.

        Args:
            impl: The implementation.
            hook: The hook's name.
            arguments: All arguments of the hook; it gets those that it names.
            check: Returns the answer in its proper form or raises `Nonsense`.
            refusals: Exceptions that are answers, not failures; they pass through.

        Raises:
            PluginError: It raised, took too long, or returned nonsense. Logged already.
        """
        start = self._clock()
        error: Exception | None = None
        try:
            return check(await self._run(impl, hook, arguments))
        except refusals:
            raise
        except Exception as raised:
            error = raised
            failure = self._failure(impl.plugin_name, hook, raised)
            raise failure from (None if hook in SECRETIVE else raised)
        finally:
            self.report(impl.plugin_name, hook, self._clock() - start, error)

    def call_now(
        self,
        impl: pluggy.HookImpl,
        hook: str,
        arguments: Mapping[str, Any],
        check: Callable[[Any], T],
    ) -> T:
        """Call an implementation of a REGISTER hook, which is a plain function, here and now.

        Raises:
            PluginError: It raised or returned nonsense.
        """
        start = self._clock()
        error: Exception | None = None
        try:
            return check(impl.function(*(arguments[name] for name in impl.argnames)))
        except Exception as raised:
            error = raised
            raise PluginError(impl.plugin_name, hook, _reason(hook, raised)) from raised
        finally:
            took = self._clock() - start
            self.report(impl.plugin_name, hook, took, error)
            if took > SLOW_STEP_SECONDS:
                self._held_loop(impl.plugin_name, hook, took)

    def report(self, plugin: str, hook: str, seconds: float, error: Exception | None) -> None:
        """Tell the trace and the metrics of one call."""
        if self._trace:
            outcome = f"raised {type(error).__name__}" if error else "ok"
            tracer.info("%s -> %s: %s in %.1f ms", hook, plugin, outcome, seconds * 1000)
        try:
            self._on_call(plugin, hook, seconds, error)
        except Exception:
            logger.exception("counting the calls of plugin %r failed", plugin)

    def close(self) -> None:
        """Let the idle worker threads end."""
        for threads in self._threads.values():
            threads.close()

    async def _run(self, impl: pluggy.HookImpl, hook: str, arguments: Mapping[str, Any]) -> Any:
        function = functools.partial(impl.function, *[arguments[name] for name in impl.argnames])
        deadline = time.monotonic() + self.timeout
        result: Any
        if _is_coroutine_function(impl.function):
            result = function()
        else:
            result = await self._threads_of(impl.plugin_name, hook).run(function, self.timeout)
            if not inspect.isawaitable(result):
                return result
        slow = functools.partial(self._held_loop, impl.plugin_name, hook)
        return await self._finish(Steps(result, slow), deadline - time.monotonic())

    def _threads_of(self, plugin: str, hook: str) -> WorkerThreads:
        name = f"{plugin}-{hook}" if hook in APART else plugin
        if name not in self._threads:
            self._threads[name] = WorkerThreads(name)
        return self._threads[name]

    async def _finish(self, steps: Steps, seconds: float) -> Any:
        """Wait for something that may ignore its cancellation, unlike `asyncio.wait_for`."""
        if steps.over:
            return steps.result()
        task = steps.task
        try:
            await asyncio.wait((task,), timeout=seconds)
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._forget)
                task.cancel()
        if not task.done():
            raise OutOfTime(self.timeout)
        if task.cancelled():
            raise RuntimeError(CANCELLED)
        return task.result()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()

    def _held_loop(self, plugin: str, hook: str, seconds: float) -> None:
        milliseconds = seconds * 1000
        logger.warning("plugin %r, hook %s: held the loop %.0f ms", plugin, hook, milliseconds)
        try:
            self._on_slow(plugin, hook, seconds)
        except Exception:
            logger.exception("counting the slow steps of plugin %r failed", plugin)

    def _failure(self, plugin: str, hook: str, error: Exception) -> PluginError:
        reason = _reason(hook, error)
        if not self._is_news(plugin, hook, error):
            logger.error("plugin %r, hook %s: %s (again)", plugin, hook, reason)
        elif hook in SECRETIVE:
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.error("plugin %r, hook %s: %s\n%s", plugin, hook, reason, frames.rstrip())
        else:
            # A fault happened here, not at a line of the plugin's.
            where = None if isinstance(error, Fault) else error
            logger.error("plugin %r, hook %s: %s", plugin, hook, reason, exc_info=where)
        return PluginError(plugin, hook, reason)

    def _is_news(self, plugin: str, hook: str, error: Exception) -> bool:
        """Whether to log where an error comes from, which costs more than all the rest."""
        frames = error.__traceback__
        while frames and frames.tb_next:
            frames = frames.tb_next
        place = (plugin, hook, type(error), frames and (frames.tb_frame.f_code, frames.tb_lineno))
        now = time.monotonic()
        news = now - self._places.get(place, -math.inf) >= SAME_SECONDS
        if news:
            self._places[place] = now
        return news


def _reason(hook: str, error: Exception) -> str:
    if isinstance(error, Fault):
        return str(error)
    kind = type(error).__name__
    return f"{kind}: {error}" if str(error) and hook not in SECRETIVE else kind
