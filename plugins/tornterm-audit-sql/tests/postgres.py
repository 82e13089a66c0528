"""A real PostgreSQL on loopback, with a data folder of its own, as a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

PASSWORD = "a-password-of-the-tests"
TIMEOUT = 60


class Postgres:
    """Made with an empty database; `start` and `stop` as often as wanted."""

    def __init__(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        found = shutil.which("pg_ctl") or (programs and str(programs[-1]))
        assert found, "PostgreSQL is needed: apt-get install postgresql"
        self._programs = Path(found).resolve().parent
        # Not below the folder of the tests, which nobody but root may enter where root runs them.
        self._folder = Path(tempfile.mkdtemp(prefix="tornterm-postgres-"))
        self._as: dict[str, int] = {}
        if os.geteuid() == 0:
            person = pwd.getpwnam("postgres")
            os.chown(self._folder, person.pw_uid, person.pw_gid)
            self._as = {"user": person.pw_uid, "group": person.pw_gid}
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"postgresql://tornterm@127.0.0.1:{self.port}/postgres"
        more = ("-U", "tornterm", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8")
        self._run("initdb", *more, "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it; it takes connections when this returns."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder}"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self._folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop it in the way of a crash, or as `mode` says."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def close(self) -> None:
        """Stop it where it runs, and leave nothing behind."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        # Into a file: the server would keep a pipe open for as long as it runs.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=TIMEOUT,
                **self._as,
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode()
