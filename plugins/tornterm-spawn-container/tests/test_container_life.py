"""Real containers: they keep their limits, and nothing is left of them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from containers import table
from podman import IMAGE, Engine, Unusable, podman

from tornterm.testing.clients import V1Client
from tornterm_spawn_container import Container, ContainerSettings

README = Path(__file__).parents[1] / "README.md"


WITHIN = 120.0
"""Seconds: an engine on a busy machine takes its time."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that can run containers."""
    try:
        with podman() as made:
            yield made
    except Unusable as why:
        pytest.skip(str(why))


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
