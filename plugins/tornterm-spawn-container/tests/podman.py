"""Podman with a storage of its own, and an image that is made here."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

IMAGE = "localhost/tornterm-test:1"
PROGRAMS = ("sh", "cat", "id", "sleep", "stty", "ls", "touch", "head", "true", "wc")


class Unusable(Exception):
    """This machine runs no containers."""


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
        for name in PROGRAMS:
            (root / "bin" / name).symlink_to("busybox")
        for name in ("home/user", "tmp", "proc", "dev", "sys", "etc", "run"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "tmp").chmod(0o1777)  # some versions of runc give these rights to what is mounted
        (root / "etc" / "passwd").write_text("user:x:1000:1000::/home/user:/bin/sh\n")

        def owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
            entry.uid = entry.gid = 1000 if "home" in entry.name else 0
            return entry

        with tarfile.open(folder / "image.tar", "w") as archive:
            archive.add(root, ".", filter=owned)
        self("import", str(folder / "image.tar"), IMAGE)

    async def until(self, met: Callable[[], bool]) -> None:
        """Ask again until something is as it should be, while a server goes on beside it."""
        while not await asyncio.to_thread(met):
            pass

    async def emptied(self) -> None:
        """Wait until no container is left."""
        await self.until(lambda: self("ps", "--all", "--quiet") == "")


@contextmanager
def podman() -> Iterator[Engine]:
    """An engine that can run containers."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("podman", "runc", "busybox"))):
        raise Unusable("there is no container engine that could be used")
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
            raise Unusable(f"the engine runs no containers here: {error}"[:300]) from None
        yield made
    finally:
        if made:
            made("rm", "--all", "--force", check=False)
        shutil.rmtree(folder, ignore_errors=True)
        turn.close()
