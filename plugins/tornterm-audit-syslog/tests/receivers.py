"""The other side: a strict reader of RFC 5424, a real rsyslogd, and a way there that can be cut."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE = 30.0

_HEADER = re.compile(
    r"<(0|[1-9][0-9]{0,2})>1 "
    r"(-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})) "
    r"([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) "
)
_NAME = re.compile(r"[!#-<>-\\^-~]{1,32}")
_VALUE = re.compile(r'="((?:[^"\\\]]|\\["\\\]])*)"', re.DOTALL)


def parse(message: bytes) -> dict[str, Any]:
    """Read a message of RFC 5424 as its grammar is written, and refuse everything else."""
    text = message.decode()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", text), "a control character"
    header = _HEADER.match(text)
    assert header, text
    assert int(header[1]) <= 191
    at = header.end()
    assert text[at] == "["
    name = _NAME.match(text, at + 1)
    assert name
    at = name.end()
    data = {}
    while text[at] == " ":
        key = _NAME.match(text, at + 1)
        assert key and key[0] not in data
        value = _VALUE.match(text, key.end())
        assert value, text[key.end() :]
        data[key[0]] = re.sub(r'\\(["\\\]])', r"\1", value[1])
        at = value.end()
    assert text[at : at + 2] == "] "
    fields = ("pri", "time", "host", "app", "process", "name")
    found = dict(zip(fields, header.groups(), strict=True))
    return {**found, "sd": name[0], "data": data, "event": json.loads(text[at + 2 :])}


def frames(data: bytes) -> Iterator[bytes]:
    """The messages of a stream with counted octets, which must come out even."""
    while data:
        count, _, rest = data.partition(b" ")
        assert re.fullmatch(rb"[1-9][0-9]*", count) and len(rest) >= int(count)
        yield rest[: int(count)]
        data = rest[int(count) :]


class Rsyslogd:
    """A real rsyslogd that writes each message, read by itself, into a pipe.

    Args:
        folder: For its files.
        kind: ``udp``, ``tcp`` or ``tls``.
        port: Where it shall listen; 0 for any (not with UDP).
    """

    def __init__(self, folder: Path, kind: str, port: int = 0) -> None:
        self.folder, self.kind, self.port = folder, kind, port
        self.messages: list[dict[str, Any]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._came = threading.Condition()
        self._pipe = folder / "messages"
        os.mkfifo(self._pipe)
        # Open for both, so that it does not end while rsyslogd is started again.
        self._file = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK)
        self._end_read, self._end_write = os.pipe()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def start(self) -> None:
        """Start it, and wait until it says that it is there."""
        (self.folder / "rsyslog.conf").write_text(
            f'global(workDirectory="{self.folder}" maxMessageSize="64k" '
            f'processInternalMessages="on")\n{self._input()}\n'
            'template(name="all" type="string" string="%jsonmesg%\\n")\n'
            f'action(type="ompipe" pipe="{self._pipe}" template="all")\n'
        )
        path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
        program = shutil.which("rsyslogd", path=path)
        assert program, "rsyslogd is needed: apt-get install rsyslog rsyslog-gnutls"
        before = len(self.messages)
        with (self.folder / "errors").open("w") as errors:
            self._process = subprocess.Popen(
                [program, "-n", "-f", "rsyslog.conf", "-i", str(self.folder / "pid")],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self.wait_for(lambda all_: any(_is_start(message) for message in all_[before:]))
        if self.kind != "udp":
            self.port = int((self.folder / "port").read_text())

    def _input(self) -> str:
        listen = f'address="127.0.0.1" port="{self.port}"'
        if self.kind == "udp":
            return f'module(load="imudp")\ninput(type="imudp" {listen})'
        tcp = f'input(type="imtcp" {listen} listenPortFileName="{self.folder}/port")'
        if self.kind == "tcp":
            return f'module(load="imtcp")\n{tcp}'
        return (
            f'global(DefaultNetstreamDriverCAFile="{self.folder}/ca.pem" '
            f'DefaultNetstreamDriverCertFile="{self.folder}/ca.pem" '
            f'DefaultNetstreamDriverKeyFile="{self.folder}/key.pem")\n'
            'module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" '
            f'StreamDriver.Authmode="anon")\n{tcp}'
        )

    def stop(self) -> None:
        """End it as its service manager would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def wait_for(self, met: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until something is true of the messages."""
        with self._came:
            fine = self._came.wait_for(lambda: met(self.messages), PATIENCE)
        assert fine, (self.folder / "errors").read_text() + str(self.messages[-3:])

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events among the messages, each once, by the ids in their structured data."""
        known = {}
        for message in self.messages:
            found = re.search(r'id="([0-9a-f]{32})"', message.get("structured-data", ""))
            # What was cut in the middle is no JSON, and comes again.
            with suppress(ValueError):
                if found and message["app-name"] == "tornterm":
                    known[found[1]] = json.loads(message["msg"])
        return list(known.values())

    def close(self) -> None:
        """Stop it, where it runs, and the thread that reads."""
        self.stop()
        os.write(self._end_write, b".")
        self._thread.join(PATIENCE)
        for file in (self._file, self._end_read, self._end_write):
            os.close(file)

    def _read(self) -> None:
        rest = b""
        while True:
            ready, _, _ = select.select([self._file, self._end_read], [], [])
            if self._end_read in ready:
                return
            *lines, rest = (rest + os.read(self._file, 65_536)).split(b"\n")
            with self._came:
                self.messages += [json.loads(line) for line in lines]
                self._came.notify_all()


def _is_start(message: dict[str, Any]) -> bool:
    return "origin software" in message["msg"] and message["msg"].rstrip().endswith("start")


@contextmanager
def cutting(port: int, cuts: list[int]) -> Iterator[int]:
    """A way to a port that is cut after so many bytes, one number for each connection.

    What was cut on the way is gone, and the sender is told by a reset, as by a firewall.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            with near, socket.create_connection(("127.0.0.1", port)) as far:
                _carry(near, far, cuts.pop(0) if cuts else None)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
        listener.close()


def _carry(near: socket.socket, far: socket.socket, left: int | None) -> None:
    while left is None or left > 0:
        data = near.recv(65_536 if left is None else left)
        if not data:
            far.shutdown(socket.SHUT_WR)
            while answer := far.recv(65_536):
                near.sendall(answer)
            return
        far.sendall(data)
        left = None if left is None else left - len(data)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def journal_fields(datagram: bytes) -> dict[str, str]:
    """Read the journal's native protocol, as its documentation has it."""
    found: dict[str, str] = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        key, equals, value = line.partition(b"=")
        if not equals:
            count = int.from_bytes(datagram[:8], "little")
            value, datagram = datagram[8 : 8 + count], datagram[8 + count :]
            assert datagram[:1] == b"\n"
            datagram = datagram[1:]
        assert re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", key) and key.decode() not in found
        found[key.decode()] = value.decode()
    return found
