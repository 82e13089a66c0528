"""Accounts and PAM services of the tests' own, made and taken away again; needs root."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

UNIX = """
auth     required  pam_unix.so nodelay
account  required  pam_unix.so
session  required  pam_permit.so
"""


@dataclass(frozen=True)
class Person:
    """An account with a password and a home directory."""

    name: str
    home: Path
    password: str = field(repr=False)


def run(*command: str, given: str = "") -> None:
    """Run a program that changes an account."""
    program = shutil.which(command[0], path=PATH)
    assert program, f"{command[0]} is missing: apt-get install passwd"
    # Tests that run beside this one make accounts, too.
    with Path(tempfile.gettempdir(), "tornterm-test-accounts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [program, *command[1:]], input=given, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr


def need_root() -> None:
    """Leave a test out where nobody can make accounts."""
    if os.geteuid() != 0 and "CI" not in os.environ:
        pytest.skip("accounts and PAM services can only be made by root")


@contextmanager
def person(name: str = "") -> Iterator[Person]:
    """Somebody who has an account until the end."""
    need_root()
    name = name or f"tt{secrets.token_hex(4)}"
    home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    one = Person(name, home, secrets.token_urlsafe(12))
    run("useradd", "--badname", "-M", "-d", str(home), "-s", "/bin/bash", name)
    try:
        run("chpasswd", given=f"{name}:{one.password}\n")
        shutil.chown(home, name, name)
        yield one
    finally:
        run("userdel", "--force", name)
        shutil.rmtree(home)


@contextmanager
def service(text: str) -> Iterator[str]:
    """A PAM service with these lines; its name."""
    need_root()
    name = f"tornterm-test-{secrets.token_hex(4)}"
    file = Path("/etc/pam.d", name)
    file.write_text(text)
    try:
        yield name
    finally:
        file.unlink()


def change(name: str, text: str) -> None:
    """Give a service other lines."""
    Path("/etc/pam.d", name).write_text(text)


def script(folder: Path, name: str, lines: str) -> Path:
    """A program for pam_exec."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


async def ended(pid: int) -> None:
    """Wait until a process, whose parent may be anybody, has ended."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process, event.set)
    try:
        async with asyncio.timeout(25):
            await event.wait()
    finally:
        loop.remove_reader(process)
        os.close(process)
