"""The other side: a real slapd with people and groups, and a directory that lies."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))

SERVICE = "cn=tornterm,ou=services,dc=example,dc=org"
SERVICE_PASSWORD = "service-password-0123456789"
PASSWORDS = {
    "alice": "alice-password-0123456789",
    "Bob": "bob-password-0123456789",
    "zo\u00eb": "zoe-password-0123456789",
    "twin": "twin-password-0123456789",
}
"""What the people have, by the name that the directory gives them."""

CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/nis.schema
include {schema}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "dc=example,dc=org"
directory {folder}/data
rootdn "cn=root,dc=example,dc=org"
rootpw {root}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * auth
"""

ROOT = "cn=root,dc=example,dc=org"
ROOT_PASSWORD = "root-password-0123456789"


def entry(dn: str, *lines: str) -> str:
    """An entry as LDIF has it; what is not ASCII is written as bytes are."""
    return "\n".join((f"dn: {dn},dc=example,dc=org", *lines)) + "\n\n"


def people() -> str:
    """All entries, as LDIF."""
    text = "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\n"
    text += "dc: example\no: Example\n\n"
    for unit in ("people", "groups", "services"):
        text += entry(f"ou={unit}", "objectClass: organizationalUnit", f"ou: {unit}")
    text += entry(
        "cn=tornterm,ou=services",
        "objectClass: organizationalRole",
        "objectClass: simpleSecurityObject",
        f"userPassword: {SERVICE_PASSWORD}",
    )
    for number, (name, password) in enumerate(PASSWORDS.items()):
        more = ("uid: another",) if name == "twin" else ()
        text += entry(
            f"cn=person {number},ou=people",
            "objectClass: inetOrgPerson",
            f"uid: {name}",
            *more,
            f"sn: {number}",
            f"displayName: {name.title()} of Example",
            f"userPassword: {password}",
        )
    for number in (8, 9):
        text += entry(
            f"cn=person {number},ou=people",
            "objectClass: inetOrgPerson",
            "uid: double",
            f"sn: {number}",
            "userPassword: double-password-0123456789",
        )
    alice = "member: cn=person 0,ou=people,dc=example,dc=org"
    bob = "member: cn=person 1,ou=people,dc=example,dc=org"
    text += entry("cn=staff,ou=groups", "objectClass: groupOfNames", alice, bob)
    text += entry("cn=admins,ou=groups", "objectClass: groupOfNames", alice)
    text += entry(
        "cn=unix,ou=groups", "objectClass: posixGroup", "gidNumber: 5000", "memberUid: Bob"
    )
    return text


def program(name: str) -> str:
    """The path of a program; where it may be missing, the test is left out there."""
    path = shutil.which(name, path=PATH)
    if path is None and "CI" not in os.environ:
        pytest.skip(f"{name} is not installed: apt-get install slapd ldap-utils openssl")
    assert path, f"{name} is missing"
    return path


def run(*command: str, given: str = "") -> None:
    """Run a program that ends."""
    done = subprocess.run(
        [program(command[0]), *command[1:]], input=given, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


class Slapd:
    """A directory on loopback, with a certificate for ``127.0.0.1`` alone.

    Args:
        folder: For its files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "cert.pem"
        self.port = self.tls_port = 0
        self._process: subprocess.Popen[str] | None = None
        made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        named = ("-subj", "/CN=tests", "-addext", "subjectAltName=IP:127.0.0.1")
        files = ("-keyout", str(folder / "key.pem"), "-out", str(self.certificate))
        run(*made.split(), *named, *files)
        (folder / "data").mkdir()
        values = {"schema": "/etc/ldap/schema", "folder": str(folder), "service": SERVICE}
        self._configuration = folder / "slapd.conf"
        self._configuration.write_text(CONFIGURATION.format(root=ROOT_PASSWORD, **values))
        run("slapadd", "-f", str(self._configuration), given=people())

    @property
    def url(self) -> str:
        """Where it takes connections that may be encrypted."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where it takes connections that are encrypted."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self) -> None:
        """Start it, on the ports it had before."""
        for _ in range(10):
            if not self.port:
                self._ports = two_ports()
            if self._listens():
                self.port, self.tls_port = self._ports
                return
        raise AssertionError("slapd does not start")

    def _listens(self) -> bool:
        one, two = self._ports
        where = f"ldap://127.0.0.1:{one} ldaps://127.0.0.1:{two}"
        command = [program("slapd"), "-f", str(self._configuration), "-h", where, "-d", "stats"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if "slapd starting" in line:
                # What it says later must not fill the pipe.
                self._reading = threading.Thread(target=process.stderr.read, daemon=True)
                self._reading.start()
                self._process = process
                return answers_on(one) and answers_on(two)
        process.communicate()
        return False

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._reading.join(30)
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None

    def change(self, ldif: str) -> None:
        """Change entries as its administrator does."""
        run("ldapmodify", "-x", "-H", self.url, "-D", ROOT, "-w", ROOT_PASSWORD, given=ldif)


def answers_on(port: int) -> bool:
    """Whether somebody listens; slapd only begins to after it has said that it is starting."""
    pause = threading.Event()
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port), 30).close()
        except ConnectionRefusedError:
            pause.wait(0.03)
        else:
            return True
    return False


