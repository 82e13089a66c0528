"""Sessions in real containers, and the command line of what cannot be run here."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from podman import IMAGE, Engine, Unusable, podman

from tornterm.errors import SpawnError
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance import RemoteSpawnConformance
from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_container import Container, ContainerSettings, people
from tornterm_spawn_container import plugin as module
from tornterm_spawn_container.asking import EngineError, said
from tornterm_spawn_container.engine import base

README = Path(__file__).parents[1] / "README.md"
WITHIN = 120.0
"""Seconds: an engine on a busy machine takes its time."""
BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")
ECHO = "stty raw -echo; printf ready; exec cat"
WORKS = f"""
case $1 in
  image) echo {"0" * 64};;
  container) echo true;;
  run) case "$*" in *--detach\\ *) echo {"0" * 64};; *) {ECHO};; esac;;
  exec) {ECHO};;
esac
"""
"""A script in place of an engine: what it runs repeats what is typed."""


def table(**more: Any) -> ContainerSettings:
    """A table for tests."""
    return ContainerSettings.model_validate({"image": IMAGE, **more})


def planned(plugin: Container, user: str = "alice", **wishes: Any) -> SpawnPlan:
    """The plan for a session."""
    return plugin.tornterm_spawn(User(user), SpawnRequest("s1", Size(), **wishes))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that can run containers."""
    try:
        with podman() as made:
            yield made
    except Unusable as why:
        pytest.skip(str(why))


def stub(folder: Path, script: str) -> str:
    """An engine that is a shell script, for `program`."""
    file = folder / "engine"
    # Moved there as a whole, because it may be running.
    (folder / "new").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "new").chmod(0o755)
    (folder / "new").rename(file)
    return str(file)


@pytest.fixture
def works(tmp_path: Path) -> str:
    """The program of an engine that works."""
    return stub(tmp_path, WORKS)


