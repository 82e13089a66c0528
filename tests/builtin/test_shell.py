"""Which program a session runs, with which environment, where, and as whom."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from tests.builtin.apps import FakeApp
from tornterm.errors import ConfigError, SpawnError
from tornterm.plugins import PluginHost
from tornterm.types import Profile, Size, SpawnPlan, SpawnRequest, User

ME = pwd.getpwuid(os.geteuid())
OTHER = pwd.struct_passwd(("alice", "x", 4321, 4322, "", "/nowhere/alice", "/bin/sh"))
ROOT_TOO = pwd.struct_passwd(("toor", "x", 0, 0, "", "/root", "/bin/sh"))


async def plan(
    table: dict[str, Any] | None = None, user: str = "alice", **request: Any
) -> SpawnPlan:
    host = PluginHost(["shell"], {"shell": table or {}}, source="t.toml")
    try:
        return await host.spawn(User(user), SpawnRequest("s1", Size(), **request))
    finally:
        await host.shutdown(FakeApp(host))


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that runs as root, on a machine with the account alice."""
    accounts = {"alice": OTHER, "toor": ROOT_TOO}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: accounts[name])
    monkeypatch.setattr(os, "getgrouplist", lambda name, gid: [gid, 77])


# --- the command ----------------------------------------------------------------------------------


async def test_the_default_is_the_account_s_login_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing configured: a login shell in the home directory, as the server's own account."""
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd((*ME[:6], "/bin/dash")))
    made = await plan()
    assert made.argv == ("/bin/dash", "-l")
    assert made.cwd == ME.pw_dir
    assert (made.uid, made.gid, made.groups) == (None, None, ())
    assert made.env["SHELL"] == "/bin/dash"


PROFILES = {
    "command": ["/bin/bash"],
    "env": {"EDITOR": "vi", "PAGER": "less"},
    "profiles": {
        "py": {"command": ["python3", "-q"], "env": {"EDITOR": "ed"}, "label": "Python"},
        "tmp": {"cwd": "/tmp"},
    },
}


async def test_a_profile_is_another_program() -> None:
    """What it leaves out is as for everybody; what an embedder wishes for goes before it."""
    python = await plan(PROFILES, profile="py")
    assert (python.argv, python.cwd) == (("python3", "-q"), ME.pw_dir)
    assert (python.env["EDITOR"], python.env["PAGER"]) == ("ed", "less")
    tmp = await plan(PROFILES, profile="tmp")
    assert (tmp.argv, tmp.cwd, tmp.env["EDITOR"]) == (("/bin/bash",), "/tmp", "vi")
    wished = await plan(PROFILES, profile="tmp", argv=("/bin/true",), cwd="/", env={"EDITOR": "x"})
    assert (wished.argv, wished.cwd, wished.env["EDITOR"]) == (("/bin/true",), "/", "x")


async def test_profiles_are_offered() -> None:
    """In the order of the file, by the names that people read."""
    host = PluginHost(["shell"], {"shell": PROFILES}, source="t.toml")
    assert await host.profiles(User("alice")) == [Profile("py", "Python"), Profile("tmp")]
    assert await PluginHost(["shell"], {}).profiles(User("alice")) == []


@pytest.mark.parametrize(
    ("user", "may"), [(User("bob"), True), (User("eve", ("admins",)), True), (User("alice"), False)]
)
async def test_a_profile_is_for_whom_it_names(user: User, may: bool) -> None:
    """To others there is none such: it is not offered, and its name is not hinted at either."""
    table = {"profiles": {"db1": {"command": ["ssh"], "users": ["bob"], "groups": ["admins"]}}}
    host = PluginHost(["shell"], {"shell": table}, source="t.toml")
    try:
        assert [profile.name for profile in await host.profiles(user)] == ["db1"] * may
        if may:
            plan = await host.spawn(user, SpawnRequest("s1", Size(), profile="db1"))
            assert plan.argv == ("ssh",)
        with pytest.raises(SpawnError, match="there is no profile") as refused:
            await host.spawn(user, SpawnRequest("s1", Size(), profile="db2" if may else "db1"))
        assert ("did you mean 'db1'?" in refused.value.public) is may
    finally:
        await host.shutdown(FakeApp(host))


