"""Starting programs: what they get, and what is said when they cannot be started."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from pty_world import SIZE, World, children, descriptors, plan, python, sh

from tornterm.errors import SpawnError
from tornterm.pty import spawn as spawn_module
from tornterm.pty.forker import Forker
from tornterm.pty.launch import launch
from tornterm.pty.spawn import check
from tornterm.types import FileAccess, Size

NOBODY = 65534


@pytest.fixture(params=["helper", "server"], autouse=True)
def forked_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forks: nothing that a program or a caller can see may depend on it."""
    if request.param == "server":
        monkeypatch.setattr(spawn_module, "FORKER", Forker(possible=False))


by_the_server = pytest.mark.parametrize("forked_by", ["server"], indirect=True)

BAD_VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "no program": ({"argv": ()}, "no program"),
    "a string for argv": ({"argv": "sh"}, "non-empty sequence"),
    "an empty name": ({"argv": ("",)}, "empty"),
    "an argument that is no string": ({"argv": ("sh", 5)}, "argument 1 .* must be a string"),
    "NUL in an argument": ({"argv": ("sh", "a\0b")}, "argument 1 .* NUL"),
    "a lone surrogate in an argument": ({"argv": ("sh", "\udcff")}, "argument 1 .* surrogate"),
    "an environment that is no mapping": ({"env": [("A", "b")]}, "mapping"),
    "NUL in a value": ({"env": {"A": "b\0c"}}, "variable A .* NUL"),
    "NUL in a name": ({"env": {"A\0": "b"}}, "NUL"),
    "= in a name": ({"env": {"A=B": "c"}}, "'A=B' cannot be the name"),
    "an empty variable name": ({"env": {"": "c"}}, "'' cannot be the name"),
    "a value that is no string": ({"env": {"A": 1}}, "variable A must be a string"),
    "a lone surrogate in a value": ({"env": {"A": "\udcff"}}, "variable A .* surrogate"),
    "a relative directory": ({"cwd": "tmp"}, "absolute"),
    "NUL in the directory": ({"cwd": "/tmp\0"}, "NUL"),
    "a directory that is no string": ({"cwd": None}, "must be a string"),
    "a user that is no number": ({"uid": "root", "gid": 0}, "'root' is not the number of a user"),
    "a user below zero": ({"uid": -1, "gid": 0}, "-1 is not the number of a user"),
    "files as nobody in particular": (
        {"files": FileAccess(None, 0)},  # type: ignore[arg-type]
        "None is not the number of a user for files",
    ),
    "a group that is a boolean": ({"uid": 0, "gid": True}, "True is not the number of a group"),
    "a supplementary group below zero": ({"uid": 0, "gid": 0, "groups": (-1,)}, "group"),
    "an unknown limit": ({"rlimits": {"PIZZA": (1, 1)}}, "'PIZZA' is not the name"),
    "a limit that is no pair": ({"rlimits": {"NOFILE": 5}}, "two integers"),
    "a limit of strings": ({"rlimits": {"NOFILE": ("5", "6")}}, "two integers"),
    "soft above hard": ({"rlimits": {"NOFILE": (20, 10)}}, "above hard"),
    "unlimited soft above hard": ({"rlimits": {"NOFILE": (-1, 10)}}, "above hard"),
}


@pytest.mark.parametrize(("values", "why"), BAD_VALUES.values(), ids=BAD_VALUES)
async def test_what_cannot_be_right_is_refused_before_the_fork(
    world: World, values: dict[str, Any], why: str
) -> None:
    """Each wrong value is named, by `check` alone and by `start`, and nothing is forked."""
    bad = plan(**{"argv": sh("exit"), **values}) if "argv" in values else plan(*sh(""), **values)
    with pytest.raises(SpawnError, match=why):
        check(bad)
    terminal = world.terminal()
    with pytest.raises(SpawnError, match=why):
        await terminal.start(bad, SIZE)
    assert children() == world.before[1]
    assert terminal.state == "pending"


def test_a_value_of_the_environment_is_never_in_the_message() -> None:
    """It may be a secret."""
    with pytest.raises(SpawnError) as caught:
        check(plan("sh", env={"TOKEN": "hunter2\0"}))
    assert "hunter2" not in str(caught.value) + caught.value.public


