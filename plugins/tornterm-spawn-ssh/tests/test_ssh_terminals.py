"""Terminals on a host with a real sshd."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from elsewhere import planned, table
from hosts import ACCOUNT, PASSWORD, Sshd, closing, garbage, listener, silence

from tornterm.hookspecs import hookimpl
from tornterm.types import SpawnPlan, SpawnRequest, User
from tornterm_spawn_ssh import Ssh, SshSettings

README = Path(__file__).parents[1] / "README.md"
Open = Callable[..., Any]


@pytest.fixture
def terminal(tornterm_server: Any, tornterm_client: Any) -> Open:
    """Opens a session of the person with a plugin."""

    async def opened(plugin: object, **wishes: Any) -> Any:
        token = "a-token-for-this-test-only-0123"
        known = {"tokens": [{"user": ACCOUNT, "token": token}]}
        tables = {"plugins": {"enabled": ["token"], "token": known}}
        server = await tornterm_server(tables, plugins=[plugin])
        headers = {"Authorization": f"Bearer {token}"}
        client = await tornterm_client(server, headers=headers, open=False)
        client.within = 60.0
        await client.open(**wishes)
        return client

    return opened


async def ended(client: Any) -> int | None:
    """How a session ends by itself."""
    await client.wait_for(lambda c: c.exit is not None)
    code: int | None = client.exit.exit_code
    return code


async def test_a_terminal_works_as_on_this_machine(host: Sshd, terminal: Open) -> None:
    """Account, variables, Ctrl-C, size and exit status go there and back."""
    client = await terminal(Ssh(table(host)))
    client.send_input(b"echo $(whoami)-$TORNTERM_USER-$((6*7))-$TERM\n")
    await client.wait_for(f"{ACCOUNT}-{ACCOUNT}-42-xterm-256color".encode())
    client.send_input(b"until stty size | grep '^33 91$'; do sleep 0.1; done; echo ea''sy\n")
    client.resize(91, 33)
    await client.wait_for(b"33 91\r\neasy")
    client.send_input(b"(echo sle''eping; sleep 600)\n")
    await client.wait_for(b"sleeping")
    client.send_input(b"\x03")
    client.send_input(b"echo after-$?\n")
    await client.wait_for(b"after-130")
    client.send_input(b"exit 7\n")
    assert await ended(client) == 7


async def test_nothing_of_ssh_can_be_reached_from_the_terminal(host: Sshd, terminal: Open) -> None:
    """What ssh itself would take for an order is typed there, at the beginning of a line."""
    client = await terminal(Ssh(table(host)))
    client.send_input(b"stty -echo; echo rea''dy; cat\n")
    await client.wait_for(b"ready")
    for order in (b"~.", b"~?", b"~C"):
        client.send_input(order + b"\n")
    client.send_input(b"still here\n")
    await client.wait_for(b"still here")
    client.send_input(b"\x04echo end-$((6*7))\n")
    await client.wait_for(b"end-42")
    assert b"~.\r\n~?\r\n~C\r\n" in client.recording.data
    assert b"Supported escape" not in client.recording.data
    assert b"ssh>" not in client.recording.data
    assert client.exit is None


async def test_nothing_is_left_there_after_the_end(host: Sshd, terminal: Open) -> None:
    """The host hangs up on what ran in the terminal."""
    client = await terminal(Ssh(table(host)))
    held = host.home / "held"
    client.send_input(f"mkfifo {held}; echo rea''dy\n".encode())
    await client.wait_for(b"ready")
    reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.set_blocking(reading, True)
        client.send_input(f"exec 3> {held}; echo o''pen >&3; sleep 600\n".encode())
        async with asyncio.timeout(60):
            # Before there is a writer, the end of the file is all there is.
            while not await asyncio.to_thread(os.read, reading, 100):
                pass
            client.end()
            while await asyncio.to_thread(os.read, reading, 100):
                pass
    finally:
        os.close(reading)
        held.unlink()


async def test_a_password_is_typed_where_there_is_no_key(host: Sshd, terminal: Open) -> None:
    """It is asked for in the terminal; a wrong one can be corrected, and it is nowhere to see."""
    if os.geteuid() != 0 and "CI" not in os.environ:
        pytest.skip("an account with a known password can only be made up by root")
    plugin = Ssh(table(host, {"identity": None}))
    client = await terminal(plugin)
    await client.wait_for(b"password: ")
    client.send_input(b"wrong\n")
    await client.wait_for(lambda c: c.recording.data.count(b"password: ") == 2)
    client.send_input(f"{PASSWORD}\n".encode())
    # What is typed before the prompt is thrown away by ssh.
    await client.wait_for(b"$ ")
    client.send_input(b"echo in-$((6*7))\n")
    await client.wait_for(b"in-42")
    assert PASSWORD.encode() not in client.recording.data


async def test_an_unknown_host_is_not_connected_to(host: Sshd, terminal: Open) -> None:
    """Nobody is asked whether it is the right one."""
    nobody = host.folder / "nobody-known"
    nobody.write_text("")
    client = await terminal(Ssh(table(host, known_hosts=str(nobody))))
    assert await ended(client) == 255
    assert b"verification failed" in client.recording.data
    assert nobody.read_text() == ""


async def test_a_host_with_another_key_is_not_connected_to(host: Sshd, terminal: Open) -> None:
    """It may be somebody in between."""
    other = host.folder / "other-known"
    key = " ".join((host.folder / "authorized_keys").read_text().split()[:2])
    other.write_text(f"[127.0.0.1]:{host.port} {key}\n")
    client = await terminal(Ssh(table(host, {"identity": None}, known_hosts=str(other))))
    assert await ended(client) == 255
    assert b"IDENTIFICATION HAS CHANGED" in client.recording.data
    assert b"password" not in client.recording.data.split(b"verification failed")[-1]


@pytest.mark.parametrize("answer", [silence, garbage, closing])
async def test_a_host_that_is_none_ends_the_session(
    host: Sshd, terminal: Open, answer: Callable[[socket.socket], object]
) -> None:
    """In a bounded time, with a word on the screen."""
    with listener(answer) as port:
        client = await terminal(Ssh(table(host, {"port": port}, timeout="1s")))
        assert await ended(client) == 255
        assert client.recording.data


async def test_a_host_that_is_down_hurts_no_other_session(host: Sshd, terminal: Open) -> None:
    """And can be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    plugin = Ssh(table(host, {"port": port, "profile": "down"}, {}))
    down = await terminal(plugin, profile="down")
    up = await terminal(plugin)
    assert await ended(down) == 255
    assert b"refused" in down.recording.data
    up.send_input(b"echo up-$((6*7))\n")
    await up.wait_for(b"up-42")