async def test_a_profile_that_is_not_there_is_refused() -> None:
    """By its name, in few words; the usual program would be a surprise."""
    with pytest.raises(SpawnError, match=r"there is no profile 'pyt'; did you mean 'py'\?"):
        await plan(PROFILES, profile="pyt")
    with pytest.raises(SpawnError) as refused:
        await plan(profile="x" * 10_000)
    assert len(refused.value.public) < 200


async def test_a_command_does_not_stand_in_for_a_profile() -> None:
    """An embedder's own command runs in a profile's directory, or without one: it is told which."""
    with pytest.raises(SpawnError, match="to run argv without one, leave the profile out"):
        await plan(PROFILES, profile="report", argv=("/bin/true",))
    with pytest.raises(SpawnError, match=r"did you mean 'tmp'\?"):
        await plan(PROFILES, profile="tpm", argv=("/bin/true",))
    assert (await plan(PROFILES, argv=("/bin/true",))).argv == ("/bin/true",)


async def test_doubts_about_profiles_name_them() -> None:
    """A program or a directory that is missing is a warning, with its place in the file."""
    table = {"profiles": {"a": {"command": ["no-such-program"], "cwd": "/no/such"}}}
    host = PluginHost(["shell"], {"shell": table}, source="t.toml")
    found = await host.check(FakeApp(host), exposed=False)
    keys = {problem.key: problem for problem in found if problem.key.startswith("profiles.")}
    assert set(keys) == {"profiles.a.command", "profiles.a.cwd"}
    assert all(problem.warning for problem in keys.values())


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"": {}}, "1 to 64 printable"),
        ({"a": {"comand": ["x"]}}, 'did you mean "command"'),
        ({"a": {"cwd": "tmp"}}, "absolute path"),
    ],
)
def test_mistakes_in_profiles_are_named(table: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        PluginHost(["shell"], {"shell": {"profiles": table}}, source="t.toml")


@pytest.mark.parametrize("shell", ["/usr/sbin/nologin", "/bin/false", ""])
async def test_a_service_account_gets_a_shell(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own account need not be one that may log in."""
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd((*ME[:6], shell)))
    monkeypatch.setenv("SHELL", "/bin/zsh")
    assert (await plan()).argv == ("/bin/zsh", "-l")
    monkeypatch.delenv("SHELL")
    assert (await plan()).argv == ("/bin/sh", "-l")


async def test_an_account_without_an_entry_gets_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the uid is often nobody's."""

    def missing(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", missing)
    monkeypatch.delenv("SHELL", raising=False)
    monkeypatch.delenv("USER", raising=False)
    monkeypatch.setenv("HOME", "/")
    made = await plan()
    assert made.argv == ("/bin/sh", "-l")
    assert (made.env["USER"], made.env["HOME"]) == (str(os.geteuid()), "/")


async def test_the_configured_command_is_run() -> None:
    """A command replaces the login shell; an embedder's wish replaces both."""
    assert (await plan({"command": ["top", "-b"]})).argv == ("top", "-b")
    assert (await plan({"command": ["top"]}, argv=("vi", "x"))).argv == ("vi", "x")


async def test_the_working_directory(tmp_path: Path) -> None:
    """The tilde is the program's home; an embedder's wish comes first."""
    (tmp_path / "alice").mkdir()
    home = str(tmp_path / "{user}")
    assert (await plan({"home": home})).cwd == str(tmp_path / "alice")
    assert (await plan({"home": home, "cwd": "~/src"})).cwd == str(tmp_path / "alice" / "src")
    assert (await plan({"home": home, "cwd": "/"})).cwd == "/"
    assert (await plan({"cwd": "/"}, cwd="/usr")).cwd == "/usr"


# --- the environment ------------------------------------------------------------------------------


async def test_the_environment_is_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """What every program needs, what is configured, and nothing else of the server's."""
    for name in os.environ:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_PASSWORD", "canary")
    monkeypatch.setenv("TZ", "UTC")
    made = await plan({"env": {"EDITOR": "vi"}}, env={"TASK": "1"})
    assert "canary" not in made.env.values()
    assert set(made.env) == {
        *("HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "PATH"),
        *("TORNTERM_USER", "TZ", "EDITOR", "TASK"),
    }
    assert made.env["TORNTERM_USER"] == "alice"
    assert all(made.env.values())
    assert made.env["USER"] == made.env["LOGNAME"] == ME.pw_name


async def test_the_order_of_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account, then the configuration, then the embedder have the last word."""
    monkeypatch.setenv("HOME", "/of/the/server")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    passed = {"pass_env": ["HOME", "LANG"]}
    made = await plan(passed)
    assert made.env["HOME"] == ME.pw_dir, "the server's HOME is not the program's"
    assert made.env["LANG"] == "de_DE.UTF-8"
    made = await plan({**passed, "env": {"LANG": "C", "TERM": "dumb"}})
    assert (made.env["LANG"], made.env["TERM"]) == ("C", "dumb")
    assert (await plan({"env": {"LANG": "C"}}, env={"LANG": "x"})).env["LANG"] == "x"


async def test_pass_env_can_be_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """PATH and LANG have defaults of their own."""
    monkeypatch.setenv("PATH", "/of/the/server")
    made = await plan({"pass_env": []})
    assert "/usr/bin" in made.env["PATH"].split(":")
    assert "/of/the/server" not in made.env["PATH"]
    assert made.env["LANG"] == "C.UTF-8"


async def test_values_that_are_no_text_stay_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is not UTF-8 must not keep every session from starting."""
    monkeypatch.setitem(os.environ, "TZ", "\udcff")
    assert "TZ" not in (await plan()).env


# --- homes ----------------------------------------------------------------------------------------


async def test_a_home_for_each_user(tmp_path: Path) -> None:
    """The template is filled with the user's name, wherever in it that stands."""
    for path in ("alice", "u-bob/home"):
        (tmp_path / path).mkdir(parents=True)
    made = await plan({"home": f"{tmp_path}/{{user}}"})
    assert made.env["HOME"] == str(tmp_path / "alice")
    made = await plan({"home": f"{tmp_path}/u-{{user}}/home"}, user="bob")
    assert made.env["HOME"] == str(tmp_path / "u-bob" / "home")
    made = await plan({"home": str(tmp_path)})
    assert made.env["HOME"] == str(tmp_path)


@pytest.mark.parametrize(
    "name", ["..", ".", "../etc", "a/../..", "/etc", ".ssh", "-x", "", "a\x00", "a\n", "{user}"]
)
async def test_a_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """Whatever a name holds, the home is below what stands before it, or refused."""
    (tmp_path / "homes").mkdir()
    (tmp_path / "homes" / ".ssh").mkdir()
    with pytest.raises(SpawnError):
        await plan({"home": f"{tmp_path}/homes/{{user}}"}, user=name)


async def test_a_link_out_of_the_homes_is_refused(tmp_path: Path) -> None:
    """A home that is a link to elsewhere is not below the others."""
    (tmp_path / "homes").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "homes" / "alice").symlink_to(tmp_path / "secret")
    (tmp_path / "homes" / "bob").symlink_to(tmp_path / "homes")
    template = {"home": f"{tmp_path}/homes/{{user}}"}
    for name in ("alice", "bob"):
        with pytest.raises(SpawnError, match="is not below"):
            await plan(template, user=name)
    # The parent itself may be one.
    (tmp_path / "link").symlink_to(tmp_path / "homes")
    (tmp_path / "homes" / "carol").mkdir()
    made = await plan({"home": f"{tmp_path}/link/{{user}}"}, user="carol")
    assert made.cwd == str(tmp_path / "homes" / "carol")


async def test_a_home_must_be_a_directory(tmp_path: Path) -> None:
    """A missing home is told, with its path."""
    (tmp_path / "file").write_text("")
    for name, why in (("nobody", "No such file"), ("file", "is not a directory")):
        with pytest.raises(SpawnError, match=why):
            await plan({"home": f"{tmp_path}/{{user}}"}, user=name)


async def test_an_account_without_a_home_begins_at_the_root(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As login does: an account of a service often has none."""
    entry = pwd.struct_passwd((*ME[:5], "/nonexistent", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry)
    made = await plan()
    assert (made.cwd, made.env["HOME"]) == ("/", "/")


# --- other accounts -------------------------------------------------------------------------------


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("run_as", ["{user}", "alice"])
async def test_root_runs_programs_as_others(run_as: str) -> None:
    """Identity, groups, name and shell are those of the account."""
    made = await plan({"run_as": run_as})
    assert (made.uid, made.gid, made.groups) == (4321, 4322, (4322, 77))
    assert made.argv == ("/bin/sh", "-l")
    assert made.env["USER"] == made.env["LOGNAME"] == "alice"


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("name", ["eve", "a\x00b"])
async def test_a_missing_account_is_an_error(name: str) -> None:
    """A user without an account does not get another one's."""
    with pytest.raises(SpawnError, match="there is no system account"):
        await plan({"run_as": "{user}"}, user=name)


@pytest.mark.usefixtures("root")
async def test_no_user_becomes_root_by_name() -> None:
    """An account with the number of root is refused, whatever it is called."""
    with pytest.raises(SpawnError, match="is root"):
        await plan({"run_as": "{user}"}, user="toor")


async def test_run_as_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that could not keep the promise does not start."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    host = PluginHost(["shell"], {"shell": {"run_as": "{user}"}})
    problems = await host.check(FakeApp(host), exposed=False)
    assert "[plugins.shell] run_as: only a server" in str(problems[-1])
    assert not problems[-1].warning


@pytest.mark.parametrize(("uid", "table", "warns"), [(0, {}, True), (1000, {}, False)])
async def test_a_root_server_that_shares_root_says_so(
    uid: int,
    table: dict[str, Any],
    warns: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every user being root is allowed, but never a surprise."""
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    host = PluginHost(["shell"], {"shell": table})
    problems = await host.check(FakeApp(host), exposed=False)
    assert any("everybody who can log in is root" in str(p) for p in problems) is warns


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"command": "bash"}, "[plugins.shell] command: must be a list"),
        ({"command": ["a\x00"]}, "[plugins.shell] command"),
        ({"cwd": "src"}, "[plugins.shell] cwd: must be an absolute path"),
        ({"cwd": "~bob"}, "[plugins.shell] cwd"),
        ({"env": {"A=B": "x"}}, "[plugins.shell.env] A=B"),
        ({"env": {"A": 1}}, "[plugins.shell.env] A"),
        ({"pass_env": ["A="]}, "[plugins.shell] pass_env"),
        ({"home": "home/{user}"}, "[plugins.shell] home: must be an absolute path"),
        ({"home": "/home/{name}"}, "[plugins.shell] home: may contain"),
        ({"home": "/{user}/{user}"}, "[plugins.shell] home: may contain"),
        ({"run_as": "{users}"}, "[plugins.shell] run_as"),
        ({"run_as": "-x"}, "[plugins.shell] run_as"),
        ({"comand": ["x"]}, 'did you mean "command"'),
    ],
)
def test_wrong_tables_are_named(table: dict[str, Any], place: str) -> None:
    """Every mistake is told with its key before anything starts."""
    with pytest.raises(ConfigError) as error:
        PluginHost(["shell"], {"shell": table}, source="t.toml")
    assert place in str(error.value)
