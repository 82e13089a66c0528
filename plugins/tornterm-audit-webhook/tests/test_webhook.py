"""Every event arrives, whatever happens to the receiver, to the way there, and to the server."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from receiver import SECRET, Receiver

from tornterm.errors import ConfigError, PluginError
from tornterm.spool import Spool
from tornterm.testing.conformance import AuditConformance
from tornterm.testing.conformance.bench import benches
from tornterm.types import AuditEvent
from tornterm_audit_webhook import Webhook, WebhookSettings, sign, verify

NOBODY = "http://127.0.0.1:9/"
"""An address where nothing listens."""


def settings(folder: Path, url: str, **more: Any) -> WebhookSettings:
    """A table for tests: everything happens soon."""
    table = {
        "url": url,
        "secret": SECRET,
        "spool": str(folder / "spool.sqlite3"),
        "gather": "5ms",
        "retry": "10ms",
        "retry_most": "50ms",
        **more,
    }
    return WebhookSettings.model_validate(table)


def event(number: int) -> AuditEvent:
    """One of many events."""
    return AuditEvent("session.created", 1.0 + number, facts={"number": number})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as made:
        yield made


@pytest.fixture
def bench() -> Iterator[Callable[..., Any]]:
    """Where a plugin runs."""
    with benches() as make:
        yield make


def give(bench: Any, numbers: Sequence[int]) -> None:
    """Give events to a running plugin, which keeps them all."""
    for number in numbers:
        assert bench.run(lambda host, n=number: host.audit(event(n))) == {}


def numbers_in(receiver: Receiver) -> list[int]:
    """The events that have arrived."""
    return [entry["number"] for entry in receiver.events]


class TestWebhook(AuditConformance):
    """Everything that is asked of an audit sink."""

    @pytest.fixture
    def plugin(self, tmp_path: Path, receiver: Receiver) -> Webhook:
        """The plugin with a receiver."""
        return Webhook(settings(tmp_path, receiver.url))

    @pytest.fixture
    def kept(self, receiver: Receiver) -> Callable[[], list[dict[str, Any]]]:
        """What the receiver has."""
        return lambda: receiver.events

    @pytest.fixture
    def broken(self, tmp_path: Path) -> Webhook:
        """No more can wait, and nobody takes what does."""
        spool = Spool(tmp_path / "spool.sqlite3", 1)
        spool.open()
        spool.add({"an": "event"})
        return Webhook(settings(tmp_path, NOBODY, max_events=1, drain="10ms"))

    @pytest.fixture
    def hung(self, tmp_path: Path) -> Iterator[Webhook]:
        """Somebody holds the spool."""
        Spool(tmp_path / "spool.sqlite3", 1).open()
        with closing(sqlite3.connect(tmp_path / "spool.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield Webhook(settings(tmp_path, NOBODY, drain="10ms"))


async def test_in_a_server(
    tmp_path: Path, receiver: Receiver, tornterm_server: Any, tornterm_client: Any
) -> None:
    """A session's events arrive, signed, while it runs."""
    plugin = Webhook(settings(tmp_path, receiver.url))
    server = await tornterm_server(plugins=[plugin])
    client = await tornterm_client(server)
    await asyncio.to_thread(receiver.wait_for, lambda r: bool(r.events))
    assert receiver.events[0]["event"] == "session.created"
    assert receiver.events[0]["session"] == client.session
    assert receiver.refused == 0


def test_events_wait_for_a_receiver_that_is_down(tmp_path: Path, bench: Any) -> None:
    """Also over a restart of the server; then they come in order, each once."""
    first = bench(Webhook(settings(tmp_path, NOBODY, drain="20ms")))
    give(first, range(25))
    first.close()
    with Receiver() as receiver:
        second = bench(Webhook(settings(tmp_path, receiver.url, batch=10)))
        give(second, range(25, 30))
        receiver.wait_for(lambda r: len(r.events) == 30)
    assert numbers_in(receiver) == list(range(30))
    assert max(len(batch) for batch in receiver.batches) <= 10
    assert len({entry["id"] for batch in receiver.batches for entry in batch}) == 30


def test_a_receiver_that_is_killed_loses_nothing(tmp_path: Path, bench: Any) -> None:
    """Whatever was acknowledged is in its file, and whatever was kept gets there: at least once."""
    file = tmp_path / "received.jsonl"
    process, url = start(0, file)
    tried = bench(Webhook(settings(tmp_path, url, batch=3, gather="0")))
    port = int(url.split(":")[2].split("/")[0])
    try:
        for round_ in range(4):
            give(tried, range(round_ * 25, round_ * 25 + 25))
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
            process, _ = start(port, file)
        give(tried, [100])
        tried.close()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    ids = {entry["id"]: entry["event"]["number"] for entry in entries}
    assert sorted(ids.values()) == list(range(101))


