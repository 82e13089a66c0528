"""The server's end of the fork helper: one helper per process, started again when it has died.

Where there can be no helper, or it has just died, the caller forks by itself: that is slower the
larger the server is, and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import marshal
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tornterm.pty.helper import NUMBERS
from tornterm.pty.launch import Launch

__all__ = ["FORKER", "Forker"]

logger = logging.getLogger("tornterm.pty")

# The package itself would bring everything that the server has.
_BOOT = """
import sys
package = type(sys)("tornterm")
package.__path__ = [sys.argv.pop(1)]
sys.modules["tornterm"] = package
from tornterm.pty.helper import main
main()
"""
_PACKAGE = str(Path(__file__).parent.parent)
_POSSIBLE = (
    sys.platform == "linux"
    and os.uname().machine in NUMBERS
    and sys.maxsize > 2**32  # a 32-bit program has other numbers on the same machine
    and bool(sys.executable)
)


class Forker:
    """Hands programs to the helper; any thread may do so.

    Args:
        possible: Whether a helper may be tried at all.

    Attributes:
        pid: The helper's process id; None while there is none.
    """

    def __init__(self, *, possible: bool = _POSSIBLE) -> None:
        self._possible = possible
        self._proven = False
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    @property
    def pid(self) -> int | None:
        """The helper's process id; None while there is none."""
        return None if self._helper is None else self._helper.pid

    def start(self) -> bool:
        """Have a helper; the first program then need not wait for it.

        Returns:
            Whether there is one.
        """
        with self._lock:
            return self._have_helper()

    def fork(self, launch: Launch, tty: int, report: int) -> int:
        """Have a program forked; never waits.

        Args:
            launch: What it is.
            tty: Its terminal.
            report: The writing end of the pipe that gets the report; see `child.become`.

        Returns:
            The helper that has been told, or 0 where none has. It may still die before it does
            it: the report then ends without a word, and the caller calls `lost`.
        """
        with self._lock:
            if not self._have_helper():
                return 0
            assert self._helper is not None
            try:
                self._hand_over(launch, tty, report)
            except BlockingIOError:
                # It is behind by hundreds, so helping it is right.
                return 0
            except OSError:
                self._stop()
                return 0
            return self._helper.pid

    def _hand_over(self, launch: Launch, tty: int, report: int) -> None:
        assert self._control is not None
        # A message has to be small; arguments and environment need not be.
        packed = os.memfd_create("launch")
        try:
            os.pwrite(packed, marshal.dumps(dict(launch)), 0)
            socket.send_fds(self._control, [b"f"], [packed, tty, report])
        finally:
            os.close(packed)

    def worked(self) -> None:
        """A program has been forked by the helper."""
        self._proven = True

    def lost(self, helper: int) -> None:
        """A helper is dead, or might as well be; there will be another one if any ever worked.

        Args:
            helper: What `fork` had returned.
        """
        with self._lock:
            if self._helper is None or self._helper.pid != helper:
                return
            self._stop()
            if not self._proven:
                self._possible = False
                logger.warning("the fork helper does not work here; the server forks by itself")

    def close(self) -> None:
        """Let go of the helper, which then ends."""
        with self._lock:
            self._stop()

    def _have_helper(self) -> bool:
        if self._helper is not None and self._owner != os.getpid():
            # This process was forked, and the helper's children would be its parent's.
            self._forget()
        if self._helper is None and self._possible:
            self._launch()
        return self._helper is not None

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", "-S", "-c", _BOOT, _PACKAGE, str(theirs.fileno())]
        with theirs:
            try:
                self._helper = subprocess.Popen(  # noqa: S603 - our own interpreter
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                logger.warning("the fork helper could not be started: %s", error)
                return
        ours.setblocking(False)
        self._control, self._owner = ours, os.getpid()

    def _stop(self) -> None:
        helper = self._helper
        self._forget()
        if helper is not None and helper.returncode is None:
            helper.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                helper.wait(1)

    def _forget(self) -> None:
        if self._helper is not None and self._owner != os.getpid():
            self._helper.returncode = 0  # nothing of ours to wait for
        self._helper = None
        if self._control is not None:
            self._control.close()
            self._control = None


FORKER = Forker()
"""The helper of this process, for all terminals in it."""

atexit.register(FORKER.close)
