"""The few daemon threads in which one plugin's plain functions run.

`concurrent.futures` joins its threads when the interpreter exits, so one stuck plugin would keep a
server from ending. These are daemons: nobody ever waits for them.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from tornterm.plugins.faults import OutOfTime, ThreadsUsedUp

__all__ = ["WorkerThreads"]


@dataclass(eq=False, slots=True)
class _Job:
    function: Callable[[], Any]
    context: contextvars.Context
    loop: asyncio.AbstractEventLoop
    # (value, None) or (None, what was raised); never an exception of its own that nobody collects.
    outcome: asyncio.Future[tuple[Any, BaseException | None]]
    finish: Callable[[_Job, Any, BaseException | None], None]
    timer: asyncio.TimerHandle | None = None
    running: bool = False
    hangs: bool = False


class WorkerThreads:
    """Runs functions in at most `size` threads, which are started when they are needed.

    All bookkeeping happens on the event loop: a thread only takes a job and brings it back.

    Args:
        name: The plugin's name, for the threads' names.
        size: How many functions may run at once, those that hang included.
        waiting: How many calls may wait for a free thread.
    """

    def __init__(self, name: str, size: int = 4, waiting: int = 256) -> None:
        self._name = name
        self._size = size
        self._most_waiting = waiting
        self._waiting: deque[_Job] = deque()
        self._running = 0
        self._hanging = 0
        self._threads = 0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        # Idle threads end when nobody can give them anything any more.
        self._stop = weakref.finalize(self, _dismiss, self._jobs, size)

    @property
    def hanging(self) -> int:
        """How many threads run a function that has used up its time."""
        return self._hanging

    async def run(self, function: Callable[[], Any], seconds: float) -> Any:
        """Run `function` in a thread.

        Args:
            function: Called without arguments, with the caller's context variables.
            seconds: For waiting and running together; what still runs then goes on, and keeps
                its thread, but nobody waits for it any more.

        Raises:
            ThreadsUsedUp: All threads hang or too many calls wait, so it is not called.
            OutOfTime: It took too long.
        """
        if not self._stop.alive:
            raise ThreadsUsedUp("its worker threads have been stopped")
        if self._hanging >= self._size:
            raise ThreadsUsedUp(f"all of its {self._size} worker threads hang")
        if len(self._waiting) >= self._most_waiting:
            raise ThreadsUsedUp(f"{len(self._waiting)} of its calls wait for a thread already")
        loop = asyncio.get_running_loop()
        job = _Job(function, contextvars.copy_context(), loop, loop.create_future(), self._finished)
        job.timer = loop.call_later(seconds, self._expired, job, seconds)
        self._waiting.append(job)
        self._hand_out()
        value, error = await job.outcome
        if error is None:
            return value
        if isinstance(error, Exception):
            raise error
        raise RuntimeError(f"raised {type(error).__name__}") from error

    def close(self) -> None:
        """Let idle threads end; a hanging one ends when its function does, or with the process."""
        self._refuse_waiting("its worker threads have been stopped")
        self._stop()

    def _hand_out(self) -> None:
        while self._waiting and self._running < self._size:
            if self._threads == self._running:
                name = f"tornterm-plugin-{self._name}-{self._threads}"
                threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True).start()
                self._threads += 1
            job = self._waiting.popleft()
            if job.outcome.done():
                _forget_timer(job)
                continue
            job.running = True
            self._running += 1
            self._jobs.put(job)

    def _finished(self, job: _Job, value: Any, error: BaseException | None) -> None:
        self._running -= 1
        self._hanging -= job.hangs
        _forget_timer(job)
        if not job.outcome.done():
            job.outcome.set_result((value, error))
        self._hand_out()

    def _expired(self, job: _Job, seconds: float) -> None:
        if job.running:
            job.hangs = True
            self._hanging += 1
        elif job in self._waiting:
            self._waiting.remove(job)
        if not job.outcome.done():
            job.outcome.set_result((None, OutOfTime(seconds)))
        if self._hanging >= self._size:
            self._refuse_waiting(f"all of its {self._size} worker threads hang")

    def _refuse_waiting(self, why: str) -> None:
        for job in self._waiting:
            _forget_timer(job)
            if not job.outcome.done():
                job.outcome.set_result((None, ThreadsUsedUp(why)))
        self._waiting.clear()


def _forget_timer(job: _Job) -> None:
    if job.timer is not None:
        job.timer.cancel()
        job.timer = None


def _dismiss(jobs: SimpleQueue[_Job | None], threads: int) -> None:
    for _ in range(threads):
        jobs.put(None)


def _work(jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        value: Any = None
        error: BaseException | None = None
        try:
            value = job.context.run(job.function)
        # SystemExit, too, must become an answer: it would end this thread and nothing else.
        except BaseException as raised:
            error = raised
        try:
            job.loop.call_soon_threadsafe(job.finish, job, value, error)
        except RuntimeError:
            # The loop is closed: the server has gone and nobody wants the answer.
            return
        # A thread that waits for its next job must not keep the last one's values alive.
        del job, value, error
