"""Run as a program: asks PAM about one account, and ends. Imports nothing of ours.

PAM's modules are code of others that may hang, crash, print, or change the process that they run
in. So none of them runs in the server. The wish comes as JSON on the standard input, hence the
password is in no argument and no environment; the answer goes to what was the standard output.

The modules run in a child, and what they start may leave the child's process group. So the parent
inherits whatever loses its own parent, and when it is told to end, all of that ends first.
"""

from __future__ import annotations

import contextlib
import ctypes
import grp
import json
import os
import pwd
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import pamela

DISALLOW_NULL_AUTHTOK = 1
"""Accounts without a password may not log in."""

ABANDONED = 60
"""Seconds after which it ends by itself, because nobody waits any more."""

SET_PDEATHSIG = 1
SET_CHILD_SUBREAPER = 36
WATCHED = (signal.SIGTERM, signal.SIGCHLD)


def main() -> None:
    """Read a wish, and let a child write the answer."""
    libc = ctypes.CDLL(None)
    libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    wish = json.loads(sys.stdin.buffer.read())
    child = os.fork()
    if child == 0:
        libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        answer(wish)
    while True:
        told = signal.sigtimedwait(WATCHED, ABANDONED)
        if told is None or told.si_signo == signal.SIGTERM:
            end_all()
            return
        # What a module has left running in the background after a good answer is its own affair.
        if os.waitpid(child, os.WNOHANG)[0] == child:
            return


def end_all() -> None:
    """Kill what the modules have started, until nothing is left."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(number), signal.SIGKILL)
            os.waitpid(-1, 0)


def answer(wish: dict[str, Any]) -> NoReturn:
    """Write what PAM says; never returns."""
    try:
        # What modules print or ask for must reach nobody.
        told, nothing = os.dup(1), os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.write(told, json.dumps(judged(wish)).encode())
    finally:
        os._exit(0)


def judged(wish: dict[str, Any]) -> dict[str, Any]:
    """What PAM says: an account, or the phase that ended it and PAM's number for why.

    Args:
        wish: The service, the name, the person's address, and the password; without a password
            only the account phase is asked.
    """
    password = wish["password"]
    # PAM calls it later on, so it must live as long.
    asked = conversation(password)
    try:
        handle = pamela.pam_start(wish["service"], wish["name"], conv_func=asked)
        handle.set_item(pamela.PAM_TTY, "tornterm")
        if wish["remote"]:
            handle.set_item(pamela.PAM_RHOST, wish["remote"])
    except pamela.PAMError as error:
        return {"phase": "start", "code": error.errno}
    phases = [("auth", pamela.PAM_AUTHENTICATE), ("account", pamela.PAM_ACCT_MGMT)]
    for phase, call in phases[password is None :]:
        code = call(handle, DISALLOW_NULL_AUTHTOK)
        if code != pamela.PAM_SUCCESS:
            pamela.PAM_END(handle, code)
            return {"phase": phase, "code": code}
    # Modules may have put another name in its place.
    name = handle.get_item(pamela.PAM_USER)
    pamela.PAM_END(handle, pamela.PAM_SUCCESS)
    return {"account": found(name)}


def conversation(password: str | None) -> Any:
    """What answers PAM's questions: the first one only.

    A module that asks a second one wants something else, and is not to get the password again.
    """
    return pamela.new_simple_password_conv(() if password is None else (password,), "utf-8")


def found(name: str) -> dict[str, Any] | None:
    """An account, under the one name that it has in the system; None where there is none."""
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        # ValueError: a character that no account's name can have.
        return None
    groups = [_group(number) for number in os.getgrouplist(entry.pw_name, entry.pw_gid)]
    return {
        "name": entry.pw_name,
        "uid": entry.pw_uid,
        "gid": entry.pw_gid,
        "groups": tuple(groups),
    }


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


if __name__ == "__main__":
    main()