def make(path: Path, kind: str) -> str:
    if kind == "file":
        path.write_text("#!/bin/sh\n")
    elif kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(b"\x7fELF but not really")
        path.chmod(0o755)
    elif kind == "bad interpreter":
        path.write_text("#!/nonexistent/interpreter\n")
        path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("field", "kind", "why"),
    [
        ("cwd", "missing", "working directory .* does not exist"),
        ("cwd", "file", "working directory .* is not a directory"),
        ("program", "missing", "does not exist"),
        ("program", "folder", "is a directory"),
        ("program", "file", "may not be executed"),
        ("program", "binary", "could not be executed: Exec format error"),
        ("program", "bad interpreter", "could not be executed"),
        ("path", "missing", "was not found on the PATH"),
        ("path", "file", "may not be executed"),
    ],
)
async def test_files_that_are_not_right_are_named(
    world: World, tmp_path: Path, field: str, kind: str, why: str
) -> None:
    """What is wrong with the directory or the program reaches the caller; no child is left."""
    path = make(tmp_path / "thing", kind)
    plans = {
        "cwd": lambda: plan(*sh("exit"), cwd=path),
        "program": lambda: plan(path),
        "path": lambda: plan("thing", env={"PATH": str(tmp_path)}),
    }
    with pytest.raises(SpawnError, match=why):
        await world.terminal().start(plans[field](), SIZE)


async def test_the_path_of_the_plan_counts(world: World, tmp_path: Path) -> None:
    """A program is looked for where the program itself would look, not where the server would."""
    script = tmp_path / "only-here"
    script.write_text("#!/bin/sh\necho found: $0\n")
    script.chmod(0o755)
    env = {"PATH": f"relative:{tmp_path / 'nothing'}:{tmp_path}:/bin"}
    terminal = await world.start("only-here", plan_options={"env": env})
    await terminal.shows(f"found: {script}".encode())


async def test_the_program_keeps_the_name_it_was_called_by(world: World) -> None:
    """``argv[0]`` reaches the program as it was written: some look at it."""
    terminal = await world.start("sh", "-c", "tr '\\0' '|' < /proc/$$/cmdline")
    await terminal.shows(b"sh|-c|")


async def test_the_terminal_is_ready_from_the_first_moment(world: World) -> None:
    """Size, UTF-8 line editing and the controlling terminal are there before the program is."""
    terminal = await world.start(*sh("stty -a; tty; ps -o sid= -p $$"), size=Size(123, 45))
    assert (await terminal.ended()).code == 0
    text = terminal.output.decode()
    assert "rows 45; columns 123;" in text
    assert " iutf8" in text
    assert "/dev/pts/" in text
    assert text.split()[-1] == str(terminal.pid)


async def test_the_program_gets_its_environment_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan's variables and what describes the terminal; the server's do not pass."""
    monkeypatch.setenv("CANARY", "secret")
    terminal = await world.start("/usr/bin/env", plan_options={"env": {"A": "b"}})
    await terminal.ended()
    lines = set(terminal.output.decode().split())
    assert lines == {"A=b", "TERM=xterm-256color", "COLORTERM=truecolor"}


async def test_arguments_and_environment_may_be_long(world: World) -> None:
    """As long as the kernel takes them."""
    long = "x" * 100_000
    script = sh('echo ${#A} ${#B} "$(printf %s "$0" | wc -c)"')
    terminal = await world.start(*script, long, plan_options={"env": {"A": long, "B": long}})
    await terminal.ended()
    assert terminal.output.split() == [b"100000"] * 3


async def test_no_descriptor_of_the_server_reaches_the_program(world: World) -> None:
    """Not even one that is marked to be inherited."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    os.set_inheritable(writing, True)
    terminal = await world.start(*python("import os; print(sorted(os.listdir('/dev/fd')))"))
    await terminal.ended()
    os.close(reading)
    os.close(writing)
    # The fourth is the one with which the folder is read.
    assert terminal.output.strip() == b"['0', '1', '2', '3']"


async def test_signals_and_umask_are_as_by_default(world: World) -> None:
    """Whatever the server ignores or has blocked, the program begins afresh."""
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    umask = os.umask(0o077)
    try:
        terminal = await world.start(*sh("umask; grep -E '^Sig(Blk|Ign)' /proc/self/status"))
    finally:
        os.umask(umask)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGHUP, ignored)
    await terminal.ended()
    umask_line, *masks = terminal.output.decode().split("\r\n")
    assert umask_line == "0022"
    # What the C library keeps for itself nobody can set: it is as the server inherited it.
    settable = sum(1 << number - 1 for number in signal.valid_signals())
    assert [int(line.split()[1], 16) & settable for line in masks if line] == [0, 0]


