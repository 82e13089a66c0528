"""What a forked child does until it is the program: the only code of ours that runs in it.

Nothing here may return, raise or clean up: the child holds a copy of the process that forked it,
whose ``finally`` blocks and exit handlers must never run in it. The fork helper runs this module
too, and is to be small, so it imports next to nothing; `become` can still do without a helper.
"""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import signal

TYPE_CHECKING = False  # `typing` would be the largest part of the helper
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    from tornterm.pty.launch import Launch

__all__ = ["become", "leave_the_server"]

_FIRST_FREE = 3
_FAILED = 127
_LONGEST_REPORT = 3 * 1024


def become(launch: Launch, tty: int, report: int, *, of_server: bool) -> NoReturn:
    """Turn the calling process, a fresh child with no other thread, into the program.

    Args:
        launch: What to become.
        tty: The terminal's descriptor, which becomes the controlling terminal.
        report: The writing end of a pipe, which gets the child's pid on a line of its own, and
            behind it what failed; it is closed by success.
        of_server: Whether the child is a copy of the server, which it has yet to leave behind.
    """
    step = "the program could not be prepared"
    try:
        # A finaliser of the server's must not run here.
        gc.disable()
        tty, report = _out_of_the_way(tty), _out_of_the_way(report)
        os.write(report, b"%d\n" % os.getpid())
        step = "the terminal could not be taken"
        os.login_tty(tty)
        if of_server:
            leave_the_server(report)
        step = "a resource limit could not be set"
        for number, pair in launch["rlimits"]:
            resource.setrlimit(number, pair)
        os.umask(0o022)
        step = "the user could not be changed"
        _change_identity(launch)
        step = f"the working directory {launch['cwd']!r} may not be entered"
        os.chdir(launch["cwd"])
        step = f"the program {launch['argv'][0]!r} could not be executed"
        _execute(launch)
    except BaseException as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        os.write(report, f"{step}: {reason}".encode(errors="replace")[:_LONGEST_REPORT])
    finally:
        os._exit(_FAILED)


def _out_of_the_way(fd: int) -> int:
    """The same file under a number that is not one of the standard streams'.

    A server that was started without standard streams has other files there.
    """
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) if fd < _FIRST_FREE else fd


def leave_the_server(kept: int) -> None:
    """Let go of what the server has handed down: descriptors, and what it does with signals.

    Args:
        kept: The one descriptor that stays open besides the standard streams.
    """
    _close_all_but(kept)
    _reset_signals()


def _close_all_but(kept: int) -> None:
    """Let go of what is open, also of what a library opened to be inherited."""
    for fd in _open_descriptors():
        if fd >= _FIRST_FREE and fd != kept:
            try:
                os.close(fd)
            except OSError:
                continue  # the one with which the folder was read


def _open_descriptors() -> Iterable[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd")]
    except (OSError, ValueError):
        return range(_FIRST_FREE, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536))


def _reset_signals() -> None:
    """Give the program the signals as they are by default, whatever the server ignores."""
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            continue  # some cannot be changed
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _change_identity(launch: Launch) -> None:
    if launch["identity"] is None:
        return
    uid, gid, groups = launch["identity"]
    os.setgroups(groups)
    os.setgid(gid)
    if uid is not None:
        os.setuid(uid)


def _execute(launch: Launch) -> NoReturn:
    """Run the first of the paths that can be run, as ``execvp`` does with a PATH."""
    denied: OSError | None = None
    for path in launch["paths"]:
        try:
            os.execve(path, launch["argv"], launch["env"])  # noqa: S606 - that is what this is for
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:
            denied = error
    raise denied or FileNotFoundError(2, "not found")
