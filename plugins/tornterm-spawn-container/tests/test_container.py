"""Sessions in real containers, and the command line of what cannot be run here."""

from __future__ import annotations

import fcntl
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tornterm.errors import SpawnError
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_container import Container, ContainerSettings

README = Path(__file__).parents[1] / "README.md"
IMAGE = "localhost/tornterm-test:1"
BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")


def table(**more: Any) -> ContainerSettings:
    """A table for tests."""
    return ContainerSettings.model_validate({"image": IMAGE, **more})


def planned(plugin: Container, user: str = "alice", **wishes: Any) -> SpawnPlan:
    """The plan for a session."""
    return plugin.tornterm_spawn(User(user), SpawnRequest("s1", Size(), **wishes))


class Engine:
    """Podman with a storage of its own, and an image of busybox."""

    def __init__(self, folder: Path) -> None:
        files = min(1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        self.options = {
            "global_options": [
                "--runtime=runc",
                "--storage-driver=vfs",
                f"--root={folder}/store",
                f"--runroot={folder}/run",
            ],
            # Its own defaults are beyond what a machine without all rights may set.
            "run_options": [f"--ulimit=nofile={files}:{files}", "--ulimit=nproc=1000:1000"],
        }
        self._import(folder)

    def __call__(self, *arguments: str, check: bool = True) -> str:
        command = ("podman", *self.options["global_options"], *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def _import(self, folder: Path) -> None:
        root = folder / "image"
        (root / "bin").mkdir(parents=True)
        shutil.copy("/usr/bin/busybox", root / "bin" / "busybox")
        for name in ("sh", "cat", "id", "sleep", "stty", "ls", "touch", "head", "true", "wc"):
            (root / "bin" / name).symlink_to("busybox")
        for name in ("home/user", "tmp", "proc", "dev", "sys", "etc", "run"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "etc" / "passwd").write_text("user:x:1000:1000::/home/user:/bin/sh\n")

        def owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
            entry.uid = entry.gid = 1000 if "home" in entry.name else 0
            return entry

        with tarfile.open(folder / "image.tar", "w") as archive:
            archive.add(root, ".", filter=owned)
        self("import", str(folder / "image.tar"), IMAGE)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that can run containers."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("podman", "runc", "busybox"))):
        pytest.skip("there is no container engine that could be used")
    folder = Path(tempfile.mkdtemp(prefix="tornterm-podman-"))
    made = None
    # Its locks are the machine's, so one process of the tests at a time uses it.
    turn = open(Path(tempfile.gettempdir()) / "tornterm-podman.lock", "w")  # noqa: SIM115
    fcntl.flock(turn, fcntl.LOCK_EX)
    try:
        made = Engine(folder)
        tried = ("run", "--rm", "--network=none", *made.options["run_options"], IMAGE, "true")
        try:
            made(*tried)
        except AssertionError as error:
            pytest.skip(f"the engine runs no containers here: {error}"[:300])
        yield made
    finally:
        if made:
            made("rm", "--all", "--force", check=False)
        shutil.rmtree(folder, ignore_errors=True)
        turn.close()


class TestContainer(SpawnConformance):
    """Everything that is asked of a spawn plugin, with an engine that does nothing."""

    @pytest.fixture
    def plugin(self, tmp_path: Path) -> Container:
        """The plugin."""
        stub = tmp_path / "engine"
        stub.write_text("#!/bin/sh\nexit 0\n")
        stub.chmod(0o755)
        return Container(table(program=str(stub)))


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_a_name_that_is_none_has_no_container(name: str) -> None:
    """It is refused in short words."""
    with pytest.raises(SpawnError) as refused:
        planned(Container(table()), name)
    assert len(str(refused.value)) < 200


def test_names_that_look_alike_share_no_home() -> None:
    """In case, and in Unicode form."""
    plugin = Container(table(home="/home/user"))
    names = ("alice", "Alice", "andr\u00e9", "andre\u0301", "a b", "a-b")
    volumes = {arg for n in names for arg in planned(plugin, n).argv if arg.startswith("--volume")}
    assert len({volume.casefold() for volume in volumes}) == len(names)


@pytest.mark.parametrize("engine_name", ["podman", "docker"])
def test_the_command_line(engine_name: str) -> None:
    """What protects is on it, values are not, and a wish is nothing but a wish."""
    plugin = Container(table(engine=engine_name, home="/home/user", env={"EDITOR": "a-secret"}))
    plan = planned(plugin, argv=("--privileged", "-v", "/:/x"), cwd="/--x", env={"A": "b-secret"})
    assert plan.argv[0] == f"/usr/bin/{engine_name}"
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
    stub = tmp_path / "engine"
    stub.write_text("#!/bin/sh\necho no such image >&2; exit 1\n")
    stub.chmod(0o755)
    (problem,) = Container(table(program=str(stub))).tornterm_check()
    assert problem.key == "image" and problem.why.endswith("no such image")


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
        client.within = 60.0
        client.send_input(b"echo $(id -u)-$TORNTERM_USER-$PWD-$((6*7))\n")
        await client.wait_for(b"1000-alice-/home/user-42")
        client.send_input(b"touch ~/kept$(ls ~ | wc -l); echo n''ow-$(ls ~ | wc -l)\n")
        await client.wait_for(b"now-%d" % (number + 1))
        client.send_input(b"touch /x || echo read''only; ls /sys/class/net; echo d''one\n")
        await client.wait_for(b"done")
        assert b"readonly" in client.recording.data
        assert b"eth" not in client.recording.data
        assert "tornterm-" in engine("ps", "--format={{.Names}}")
        client.send_input(b"exit 3\n")
        await client.wait_for(lambda c: c.exit is not None)
        assert client.exit.exit_code == 3
    await server.terminals.close()
    # The keeper may still be at it where the engine is slow.
    assert any(engine("ps", "--all", "--quiet") == "" for _ in range(100))


async def test_what_ignores_every_signal_is_removed(
    engine: Engine, tornterm_server: Any, tornterm_client: Any
) -> None:
    """With the server itself, which does not wait for it."""
    tables = {"sessions": {"kill_after": "200ms"}}
    server = await tornterm_server(tables, plugins=[Container(table(**engine.options))])
    client = await tornterm_client(server)
    client.within = 60.0
    client.send_input(b"trap '' HUP TERM INT; echo stub''born; sleep 3000\n")
    await client.wait_for(b"stubborn")
    assert engine("ps", "--quiet") != ""
    await server.terminals.close()
    assert any(engine("ps", "--all", "--quiet") == "" for _ in range(100))


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
