"""Runs the engine for a session, and sees to it that nobody waits for its container for ever.

A program of its own, in the session's terminal: it becomes the engine, so that signals and the exit
status are the engine's, and leaves a watcher behind until the container runs. It is run by its
path and imports nothing but Python's own, so that Python can be told to obey no variable: those
of the session are in its environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["main", "waiting_line"]

NOTICE = 3.0
"""Seconds after which a person is told what they wait for."""

QUESTION = 5.0
"""Seconds that the engine has to say whether the container runs."""

BETWEEN = 1.0
"""Seconds between two questions, and before the first: most containers run by then."""


def waiting_line(
    command: Iterable[str], name: str, limit: float, engine: Iterable[str]
) -> tuple[str, ...]:
    """Build the command that runs another one and watches it.

    Args:
        command: The engine's command that runs the session in a new container.
        name: The container's name.
        limit: Seconds until the container must run.
        engine: The engine's program and the options before its command.
    """
    asked = (*engine, "container", "inspect", "--format={{.State.Running}}", name)
    # -I: no variable and no folder of the session's is where Python finds what it runs.
    python = (sys.executable, "-I", "-S", os.path.abspath(__file__))
    return (*python, str(limit), str(len(asked)), *asked, *command)


def main(arguments: list[str]) -> int:
    """Become the engine, watched.

    Args:
        arguments: The limit in seconds, how many words the question has, those, and the command.

    Returns:
        127 where the engine's program cannot be run; otherwise it does not return.
    """
    limit, words = float(arguments[0]), int(arguments[1])
    question, command = arguments[2 : 2 + words], arguments[2 + words :]
    _watched(question, limit)
    try:
        os.execv(command[0], command)  # noqa: S606 - the operator's engine
    except OSError as error:
        _tell(f"The container engine cannot be run: {error.strerror}.")
    return 127


def _watched(question: list[str], limit: float) -> None:
    """Leave a watcher that is nobody's child: the engine would not wait for it."""
    leader = os.getpid()
    if child := os.fork():
        os.waitpid(child, 0)
        return
    if os.fork() == 0:
        # Out of the terminal's foreground: what is typed and its end do not reach it.
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(Exception):
            _watch(leader, question, limit)
    os._exit(0)


def _watch(leader: int, question: list[str], limit: float) -> None:
    """Wait until the container runs or the leader is gone; end the leader after the limit."""
    began = time.monotonic()
    notice, ask_at = min(NOTICE, limit / 2), min(BETWEEN, limit / 4)
    told, asked_at = False, 0.0
    asking: subprocess.Popen[bytes] | None = None
    # The leader's id is that of the watcher's session, too, so no other process can get it.
    while _is_there(leader):
        waited = time.monotonic() - began
        if asking is None and waited >= ask_at:
            asking, asked_at = _ask(question), waited
        if asking is not None:
            if asking.poll() is not None:
                if _answer(asking) == b"true":
                    return
                asking, ask_at = None, waited + BETWEEN
            elif waited > asked_at + QUESTION:
                _end(asking)
        if waited >= limit:
            break
        if waited >= notice and not told:
            told = True
            _tell(f"Waiting for the container engine, at most {limit:g} s ...")
        time.sleep(0.1)
    else:
        limit = 0.0
    if asking is not None:
        _end(asking)
    if limit:
        _tell(f"The container engine did not start the container within {limit:g} s.")
        with suppress(ProcessLookupError):
            (os.killpg if os.getsid(0) == leader else os.kill)(leader, signal.SIGKILL)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ask(question: list[str]) -> subprocess.Popen[bytes] | None:
    null = subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - the operator's engine
            question, stdin=null, stdout=subprocess.PIPE, stderr=null, start_new_session=True
        )
    except OSError:
        return None


def _answer(asked: subprocess.Popen[bytes]) -> bytes:
    """What a question that has ended was answered; its pipe may be held by others still."""
    assert asked.stdout
    with asked.stdout as pipe:
        os.set_blocking(pipe.fileno(), False)
        try:
            return os.read(pipe.fileno(), 100).strip()
        except BlockingIOError:
            return b""


def _end(asked: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(asked.pid, signal.SIGKILL)


def _tell(text: str) -> None:
    """Write a line, whatever the engine has made of the terminal."""
    with suppress(OSError):
        os.write(1, f"\r\n{text}\r\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
