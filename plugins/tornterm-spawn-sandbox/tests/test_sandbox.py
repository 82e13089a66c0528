"""From inside a sandbox nothing can be reached that is not its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tornterm.errors import SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_sandbox import Sandbox, SandboxSettings

README = Path(__file__).parents[1] / "README.md"
ALICE, BOB = User("alice"), User("bob")
CANARY = "a-secret-of-the-server-0123456789"
BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that the account of the sandboxes can get to."""
    made = Path(tempfile.mkdtemp(prefix="sandbox-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def table(folder: Path, **more: Any) -> SandboxSettings:
    """A table for tests."""
    account = {"run_as": "nobody"} if os.geteuid() == 0 else {}
    plain = ["/bin/bash", "--norc", "--noprofile"]
    values = {"homes": str(folder / "homes"), "command": plain, **account, **more}
    return SandboxSettings.model_validate(values)


@pytest.fixture
def sandbox(folder: Path) -> Sandbox:
    """The plugin as tests use it."""
    return Sandbox(table(folder))


def planned(sandbox: Sandbox, user: User, *argv: str, **more: Any) -> SpawnPlan:
    """The plan for a program."""
    inner = sandbox.tornterm_spawn(user, SpawnRequest("s1", Size(), argv=argv or None, **more))
    return sandbox.tornterm_prepare_spawn(user, inner)


def run(sandbox: Sandbox, script: str, user: User = ALICE, **more: Any) -> str:
    """What a script prints inside, errors included."""
    plan = planned(sandbox, user, "/bin/bash", "-c", script, **more)
    change = {} if plan.uid is None else {"user": plan.uid, "group": plan.gid, "extra_groups": ()}
    done = subprocess.run(
        plan.argv,
        env=dict(plan.env),
        cwd=plan.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        **change,  # type: ignore[arg-type]
    )
    return done.stdout


class TestSandbox(SpawnConformance):
    """Everything that is asked of a spawn plugin."""

    @pytest.fixture
    def plugin(self, sandbox: Sandbox) -> Sandbox:
        """The plugin."""
        return sandbox


def test_a_home_is_kept_and_nobody_elses_is_there(sandbox: Sandbox, folder: Path) -> None:
    """Not under its own path, and not under that of the machine."""
    assert run(sandbox, "echo mine > ~/file; cat ~/file") == "mine\n"
    assert run(sandbox, "cat ~/file") == "mine\n"
    assert run(sandbox, "ls -A ~ /home", BOB) == "/home:\nuser\n\n/home/user:\n"
    for path in (folder, folder / "homes", "/root", "/var/lib", "/mnt", "/srv", "/run"):
        assert "No such file" in run(sandbox, f"ls {path}"), path
    assert (folder / "homes").stat().st_mode & 0o777 == 0o700


def test_the_servers_files_and_environment_are_not_there(
    sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what everybody on the machine may read, nor what only the server may."""
    (folder / "readable").write_text(CANARY)
    monkeypatch.setenv("CANARY", CANARY)
    reach = f"cat {folder}/readable /etc/shadow /etc/passwd /etc/hostname {sys.prefix}/pyvenv.cfg"
    said = run(sandbox, f"{reach} /proc/{os.getpid()}/environ; env; cat /proc/*/environ")
    assert CANARY not in said
    assert "root:" not in said
    assert "TORNTERM_USER=alice" in said


def test_processes_outside_can_be_neither_seen_nor_hurt(sandbox: Sandbox) -> None:
    """The sandbox counts its own from 1."""
    sleeper = subprocess.Popen(["/bin/sleep", "600"])
    try:
        said = run(sandbox, f"kill -9 {sleeper.pid}; kill -9 -1; true")
        assert "No such process" in said
        seen = run(sandbox, "cd /proc; echo [0-9]*").split()
        assert "1" in seen
        assert len(seen) < 8
        assert all(int(pid) < 20 for pid in seen)
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def connecting(port: int) -> str:
    """A script that tries to reach a port of loopback."""
    return f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached"


def test_there_is_no_network_unless_asked(sandbox: Sandbox, folder: Path) -> None:
    """Neither another interface nor what listens on this machine, abstract sockets included."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        name = f"tornterm-sandbox-{os.getpid()}"
        abstract.bind("\0" + name)
        abstract.listen()
        port = listening.getsockname()[1]
        assert "refused" in run(sandbox, connecting(port))
        interfaces = run(sandbox, "tail -n +3 /proc/net/dev; cat /proc/net/unix")
        assert interfaces.count(":") == 1
        assert "lo:" in interfaces
        assert name not in interfaces
        asked = Sandbox(table(folder, network=True))
        assert run(asked, connecting(port)) == "reached\n"


@pytest.mark.parametrize("path", ["/usr/x", "/etc/x", "/x", "/dev/x", "/bin/x", "/proc/sys/x"])
def test_the_system_is_read_only(sandbox: Sandbox, path: str) -> None:
    """And stays so, because nothing can be mounted."""
    said = run(sandbox, f"mount -o remount,rw / ; echo x > {path} && echo written")
    assert "written" not in said
    assert not Path(path).exists()


def test_the_kernels_switches_cannot_be_turned(sandbox: Sandbox) -> None:
    """What root of the machine could write is not writable for whoever seems to be someone."""
    files = "/proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/kernel/hostname"
    said = run(sandbox, f"for f in {files}; do test -w $f && echo writable $f; done; id -u")
    assert said == "1000\n"


def test_tmp_is_private_and_bounded(folder: Path) -> None:
    """It is memory, so it has an end."""
    sandbox = Sandbox(table(folder, tmp_size="1 MiB"))
    before = set(os.listdir("/tmp"))
    fill = "head -c 5000000 /dev/zero > {}/fill; stat -c %s {}/fill"
    for place in ("/tmp", "/dev/shm"):
        said = run(sandbox, f"ls -A {place}; " + fill.format(place, place))
        assert "No space left" in said, said
        assert said.split()[-1] == str(2**20)
    assert "fill" not in set(os.listdir("/tmp")) - before


def test_there_are_no_rights_to_gain(sandbox: Sandbox) -> None:
    """No capabilities, no set-user-id programs, no further user namespaces."""
    said = run(sandbox, "grep -E '^(Cap|NoNew)' /proc/self/status; unshare -U true && echo nested")
    values = dict(line.split(":\t") for line in said.splitlines() if ":\t" in line)
    assert {int(values[key], 16) for key in values if key.startswith("Cap")} == {0}
    assert values["NoNewPrivs"] == "1"
    assert "nested" not in said


def test_a_wish_is_never_an_option(sandbox: Sandbox) -> None:
    """A command, a directory and a variable are what they are."""
    plan = planned(sandbox, ALICE, "--bind", "/", "/", cwd="/tmp")
    assert plan.argv[-4:] == ("--", "--bind", "/", "/")
    assert plan.argv[plan.argv.index("--chdir") + 1] == "/tmp"
    for wish in ({"cwd": "--bind"}, {"cwd": "~"}, {"env": {"LD_PRELOAD": "/home/user/x.so"}}):
        with pytest.raises(SpawnError):
            planned(sandbox, ALICE, "true", **wish)


def test_a_directory_that_is_not_there_is_the_home(sandbox: Sandbox) -> None:
    """No program fails to start because it was to begin somewhere else."""
    for cwd in ("/root", "/usr/../root", "/usrx", "/home/other"):
        assert run(sandbox, "pwd", cwd=cwd) == "/home/user\n", cwd
    for cwd in ("/usr/share", "/tmp", "/"):
        assert run(sandbox, "pwd", cwd=cwd) == f"{cwd}\n"


async def test_what_other_plugins_plan_is_put_into_a_sandbox(
    sandbox: Sandbox, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Whoever is asked first, and whoever it was to run as."""

    class Planner:
        name = "planner"

        @hookimpl
        def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
            argv = ("/bin/bash", "--norc", "--noprofile")
            env = {"PATH": "/usr/bin", "HOME": "/root", "KEPT": "ke''pt"}
            return SpawnPlan(argv, env, "/", rlimits={"CORE": (0, 0)})

    server = await tornterm_server(plugins=[Planner(), sandbox])
    client = await tornterm_client(server)
    client.within = 30.0
    client.send_input(b"cd; echo $(id -u)-$PWD-$(ulimit -c)-$TORNTERM_USER-${#KEPT}\n")
    await client.wait_for(b"1000-/home/user-0-alice-6")
    client.end()
    await client.wait_for(lambda c: c.exit is not None)


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_a_name_that_is_none_has_no_sandbox(sandbox: Sandbox, name: str, folder: Path) -> None:
    """It is refused in short words, and nothing is made."""
    with pytest.raises(SpawnError) as refused:
        planned(sandbox, User(name))
    assert len(str(refused.value)) < 200
    assert not (folder / "homes").exists()


def test_names_that_look_alike_have_homes_of_their_own(sandbox: Sandbox, folder: Path) -> None:
    """In case, in Unicode form, in what a path cannot hold."""
    names = (
        "Alice",
        "alice",
        "ALICE",
        "andr\u00e9",
        "andre\u0301",
        "a b",
        "a-b",
        "\u202fa",
        "é" * 128,
    )
    usable = [name for name in names if name.isprintable()]
    for name in usable:
        run(sandbox, 'test -e ~/who || echo "$TORNTERM_USER" > ~/who', User(name))
    for name in usable:
        assert run(sandbox, "cat ~/who", User(name)) == f"{name}\n"
    made = os.listdir(folder / "homes")
    assert len({entry.casefold() for entry in made} - {"etc"}) == len(usable)


def test_a_link_in_place_of_a_home_is_refused(sandbox: Sandbox, folder: Path) -> None:
    """Wherever it leads."""
    run(sandbox, "true")
    (home,) = (folder / "homes").glob("alice-*")
    home.rmdir()
    home.symlink_to(folder)
    with pytest.raises(SpawnError, match="private home"):
        planned(sandbox, ALICE)


def test_homes_are_not_shown_to_everybody() -> None:
    """A table that would do it is refused."""
    for homes, shown in (("/usr/homes", ()), ("/opt/x/homes", ("/opt/x",)), ("/opt", ("/opt/x",))):
        with pytest.raises(ValueError, match="contain each other"):
            SandboxSettings.model_validate({"homes": homes, "read_only": list(shown)})


def test_an_operator_is_told(folder: Path) -> None:
    """Before the first session fails."""
    table_ = table(folder, bwrap="/nowhere/bwrap", homes="/nowhere/homes", run_as="root")
    found = {problem.key for problem in Sandbox(table_).tornterm_check()}
    assert found == {"bwrap", "homes", "run_as"}
    assert Sandbox(table(folder)).tornterm_check() == []


async def test_a_terminal_works_as_outside(
    sandbox: Sandbox, tornterm_server: Any, tornterm_client: Any
) -> None:
    """It is the controlling one: Ctrl-C, job control and the size reach the program."""
    server = await tornterm_server(plugins=[sandbox])
    client = await tornterm_client(server)
    client.within = 30.0
    client.send_input(b"set -m; echo rea''dy\n")
    await client.wait_for(b"ready")
    client.send_input(b"echo sle''eping; sleep 600\n")
    await client.wait_for(b"sleeping")
    client.send_input(b"\x03")
    client.send_input(b"echo after-$?\n")
    await client.wait_for(b"after-130")
    client.send_input(b"until stty size | grep '^33 91$'; do sleep 0.1; done; echo ea''sy\n")
    client.resize(91, 33)
    await client.wait_for(b"33 91\r\neasy")
    client.send_input(b"ls /dev/pts; echo t >/dev/tty && echo o''wn\n")
    await client.wait_for(b"own")
    client.end()


async def test_nothing_is_left_after_the_end(
    sandbox: Sandbox, folder: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Also not what ignores a hang-up and has left the terminal."""
    server = await tornterm_server(plugins=[sandbox])
    client = await tornterm_client(server)
    client.within = 30.0
    os.mkfifo(folder / "held")
    plan = planned(sandbox, User("alice"))
    home = Path(plan.argv[plan.argv.index("--bind") + 1])
    os.mkfifo(home / "held")
    if plan.uid is not None:
        os.chown(home / "held", plan.uid, -1)
    reading = os.open(home / "held", os.O_RDONLY | os.O_NONBLOCK)
    try:
        client.send_input(
            b"trap '' HUP TERM; setsid nohup sleep 600 > ~/held & sleep 0; echo rea''dy\n"
        )
        await client.wait_for(b"ready")
        client.end()
        await client.wait_for(lambda c: c.exit is not None)
        # Its end of the pipe is closed when the last process is gone.
        os.set_blocking(reading, True)
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(os.read, reading, 1) == b""
    finally:
        os.close(reading)


def test_the_account_inside_has_a_name(sandbox: Sandbox) -> None:
    """It is the only one of its kind, and its files cannot be changed."""
    assert run(sandbox, "whoami; id -gn; eval echo ~user") == "user\nuser\n/home/user\n"
    assert "written" not in run(sandbox, "echo x:x:0:0::/: >> /etc/passwd && echo written")


def test_a_session_cannot_fork_without_end(folder: Path) -> None:
    """And what one session uses up is not missing in another of the same account."""
    few = Sandbox(table(folder, processes=8))
    for _ in range(2):
        # Not bash itself, which waits and tries again.
        said = run(few, "exec sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 600 & done'")
        assert "Cannot fork" in said, said
    holding = planned(few, ALICE, "/bin/bash", "-c", "sleep 600 & sleep 600 & echo up; wait")
    change = {} if holding.uid is None else {"user": holding.uid, "group": holding.gid}
    holder = subprocess.Popen(
        holding.argv,
        env=dict(holding.env),
        cwd="/",
        stdout=subprocess.PIPE,
        extra_groups=None if holding.uid is None else (),
        **change,  # type: ignore[arg-type]
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"up\n"
        script = "exec sh -c 'for i in 1 2 3 4; do sleep 0 & done; wait; echo four'"
        assert run(few, script, BOB) == "four\n"
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("script", ["echo No permissions >&2; exit 1", "exit 1", "kill -9 $$"])
def test_an_operator_learns_that_there_are_no_sandboxes(folder: Path, script: str) -> None:
    """Of whatever the machine, or the program, has against them."""
    stub = folder / "bwrap"
    stub.write_text(f"#!/bin/sh\n{script}\n")
    stub.chmod(0o755)
    (problem,) = Sandbox(table(folder, bwrap=str(stub))).tornterm_check()
    assert problem.key == "bwrap"
    assert "makes no sandboxes" in problem.why
    if "permissions" in script:
        assert problem.why.endswith("No permissions")


async def test_the_example_works(folder: Path, tornterm_server: Any, tornterm_client: Any) -> None:
    """With the directories and the account of this machine."""
    found = re.search(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    example = tomllib.loads(found[1])["plugins"]["sandbox"]
    assert example["read_only"] == ["/opt/course"]
    here = {"homes": str(folder / "homes"), "run_as": table(folder).run_as}
    settings = SandboxSettings.model_validate({**example, **here})
    server = await tornterm_server(plugins=[Sandbox(settings)])
    client = await tornterm_client(server)
    client.within = 30.0
    client.send_input(b"echo $(whoami)-$TORNTERM_USER-$((6*7))\n")
    await client.wait_for(b"user-alice-42")
    client.send_input(b"(: >/dev/tcp/127.0.0.1/%d) || echo no-net''work\n" % server.port)
    await client.wait_for(b"no-network")
    client.end()
    await client.wait_for(lambda c: c.exit is not None)


def test_the_server_exchanges_no_files_for_it(sandbox: Sandbox) -> None:
    """Whatever the plan was that is put inside."""
    inner = SpawnPlan(("/bin/true",), {}, "/", files=True)
    assert sandbox.tornterm_prepare_spawn(ALICE, inner).files is False
