"""What is sent of an event, and settings that there may be."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from receivers import PATIENCE, frames, journal_fields, parse
from syslogs import settings, settle

from tornterm.errors import ConfigError, PluginError
from tornterm.spool import Spool, Waiting
from tornterm.testing.conformance import AuditConformance
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.types import AuditEvent
from tornterm_audit_syslog import Syslog
from tornterm_audit_syslog.message import Origin, for_journal, for_syslog

ORIGIN = Origin(10, "host", "tornterm", 7, "tornterm@32473", 8192)
NOBODY = "tcp://127.0.0.1:9"


def waiting(given: AuditEvent) -> Waiting:
    """An event as it waits."""
    return Waiting(1, "0" * 32, json.dumps(given.as_dict()))


class Reader:
    """Reads each connection to its end, as a receiver does, and keeps what came."""

    def __init__(self) -> None:
        self.data = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                way, _ = self._listener.accept()
            except OSError:
                return
            with way:
                while data := way.recv(65_536):
                    self.data += data

    def close(self) -> None:
        """Take no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._listener.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    """One that takes everything."""
    with closing(Reader()) as made:
        yield made


class TestSyslog(AuditConformance):
    """Everything that is asked of an audit sink."""

    @pytest.fixture
    def plugin(self, tmp_path: Path, reader: Reader) -> Syslog:
        """The plugin with a receiver."""
        return Syslog(settings(tmp_path, reader.address))

    @pytest.fixture
    def kept(
        self, tmp_path: Path, reader: Reader, bench: Any
    ) -> Callable[[], list[dict[str, Any]]]:
        """What the receiver has, read strictly; on a slow machine after the next start."""

        def read() -> list[dict[str, Any]]:
            again = Syslog(settings(tmp_path, reader.address))
            settle(bench(again), again)
            found = [parse(message) for message in frames(reader.data)]
            return list({one["data"]["id"]: one["event"] for one in found}.values())

        return read

    @pytest.fixture
    def broken(self, tmp_path: Path) -> Syslog:
        """No more can wait, and nobody takes what does."""
        spool = Spool(tmp_path / "spool.sqlite3", 1)
        spool.open()
        spool.add({"an": "event"})
        return Syslog(settings(tmp_path, NOBODY, max_events=1, drain="10ms"))

    @pytest.fixture
    def hung(self, tmp_path: Path) -> Iterator[Syslog]:
        """Somebody holds the spool."""
        Spool(tmp_path / "spool.sqlite3", 1).open()
        with closing(sqlite3.connect(tmp_path / "spool.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield Syslog(settings(tmp_path, NOBODY, drain="10ms"))


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_one_message_that_fits(text: str) -> None:
    """Whatever a client chose, wherever it stands: it can neither end a record nor grow one."""
    origin = ORIGIN._replace(most=4096)
    facts = {"account": text, text: text}
    given = waiting(AuditEvent("auth.failed", 1.0, text, text, text, facts))
    message = for_syslog(given, origin)
    assert len(message) <= 4096
    found = parse(message)
    assert (found["name"], found["pri"]) == ("auth.failed", str(10 * 8 + 4))
    assert ("shortened" in found["event"]) == (len(text) > 300)
    datagram = for_journal(given, origin)
    assert len(datagram) <= 4096
    assert json.loads(journal_fields(datagram)["MESSAGE"])["event"] == "auth.failed"


def test_odd_values_are_said_as_such() -> None:
    """A time that is none, a name with spaces, and more facts than any message holds."""
    odd = Waiting(1, "0" * 32, '{"event": "a b", "time": 1e300, "user": 5}')
    found = parse(for_syslog(odd, ORIGIN))
    assert (found["time"], found["name"], found["data"]["user"]) == ("-", "a?b", "5")
    many = AuditEvent("auth.ok", 1.0, "alice", facts={f"fact{n}": n for n in range(5000)})
    few = parse(for_syslog(waiting(many), ORIGIN))["event"]
    assert few == {**AuditEvent("auth.ok", 1.0, "alice").as_dict(), "shortened": True}
    found = parse(for_syslog(waiting(AuditEvent("auth.ok", 1.5)), ORIGIN))
    assert found["time"] == "1970-01-01T00:00:01.500000Z"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"address": "logs.example.org"}, 'must be "journal", or an address'),
        ({"address": "http://logs.example.org"}, 'must be "journal", or an address'),
        ({"address": "tcp://me:password@logs.example.org"}, "and nothing more"),
        ({"address": "tcp://logs.example.org:99999"}, "ort"),
        ({"app_name": "a b"}, "without spaces"),
        ({"sd_id": "tornterm"}, "like"),
        ({"max_message": 100}, "at least"),
    ],
)
def test_settings_that_cannot_be(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    """Each mistake is explained, and no password is repeated."""
    with pytest.raises(ValueError, match=why) as caught:
        settings(tmp_path, **{"address": NOBODY, **change})
    assert "me:password" not in str(caught.value)


def test_certificates_that_are_not_there_stop_the_start(tmp_path: Path, bench: Any) -> None:
    """Not the first event, but the start says so."""
    table = settings(tmp_path, "tls://127.0.0.1:9", ca_file=str(tmp_path / "missing.pem"))
    with pytest.raises((ConfigError, PluginError), match="certificates cannot be used"):
        bench(Syslog(table))
