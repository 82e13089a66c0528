"""Run as a program, as root, on a session's terminal: a PAM session around somebody's program.

As ``login`` and ``su`` do it: the session is opened, the program runs as the person in a child,
and when it has ended, the session is closed. What to run comes as JSON in one variable, because an
environment meant for the person could change what root's own processes do.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import pamela

VARIABLE = "TORNTERM_PAM_SESSION"
SET_PDEATHSIG = 1
FAILED = 127
ORDERS = (signal.SIGHUP, signal.SIGTERM)
"""What the server sends to end a program."""

KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
"""What keys and the terminal send, which is for the program alone."""


class Denied(Exception):
    """A phase of PAM that did not end well."""


def main() -> int:
    """Run what the variable says; the program's exit status."""
    wish = json.loads(os.environ.pop(VARIABLE))
    for number in KEYS:
        signal.signal(number, signal.SIG_IGN)
    # Until there is a program to hand them on to, these end this process as usual.
    try:
        handle = opened(wish)
    except (Denied, pamela.PAMError, OSError) as error:
        os.write(2, f"PAM: {error}\n".encode(errors="replace"))
        return 1
    status = FAILED
    try:
        status = ran(wish, handle.get_envlist())
    finally:
        for number in ORDERS:
            signal.signal(number, signal.SIG_IGN)
        pamela.PAM_SETCRED(handle, pamela.PAM_DELETE_CRED)
        code = pamela.PAM_CLOSE_SESSION(handle, 0)
        pamela.PAM_END(handle, code)
    if os.WIFSIGNALED(status):
        end_likewise(os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


def opened(wish: dict[str, Any]) -> Any:
    """Open the session of an account that may have one.

    Raises:
        Denied: PAM said no.
    """
    handle = pamela.pam_start(wish["service"], wish["account"])
    handle.set_item(pamela.PAM_TTY, os.ttyname(0))
    # Modules may add groups to those that are there.
    os.setgroups(wish["groups"])
    steps = (
        ("the account", pamela.PAM_ACCT_MGMT, 0),
        ("the credentials", pamela.PAM_SETCRED, pamela.PAM_ESTABLISH_CRED),
        ("the session", pamela.PAM_OPEN_SESSION, 0),
    )
    for what, call, flag in steps:
        code = call(handle, flag)
        if code != pamela.PAM_SUCCESS:
            said = pamela.pam_strerror(handle, code)
            pamela.PAM_END(handle, code)
            raise Denied(f"{what}: {said}")
    os.fchown(0, wish["uid"], -1)
    return handle


def ran(wish: dict[str, Any], added: dict[str, str]) -> int:
    """Run the program to its end.

    Args:
        wish: What to run, and as whom.
        added: Variables of PAM's, for those that the wish does not have.

    Returns:
        Its status, as `os.wait` has it.
    """
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, ORDERS)
    child = os.fork()
    if child == 0:
        become(wish, {**added, **os.environ, **wish["env"]}, parent)

    def hand_on(number: int, frame: FrameType | None) -> None:
        group = os.getpgid(child)
        # A shell makes a group of its own; another program is in this one, which got the signal.
        if group != os.getpgid(0):
            os.killpg(group, number)
        else:
            os.kill(child, number)

    for number in ORDERS:
        signal.signal(number, hand_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ORDERS)
    # Its number is its own until it is waited for, so what is handed on reaches nobody else.
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    signal.pthread_sigmask(signal.SIG_BLOCK, ORDERS)
    return os.waitpid(child, 0)[1]


def become(wish: dict[str, Any], environment: dict[str, str], parent: int) -> NoReturn:
    """Turn this process into the program; never returns."""
    step = "the user could not be changed"
    try:
        os.setgid(wish["gid"])
        for name, (soft, hard) in wish["rlimits"].items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (soft, hard))
        os.setuid(wish["uid"])
        # A change of user forgets this, so it comes after: no program outlives its session.
        ctypes.CDLL(None).prctl(SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(FAILED)
        for number in signal.valid_signals():
            if number not in (signal.SIGKILL, signal.SIGSTOP) and number < signal.SIGRTMIN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        step = f"the working directory {wish['cwd']!r} may not be entered"
        os.chdir(wish["cwd"])
        step = f"the program {wish['argv'][0]!r} could not be executed"
        os.execvpe(wish["argv"][0], wish["argv"], environment)  # noqa: S606 - the plan's own
    except BaseException as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        os.write(2, f"{step}: {reason}\r\n".encode(errors="replace"))
    finally:
        os._exit(FAILED)


def end_likewise(number: int) -> NoReturn:
    """End by the same signal as the program, without a core of our own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.kill(os.getpid(), number)
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
