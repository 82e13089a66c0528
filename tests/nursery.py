"""Starts servers in a tenth of the time: forks them from a process that has imported everything.

A server begins as ``tornterm serve`` does, in a process, an environment and with descriptors of its
own; only what Python reads from its files is there already. How the command itself starts is for
`tests.test_server` and the tests of the documents to tell.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
LONGEST_REQUEST = 1 << 17
"""Bytes of a command and its environment."""

_OVER = b""


class Forked:
    """A server that has been started; to be used like what `subprocess.Popen` makes.

    Args:
        command: ``tornterm`` and its arguments.
        env: The whole environment.

    Attributes:
        stdout: What it writes there.
        stderr: What it writes there.
        pid: Its process.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        pipes = [os.pipe() for _ in range(3)]
        (out, _), (err, _), (self._ended, _) = pipes
        self.stdout: IO[str] = os.fdopen(out, encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(err, encoding="utf-8")
        theirs = [end for _, end in pipes]
        nursery = _nursery()
        request = json.dumps({"command": list(command), "env": dict(env)}).encode()
        assert len(request) < LONGEST_REQUEST
        socket.send_fds(nursery, [request], theirs)
        self.pid = int(nursery.recv(32))
        for end in theirs:
            os.close(end)
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, as `subprocess` gives it; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float) -> int:
        """Wait for its end.

        Args:
            timeout: Seconds.

        Raises:
            subprocess.TimeoutExpired: It went on.
        """
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("tornterm", timeout)
        return code

    def send_signal(self, which: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float) -> int | None:
        if self._code is None and select.select([self._ended], [], [], timeout)[0]:
            self._code = int(os.read(self._ended, 32))
            os.close(self._ended)
        return self._code


@cache
def _nursery() -> socket.socket:
    """The socket of this process's nursery, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# In the nursery.


def main(control: socket.socket) -> int:
    """Be the nursery; and in each process that is forked, the command."""
    from tornterm.plugins.find import BUILTINS

    for module in ("tornterm.cli", "tornterm.server.run", *BUILTINS.values()):
        importlib.import_module(module.partition(":")[0])
    gc.collect()
    gc.freeze()
    running: dict[int, int] = {}
    # Ctrl+C is for who runs the tests, and ends what they have started.
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: _bury(running))
    while True:
        request, pipes, *_ = socket.recv_fds(control, LONGEST_REQUEST, 3)
        if request == _OVER:
            return 0
        # No end may be told of before it is known whose it is.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, interrupted)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            control.close()
            for other in (*running.values(), pipes[2]):
                os.close(other)
            return _command(pipes, **json.loads(request))
        running[pid] = pipes[2]
        for pipe in pipes[:2]:
            os.close(pipe)
        control.send(str(pid).encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def _bury(running: dict[int, int]) -> None:
    """Tell of those that have ended."""
    for pid in list(running):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            pipe = running.pop(pid)
            os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)


def _command(pipes: list[int], command: list[str], env: dict[str, str]) -> int:
    """Become a server."""
    for number, pipe in enumerate(pipes[:2], start=1):
        os.dup2(pipe, number)
        os.close(pipe)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = command
    sys.path[1:1] = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    importlib.invalidate_caches()
    from tornterm.cli import main as tornterm

    return tornterm()


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
