"""Sessions on a real sshd, and on what is none."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import ACCOUNT, PASSWORD, Sshd, closing, garbage, listener, silence, sshd

from tornterm.errors import SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_ssh import Ssh, SshSettings

README = Path(__file__).parents[1] / "README.md"
PERSON = User(ACCOUNT)
BAD_NAMES = ("a\nb", "a\0b", "-oProxyCommand=x", "a/b", ".", "x" * 10_000, "", "\ud800", "a\x7f")
NO_ACCOUNTS = ("Alice", "ALICE", "root", "andre\u0301", "a b", "a@b", "$(id)", "1a", "%u", "a;b")


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """A host."""
    with sshd() as running:
        yield running


def table(host: Sshd, *hosts: dict[str, Any], **more: Any) -> SshSettings:
    """A table for tests."""
    plain = {"host": "127.0.0.1", "port": host.port, "identity": str(host.identity)}
    values = {
        "known_hosts": str(host.known_hosts),
        "hosts": [{**plain, **one} for one in hosts or ({},)],
        **({"run_as": "nobody"} if os.geteuid() == 0 else {}),
        **more,
    }
    return SshSettings.model_validate(values)


def planned(plugin: Ssh, user: User = PERSON, **wishes: Any) -> SpawnPlan:
    """The plan for a session; there has to be one."""
    plan = plugin.tornterm_spawn(user, SpawnRequest("s1", Size(), **wishes))
    assert plan is not None
    return plan


class TestSsh(SpawnConformance):
    """Everything that is asked of a spawn plugin."""

    @pytest.fixture
    def plugin(self, host: Sshd) -> Ssh:
        """The plugin."""
        return Ssh(table(host, {"users": [ACCOUNT]}))

    @pytest.fixture
    def user(self) -> User:
        """Somebody who has an account on the host."""
        return PERSON


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


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_a_name_that_is_none_has_no_session(host: Sshd, name: str) -> None:
    """Not even where it is not used."""
    with pytest.raises(SpawnError) as refused:
        planned(Ssh(table(host, {"account": "guest"})), User(name))
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", NO_ACCOUNTS)
def test_a_name_that_is_no_account_is_none_on_a_host(host: Sshd, name: str) -> None:
    """Neither is it one in another case, nor root, nor anything that a shell or ssh would read."""
    with pytest.raises(SpawnError, match="not that of an account"):
        planned(Ssh(table(host)), User(name))
    planned(Ssh(table(host, {"account": "guest"})), User(name))


@pytest.mark.parametrize("name", ["a.example.org", "Alice", "-a", "a_b", "a" * 33, "é", "root@x"])
def test_a_name_leads_to_no_other_host(host: Sshd, name: str) -> None:
    """It is one label of a host's name, or there is no session."""
    plugin = Ssh(table(host, {"host": "{user}.lab.example.org", "account": "guest"}))
    with pytest.raises(SpawnError):
        planned(plugin, User(name))
    assert planned(plugin, User("bob")).argv[-2:] == ("--", "bob.lab.example.org")


def test_the_first_host_for_a_session_is_used(host: Sshd) -> None:
    """By profile, user and group; where there is none, other plugins are asked."""
    plugin = Ssh(
        table(
            host,
            {"host": "a", "users": ["alice"], "groups": ["staff"]},
            {"host": "b", "profile": "build"},
            {"host": "c", "groups": ["students"]},
        )
    )

    def chosen(user: User, profile: str = "") -> str:
        return planned(plugin, user, profile=profile).argv[-1]

    assert chosen(User("alice", groups=("students",))) == "a"
    assert chosen(User("bob", groups=("students", "staff"))) == "a"
    assert chosen(User("bob", groups=("students",))) == "c"
    assert chosen(User("bob"), "build") == "b"
    for user, profile in ((User("bob"), ""), (User("Alice"), ""), (User("alice"), "--")):
        assert plugin.tornterm_spawn(user, SpawnRequest("s1", Size(), profile=profile)) is None


def test_profiles_are_offered_to_whom_the_hosts_are_for(host: Sshd) -> None:
    """Each once, however many hosts have it."""
    build = {"host": "b", "profile": "build"}
    db = {"host": "c", "profile": "root on db1", "groups": ["admins"]}
    plugin = Ssh(table(host, {"host": "a"}, build, {**build, "host": "d"}, db))

    def offered(user: User) -> list[str]:
        return [profile.name for profile in asyncio.run(plugin.tornterm_profiles(user))]

    assert offered(User("bob")) == ["build"]
    assert offered(User("eve", groups=("admins",))) == ["build", "root on db1"]


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


def test_variables_are_offered_and_never_options(
    host: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those of a list, none that ssh obeys, and none of the server's."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    plugin = Ssh(table(host, send_env=["LC_*", "EDITOR"]))
    plan = planned(plugin, env={"LC_TIME": "-oX", "EDITOR": "vi"})
    assert plan.env["LC_TIME"] == "-oX"
    assert not any("-oX" in argument for argument in plan.argv)
    assert "SSH_AUTH_SOCK" not in plan.env
    for name in ("LD_PRELOAD", "PATH", "SSH_ASKPASS", "OTHER", "LC"):
        with pytest.raises(SpawnError, match="not one that hosts are sent"):
            planned(plugin, env={name: "x"})
    with pytest.raises(SpawnError, match="begins where"):
        planned(plugin, cwd="/tmp")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "-oProxyCommand=x"),
        ("host", "a b"),
        ("host", "root@a"),
        ("host", "ssh://a"),
        ("host", "{user}{user}"),
        ("account", "-x"),
        ("account", "a b"),
        ("account", "{user}x"),
        ("command", "-v"),
        ("command", "a\nb"),
        ("identity", "/a b"),
        ("identity", "/a%h"),
        ("port", 0),
    ],
)
def test_a_table_with_an_option_in_it_is_refused(host: Sshd, key: str, value: object) -> None:
    """An operator's slip is no option, either."""
    with pytest.raises(ValueError, match=key):
        table(host, {key: value})


@pytest.mark.parametrize("name", ["LD_PRELOAD", "SSH_AUTH_SOCK", "PATH", "L*", "A B", ""])
def test_variables_that_ssh_obeys_are_never_sent(host: Sshd, name: str) -> None:
    """They would have to be set here."""
    with pytest.raises(ValueError, match="send_env"):
        table(host, send_env=[name])


def test_an_operator_is_told(host: Sshd, tmp_path: Path) -> None:
    """What is missing stops the start; a host without a key is worth a warning."""
    open_key = tmp_path / "key"
    open_key.touch(0o644)
    missing = str(tmp_path / "none")
    broken = table(host, {"identity": str(open_key)}, known_hosts=missing, ssh=missing)
    found = Ssh(broken).tornterm_check()
    assert {problem.key for problem in found} == {"ssh", "known_hosts", "hosts"}
    assert not any(problem.warning for problem in found)
    assert {p.key for p in Ssh(table(host, run_as="root")).tornterm_check()} == {"run_as"}
    hosts = ({}, {"host": "unknown.example.org", "port": 22}, {"host": "{user}.example.org"})
    (doubt,) = Ssh(table(host, *hosts)).tornterm_check()
    assert doubt.warning and "no key of unknown.example.org," in doubt.why


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