def start(port: int, file: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the receiver as a program; gives its address."""
    program = [sys.executable, str(Path(__file__).with_name("receiver.py")), str(port), str(file)]
    # It finds what this process finds, whether that is installed or not.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 500, 503])
def test_what_is_refused_comes_again(status: int, tmp_path: Path, bench: Any) -> None:
    """With the same id; and nothing is sent to where a redirect leads."""
    seen: list[str] = []

    def answer(events: list[dict[str, Any]]) -> tuple[int, dict[str, str]]:
        seen.extend(entry["id"] for entry in events)
        return (204, {}) if len(seen) > 2 else (status, {"Location": "/elsewhere"})

    with Receiver(answer=answer) as receiver:
        give(bench(Webhook(settings(tmp_path, receiver.url))), [1])
        receiver.wait_for(lambda r: bool(r.events))
    assert len(seen) == 3 and len(set(seen)) == 1


def test_what_is_too_large_comes_in_pieces(tmp_path: Path, bench: Any) -> None:
    """A receiver that takes three at a time gets three at a time."""
    spool = Spool(tmp_path / "spool.sqlite3", 100)
    spool.open()
    for number in range(10):
        spool.add(event(number).as_dict())
    with Receiver(answer=lambda events: (413 if len(events) > 3 else 204, {})) as receiver:
        bench(Webhook(settings(tmp_path, receiver.url)))
        receiver.wait_for(lambda r: len(r.events) == 10)
    assert numbers_in(receiver) == list(range(10))


def test_a_receiver_that_does_not_answer(tmp_path: Path, bench: Any) -> None:
    """It is given up after its time, and asked again."""
    came, release = threading.Event(), threading.Event()

    def answer(events: list[dict[str, Any]]) -> tuple[int, dict[str, str]]:
        if not came.is_set():
            came.set()
            release.wait()
        return 204, {}

    with Receiver(answer=answer) as receiver:
        give(bench(Webhook(settings(tmp_path, receiver.url, timeout="100ms"))), [1])
        receiver.wait_for(lambda r: bool(r.events))
        assert came.is_set()
        release.set()


def test_signatures() -> None:
    """Another key, another body, another time: none of them is genuine."""
    header = sign(SECRET, b"body", 1000.5)
    assert header.startswith("t=1000,v1=")
    assert verify(SECRET, b"body", header, 1200)
    assert not verify(SECRET, b"body", header, 1400)
    assert not verify(SECRET, b"body", header, 600)
    assert not verify("another-key-0123456789", b"body", header, 1000)
    assert not verify(SECRET, b"other", header, 1000)
    assert not verify(SECRET, b"body", header.replace("t=1000", "t=1200"), 1200)
    for nonsense in (
        "",
        "t=,v1=",
        "v1=00",
        header + ",v1=00",
        header.upper(),
        "t=1e3,v1=" + "0" * 64,
    ):
        assert not verify(SECRET, b"body", nonsense, 1000)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url": "audit.example.org"}, "must be an address"),
        ({"url": "http://audit.example.org/"}, "must begin with https://"),
        ({"url": "https://me:password@audit.example.org/"}, "must hold no password"),
        ({"secret": "short"}, "at least 16 characters"),
        ({"secret": {"sha256": "0" * 64}}, "a hash is not enough"),
        ({"batch": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_cannot_be(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    """Each mistake is explained."""
    with pytest.raises(ValueError, match=why):
        settings(tmp_path, **{"url": NOBODY, **change})


def test_a_spool_that_cannot_be_used_stops_the_start(tmp_path: Path, bench: Any) -> None:
    """Not the first event, but the start says so, with table and key."""
    (tmp_path / "spool.sqlite3").write_bytes(b"this is no database, and never was" * 100)
    with pytest.raises((ConfigError, PluginError), match=r"\[plugins.webhook\] spool: .*cannot be"):
        bench(Webhook(settings(tmp_path, NOBODY)))


def test_the_key_shows_nowhere(
    tmp_path: Path, bench: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in a log of failures nor in a repr."""
    table = settings(tmp_path, NOBODY, drain="20ms")
    plugin = Webhook(table)
    tried = bench(plugin)
    give(tried, [1])
    tried.close()
    assert "did not take it" in caplog.text
    assert SECRET not in caplog.text + repr(plugin) + repr(table)