class TestContainer(RemoteSpawnConformance):
    """Everything that is asked of a spawn plugin, with an engine that does nothing."""

    @pytest.fixture
    def plugin(self, works: str) -> Container:
        """The plugin."""
        return Container(table(program=works))

    @pytest.fixture
    def broken(self, tmp_path: Path) -> Container:
        """The plugin with an engine that fails."""
        return Container(table(program=stub(tmp_path, "exit 1")))

    @pytest.fixture
    def hung(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
        """The plugin with an engine that never answers."""
        monkeypatch.setattr(module, "ANSWER", 0.3)
        return Container(table(program=stub(tmp_path, "exec sleep 30")))


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_a_name_that_is_none_has_no_container(name: str) -> None:
    """It is refused in short words."""
    with pytest.raises(SpawnError) as refused:
        planned(Container(table()), name)
    assert len(str(refused.value)) < 200


def test_names_that_look_alike_share_no_home(works: str) -> None:
    """In case, and in Unicode form."""
    plugin = Container(table(program=works, home="/home/user"))
    names = ("alice", "Alice", "andr\u00e9", "andre\u0301", "a b", "a-b")
    volumes = {arg for n in names for arg in planned(plugin, n).argv if arg.startswith("--volume")}
    assert len({volume.casefold() for volume in volumes}) == len(names)


@pytest.mark.parametrize("engine_name", ["podman", "docker"])
def test_the_command_line(engine_name: str, works: str) -> None:
    """What protects is on it, values are not, and a wish is nothing but a wish."""
    assert base(table(engine=engine_name)) == (f"/usr/bin/{engine_name}",)
    more = {"engine": engine_name, "program": works}
    plugin = Container(table(home="/home/user", env={"EDITOR": "a-secret"}, **more))
    plan = planned(plugin, argv=("--privileged", "-v", "/:/x"), cwd="/--x", env={"A": "b-secret"})
    assert plan.argv[1:3] == ("-I", "-S"), "what a session sets is nothing to Python"
    assert works in plan.argv
    assert plan.argv[-4:] == (IMAGE, "--privileged", "-v", "/:/x")
    options = plan.argv[: plan.argv.index(IMAGE)]
    for needed in (
        "--rm",
        "--read-only",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
        "--network=none",
        "--user=1000:1000",
        "--cpus=1",
        "--pids-limit=256",
        f"--memory={512 * 2**20}",
        "--pull=never",
        "--workdir=/--x",
        "--env=A",
        "--env=EDITOR",
    ):
        assert needed in options, needed
    assert not any("secret" in argument for argument in plan.argv)
    assert plan.env["A"] == "b-secret"
    assert ("--detach-keys=" in options) == (engine_name == "podman")


@pytest.mark.parametrize("engine_name", ["podman", "docker"])
def test_the_command_lines_of_a_shared_container(engine_name: str, tmp_path: Path) -> None:
    """What protects is on the one that makes it, and a wish is a wish on the other."""
    told = tmp_path / "told"
    program = stub(tmp_path, f'echo "$@" >> {told}{WORKS}')
    more = {"engine": engine_name, "program": program, "env": {"EDITOR": "a-secret"}}
    plugin = Container(table(per="user", **more))
    plan = planned(plugin, argv=("--privileged", "-x"), cwd="/--x", env={"A": "b-secret"})
    plugin.tornterm_shutdown(None)
    name, *wish = plan.argv[-3:]
    assert wish == ["--privileged", "-x"] and "-user-alice-" in name
    options = {"--user=1000:1000", "--workdir=/--x", "--env=A", "--env=EDITOR"}
    assert options < {*plan.argv} and plan.argv[:2] == (program, "exec")
    assert ("--detach-keys=" in plan.argv) == (engine_name == "podman")
    assert "secret" not in told.read_text() + str(plan.argv)
    (made,) = (line.split() for line in told.read_text().splitlines() if line[:3] == "run")
    assert made[-3:] == [IMAGE, "sleep", "2147483647"]
    kept = {"--rm", "--detach", "--read-only", "--cap-drop=all", "--network=none", "--cpus=1"}
    kept |= {"--user=1000:1000", "--pids-limit=256", f"--name={name}", "--label=tornterm=session"}
    assert kept | {f"--memory={512 * 2**20}", "--security-opt=no-new-privileges"} < {*made}


def test_variables_that_the_engine_obeys_are_refused() -> None:
    """They would have to be set for it, too."""
    plugin = Container(table())
    for name in ("LD_PRELOAD", "DOCKER_HOST", "PATH", "https_proxy", "CONTAINERS_CONF", "a b", "é"):
        with pytest.raises(SpawnError, match="cannot be set"):
            planned(plugin, env={name: "x"})
    with pytest.raises(ValueError, match="engine itself"):
        table(env={"DOCKER_HOST": "x"})
    with pytest.raises(SpawnError, match="absolute"):
        planned(plugin, cwd="--x")


def test_an_operator_is_told(tmp_path: Path) -> None:
    """Of an engine that is not there, or has no such image."""
    (missing,) = Container(table(program=str(tmp_path / "none"))).tornterm_check()
    assert missing.key == "engine"
    program = stub(tmp_path, "echo no such image >&2; exit 1")
    (problem,) = Container(table(program=program)).tornterm_check()
    assert problem.key == "image" and problem.why.endswith("no such image")


ENGINES = {
    "hangs": ("sleep 30", "it does not answer"),
    "ends and leaves somebody behind": ("sleep 30 &", "it does not answer"),
    "fails": ("echo at $0 >&2; printf 'no \\033[31mroom\\n' >&2; exit 1", "no ?[31mroom"),
    "says nothing": ("exit 0", "no id of "),
    "says something else": ("head -c 3000 /dev/urandom; echo; exit 0", "no id of "),
    "does not end its answer": ("exec cat /dev/zero", "its answer has no end"),
    "does not end its reasons": ("head -c 30000000 /dev/zero >&2; exit 1", "???"),
    "is no program": ("", "Exec format error"),
}
"""What an engine may do, and what the person learns."""


@pytest.mark.parametrize("per", ["session", "user"])
async def test_a_bad_engine_hurts_nobody_else(
    per: str,
    tmp_path: Path,
    works: str,
    tornterm_server: Any,
    tornterm_client: Any,
    tornterm_events: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no session and a reason, also for the audit; the others go on, and so does it."""
    plugin = Container(table(program=works, per=per))
    server = await tornterm_server({"sessions": {"max_per_user": 0}}, plugins=[plugin])
    other = await tornterm_client(server, user="bob")
    await other.wait_for(b"ready")
    for number, (what, (script, why)) in enumerate(ENGINES.items()):
        stub(tmp_path, script)
        if not script:
            (tmp_path / "engine").write_bytes(b"\0\1\2")
        with monkeypatch.context() as patch:
            if "not answer" in why:
                patch.setattr(module, "ANSWER", 0.3)
                patch.setattr(people, "ANSWER", 0.3)
            told = await server.fetch(
                "api/sessions", method="POST", headers=server.headers(), json={}
            )
        assert told.code == 500, what
        assert why in json.loads(told.body)["error"]["message"], told.body
        denied = await tornterm_events.wait_for("session.denied", number + 1)
        assert why in denied.facts["why"] and denied.user == "alice", what
        other.send_input(b"<%d>" % number)
        await other.wait_for(b"<%d>" % number)
    stub(tmp_path, WORKS)
    client = await tornterm_client(server)
    await client.wait_for(b"ready")


@pytest.mark.parametrize("answer", ["echo false", "sleep 3000"], ids=["answers", "hangs"])
async def test_an_engine_that_hangs_in_run_is_not_waited_for_for_ever(
    answer: str, tmp_path: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """The person is told what they wait for and how it ended, and nothing of it is left."""
    os.mkfifo(fifo := tmp_path / "fifo")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    hang = f"trap '' HUP; exec 3> {fifo}; sleep 3000 & sleep 3000"
    program = stub(
        tmp_path, f"case $1 in image) echo {'0' * 64};; container) {answer};; run) {hang};; esac"
    )
    server = await tornterm_server(plugins=[Container(table(program=program, start_timeout="1s"))])
    client = await tornterm_client(server)
    await client.wait_for(b"Waiting for the container engine, at most 1 s")
    await client.wait_for(b"did not start the container within 1 s")
    await client.wait_for(lambda c: c.exit is not None)
    os.set_blocking(reader, True)
    left = await asyncio.to_thread(os.read, reader, 1)
    os.close(reader)
    assert left == b"", "nobody holds the other end any more"


def watchers(folder: Path) -> list[str]:
    """The watchers of engines that lie in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_text(errors="replace")
            found += [words] if "waiting.py" in words and str(folder) in words else []
    return found


def wait_until_answered(told: Path) -> None:
    """Until an engine has been asked, and nobody watches it any more."""
    while not told.exists() or watchers(told.parent):
        time.sleep(0.02)


async def test_a_container_that_runs_is_left_alone(
    tmp_path: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Nobody is told anything, its status arrives, and the watcher asks no more."""
    told = tmp_path / "told"
    script = WORKS.replace("echo true", f"echo asked >> {told}; echo true")
    plugin = Container(table(program=stub(tmp_path, script), start_timeout="1s"))
    client = await tornterm_client(await tornterm_server(plugins=[plugin]))
    await client.wait_for(b"ready")
    # It has its answer; one that went on would stay beyond the limit, and end the session.
    await asyncio.to_thread(wait_until_answered, told)
    client.send_input(b"<still>")
    await client.wait_for(b"<still>")
    assert b"engine" not in client.recording.data and told.read_text() == "asked\n"


def test_nothing_is_left_of_a_question_that_was_given_up(tmp_path: Path) -> None:
    """What the engine's program has started ends with it."""
    os.mkfifo(fifo := tmp_path / "fifo")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    program = stub(tmp_path, f"exec 3> {fifo}; sleep 3000 & sleep 3000")
    with pytest.raises(EngineError, match="does not answer"):
        said([program], 0.5)
    os.set_blocking(reader, True)
    with open(reader, "rb") as file:
        assert file.read() == b"", "it ends when nobody holds the other end any more"


async def test_the_example_works(
    engine: Engine, tornterm_server: Any, tornterm_client: Any
) -> None:
    """With the image of this machine: limits hold, the home is kept, and nothing is left."""
    found = re.search(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    example = tomllib.loads(found[1])["plugins"]["container"]
    plugin = Container(
        ContainerSettings.model_validate({**example, "image": IMAGE, **engine.options})
    )
    assert plugin.tornterm_check() == []
    server = await tornterm_server(plugins=[plugin])
    for number in range(2):
        client = await tornterm_client(server)
        client.within = WITHIN
        client.send_input(b"echo $(id -u)-$TORNTERM_USER-$PWD-$((6*7))\n")
        await client.wait_for(b"1000-alice-/home/user-42")
        client.send_input(b"touch ~/kept$(ls ~ | wc -l); echo n''ow-$(ls ~ | wc -l)\n")
        await client.wait_for(b"now-%d" % (number + 1))
        client.send_input(b"touch /x || echo read''only; ls /sys/class/net; echo d''one\n")
        await client.wait_for(b"done")
        assert b"readonly" in client.recording.data
        assert b"eth" not in client.recording.data
        name = engine("ps", "--format={{.Names}}").strip()
        assert name.startswith("tornterm-")
        # What a session's start is judged by.
        asked = ("container", "inspect", "--format={{.State.Running}}", name)
        assert engine(*asked) == "true\n"
        client.send_input(b"exit 3\n")
        await client.wait_for(lambda c: c.exit is not None)
        assert client.exit.exit_code == 3
    await server.terminals.close()
    await engine.emptied()


async def test_what_ignores_every_signal_is_removed(
    engine: Engine, tornterm_server: Any, tornterm_client: Any
) -> None:
    """With the server itself, which does not wait for it."""
    tables = {"sessions": {"kill_after": "200ms"}}
    server = await tornterm_server(tables, plugins=[Container(table(**engine.options))])
    client = await tornterm_client(server)
    client.within = WITHIN
    client.send_input(b"trap '' HUP TERM INT; echo stub''born; sleep 3000\n")
    await client.wait_for(b"stubborn")
    assert engine("ps", "--quiet") != ""
    await server.terminals.close()
    await engine.emptied()


def test_a_crash_of_the_server_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    """The keeper sees its end, and removes its containers and no others."""
    run = ("run", "--detach", "--network=none", *engine.options["run_options"])
    label = "--label=tornterm=session"
    beginning = "tornterm-999999999.1-"
    for name in (f"{beginning}a", f"{beginning}b", "tornterm-999999998.1-c"):
        engine(*run, label, f"--name={name}", IMAGE, "sleep", "3000")
    keeper = (sys.executable, "-m", "tornterm_spawn_container.keeper", beginning, "60", "podman")
    command = (*keeper, *engine.options["global_options"])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=env, timeout=120)
    assert done.returncode == 0
    assert engine("ps", "--format={{.Names}}").split() == ["tornterm-999999998.1-c"]
    # What is left of a server that is no more, the next one removes.
    Container(table(**engine.options))._remove_left()
    assert engine("ps", "--all", "--quiet") == ""


SERVER = """
import asyncio, json, sys
from tornterm.testing.server import LiveServer
from tornterm_spawn_container import Container, ContainerSettings

async def main():
    plugin = Container(ContainerSettings.model_validate_json(sys.argv[1]))
    async with LiveServer({}, [plugin]) as server:
        print(json.dumps([server.url, server.headers()]), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def killed(settings: dict[str, Any], engine: Engine) -> None:
    """Kill a server with a session in the middle of something, and wait until nothing is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER, json.dumps(settings)),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout
        url, headers = json.loads(await process.stdout.readline())
        async with V1Client(url, headers=headers, within=WITHIN) as client:
            await client.open()
            client.send_input(b"trap '' HUP TERM INT; echo stub''born; sleep 3000\n")
            await client.wait_for(b"stubborn")
            assert engine("ps", "--quiet") != ""
            process.kill()
        await engine.emptied()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("per", ["session", "user"])
async def test_killing_the_server_leaves_nothing(
    per: str, engine: Engine, tornterm_loop: object
) -> None:
    """With what ignores every signal, and while somebody is connected."""
    await killed({"image": IMAGE, "per": per, **engine.options}, engine)


async def test_the_limits_hold(engine: Engine, tornterm_server: Any, tornterm_client: Any) -> None:
    """Of processes, memory and processors; a neighbour notices nothing."""
    limits = {"processes": 24, "memory": "64 MiB", "cpus": 0.2}
    server = await tornterm_server(plugins=[Container(table(**limits, **engine.options))])
    other, client = [
        await tornterm_client(server, user=name, within=WITHIN) for name in ("bob", "alice")
    ]
    client.send_input(b"(a=0123456789abcdef; while :; do a=$a$a; done); echo memory-$?\n")
    await client.wait_for(b"memory-137")
    client.send_input(
        b"i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; "
        # One of both is there.
        b"cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat 2>&1; echo all-$?\n"
    )
    await client.wait_for(b"all-1")
    throttled = re.search(rb"nr_throttled (\d+)", client.recording.data)
    assert throttled and int(throttled[1]) > 0
    client.send_input(b"bomb() { bomb | bomb & }; bomb\n")
    await client.wait_for(b"can't fork")
    other.send_input(b"echo un$((1+1))hurt\n")
    await other.wait_for(b"un2hurt")
    client.end()
    await client.wait_for(lambda c: c.exit is not None)
    other.send_input(b"exit\n")
    await other.wait_for(lambda c: c.exit is not None)
    await engine.emptied()


async def asked(client: V1Client, command: str, answer: str) -> None:
    """Have the shell do something, and wait for what it prints."""
    client.send_input(f"{command}\n".encode())
    await client.wait_for(answer.encode())


def programs(engine: Engine, container: str) -> list[str]:
    """What runs in a container, without what is there in every one."""
    running = engine("top", container, "args").splitlines()[1:]
    return sorted(line.strip() for line in running if "2147483647" not in line)


async def test_sessions_of_a_user_share_a_container(
    engine: Engine, tornterm_server: Any, tornterm_client: Any, tornterm_events: Any
) -> None:
    """Each ends with all that it started, and the container stays for the next one."""
    shared = {"per": "user", "env": {"COLOUR": "blue"}, "home": "/home/user", **engine.options}
    server = await tornterm_server(plugins=[Container(table(**shared))])
    names = ("alice", "alice", "bob")
    one, two, bob = [await tornterm_client(server, user=name, within=WITHIN) for name in names]
    await asked(one, "echo $(id -u)-$PWD-$COLOUR-$TORNTERM_USER", "1000-/home/user-blue-alice")
    await asked(one, "touch /tmp/mine; echo $((6*7))", "42")
    await asked(two, "ls /tmp; touch /x || echo read-o''nly", "read-only")
    assert b"mine" in two.recording.data
    await asked(bob, "ls /tmp; echo $((6*7))", "42")
    assert b"mine" not in bob.recording.data
    container, _ = sorted(engine("ps", "--format={{.Names}}").split(), key=lambda n: "bob" in n)
    await asked(two, "trap '' HUP TERM INT; sleep 3001 & echo $((6*7))", "42")
    await asked(one, "sleep 3002 & echo $((6*9))", "54")
    assert programs(engine, container) == ["/bin/sh -l", "/bin/sh -l", "sleep 3001", "sleep 3002"]
    two.end()
    await tornterm_events.wait_for("session.exited")
    left = ["/bin/sh -l", "sleep 3002"]
    await engine.until(lambda: programs(engine, container) == left)
    await asked(one, "exit 7", "")
    await tornterm_events.wait_for("session.exited", 2)
    assert tornterm_events.named("session.exited")[1].facts["code"] == 7
    await engine.until(lambda: programs(engine, container) == [])
    again = await tornterm_client(server, within=WITHIN)
    await asked(again, "ls /tmp; echo $((6*7))", "42")
    assert b"mine" in again.recording.data
    assert container in engine("ps", "--format={{.Names}}")
    await server.terminals.close()
    await engine.emptied()


async def test_a_users_container_ends_when_its_time_is_over(
    engine: Engine, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Even where nothing can be started in it any more; one that was stopped is made anew."""
    limits = {"per": "user", "grace": "0", "processes": 16, **engine.options}
    server = await tornterm_server(plugins=[Container(table(**limits))])
    one = await tornterm_client(server, within=WITHIN)
    await asked(one, "touch /tmp/mine; echo $((6*7))", "42")
    (container,) = engine("ps", "--format={{.Names}}").split()
    engine("kill", container)
    await one.wait_for(lambda c: c.exit is not None)
    two = await tornterm_client(server, within=WITHIN)
    await asked(two, "ls /tmp; echo $((6*7))", "42")
    assert b"mine" not in two.recording.data
    await asked(two, "bomb() { bomb | bomb & }; bomb", "can't fork")
    two.end()
    await two.wait_for(lambda c: c.exit is not None)
    await engine.emptied()
