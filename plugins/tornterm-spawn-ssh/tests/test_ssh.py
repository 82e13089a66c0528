"""For whom there is a session on which host, and what ssh is never told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from elsewhere import PERSON, planned, table
from hosts import ACCOUNT, Sshd

from tornterm.errors import SpawnError
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import Size, SpawnRequest, User
from tornterm_spawn_ssh import Ssh

BAD_NAMES = ("a\nb", "a\0b", "-oProxyCommand=x", "a/b", ".", "x" * 10_000, "", "\ud800", "a\x7f")
NO_ACCOUNTS = ("Alice", "ALICE", "root", "andre\u0301", "a b", "a@b", "$(id)", "1a", "%u", "a;b")


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
