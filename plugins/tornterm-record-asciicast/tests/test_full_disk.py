"""A disk that is really full: what it did not take is declared, or waits until it does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from disk import KINDS, SIZE, Disk, small_disk

from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import ExitStatus, SessionInfo, Size
from tornterm_record_asciicast import Recorder, RecorderSettings, Report, inspect
from tornterm_record_asciicast.recording import Recording


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A small one."""
    with small_disk(tmp_path, request.param) as made:
        yield made


def settings(disk: Disk, policy: str, **more: Any) -> RecorderSettings:
    """Those for a folder on that disk."""
    table = {"folder": str(disk.folder), "segment": disk.segment, "full": policy, **more}
    return RecorderSettings.model_validate(table)


def shown(report: Report) -> str:
    """The output that was recorded."""
    rows = [json.loads(line) for line in report.lines[1:]]
    return "".join(row[2] for row in rows if row[1] == "o")


@pytest.mark.parametrize("policy", ["stop", "pause", "mark-gap"])
def test_each_missing_byte_is_declared(policy: str, disk: Disk) -> None:
    """Filled to the brim, then with room again; with `pause` nothing is missing."""
    info = SessionInfo("one", "alice", "", "", "running", time.time(), Size(), 1, 0)
    tried = Recording(settings(disk, policy), info, lambda: None)
    given = b""

    def output(data: bytes) -> None:
        nonlocal given
        assert tried.room() >= len(data)
        tried.on_output(data, len(given), time.time())
        given += data
        tried.work(hurry=True)

    while len(given) < 2 * SIZE and (policy != "pause" or tried.room()):
        output(f"{len(given)} is the offset of this line\r\n".encode() * 20)
    if policy == "pause":
        assert tried.room() == 0 and len(given) < 2 * SIZE
    disk.grow()
    tried.work(hurry=True)
    output(b"there is room again\r\n")
    tried.on_exit(ExitStatus(0), time.time())
    tried.close()
    tried.work(hurry=True)
    assert tried.done
    report = inspect(tried.folder)
    assert report.state == "complete", report.problem
    kept, at = b"", 0
    for start, end in report.gaps:
        kept += given[at:start]
        at = end or 0
    assert shown(report).encode() == kept + given[at:]
    assert bool(report.gaps) == (policy != "pause")
    assert report.seals[-1]["end"] == ("stopped" if policy == "stop" else "closed")
    assert ("room again" in shown(report)) == (policy != "stop")


async def test_the_program_waits(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory, tornterm_loop: object
) -> None:
    """Its people are told; when there is room it goes on, and all is recorded and audited."""
    audit = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    tables = {
        "plugins": {"enabled": ["token", "shell", "jsonl"], "jsonl": {"path": str(audit)}},
        "audit": {"required": True},
    }
    recorder = Recorder(settings(disk, "pause", buffer="64 KiB"))
    async with LiveServer(tables, [recorder]) as server:
        async with V1Client(server.url, headers=server.headers(), within=30.0) as client:
            await client.open()
            client.send_input(f"seq {SIZE // 2}; echo do''ne\n")
            await client.wait_for(lambda c: "waiting" in notices(c))
            assert b"done\r\n" not in client.recording.data
            disk.grow()
            await client.wait_for(b"done\r\n")
            assert notices(client)["going_on"] == "The program goes on."
            client.send_input("exit\n")
            await client.wait_for(lambda c: c.exit is not None)
        (folder,) = [path for path in disk.folder.iterdir() if path.name.endswith(client.session)]
        for _ in range(3000):
            if (report := inspect(folder)).state == "complete":
                break
            await asyncio.sleep(0.01)
    assert not report.gaps
    assert shown(report).encode() == client.recording.data
    events = [json.loads(line)["event"] for line in audit.read_text().splitlines()]
    assert sorted(events) == ["session.created", "session.detached", "session.exited"]


def notices(client: V1Client) -> dict[str, str]:
    """The last notice of each kind."""
    found = [message for message in client.messages if type(message).__name__ == "Notice"]
    return {message.code: message.message for message in found}
