"""The steps of something that is awaited, the first of which needs no turn of the event loop.

Most plugins know their answer at once. To wait for a task that only fetches it would cost two
turns of the event loop and several times the work of the answer itself.
"""

from __future__ import annotations

import asyncio
import time
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from functools import partial
from typing import Any

__all__ = ["CANCELLED", "SLOW_STEP_SECONDS", "Steps"]

CANCELLED = "it was cancelled from within"
"""What is wrong with something that was cancelled, but not by who waits for it."""

SLOW_STEP_SECONDS = 0.05
"""How long an ``async def`` implementation may hold the event loop before it is named."""


class Steps(Coroutine[Any, None, Any]):
    """Awaits something in a task of its own that takes its first step here and now.

    As the eager tasks of later Pythons do: the first step sees its own task and a context of its
    own, so that timeouts, task groups and context variables are what they would be in any task.

    Args:
        awaitable: What to await.
        slow: Told of each step that holds the event loop for too long, with its seconds.

    Attributes:
        task: The task; to be waited for unless `over`.
        over: Whether the first step was the last, so that there is a `result`.
    """

    def __init__(
        self, awaitable: Awaitable[Any], slow: Callable[[float], None] = lambda seconds: None
    ) -> None:
        self.over = False
        self._steps = awaitable.__await__()
        self._slow = slow
        self._value: Any = None
        self._error: BaseException | None = None
        self._waits_for: list[Any] = []  # what the first step waits for, until the task knows it
        loop, context, caller = asyncio.get_running_loop(), copy_context(), asyncio.current_task()
        self.task = loop.create_task(self, context=context)
        if caller is not None:
            _leave_task(loop, caller)
        _enter_task(loop, self.task)
        try:
            context.run(self._take_first)
        finally:
            _leave_task(loop, self.task)
            if caller is not None:
                _enter_task(loop, caller)

    def _take_first(self) -> None:
        try:
            waits_for = self._go_on()
            _set_blocking(waits_for, False)
            self._waits_for.append(waits_for)
        except StopIteration as end:
            self.over, self._value = True, end.value
        except BaseException as error:
            self.over, self._error = True, error

    def result(self) -> Any:
        """What the first step returned, where it was the last; raises what it raised."""
        if isinstance(self._error, asyncio.CancelledError):
            raise RuntimeError(CANCELLED)
        if self._error is not None:
            raise self._error
        return self._value

    def _go_on(self, error: BaseException | None = None) -> Any:
        step = partial(next, self._steps) if error is None else partial(self._steps.throw, error)
        start = time.perf_counter()
        try:
            return step()
        except SystemExit as exit_:
            # asyncio would let it through to the loop and so end the server.
            raise RuntimeError("called for the exit of the process") from exit_
        finally:
            if (took := time.perf_counter() - start) > SLOW_STEP_SECONDS:
                self._slow(took)

    # What the task does with it: all but the first step.

    def send(self, value: None) -> Any:
        """Go on; the first time say only what the first step waits for."""
        if self.over:
            raise StopIteration
        return self._awaited() if self._waits_for else self._go_on()

    def throw(self, error: Any, *_: Any) -> Any:
        """Go on with an exception; if it is to be cancelled, by way of what it waits for."""
        if self.over:
            raise error
        if self._waits_for:
            waits_for = self._awaited()
            cancelled = isinstance(error, asyncio.CancelledError)
            if cancelled and asyncio.isfuture(waits_for) and waits_for.cancel():
                return waits_for
        return self._go_on(error)

    def _awaited(self) -> Any:
        waits_for = self._waits_for.pop()
        _set_blocking(waits_for, True)
        return waits_for

    def close(self) -> None:
        """Give it up."""
        self._steps.close()

    def __await__(self) -> Any:
        raise NotImplementedError("its task is what to await")


def _set_blocking(waits_for: Any, blocking: bool) -> None:
    """Mark a future as awaited and not just yielded: for the one step in which a task asks that.

    In between, others may wait for the same one.
    """
    if asyncio.isfuture(waits_for):
        waits_for._asyncio_future_blocking = blocking
