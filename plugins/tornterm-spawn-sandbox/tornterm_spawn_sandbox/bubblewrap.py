"""The command line of bubblewrap: everything that a sandbox has is named here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tornterm.spawning import RunAs
from tornterm_spawn_sandbox.settings import SandboxSettings

__all__ = ["HOME", "ID", "USER", "command_line", "is_inside", "refusal"]

USER = "user"
HOME = f"/home/{USER}"
ID = "1000"
"""The user and group id inside; outside it is that of the account."""

TRIAL = 10.0
"""Seconds that the trial of a sandbox may take."""

OWN = ("/dev/shm", "/tmp")  # noqa: S108 - each sandbox has its own
"""Directories in memory."""

APART = ("user", "ipc", "pid", "uts", "cgroup")


LIMITER = "/usr/bin/prlimit"
"""Sets the limit of processes inside, where only those of the one sandbox are counted."""


def command_line(
    settings: SandboxSettings, home: Path, accounts: Path, cwd: str, command: Sequence[str]
) -> tuple[str, ...]:
    """Build the command that starts a program in a sandbox.

    Args:
        settings: The table.
        home: The directory that becomes the home.
        accounts: The directory with the files that name the account inside.
        cwd: Where the program begins, as seen from inside.
        command: The program and its arguments; none of them is an option of bubblewrap.
    """
    return (
        str(settings.bwrap),
        *_isolation(settings),
        *_system(settings),
        *_own(settings, home, accounts),
        *("--remount-ro", "/", "--chdir", cwd),
        *("--", LIMITER, f"--nproc={settings.processes}", "--", *command),
    )


def is_inside(settings: SandboxSettings, path: str) -> bool:
    """Whether a directory is there inside, as far as names tell.

    Args:
        settings: The table.
        path: An absolute path.
    """
    real = os.path.normpath(path)
    there = (HOME, *OWN, *settings.system, *settings.read_only)
    return real == "/" or any(real == top or real.startswith(f"{top}/") for top in there)


def refusal(settings: SandboxSettings, account: RunAs) -> str:
    """Why this machine makes no sandboxes; empty where it does.

    Args:
        settings: The table.
        account: Who they would run as.
    """
    command = (str(settings.bwrap), *_isolation(settings), "--ro-bind", "/", "/", "--", "/bin/true")
    identity: dict[str, object] = {}
    if account.changes:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": ()}
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program
            command,
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRIAL,
            **identity,  # type: ignore[call-overload]
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{settings.bwrap} could not be tried: {error}"
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode(errors="replace").splitlines() or ["no reason given"]
    return f"this machine makes no sandboxes for that account: {lines[-1]:.200}"


def _isolation(settings: SandboxSettings) -> Iterator[str]:
    for kind in APART:
        yield f"--unshare-{kind}"
    if not settings.network:
        yield "--unshare-net"
    # No --new-session: the terminal is the session's own and nothing else ever reads from it, so
    # there is nobody to push input to, while job control needs it as the controlling terminal.
    yield from ("--disable-userns", "--cap-drop", "ALL", "--die-with-parent")
    yield from ("--uid", ID, "--gid", ID, "--hostname", "sandbox")


def _system(settings: SandboxSettings) -> Iterator[str]:
    shown = [*settings.system, *settings.read_only]
    if settings.network:
        shown += ["/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf"]
    for path in shown:
        if os.path.islink(path) and path.count("/") == 1:
            # "/bin" to "usr/bin", where the system is merged.
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind-try", path, path)


def _own(settings: SandboxSettings, home: Path, accounts: Path) -> Iterator[str]:
    size = str(settings.tmp_size)
    for name in ("passwd", "group"):
        yield from ("--ro-bind", str(accounts / name), f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev")
    for path in OWN:
        yield from ("--perms", "1777", "--size", size, "--tmpfs", path)
    yield from ("--remount-ro", "/dev")
    yield from ("--bind", str(home), HOME)
