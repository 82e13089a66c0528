"""Every event arrives, as itself and as nothing else, whatever happens to the receiver."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import sqlite3
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from receivers import PATIENCE, Rsyslogd, cutting, frames, journal_fields, parse

from tornterm.errors import ConfigError, PluginError
from tornterm.spool import Spool, Waiting
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance import AuditConformance
from tornterm.testing.conformance.bench import benches
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.testing.server import LiveServer
from tornterm.types import AuditEvent
from tornterm_audit_syslog import Syslog, SyslogSettings
from tornterm_audit_syslog.message import Origin, for_journal, for_syslog

README = Path(__file__).parents[1] / "README.md"

ORIGIN = Origin(10, "host", "tornterm", 7, "tornterm@32473", 8192)
NOBODY = "tcp://127.0.0.1:9"


def settings(folder: Path, address: str, **more: Any) -> SyslogSettings:
    """A table for tests: everything happens soon."""
    table = {
        "address": address,
        "spool": str(folder / "spool.sqlite3"),
        "gather": "5ms",
        "retry": "10ms",
        "retry_most": "50ms",
        **more,
    }
    return SyslogSettings.model_validate(table)


def event(number: int, user: str = "alice") -> AuditEvent:
    """One of many events."""
    return AuditEvent("session.created", 1.0 + number, user=user, facts={"number": number})


def waiting(given: AuditEvent) -> Waiting:
    """An event as it waits."""
    return Waiting(1, "0" * 32, json.dumps(given.as_dict()))


def give(bench: Any, *events: AuditEvent) -> None:
    """Give events to a running plugin, which keeps them all."""
    for given in events:
        assert bench.run(lambda host, e=given: host.audit(e)) == {}


def settle(bench: Any, plugin: Syslog) -> None:
    """Wait until the receiver has all of them."""
    bench.run(lambda host: asyncio.wait_for(plugin.settled(), PATIENCE), PATIENCE + 5)


class Warned(logging.Handler):
    """Waits for what the plugin logs."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note that it has warned."""
        self.came.set()


@pytest.fixture
def warned() -> Iterator[threading.Event]:
    """Set when the plugin has warned."""
    handler = Warned()
    logger = logging.getLogger("tornterm.plugins.syslog")
    logger.addHandler(handler)
    yield handler.came
    logger.removeHandler(handler)


@pytest.fixture
def bench() -> Iterator[Callable[..., Any]]:
    """Where a plugin runs."""
    with benches() as make:
        yield make


@pytest.fixture
def rsyslogd(tmp_path: Path) -> Iterator[Callable[[str], Rsyslogd]]:
    """Starts real ones."""
    made: list[Rsyslogd] = []

    def start(kind: str) -> Rsyslogd:
        port = 0
        if kind == "udp":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
        if kind == "tls":
            certificate(tmp_path)
        made.append(Rsyslogd(tmp_path, kind, port))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.close()


def certificate(folder: Path) -> None:
    """A certificate for loopback, its own authority."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out ca.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


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


@pytest.mark.parametrize("kind", ["udp", "tcp", "tls"])
def test_a_real_rsyslogd_reads_every_field(
    kind: str, rsyslogd: Any, tmp_path: Path, bench: Any
) -> None:
    """Over each way; also where a user's name tries to be a record of its own."""
    receiver = rsyslogd(kind)
    more = {"ca_file": str(tmp_path / "ca.pem")} if kind == "tls" else {}
    address = f"{kind}://127.0.0.1:{receiver.port}"
    tried = bench(Syslog(settings(tmp_path, address, hostname="shells", **more)))
    forged = 'eve"]\n<80>1 - - sshd - - - root logged in\0'
    give(tried, event(1, forged), event(2, "zoë"))
    receiver.wait_for(lambda _: len(receiver.events) == 2)
    assert receiver.events == [event(1, forged).as_dict(), event(2, "zoë").as_dict()]
    one = next(m for m in receiver.messages if m["app-name"] == "tornterm")
    assert (one["hostname"], one["msgid"]) == ("shells", "session.created")
    assert (one["syslogfacility"], one["syslogseverity"]) == ("10", "6")
    assert one["structured-data"].startswith("[tornterm@32473 id=")
    assert {m["app-name"] for m in receiver.messages} <= {"tornterm", "rsyslogd"}


def test_cutting_the_connection_loses_nothing(rsyslogd: Any, tmp_path: Path, bench: Any) -> None:
    """In the middle of a message, before and after one; also while rsyslogd is started again."""
    receiver = rsyslogd("tcp")
    cuts = [1, 50, 200, 240]
    with cutting(receiver.port, cuts) as port:
        plugin = Syslog(settings(tmp_path, f"tcp://127.0.0.1:{port}", batch=7))
        tried = bench(plugin)
        give(tried, *(event(number) for number in range(30)))
        receiver.wait_for(lambda _: len(receiver.events) == 30)
        settle(tried, plugin)
        tried.close()
        assert not cuts
    receiver.stop()
    tried = bench(Syslog(settings(tmp_path, f"tcp://127.0.0.1:{receiver.port}")))
    give(tried, *(event(number) for number in range(30, 60)))
    receiver.start()
    give(tried, event(60))
    receiver.wait_for(lambda _: len(receiver.events) == 61)
    assert sorted(e["number"] for e in receiver.events) == list(range(61))


