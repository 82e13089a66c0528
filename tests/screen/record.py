"""Records what real programs print: ``python -m tests.screen.record [NAME ...]``.

Each program runs on a terminal of its own, answered by the page's emulator, with the keys that
``programs.py`` says. The tests need the recordings alone, so the programs (vim, less, htop, top,
tmux, mc, nano, git, bash) need to be installed only where something is recorded anew. Recordings
show the name of the machine, so run
``unshare --uts sh -c 'hostname demo; python -m tests.screen.record'``.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from tests.screen.demos import WORDS
from tests.screen.oracle import Oracle
from tests.screen.programs import NORMAL, PROGRAMS
from tests.screen.recording import Recording
from tornterm.types import Size

ROOT = Path(__file__).parent.parent.parent
QUIET = 0.12
"""Seconds without output after which the next key is pressed."""


def furnish(folder: Path) -> None:
    """Give the programs something to work on."""
    lines = [" ".join(WORDS[(at * k) % 11] for k in range(1, at % 23 + 3)) for at in range(1500)]
    (folder / "text.txt").write_text("\n".join(f"{at}\t{line}" for at, line in enumerate(lines)))
    source = (ROOT / "tornterm" / "core" / "output_log.py").read_text()
    (folder / "code.py").write_text(source)
    for number in range(30):
        (folder / "text").mkdir(exist_ok=True)
        (folder / "text" / f"{WORDS[number % 11]}-{number}.txt").write_text(
            "\n".join(lines[: number * 9])
        )
    git = ["git", "-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    parts = source.split("\n")
    for number in range(40):
        (folder / "code.py").write_text("\n".join(parts[: 40 + number * 6] + parts[: number % 7]))
        subprocess.run([*git, "add", "."], cwd=folder, check=True)
        subprocess.run(
            [*git, "commit", "-qm", f"Change {WORDS[number % 11]}"], cwd=folder, check=True
        )
    (folder / "code.py").write_text(source)


class Recorder:
    """One program on a terminal."""

    def __init__(self, oracle: Oracle, name: str, folder: Path) -> None:
        self.program = PROGRAMS[name]
        self.recording = Recording(name, NORMAL)
        self._terminal = oracle.terminal(NORMAL, scrollback=100)
        self._answered = 0
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            env = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HOME": str(folder),
                "SHELL": "/bin/bash",
                "PS1": "$ ",
                "PAGER": "less",
                "LESSHISTFILE": "-",
                "TZ": "UTC",
                "TERM": self.program.term,
                "LANG": self.program.lang,
            }
            os.chdir(folder)
            os.execve("/bin/sh", ["/bin/sh", "-c", f"exec {self.program.command}"], env)
        self._set_size(NORMAL)

    def _set_size(self, size: Size) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.cols, 0, 0))

    def run(self) -> Recording:
        self._listen(QUIET * 4)
        for step in self.program.steps:
            if isinstance(step, Size):
                self._terminal.resize(step)
                self.recording.resizes.append((len(self.recording.output), step))
                self._set_size(step)
            elif isinstance(step, str):
                os.write(self._fd, step.encode())
            self._listen(QUIET, step if isinstance(step, float) else 0.0)
        self._listen(QUIET * 4, 1.0)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)
        return self.recording

    def _listen(self, quiet: float, least: float = 0.0) -> bool:
        """Take output until there is none for `quiet` seconds; whether the program goes on."""
        end = time.monotonic() + least
        latest = time.monotonic() + max(least, 3.0)
        while select.select([self._fd], [], [], max(quiet, end - time.monotonic()))[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.recording.output += data
            self._terminal.write(data)
            replies = self._terminal.acts()["replies"]
            if len(replies) > self._answered:
                os.write(self._fd, replies[self._answered :].encode())
                self._answered = len(replies)
            if time.monotonic() > latest:
                return True
        return quiet < 1.0


def main(wanted: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="demo"))
    furnish(folder)
    try:
        with Oracle() as oracle:
            for name in wanted or list(PROGRAMS):
                recording = Recorder(oracle, name, folder).run()
                recording.save()
                print(
                    f"{name:14} {len(recording.output):8} bytes, {len(recording.resizes)} resizes"
                )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
