"""A tornterm server as a process of its own, as a person would start it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.nursery import ROOT, Forked

FORKS = sys.platform == "linux"
"""Elsewhere, a process that has used the system's libraries must not fork."""

TORNTERM = Path(sys.executable).with_name("tornterm")
# A server takes about a second for either; one of many on a busy machine takes much longer.
START_TIMEOUT = 60.0
STOP_TIMEOUT = 60.0

CONFIG = """\
[server]
port = 0
{server}

[plugins]
enabled = {plugins}

[plugins.shell]
command = ["/bin/bash", "--norc", "--noprofile"]
env = {{ PS1 = "$ ", HISTFILE = "" }}
cwd = "{home}"
{more}
"""


class ServerProcess:
    """A running server: its address, its login link, and what it wrote to stderr.

    It runs the sources that these tests lie beside, wherever tornterm is installed from.

    Args:
        command: What to run.
        env: The whole environment but for where these sources are.
    """

    def __init__(self, command: list[str], env: Mapping[str, str]) -> None:
        paths = filter(None, (str(ROOT), env.get("PYTHONPATH")))
        self.environment = {**env, "PYTHONPATH": os.pathsep.join(paths)}
        self._process: Forked | subprocess.Popen[str]
        if command[0] == str(TORNTERM) and FORKS:
            self._process = Forked(command, self.environment)
        else:
            self._process = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        self._changed = threading.Condition()
        self._lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._threads = [
            threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._lines
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, name: str) -> None:
        stream = getattr(self._process, name)
        with stream:
            for line in stream:
                with self._changed:
                    self._lines[name].append(line)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def line(self, stream: str, pattern: str) -> str:
        """Wait for output that matches, and return the first group of the match."""
        found: list[str] = []

        def look() -> bool:
            match = re.search(pattern, "".join(self._lines[stream]))
            found[:] = [match[1]] if match else []
            return bool(found) or not any(thread.is_alive() for thread in self._threads)

        with self._changed:
            self._changed.wait_for(look, START_TIMEOUT)
        assert found, f"no {pattern!r} in {stream}; stderr:\n{self.log}"
        return found[0]

    @property
    def log(self) -> str:
        """Everything on stderr so far."""
        return "".join(self._lines["stderr"])

    @property
    def everything(self) -> str:
        """Everything that it has written so far."""
        return "".join(self._lines["stdout"] + self._lines["stderr"])

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def url(self) -> str:
        """The address that it serves on."""
        return self.line("stdout", r"Serving on (\S+)\n")

    @property
    def port(self) -> int:
        """The port that it listens on, which is not the address's where a proxy stands in front."""
        return int(self.line("stdout", r"Serving on \S+:(\d+)/"))

    @property
    def login_link(self) -> str:
        """The link that logs the owner in, once."""
        return self.line("stderr", r"(\S+login#code=\S+)")

    def stop(self) -> int:
        """End it as an operator does, and return its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for thread in self._threads:
            thread.join(STOP_TIMEOUT)
        return code


@contextmanager
def serving(
    folder: Path,
    *,
    server: str = "",
    more: str = "",
    plugins: str = '["token", "shell"]',
    python_path: Sequence[Path] = (),
) -> Iterator[ServerProcess]:
    """Run a server until the block is left; it has to end well.

    Args:
        folder: An empty folder for its home, its configuration and its run-time files.
        server: Further lines of ``[server]``.
        more: Further tables.
        plugins: The value of ``plugins.enabled``.
        python_path: Folders with further distributions.
    """
    home = folder / "home"
    home.mkdir()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(server=server, plugins=plugins, home=home, more=more))
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
    }
    if python_path:
        env["PYTHONPATH"] = os.pathsep.join(map(str, python_path))
    command = [str(TORNTERM), "serve", "--config", str(config)]
    process = ServerProcess(command, env)
    try:
        yield process
    finally:
        code = process.stop()
    assert code == 0, f"the server ended with {code}:\n{process.log}"
