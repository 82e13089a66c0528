"""Users with passwords: logging in, changes while the server runs, and the commands."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import argon2
import click
import pytest
from click.testing import CliRunner

from tests.builtin.apps import FakeApp, bearer, form
from tornterm.builtin.local_users import LocalUsers, LocalUsersSettings
from tornterm.builtin.users_edit import add_user, remove_user
from tornterm.builtin.users_file import read_users
from tornterm.errors import AuthError, ConfigError
from tornterm.plugins import PluginHost
from tornterm.types import User

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SECRET, OTHER = CHEAP.hash("secret"), CHEAP.hash("other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "users.toml"
    add_user(path, "alice", SECRET, ["students"])
    add_user(path, "bob", OTHER, admin=True)
    return path


def host_for(path: Path, **table: Any) -> PluginHost:
    tables = {"local_users": {"file": path.name, **table}}
    return PluginHost(["local_users"], tables, source=str(path.parent / "tornterm.toml"))


@asynccontextmanager
async def running(host: PluginHost) -> AsyncIterator[FakeApp]:
    app = FakeApp(host)
    await host.startup(app)
    try:
        yield app
    finally:
        await host.shutdown(app)


def attempt(name: str, password: str) -> Any:
    return form("local_users", username=name, password=password)


async def test_the_right_password_logs_in(path: Path) -> None:
    """Name, groups and rights come from the file; the hash stays there."""
    host = host_for(path)
    async with running(host):
        alice = await host.authenticate(attempt("alice", "secret"))
        assert alice is not None
        assert (alice.name, alice.groups, alice.admin) == ("alice", ("students",), False)
        assert alice.backend == "local_users"
        assert "argon2" not in repr(alice)
        bob = await host.authenticate(attempt("bob", "other"))
        assert bob is not None and bob.admin


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("alice", "other"),
        ("eve", "secret"),
        ("", "secret"),
        ("Alice", "secret"),
        ("alice", "secret" + "x" * 100_000),
        ("alice\x00", "secret"),
        ("\ud800", "\ud800"),
    ],
)
async def test_anything_else_does_not(path: Path, name: str, password: str) -> None:
    """All refusals are the same, so none says whether the name or the password was wrong."""
    host = host_for(path)
    async with running(host):
        with pytest.raises(AuthError) as error:
            await host.authenticate(attempt(name, password))
    assert str(error.value) == "wrong name or password"
    assert error.value.public == "Wrong user name or password."


async def test_a_very_long_password_is_nobody_s(path: Path) -> None:
    """A password is not taken for right because its beginning is."""
    long = "x" * 1024
    add_user(path, "carol", CHEAP.hash(long))
    host = host_for(path)
    async with running(host):
        assert await host.authenticate(attempt("carol", long)) is not None
        with pytest.raises(AuthError):
            await host.authenticate(attempt("carol", long + "y"))


async def test_other_requests_are_not_ours(path: Path) -> None:
    """Bearer tokens and forms of other methods are left to other plugins."""
    host = host_for(path)
    async with running(host):
        assert await host.authenticate(bearer("secret")) is None
        assert await host.authenticate(form("token", token="secret")) is None


async def test_names_are_one_in_all_forms_of_unicode(path: Path) -> None:
    """What a keyboard makes of an accent does not matter."""
    add_user(path, "jose\u0301", SECRET)
    host = host_for(path)
    async with running(host):
        for form_of_name in ("jos\u00e9", "jose\u0301"):
            user = await host.authenticate(attempt(form_of_name, "secret"))
            assert user is not None and user.name == "jos\u00e9"


async def test_unknown_names_cost_as_much_as_known_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash is verified in any case, in a worker thread, so the time it takes tells nothing."""
    verified: list[threading.Thread] = []
    real = argon2.PasswordHasher.verify

    def counting(self: Any, hashed: Any, password: Any) -> Any:
        verified.append(threading.current_thread())
        return real(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    host = host_for(path)
    async with running(host):
        for name in ("alice", "eve", ""):
            verified.clear()
            with pytest.raises(AuthError):
                await host.authenticate(attempt(name, "wrong"))
            assert len(verified) == 1
            assert verified[0] is not threading.main_thread()


async def test_users_may_stand_in_the_configuration(tmp_path: Path) -> None:
    """Without a file, and beside one; a user in both places is a mistake."""
    inline = {"carol": {"password": SECRET, "groups": ["staff"]}}
    path = tmp_path / "users.toml"
    host = host_for(path, users=inline)
    async with running(host):
        user = await host.authenticate(attempt("carol", "secret"))
        assert user is not None and user.groups == ("staff",)
    add_user(path, "alice", OTHER)
    host = host_for(path, users=inline)
    async with running(host):
        assert await host.authenticate(attempt("alice", "other")) is not None
        assert await host.authenticate(attempt("carol", "secret")) is not None
    add_user(path, "carol", OTHER)
    with pytest.raises(ConfigError, match=r"carol: also in \[plugins.local_users.users\]"):
        await host.startup(FakeApp(host))


async def test_a_missing_or_broken_file_stops_the_start(tmp_path: Path) -> None:
    """A server that nobody can log in to does not start, and says what to do."""
    path = tmp_path / "users.toml"
    host = host_for(path)
    with pytest.raises(ConfigError, match="tornterm user add"):
        await host.startup(FakeApp(host))
    path.write_text("[users.alice]\npassword = 1\n")
    host = host_for(path)
    with pytest.raises(ConfigError, match=r"users\.toml, line 2"):
        await host.startup(FakeApp(host))


def test_wrong_inline_users_are_told() -> None:
    """A plain password in the configuration is refused, and not repeated."""
    with pytest.raises(ConfigError) as error:
        host_for(Path("users.toml"), users={"carol": {"password": "hunter2"}})
    assert "[plugins.local_users.users.carol] password" in str(error.value)
    assert "hunter2" not in str(error.value)


# --- changes while the server runs ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "still_good"),
    [
        (lambda path: remove_user(path, "alice"), False),
        (lambda path: add_user(path, "alice", OTHER, ["students"], replace=True), False),
        (lambda path: add_user(path, "alice", SECRET, ["staff"], replace=True), False),
        (
            lambda path: add_user(path, "alice", SECRET, ["students"], admin=True, replace=True),
            False,
        ),
        (lambda path: add_user(path, "carol", SECRET), True),
        (lambda path: remove_user(path, "bob"), True),
    ],
)
async def test_a_login_ends_when_its_user_changes(
    path: Path,
    change: Callable[[Path], None],
    still_good: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Removal, a new password, other groups or rights end logins; other users' changes do not."""
    monkeypatch.setattr(LocalUsers, "watch_seconds", 0.01)
    host = host_for(path)
    async with running(host) as app:
        alice = await host.authenticate(attempt("alice", "secret"))
        assert alice is not None
        assert await host.revalidate(alice)
        change(path)
        await app.rechecked.wait()
        assert await host.revalidate(alice) is still_good


async def test_other_backends_users_are_not_ours_to_judge(path: Path) -> None:
    """A user of the same name from another plugin is left to that plugin."""
    host = host_for(path)
    async with running(host):
        assert await host.revalidate(User("eve", backend="token"))
        assert not await host.revalidate(User("eve", backend="local_users"))


def put(path: Path, group: str) -> None:
    path.write_text(f'[users.alice]\npassword = "{SECRET}"\ngroups = ["{group}"]\n')


def plugin_for(path: Path) -> LocalUsers:
    return LocalUsers(LocalUsersSettings(file=path))


@pytest.mark.parametrize("break_it", [lambda p: p.write_text("[users"), lambda p: p.unlink()])
async def test_a_broken_file_keeps_the_last_good_state(
    path: Path, break_it: Callable[[Path], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake while editing locks nobody out, is logged once, and mending it is noticed."""
    plugin = plugin_for(path)
    host = PluginHost([], {}, [plugin])
    async with running(host):
        break_it(path)
        with caplog.at_level(logging.ERROR):
            assert not plugin.check_file()
            assert not plugin.check_file()
        assert len(caplog.records) == 1
        assert "users.toml" in caplog.text
        assert await host.authenticate(attempt("alice", "secret")) is not None
        put(path, "staff")
        assert plugin.check_file()
        alice = await host.authenticate(attempt("alice", "secret"))
        assert alice is not None and alice.groups == ("staff",)


async def test_a_touched_file_ends_no_login(path: Path) -> None:
    """Logins are asked again, and stand."""
    plugin = plugin_for(path)
    host = PluginHost([], {}, [plugin])
    async with running(host):
        alice = await host.authenticate(attempt("alice", "secret"))
        assert alice is not None
        os.utime(path, (0, 0))
        assert plugin.check_file()
        assert await host.revalidate(alice)


async def test_one_who_comes_and_goes_between_two_looks(path: Path) -> None:
    """A login made before the watch saw its user ends with the user all the same."""
    plugin = plugin_for(path)
    host = PluginHost([], {}, [plugin])
    async with running(host) as app:
        add_user(path, "carol", SECRET)
        carol = await host.authenticate(attempt("carol", "secret"))
        assert carol is not None
        remove_user(path, "carol")
        assert plugin.check_file()
        assert app.rechecked.is_set()
        assert not await host.revalidate(carol)


async def test_the_watch_survives_a_failing_application(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error while telling the application must not end the watch."""
    monkeypatch.setattr(LocalUsers, "watch_seconds", 0.01)
    host = host_for(path)
    failed = asyncio.Event()

    class Failing(FakeApp):
        def recheck_logins(self) -> None:
            if not failed.is_set():
                failed.set()
                raise RuntimeError("cannot")
            super().recheck_logins()

    app = Failing(host)
    await host.startup(app)
    add_user(path, "carol", SECRET)
    await failed.wait()
    remove_user(path, "carol")
    await app.rechecked.wait()
    await host.shutdown(app)
    assert "cannot" in caplog.text


# --- tornterm user --------------------------------------------------------------------------------


def user_command(path: Path) -> click.Command:
    ((plugin, command),) = host_for(path).commands()
    assert (plugin, command.name) == ("local_users", "user")
    return command


def test_the_commands_add_list_and_remove(tmp_path: Path) -> None:
    """From an empty directory to users and back, with a real hash that logs in."""
    path = tmp_path / "users.toml"
    command, run = user_command(path), CliRunner().invoke
    added = run(
        command, ["add", "alice", "--group", "a", "--admin", "--password-stdin"], "passw 01\n"
    )
    assert added.exit_code == 0, added.output
    assert read_users(path)["alice"].password.startswith("$argon2id$")
    assert argon2.PasswordHasher().verify(read_users(path)["alice"].password, "passw 01")
    assert run(command, ["add", "bob"], "passw0rd\npassw0rd\n").exit_code == 0
    assert run(command, ["list"]).output == "alice  admin  groups: a\nbob\n"
    assert run(command, ["remove", "alice"]).exit_code == 0
    assert list(read_users(path)) == ["bob"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "alice", "--password-stdin"], '"alice" already; --replace takes its place'),
        (["remove", "eve"], 'there is no user "eve"'),
        (["add", "--password-stdin", "--", "-rf"], 'must not begin with "-"'),
        (["add", "a/b", "--password-stdin"], 'must not contain "/"'),
        (["add", "carol", "--group", "\n", "--password-stdin"], "group name"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(path: Path, arguments: list[str], said: str) -> None:
    """What the person can put right is no traceback, and changes nothing."""
    before = path.read_text()
    result = CliRunner().invoke(user_command(path), arguments, "password\n")
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1
    assert path.read_text() == before


@pytest.mark.parametrize("typed", ["", "\n", "1234567\n"])
def test_a_short_password_is_refused(path: Path, typed: str) -> None:
    """Nothing, or what is soon guessed, makes no user."""
    result = CliRunner().invoke(user_command(path), ["add", "carol", "--password-stdin"], typed)
    assert result.exit_code == 2
    assert "at least 8 characters" in result.output


def test_a_password_needs_a_terminal(path: Path) -> None:
    """Where there is none, nothing is asked on it, and the person is told what to do instead."""
    config = path.with_name("tornterm.toml")
    config.write_text('[plugins]\nenabled = ["local_users", "shell"]\n')
    done = subprocess.run(
        [sys.executable, "-m", "tornterm", "user", "add", "carol", "--config", config],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "tornterm: there is no terminal to type the password on; use --password-stdin\n"
    )


def test_the_commands_work_on_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The first `user add` comes before there is a file."""
    result = CliRunner().invoke(user_command(tmp_path / "users.toml"), ["list"])
    assert (result.exit_code, result.output) == (0, "")
