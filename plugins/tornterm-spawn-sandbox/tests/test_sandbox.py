"""What is put into a sandbox, for whom, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sandboxes import ALICE, planned, run, table

from tornterm.errors import SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import SpawnPlan, SpawnRequest, User
from tornterm_spawn_sandbox import Sandbox, SandboxSettings

BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")


class TestSandbox(SpawnConformance):
    """Everything that is asked of a spawn plugin."""

    @pytest.fixture
    def plugin(self, sandbox: Sandbox) -> Sandbox:
        """The plugin."""
        return sandbox


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


def test_the_server_exchanges_no_files_for_it(sandbox: Sandbox) -> None:
    """Whatever the plan was that is put inside."""
    inner = SpawnPlan(("/bin/true",), {}, "/", files=True)
    assert sandbox.tornterm_prepare_spawn(ALICE, inner).files is False
