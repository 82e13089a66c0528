"""The fork helper: what it saves the server, and that nobody notices when it dies."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import fcntl
import logging
import marshal
import os
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_world import World, children, eventually, plan, python, runs, sh

from tornterm.errors import SpawnError
from tornterm.pty import forker as forker_module
from tornterm.pty import helper as helper_module
from tornterm.pty import spawn as spawn_module
from tornterm.pty.forker import Forker
from tornterm.pty.launch import launch
from tornterm.types import ExitStatus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the helper is Linux's")


@pytest.fixture
def forker(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forker]:
    """A helper of the test's own, which it may kill."""
    forker = Forker()
    monkeypatch.setattr(spawn_module, "FORKER", forker)
    yield forker
    forker.close()


async def test_the_server_does_not_fork(
    world: World, forker: Forker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the helper is there, the server makes no process, however many programs it starts."""
    assert forker.start()

    def refuse(*arguments: object, **options: object) -> int:
        raise AssertionError("the server forks")

    for module, name in ((os, "fork"), (os, "posix_spawn"), (subprocess, "Popen")):
        monkeypatch.setattr(module, name, refuse)
    terminals = await asyncio.gather(*(world.start("/bin/cat") for _ in range(20)))
    assert {terminal.pid for terminal in terminals} <= set(children())


def test_the_helper_is_small() -> None:
    """What it has in memory is copied for each program: nothing but what it needs."""
    boot = forker_module._BOOT.replace("main()", "print(*sys.modules)")
    command = [sys.executable, "-I", "-S", "-c", boot, forker_module._PACKAGE]
    modules = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    ours = {name for name in modules if name.startswith("tornterm")}
    assert ours == {"tornterm", "tornterm.pty", "tornterm.pty.child", "tornterm.pty.helper"}
    assert len(modules) < 80
    assert not {"asyncio", "typing", "dataclasses", "tornado"} & set(modules)


async def test_programs_and_their_ends_do_not_need_the_helper(world: World, forker: Forker) -> None:
    """When it is killed they go on, and how they end is known to the byte."""
    terminal = await world.start(*python("input(); print('still here'); raise SystemExit(42)"))
    killed = forker.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: not runs(killed))
    terminal.write(b"\r")
    assert await terminal.ended() == ExitStatus(code=42)
    assert b"still here" in terminal.output
    await world.start("/bin/cat")
    await world.start("/bin/cat")
    assert forker.pid not in (None, killed)


async def test_a_start_survives_the_death_of_the_helper(world: World, forker: Forker) -> None:
    """One that the helper had been told of, and not begun, is done by the server."""
    await world.start("/bin/cat")
    killed = forker.pid
    assert killed
    await stop(killed)
    starting = asyncio.create_task(world.start(*sh("exit 7")))
    await eventually(lambda: told(forker))
    os.kill(killed, signal.SIGKILL)
    assert (await (await starting).ended()).code == 7


async def stop(pid: int) -> None:
    """Stop a process; returns when it has stopped."""
    os.kill(pid, signal.SIGSTOP)
    await eventually(lambda: state(pid) == "T")


def state(pid: int) -> str:
    """The letter that stands for what a process does."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def told(forker: Forker) -> bool:
    """Whether there is a message that the helper has not read."""
    unsent = bytearray(4)
    assert forker._control is not None
    fcntl.ioctl(forker._control, termios.TIOCOUTQ, unsent)
    return int.from_bytes(unsent, sys.byteorder) > 0


async def test_a_helper_that_is_stuck_is_replaced(
    world: World, forker: Forker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that is given up meanwhile leaves nothing."""
    await world.start("/bin/cat")
    stuck = forker.pid
    assert stuck
    await stop(stuck)
    with monkeypatch.context() as impatient:
        impatient.setattr(spawn_module, "START_TIMEOUT", 0.2)
        impatient.setattr(spawn_module, "_UNBORN_SECONDS", 0.1)
        with pytest.raises(SpawnError, match="had not begun after"):
            await world.start("/bin/cat")
    assert not runs(stuck)
    await world.start("/bin/cat")
    assert forker.pid not in (None, stuck)


async def test_a_helper_that_is_far_behind_gets_help(world: World, forker: Forker) -> None:
    """What it has not read yet is limited; then the server forks by itself."""
    await world.start("/bin/cat")
    assert forker.pid
    await stop(forker.pid)
    nothing = os.open(os.devnull, os.O_WRONLY)
    count = 0
    while forker.fork(launch(plan("sh")), nothing, nothing):
        count += 1
    os.close(nothing)
    assert count > 50
    assert (await (await world.start(*sh("exit 3"))).ended()).code == 3
    os.kill(forker.pid, signal.SIGKILL)


async def test_where_it_does_not_work_the_server_does_without(
    world: World,
    forker: Forker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A sandbox may forbid what it does: that is said once, and not tried again."""
    monkeypatch.setattr(forker_module, "_BOOT", "raise SystemExit(1)")
    with caplog.at_level(logging.WARNING, "tornterm.pty"):
        for _ in range(3):
            assert (await (await world.start(*sh("exit 5"))).ended()).code == 5
    assert [record.message for record in caplog.records] == [
        "the fork helper does not work here; the server forks by itself"
    ]
    assert not forker.start()


def clone_fails(monkeypatch: pytest.MonkeyPatch, number: int) -> bytes:
    """What the helper reports when the kernel refuses with an error number."""

    def refuse() -> int:
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(helper_module, "clone", refuse)
    packed = os.memfd_create("launch")
    os.write(packed, marshal.dumps(dict(launch(plan("sh")))))
    reading, writing = os.pipe()
    try:
        helper_module.fork(packed, writing, writing)
    finally:
        os.close(packed)
        os.close(writing)
        report = os.read(reading, 4096)
        os.close(reading)
    return report


def test_when_there_are_no_processes_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is reported; where the kernel never allows it, the helper gives up."""
    report = clone_fails(monkeypatch, errno.EAGAIN)
    assert report.startswith(b"0\nno process could be made: Resource")
    with pytest.raises(PermissionError):
        clone_fails(monkeypatch, errno.EPERM)


def test_a_forked_server_has_a_helper_of_its_own(forker: Forker) -> None:
    """The children of the first one's would be the first one's."""
    assert forker.start()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        forker.start()
        os.write(writing, b"%d" % (forker.pid or 0))
        os._exit(0)
    os.waitpid(pid, 0)
    assert int(os.read(reading, 20)) not in (0, forker.pid)
    os.close(reading)
    os.close(writing)


def test_the_helper_goes_with_its_server() -> None:
    """However the server ends; a Ctrl-C at the server's terminal is none of its business."""
    script = (
        "import time; from tornterm.pty.forker import FORKER; FORKER.start();"
        "print(FORKER.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        helper = int(server.stdout.readline())
        assert os.getsid(helper) == helper
        watch = os.pidfd_open(helper)
        server.kill()
    assert select.select([watch], [], [], 10)[0]
    os.close(watch)
