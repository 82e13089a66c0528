"""The fork helper: a small process that does nothing but fork programs for the server.

Forking the server itself would take the longer the more memory it has, and its event loop would
stand still meanwhile. The children are the server's own all the same, because the helper makes
them its siblings: so the server alone waits for them and signals them, and it makes no difference
to them whether the helper still lives.

It runs with nothing of the package but this module and `child`, and goes when its server goes.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import marshal
import os
import socket
import sys

from tornterm.pty import child

__all__ = ["NUMBERS", "fork", "serve"]

NUMBERS = {"x86_64": 56, "aarch64": 220, "riscv64": 220}
"""The number of the system call ``clone`` on the machines on which it is used directly."""

_CLONE_PARENT = 0x8000
_EXHAUSTED = (errno.EAGAIN, errno.ENOMEM)

# Without letting go of the interpreter's lock: in the child nobody else could hold it.
_system = ctypes.PyDLL(None, use_errno=True)


def serve(control: socket.socket) -> None:
    """Fork a program for each message until the server closes the connection.

    Args:
        control: Brings messages of one byte with three descriptors each: a file with the packed
            `Launch`, the terminal, and the pipe for the report.
    """
    # Once, instead of in each child: nothing that is open is inherited by their programs.
    child.leave_the_server(control.fileno())
    control.set_inheritable(False)
    gc.freeze()
    while True:
        data, fds, _, _ = socket.recv_fds(control, 1, 3)
        if not data:
            return
        try:
            for fd in fds:
                os.set_inheritable(fd, False)
            fork(*fds)
        finally:
            for fd in fds:
                os.close(fd)


def fork(launch: int, tty: int, report: int) -> None:
    """Fork one program as a child of this process's parent.

    Args:
        launch: A file that holds the packed `Launch`.
        tty: Its terminal.
        report: Where it says how its start went.

    Raises:
        OSError: The system does not let this process do that at all.
    """
    plan = marshal.loads(os.pread(launch, os.fstat(launch).st_size, 0))  # noqa: S302 - the server's
    pid = clone()
    if pid == 0:
        child.become(plan, tty, report, of_server=False)
    if pid > 0:
        return
    number = ctypes.get_errno()
    if number not in _EXHAUSTED:
        raise OSError(number, os.strerror(number))
    os.write(report, f"0\nno process could be made: {os.strerror(number)}".encode())


def clone() -> int:
    """As ``fork``, but the child's parent is the parent of this process; -1 where it failed."""
    result: int = _system.syscall(NUMBERS[os.uname().machine], _CLONE_PARENT, 0, 0, 0, 0)
    return result


def main() -> None:
    """Serve the server that is at the other end of the descriptor in the first argument."""
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control)