def two_ports() -> tuple[int, int]:
    """Two ports that are free now; slapd can be given no socket that is bound already."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


# --- a directory that lies ------------------------------------------------------------------------


def ber(tag: int, *parts: bytes) -> bytes:
    """A value as LDAP writes it on the wire."""
    body = b"".join(parts)
    return bytes((tag, 0x84)) + len(body).to_bytes(4, "big") + body


def text(value: str | bytes) -> bytes:
    """A string."""
    return ber(0x04, value if isinstance(value, bytes) else value.encode())


def number(value: int) -> bytes:
    """A number."""
    return ber(0x02, value.to_bytes(2, "big"))


def result(kind: int, code: int = 0) -> bytes:
    """The end of an operation: kind 0x61 for a bind, 0x65 for a search, 0x78 for StartTLS."""
    return ber(kind, ber(0x0A, bytes((code,))), text(""), text(""))


def found(dn: str | bytes, **attributes: bytes) -> bytes:
    """An entry that a search has found."""
    pairs = [ber(0x30, text(key), ber(0x31, text(value))) for key, value in attributes.items()]
    return ber(0x64, text(dn), ber(0x30, *pairs))


@dataclass(frozen=True)
class Answers:
    """Parts of an answer that carry the number of the request, or of one as many later."""

    parts: tuple[bytes, ...]
    later: int = 0

    def __call__(self, message: int) -> bytes:
        return b"".join(ber(0x30, number(message + self.later), part) for part in self.parts)


def answers(*parts: bytes, later: int = 0) -> Answers:
    """An answer to a request, whatever that was."""
    return Answers(parts, later)


Says = bytes | Answers | tuple[Answers | bytes, ...]


class Liar:
    """Takes connections and says to each what it is told to, whatever is asked.

    Args:
        say: Called with each connection.
    """

    def __init__(self, say: Callable[[socket.socket], None]) -> None:
        self.heard = bytearray()
        self.ended = threading.Event()
        self._say = say
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self._listening.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._in_thread(self._serve)

    def _in_thread(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._connections.append(connection)
                self._in_thread(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self._say(connection)
            # Until the client has had enough.
            while data := connection.recv(65536):
                self.heard += data

    def hear(self, connection: socket.socket) -> int:
        """Read a request; its number."""
        data = connection.recv(65536)
        self.heard += data
        request = re.match(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02([\x01-\x04])", data, re.DOTALL)
        assert request, data
        return int.from_bytes(data[request.end() : request.end() + request[1][0]], "big")

    def close(self) -> None:
        """End it, with all connections."""
        self.ended.set()
        serving, *_ = self._threads
        self._listening.shutdown(socket.SHUT_RDWR)
        serving.join(30)
        self._listening.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(30)


@contextmanager
def lying(*says: Says) -> Iterator[Liar]:
    """A directory that says these things, each after a request."""

    def say(connection: socket.socket) -> None:
        for each in says:
            message = liar.hear(connection)
            for part in each if isinstance(each, tuple) else (each,):
                connection.sendall(part(message) if isinstance(part, Answers) else part)

    liar = Liar(say)
    try:
        yield liar
    finally:
        liar.close()
