"""Installs what the tests need from the system, where it is missing and where we may.

The Makefile runs this file, with ``packages`` beside the installation of Python's packages, and
with ``chromium`` after it, so it must not need anything but the standard library. Without Chromium
nothing of the page can be tested, so that is the one that must be there in the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser import chromium

# Debian keeps each version of PostgreSQL in a folder of its own, which is on nobody's PATH.
POSTGRES = (str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *POSTGRES))
PACKAGES = {
    "nginx": "nginx-light",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
    "useradd": "passwd",
    "slapd": "slapd ldap-utils",
    "pg_ctl": "postgresql",
    "bwrap": "bubblewrap",
    "podman": "podman",
    "runc": "runc",
    "catatonit": "catatonit",
    "busybox": "busybox-static",
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "rsyslogd": "rsyslog rsyslog-gnutls",
}
"""Debian's packages, by the program that the tests of the documentation's examples call."""


def which(program: str) -> str | None:
    """The path of a program; also of those that are only on an administrator's PATH."""
    return shutil.which(program, path=PATH)


def run(*command: str) -> bool:
    """Run a command that a person may watch, and say whether it went well."""
    print("+", " ".join(command), file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    done = subprocess.run(command, env=env, **silent)
    return done.returncode == 0


def install(*packages: str) -> bool:
    """Install Debian's packages where this is Debian and we are root."""
    if not packages:
        return True
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    get = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
    return run("apt-get", "update", "-qq") and run(*get)


def packages() -> int:
    """Install what is missing, where we may; 0 also where we may not."""
    wanted = (names for program, names in PACKAGES.items() if not which(program))
    missing = [name for names in wanted for name in names.split()]
    if not chromium.find():
        missing.append("chromium")
    if not install(*missing) and missing:
        print(f"Tests that need {', '.join(missing)} cannot run here.", file=sys.stderr)
    if not any(map(shutil.which, chromium.SHELLS)):
        # By itself, since not every Debian has it; a whole Chromium does the same, but slower.
        install("chromium-headless-shell")
    return 0


def browser() -> int:
    """Let Playwright fetch Chromium where the system has none; 0 where there is one afterwards."""
    if not chromium.find():
        run(sys.executable, "-m", "playwright", "install", "chromium")
    if not chromium.find():
        print(chromium.ADVICE, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit({"packages": packages, "chromium": browser}[sys.argv[1]]())