async def test_wishes_arrive_as_they_are(host: Sshd, terminal: Open) -> None:
    """A command is one command, whatever is in it, and no part of it is an option of ssh."""
    argv = ("printf", "<%s>", "-oProxyCommand=x", "a  b", "$(id)", "'; \"", "-v", "--", "\\n")
    plan = planned(Ssh(table(host)), argv=argv)
    assert plan.argv[-3:-1] == ("--", "127.0.0.1")

    class Wishing:
        name = "wishing"

        @hookimpl
        def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
            return plan

    client = await terminal(Wishing())
    assert await ended(client) == 0
    assert client.recording.data == "".join(f"<{word}>" for word in argv[2:]).encode()


async def test_the_example_works(host: Sshd, terminal: Open, tmp_path: Path) -> None:
    """With the host and the files of this machine."""
    found = re.search(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    text = found[1]
    changes = {
        "/etc/tornterm/known_hosts": str(host.known_hosts),
        "/etc/tornterm/id_ed25519": str(host.identity),
        '"build.example.org"': f'"127.0.0.1"\nport = {host.port}',
        '"shell.example.org"': f'"127.0.0.1"\nport = {host.port}',
        'run_as = "tornterm-ssh"': 'run_as = "nobody"' if os.geteuid() == 0 else "",
        'groups = ["developers"]': f"users = ['{ACCOUNT}']",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    plugin = Ssh(SshSettings.model_validate(tomllib.loads(text)["plugins"]["ssh"]))
    assert plugin.tornterm_check() == []
    client = await terminal(plugin, profile="build")
    client.send_input(b"echo $(whoami)-$((6*7))\n")
    await client.wait_for(f"{ACCOUNT}-42".encode())