def test_what_was_not_read_comes_again(tmp_path: Path, bench: Any) -> None:
    """A receiver that takes a connection and dies has read nothing, whatever its system took."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        give(bench(Syslog(settings(tmp_path, address))), event(1))
        first, _ = listener.accept()
        first.recv(1, socket.MSG_PEEK)
        first.close()  # with everything unread
        second, _ = listener.accept()
        with second:
            data = b"".join(iter(lambda: second.recv(65_536), b""))
    (message,) = frames(data)
    assert parse(message)["event"] == event(1).as_dict()


def test_a_stranger_behind_tls_gets_nothing(
    rsyslogd: Any,
    tmp_path: Path,
    bench: Any,
    warned: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A certificate that nobody vouches for ends the connection before an event is sent."""
    receiver = rsyslogd("tls")
    tried = bench(Syslog(settings(tmp_path, f"tls://127.0.0.1:{receiver.port}", drain="10ms")))
    give(tried, event(1))
    assert warned.wait(PATIENCE)
    tried.close()
    assert "certificate verify failed" in caplog.text
    assert receiver.events == []
    assert len(Spool(tmp_path / "spool.sqlite3", 9).first(9)) == 1


def test_the_journal(tmp_path: Path, bench: Any) -> None:
    """Each event is one entry, with fields to search for; it waits while the journal is away."""
    path = tmp_path / "journal"
    tried = bench(Syslog(settings(tmp_path, "journal", journal=str(path))))
    given = event(1, "eve\nPRIORITY=0\n_UID=0")
    give(tried, given)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.settimeout(PATIENCE)
        journal.bind(str(path))
        fields = journal_fields(journal.recv(65_536))
    assert fields["TORNTERM_USER"] == r"eve\nPRIORITY=0\n_UID=0"
    assert json.loads(fields["MESSAGE"]) == given.as_dict()
    assert (fields["PRIORITY"], fields["SYSLOG_IDENTIFIER"]) == ("6", "tornterm")
    assert re.fullmatch("[0-9a-f]{32}", fields["TORNTERM_ID"])
    assert not any(key.startswith("_") for key in fields)


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


# --- the examples of the README -------------------------------------------------------------------


def blocks() -> list[tuple[str, str]]:
    """The examples of the README, each with its language."""
    return re.findall(r"```(\w*)\n(.*?)```", README.read_text(), re.DOTALL)


async def test_the_example(
    tmp_path: Path, rsyslogd: Callable[[str], Rsyslogd], tornterm_loop: object
) -> None:
    """Somebody opens a session on a server with its configuration, and syslog has it."""
    receiver = await asyncio.to_thread(rsyslogd, "tls")
    (example,) = (text for language, text in blocks() if language == "toml")
    tables = tomllib.loads(example)
    table = tables["plugins"].pop("syslog")
    table["address"] = table["address"].replace(
        "logs.example.org:6514", f"127.0.0.1:{receiver.port}"
    )
    more = {"ca_file": str(tmp_path / "ca.pem"), "spool": str(tmp_path / "spool.sqlite3")}
    plugin = Syslog(SyslogSettings.model_validate({**table, **more, "drain": "30s"}))
    tables["plugins"]["enabled"].remove("syslog")
    assert tables["audit"]["required"] is True
    async with (
        LiveServer(tables, [plugin]) as server,
        V1Client(server.url, headers=server.headers(), within=30.0) as client,
    ):
        await client.open()
    await asyncio.to_thread(
        receiver.wait_for,
        lambda _: {"session.created", "session.exited"} <= {e["event"] for e in receiver.events},
    )
    assert {e["user"] for e in receiver.events if e["event"] == "session.created"} == {"alice"}


def test_the_line_that_is_shown() -> None:
    """What it leaves out may be anything; the rest is what is sent."""
    (line,) = (text.strip() for language, text in blocks() if not language)
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC).timestamp()
    created = AuditEvent("session.created", moment, "alice", "192.0.2.1", "a-session")
    origin = Origin(10, "shells", "tornterm", 4711, "tornterm@32473", 8192)
    sent = for_syslog(Waiting(1, "b7c0" + "0" * 28, json.dumps(created.as_dict())), origin)
    pattern = re.escape(line).replace(re.escape("..."), ".*")
    assert re.fullmatch(pattern, sent.decode()), sent
