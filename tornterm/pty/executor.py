"""Where terminado's handlers hand their input, which here never blocks a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from tornterm.pty.terminal import Terminal

__all__ = ["InputExecutor"]

P = ParamSpec("P")
T = TypeVar("T")


class InputExecutor(Executor):
    """Runs at once what it is given, and is done with it when the terminal has taken the input.

    terminado's handler gives its own method that writes to its terminal, and reads the next
    message when that is done: so a program that does not read its input stops its own typists,
    and nobody else.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function now.

        Args:
            fn: The function, which must not block.
            args: Its arguments; a handler's `terminal` among them is waited for.
            kwargs: Its keyword arguments.

        Returns:
            Its result, when the terminal has taken what it wrote.
        """
        future: Future[T] = Future()
        terminal = next(filter(None, map(_terminal, args)), None)
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            future.set_exception(error)
            return future
        if terminal is None or not terminal.queued:
            future.set_result(result)
        else:
            task = asyncio.get_running_loop().create_task(terminal.drained(below=0))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # Also where the wait is given up: the input has been accepted.
            task.add_done_callback(lambda _: future.set_result(result))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Forget what is being waited for, if asked to; there are no threads to end."""
        if cancel_futures:
            for task in self._tasks:
                task.cancel()


def _terminal(argument: Any) -> Terminal | None:
    terminal = getattr(argument, "terminal", None)
    return terminal if isinstance(terminal, Terminal) else None
