"""Real receivers read what is sent, over cuts, and only they."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from receivers import PATIENCE, Rsyslogd, cutting, frames, journal_fields, parse
from syslogs import settings, settle

from tornterm.spool import Spool, Waiting
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import AuditEvent
from tornterm_audit_syslog import Syslog, SyslogSettings
from tornterm_audit_syslog.message import Origin, for_syslog

README = Path(__file__).parents[1] / "README.md"


def event(number: int, user: str = "alice") -> AuditEvent:
    """One of many events."""
    return AuditEvent("session.created", 1.0 + number, user=user, facts={"number": number})


def give(bench: Any, *events: AuditEvent) -> None:
    """Give events to a running plugin, which keeps them all."""
    for given in events:
        assert bench.run(lambda host, e=given: host.audit(e)) == {}


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