async def test_the_server_keeps_its_own_signals(world: World) -> None:
    """Blocking signals around the fork leaves no trace in the server."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    await world.start(*sh("exit"))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


async def test_resource_limits_are_set(world: World) -> None:
    """Soft and hard limits reach the program."""
    limits = {"NOFILE": (50, 60), "CORE": (0, 0)}
    script = sh("ulimit -Sn; ulimit -Hn; ulimit -c")
    terminal = await world.start(*script, plan_options={"rlimits": limits})
    await terminal.ended()
    assert terminal.output.split() == [b"50", b"60", b"0"]


OTHER = {"uid": NOBODY, "gid": NOBODY, "groups": (100,)}


async def test_a_program_of_another_user(world: World) -> None:
    """User, groups and the terminal's owner are those of the plan, where the server is root."""
    terminal = world.terminal()
    script = sh("id -u; id -g; id -G; stat -c %u $(tty)")
    if os.geteuid() != 0:
        with pytest.raises(SpawnError, match="runs as root"):
            await terminal.start(plan(*script, **OTHER), SIZE)
        return
    await terminal.start(plan(*script, **OTHER), SIZE)
    await terminal.ended()
    assert terminal.output.split() == [b"65534", b"65534", b"65534", b"100", b"65534"]


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A program in a folder that only its owner may enter."""
    tmp_path.chmod(0o700)
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


async def test_what_another_user_may_not_do_reaches_the_caller(world: World, private: Path) -> None:
    """Directory and program are tried with the rights of that user, not with root's."""
    root = os.geteuid() == 0
    denied = "may not be entered: Permission denied" if root else "runs as root"
    with pytest.raises(SpawnError, match=denied):
        await world.terminal().start(plan(*sh("exit"), cwd=str(private.parent), **OTHER), SIZE)
    denied = "could not be executed: Permission denied" if root else "runs as root"
    with pytest.raises(SpawnError, match=denied):
        await world.terminal().start(plan(str(private), **OTHER), SIZE)


def test_another_user_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is not root says so instead of trying."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SpawnError, match="runs as root"):
        check(plan("sh", uid=NOBODY, gid=NOBODY))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with pytest.raises(SpawnError, match="above the server's own"):
        check(plan("sh", rlimits={"NOFILE": (1, hard + 1)}))


def test_a_user_without_a_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the program would be in the server's group, which is root's."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SpawnError, match="uid without gid"):
        check(plan("sh", uid=NOBODY))


def test_a_directory_that_may_not_be_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the server's own user that is known before the fork."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SpawnError, match="may not be entered"):
        check(plan("sh", cwd=str(tmp_path)))


@by_the_server
async def test_a_program_that_does_not_begin_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that hangs before it is the program (a dead file system) is killed in the end."""
    monkeypatch.setattr(spawn_module, "START_TIMEOUT", 0.2)
    monkeypatch.setattr(spawn_module.child, "_change_identity", lambda launch: signal.pause())
    with pytest.raises(SpawnError, match="had not begun after"):
        await world.terminal().start(plan(*sh("exit")), SIZE)
    assert children() == world.before[1]


async def test_a_disk_that_does_not_answer_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking why a program could not start does not keep the event loop, however long it takes."""
    loop = asyncio.get_running_loop()
    answered = asyncio.Event()
    stuck = os.pipe()

    def look(plan: object) -> None:
        os.read(stuck[0], 1)
        loop.call_soon_threadsafe(answered.set)

    monkeypatch.setattr(spawn_module, "START_TIMEOUT", 2.0)
    monkeypatch.setattr(spawn_module, "check_files", look)
    with pytest.raises(SpawnError, match="had not begun after"):
        await world.terminal().start(plan("/is/not/there"), SIZE)
    os.write(stuck[1], b"x")
    await answered.wait()
    for fd in stuck:
        os.close(fd)


async def test_a_start_that_is_given_up_leaves_nothing(world: World) -> None:
    """Cancelling `start` at any moment leaves no child and no descriptor."""
    before = (children(), len(descriptors()))
    for turns in range(12):
        task = asyncio.create_task(world.terminal().start(plan(*sh("sleep 60")), SIZE))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    # Those that were faster than we were.
    await world.close()
    assert (children(), len(descriptors())) == before


async def test_when_there_are_no_terminals_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's refusal is passed on."""

    def refuse() -> tuple[int, int]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "openpty", refuse)
    with pytest.raises(SpawnError, match=r"no terminal could be made: .*No space left"):
        await world.terminal().start(plan(*sh("exit")), SIZE)


@by_the_server
async def test_when_there_are_no_processes_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing fork is reported, and its descriptors are closed."""

    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(SpawnError, match="no process could be made: Resource"):
        await world.terminal().start(plan(*sh("exit")), SIZE)


async def test_many_at_once_and_the_loop_goes_on(world: World) -> None:
    """A hundred programs start side by side; between two forks the event loop gets its turn."""
    turns = 0
    done = False

    async def count() -> None:
        nonlocal turns
        while not done:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    terminals = await asyncio.gather(*(world.start("/bin/cat") for _ in range(100)))
    done = True
    await counting
    assert len({terminal.pid for terminal in terminals}) == 100
    assert turns >= 100


def test_the_terminal_device_is_private() -> None:
    """Others may not read what is typed into a program's terminal."""
    master, tty = spawn_module._open_terminal(launch(plan("sh")), SIZE)
    mode = stat.S_IMODE(os.fstat(tty).st_mode)
    os.close(master)
    os.close(tty)
    assert mode & 0o047 == 0
