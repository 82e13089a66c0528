"""Hosts to log in to: a real sshd on loopback, and listeners that are none."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "alice" if os.geteuid() == 0 else getpass.getuser()
"""An account of the host."""

PASSWORD = "a-password-typed-by-a-person"
UID = 64001
"""The number of the account where we may make one up."""

INSIDE = """
mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd &&
mount --bind {folder}/passwd /etc/passwd && exec {sshd} -D -e -f {folder}/sshd_config
"""
"""What is run where we are root, in namespaces that see accounts of their own."""


class Sshd:
    """A running sshd.

    Attributes:
        folder: Where its files are; the account may get to it.
        identity: The key that opens the account.
        known_hosts: The file with the key of the host.
        port: Where it listens.
        home: A directory that is the account's.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.identity = folder / "identity"
        self.known_hosts = folder / "known_hosts"
        self.home = folder / "home"


@contextmanager
def sshd() -> Iterator[Sshd]:
    """Start an sshd while the block lasts, and end it with all of its children."""
    folder = Path(tempfile.mkdtemp(prefix="tornterm-sshd-"))
    folder.chmod(0o711)
    try:
        _write(folder)
        with _started(folder) as port:
            made = Sshd(folder, port)
            key = " ".join((folder / "host.pub").read_text().split()[:2])
            made.known_hosts.write_text(f"[127.0.0.1]:{port} {key}\n")
            yield made
    finally:
        shutil.rmtree(folder)


def _write(folder: Path) -> None:
    for name in ("host", "identity"):
        command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        subprocess.run(command, check=True, timeout=60)
    home = folder / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, UID, UID)
        shutil.chown(folder / "identity", "nobody")
    hashed = subprocess.run(
        ("openssl", "passwd", "-6", PASSWORD), capture_output=True, text=True, check=True
    ).stdout.strip()
    (folder / "passwd").write_text(
        "root:x:0:0::/root:/bin/bash\n"
        "sshd:x:102:65534::/run/sshd:/usr/sbin/nologin\n"
        f"alice:{hashed}:{UID}:{UID}::{home}:/bin/bash\n"
    )
    (folder / "identity.pub").rename(folder / "authorized_keys")


@contextmanager
def _started(folder: Path) -> Iterator[int]:
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin") or "sshd"
    while True:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile none\nStrictModes no\n"
            "UsePAM no\nPrintMotd no\nPrintLastLog no\nAcceptEnv TORNTERM_USER LC_*\n"
            "MaxStartups 100\n"
        )
        plain = (program, "-D", "-e", "-f", f"{folder}/sshd_config")
        apart = ("unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c")
        root = (*apart, INSIDE.format(folder=folder, sshd=program))
        process = subprocess.Popen(root if os.geteuid() == 0 else plain, stderr=subprocess.PIPE)
        assert process.stderr is not None
        said = b""
        for line in process.stderr:
            said += line
            if b"listening on" in line:
                break
        # What it says later must not fill the pipe.
        draining = threading.Thread(target=process.stderr.read, daemon=True)
        draining.start()
        try:
            if b"listening on" in said:
                yield port
                return
            assert b"already in use" in said, said.decode()
        finally:
            process.kill()
            process.wait()
            draining.join()
            process.stderr.close()


@contextmanager
def listener(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """Listen on a port of loopback, and do something else than an sshd with who connects.

    Args:
        answer: Called with each connection, in a thread; it is closed afterwards.
    """

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    answer(connection)
                except OSError:
                    continue  # it was hung up on

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(30)


def silence(connection: socket.socket) -> None:
    """Take everything and say nothing."""
    while connection.recv(65536):
        pass


def garbage(connection: socket.socket) -> None:
    """Talk without end, and not ssh."""
    while True:
        connection.sendall(os.urandom(65536))


def closing(connection: socket.socket) -> None:
    """Hang up at once."""
