"""A password that is typed where nothing is shown is kept nowhere; what is shown is recorded."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import socket
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.process import ServerProcess, serving
from tornterm.testing.clients import V1Client

PLUGINS = Path(__file__).parents[2] / "plugins"
HERE = ("tornterm-record-asciicast", "tornterm-audit-sql", "tornterm-audit-syslog")
ENABLED = [
    "token",
    "shell",
    "jsonl",
    "log",
    "tornterm_record_asciicast:Recorder",
    "tornterm_audit_sql:Sql",
    "tornterm_audit_syslog:Syslog",
]
TOKEN = "a-token-for-alice-that-is-long-enough"
TABLES = f"""
[[plugins.token.tokens]]
user = "alice"
token = "{TOKEN}"

[plugins.jsonl]
path = "kept/audit.jsonl"

[plugins.recorder]
folder = "recordings"
input = true

[plugins.sql]
file = "kept/audit.sqlite3"
spool = "kept/sql.spool"

[plugins.syslog]
address = "udp://127.0.0.1:PORT"
spool = "kept/syslog.spool"

[logging]
level = "debug"
"""


@pytest.fixture
def syslog() -> Iterator[socket.socket]:
    """Gets what is sent by UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        yield receiver


async def test_what_is_typed(tmp_path: Path, syslog: socket.socket, tornterm_loop: object) -> None:
    """Hidden, it is nowhere. Shown, it is found, in the recording alone."""
    hidden, shown = (f"canary{secrets.token_hex(8)}" for _ in range(2))
    (tmp_path / "kept").mkdir()
    places: list[tuple[str, str]] = []
    with serving(
        tmp_path,
        plugins=json.dumps(ENABLED),
        more=TABLES.replace("PORT", str(syslog.getsockname()[1])),
        python_path=[PLUGINS / name for name in HERE],
    ) as server:
        url = await asyncio.to_thread(lambda: server.url)
        headers = {"Authorization": f"Bearer {TOKEN}", "Origin": url.rstrip("/")}
        for canary in (hidden, shown):
            async with V1Client(url, headers=headers, within=60.0) as client:
                await client.open()
                await type_at_read(client, canary, hidden=canary == hidden)
                places += running()
                client.send_input("exit\n")
                await client.wait_for(lambda c: c.exit is not None)
    kept = dict(what_is_kept(tmp_path, server, syslog))
    places += kept.items()
    assert {where for where, text in places if hidden in text} == set()
    # Where nothing is masked it is found: what is looked through above is what matters.
    found = {where for where, text in places if shown in text}
    assert found == {"recorded i", "recorded o"}
    assert "[masked]" in kept["recorded i"]
    for where in ("kept/audit.jsonl", "kept/audit.sqlite3", "syslog", "log"):
        assert "session.exited" in kept[where], where
    assert "DEBUG" in kept["log"]


async def type_at_read(client: V1Client, text: str, *, hidden: bool) -> None:
    """Type it when bash's `read` has the terminal in the state in which it reads."""
    client.send_input(f"tty; read -r{'s' * hidden} x; echo got $((2*${{#x}}))\n")
    await client.wait_for(lambda c: re.search(r"(/dev/\S+)\r\n", c.recording.text))
    path = re.findall(r"(/dev/\S+)\r\n", client.recording.text)[-1]
    terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        while not reads(terminal, hidden=hidden):
            await asyncio.sleep(0.01)
    finally:
        os.close(terminal)
    client.send_input(f"{text}\n")
    await client.wait_for(f"got {2 * len(text)}".encode())


def reads(terminal: int, *, hidden: bool) -> bool:
    """Whether a terminal gives whole lines, and shows them or not."""
    flags = termios.tcgetattr(terminal)[3]
    return bool(flags & termios.ICANON) and bool(flags & termios.ECHO) != hidden


def running() -> Iterator[tuple[str, str]]:
    """The arguments and the environment of every process."""
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                yield name, (process / name).read_text(errors="replace")
            except OSError:
                continue  # it has ended, or is somebody else's


def what_is_kept(
    folder: Path, server: ServerProcess, syslog: socket.socket
) -> Iterator[tuple[str, str]]:
    """Every file that the server has written, what it logged, and what it has sent."""
    recordings = folder / "recordings"
    lines = "".join(path.read_text() for path in sorted(recordings.rglob("*.cast")))
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("[")]
    for kind in {row[1] for row in rows}:
        yield f"recorded {kind}", "".join(row[2] for row in rows if row[1] == kind)
    yield "recorded besides", re.sub(r"(?m)^\[.*\n", "", lines)
    for path in folder.rglob("*"):
        if path.is_file() and recordings not in path.parents:
            yield str(path.relative_to(folder)), path.read_text(errors="replace")
    yield "log", server.everything
    received = []
    while True:
        try:
            received.append(syslog.recv(65536).decode())
        except BlockingIOError:
            break
    yield "syslog", "\n".join(received)
