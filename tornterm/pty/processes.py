"""What the kernel says about processes, where it says it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from tornterm.types import ExitStatus

__all__ = ["LISTED", "lives", "of_session", "peek"]

LISTED = sys.platform.startswith("linux")
"""Whether the processes of a session can be found; else only its process groups are known."""

_PROC = Path("/proc")


def peek(pid: int) -> tuple[ExitStatus | None, bool]:
    """Look whether a child has exited, without waiting.

    Args:
        pid: A child of this process.

    Returns:
        How it ended, or None while it runs; and whether looking has reaped it, which it only
        does on systems that cannot do the one without the other.
    """
    try:
        if not hasattr(os, "waitid"):
            done, status = os.waitpid(pid, os.WNOHANG)
            return (_decoded(status), True) if done else (None, False)
        result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        # Somebody else in this process has reaped it, so nobody knows how it ended.
        return ExitStatus(), True
    if result is None:
        return None, False
    if result.si_code == os.CLD_EXITED:
        return ExitStatus(code=result.si_status), False
    return ExitStatus(signal=result.si_status), False


def _decoded(status: int) -> ExitStatus:
    code = os.waitstatus_to_exitcode(status)
    return ExitStatus(code=code) if code >= 0 else ExitStatus(signal=-code)


def of_session(session: int) -> list[int]:
    """The processes of a session, zombies included.

    Args:
        session: The id of the session, which is the pid of its leader.

    Returns:
        Their pids; none where the system does not list processes as files.
    """
    if not LISTED:
        return []
    return [pid for name in os.listdir(_PROC) if name.isdigit() and _in(pid := int(name), session)]


def _in(pid: int, session: int) -> bool:
    try:
        return os.getsid(pid) == session
    except OSError:
        return False


def lives(pid: int, session: int) -> bool:
    """Whether a process of a session still runs: a zombie does not, whoever fails to reap it.

    Args:
        pid: The process.
        session: The session that it belonged to.
    """
    if not _in(pid, session):
        return False
    with contextlib.suppress(OSError, IndexError):
        # "pid (name) state ...", and the name may contain anything.
        stat = (_PROC / str(pid) / "stat").read_bytes()
        return stat.rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    return False
