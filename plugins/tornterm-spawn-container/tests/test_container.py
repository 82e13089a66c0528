"""What the plugin has an engine do, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from containers import WORKS, stub, table
from podman import IMAGE

from tornterm.errors import SpawnError
from tornterm.testing.conformance import RemoteSpawnConformance
from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_container import Container
from tornterm_spawn_container import plugin as module
from tornterm_spawn_container.engine import base

BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")


def planned(plugin: Container, user: str = "alice", **wishes: Any) -> SpawnPlan:
    """The plan for a session."""
    return plugin.tornterm_spawn(User(user), SpawnRequest("s1", Size(), **wishes))


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
