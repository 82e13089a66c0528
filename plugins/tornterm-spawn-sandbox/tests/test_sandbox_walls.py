"""What programs in a sandbox can neither see nor change."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sandboxes import ALICE, BOB, planned, run, table

from tornterm_spawn_sandbox import Sandbox

CANARY = "a-secret-of-the-server-0123456789"


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
