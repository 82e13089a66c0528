r"""Starting a program on a new pseudo-terminal.

::

    check values -> the helper forks -+-> the child: tty, limits, user, cwd, exec
                                      \-> the server: waits on a pipe for the outcome
                                            \-> it failed: check files (in a thread) to say why

Whatever goes wrong, before the fork or in the child, reaches the caller as a `SpawnError`, and no
child is left behind. Where the helper cannot do it, the server forks by itself. Only the child
looks at the disk, unless it fails: a disk can be slow, and a thread costs more than the fork.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tornterm.errors import SpawnError
from tornterm.pty import child
from tornterm.pty.checks import check, check_files, check_values
from tornterm.pty.environment import environment
from tornterm.pty.forker import FORKER
from tornterm.pty.launch import Launch, launch
from tornterm.pty.reaper import Reaper
from tornterm.pty.report import Report
from tornterm.types import Size, SpawnPlan

__all__ = ["START_TIMEOUT", "Spawned", "check", "environment", "spawn"]

START_TIMEOUT = 20.0
"""Seconds after which a program that has not begun (a dead network file system) is given up."""

_UNBORN_SECONDS = 1.0
"""Seconds after which a child that has not said its pid is not waited for."""

# Python does not name it before 3.14; Linux and macOS agree on the number.
_IUTF8 = getattr(termios, "IUTF8", 0x4000)


@dataclass(frozen=True, slots=True)
class Spawned:
    """A program that runs.

    Args:
        pid: Its process id, which is also the id of its session and its process group.
        fd: The non-blocking controlling end of its terminal; belongs to whoever asked for it.
    """

    pid: int
    fd: int


async def spawn(plan: SpawnPlan, size: Size) -> Spawned:
    """Start a program on a terminal of its own.

    Args:
        plan: What to start.
        size: The size that the terminal has from its first moment.

    Returns:
        The program, which has been executed.

    Raises:
        SpawnError: It could not be started; nothing of the attempt is left.
    """
    check_values(plan)
    try:
        async with asyncio.timeout(START_TIMEOUT):
            try:
                return await _fork_and_wait(launch(plan), size)
            except SpawnError:
                # The kernel's word for it rarely says which of the files is meant, and how.
                await _in_thread(lambda: check_files(plan))
                raise
    except TimeoutError:
        raise SpawnError(f"it had not begun after {START_TIMEOUT:.0f} seconds") from None


async def _in_thread(work: Callable[[], None]) -> None:
    """Run what may wait for a disk; a thread that is stuck delays neither others nor the exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as caught:
            error = caught
        # The loop may be gone by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=run, name="tornterm-check", daemon=True).start()
    await done


async def _fork_and_wait(plan: Launch, size: Size) -> Spawned:
    await _turn()
    try:
        master, tty = _open_terminal(plan, size)
    except (OSError, termios.error) as error:
        raise SpawnError(f"no terminal could be made: {error}") from None
    try:
        pid = await _through_the_helper(plan, tty) or await _by_ourselves(plan, tty)
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(tty)
    return Spawned(pid, master)


async def _through_the_helper(plan: Launch, tty: int) -> int:
    """The pid of the program that the helper has forked; 0 where there is no helper."""
    report = Report()
    helper = FORKER.fork(plan, tty, report.writing)
    if not helper:
        report.close()
        return 0
    pid = await _outcome(report, stuck=lambda: FORKER.lost(helper))
    if pid:
        FORKER.worked()
    else:
        FORKER.lost(helper)
    return pid


async def _by_ourselves(plan: Launch, tty: int) -> int:
    """The pid of the program that this process has forked."""
    report = Report()
    try:
        _fork(plan, tty, report.writing)
    except OSError as error:
        report.close()
        raise SpawnError(f"no process could be made: {error.strerror}") from None
    pid = await _outcome(report)
    if not pid:
        raise SpawnError("it was killed before it began")
    return pid


async def _outcome(report: Report, *, stuck: Callable[[], None] = lambda: None) -> int:
    """Wait until the child is the program; leaves nothing of it where it does not come to that.

    Args:
        report: What the child says.
        stuck: Called when it does not even say who it is.

    Returns:
        Its pid; 0 where there never was a child.
    """
    report.listen()
    try:
        if failure := await report.failure():
            raise SpawnError(failure)
    except BaseException:
        await _discard(report, stuck)
        raise
    return await report.pid


async def _discard(report: Report, stuck: Callable[[], None]) -> None:
    """Kill the child as soon as it is known; `stuck` may help with that."""
    for help_ in (stuck, lambda: None):
        done, _ = await asyncio.wait([report.pid], timeout=_UNBORN_SECONDS)
        if done:
            break
        help_()
    if report.pid.done() and (pid := report.pid.result()):
        await Reaper.discard(pid)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def _turn() -> None:
    """Let only one fork happen in each turn of the event loop, so that many are no long stop."""
    loop = asyncio.get_running_loop()
    lock = _turns.setdefault(loop, asyncio.Lock())
    await lock.acquire()
    loop.call_soon(lock.release)


def _open_terminal(plan: Launch, size: Size) -> tuple[int, int]:
    """Make a terminal that is as the program will expect it."""
    master, tty = os.openpty()
    try:
        os.set_blocking(master, False)
        termios.tcsetwinsize(tty, (size.rows, size.cols))
        attributes = termios.tcgetattr(tty)
        attributes[0] |= _IUTF8
        termios.tcsetattr(tty, termios.TCSANOW, attributes)
        if (owner := plan["identity"]) is not None and owner[0] is not None:
            # Programs that open their terminal by its name need to own it.
            os.fchown(tty, owner[0], -1)
    except BaseException:
        os.close(master)
        os.close(tty)
        raise
    return master, tty


def _fork(plan: Launch, tty: int, report: int) -> None:
    """Fork the program; the report says how that went, and who it is."""
    # A signal that came between fork and exec would run a handler of the server in the child.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        if os.fork() == 0:
            child.become(plan, tty, report, of_server=True)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
