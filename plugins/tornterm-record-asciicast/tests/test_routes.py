"""Recordings over HTTP: for administrators, audited, and never one that was changed."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from tornterm.testing.clients import V1Client
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer
from tornterm.types import ExitStatus, SessionInfo, Size
from tornterm_record_asciicast import Recorder, RecorderSettings
from tornterm_record_asciicast.listing import listed
from tornterm_record_asciicast.recording import Recording

LIST = "-/recorder/recordings"


def begin(folder: Path, session: str, text: str, title: str = "") -> Recording:
    """Begin a recording, which has written something."""
    info = SessionInfo(session, "alice", title, "", "running", time.time(), Size(90, 30), 1, 0)
    settings = RecorderSettings.model_validate({"folder": str(folder), "redact": ["s3cret"]})
    recording = Recording(settings, info, lambda: None)
    recording.on_output(text.encode(), 0, time.time())
    recording.work(hurry=True)
    return recording


def record(folder: Path, session: str, text: str) -> str:
    """Make a recording; gives its name."""
    recording = begin(folder, session, text)
    recording.on_exit(ExitStatus(0), time.time())
    recording.close()
    recording.work(hurry=True)
    return recording.folder.name


def test_recordings_over_http(tmp_path: Path) -> None:
    """Listed and given to administrators alone; who takes one is audited."""

    async def tried() -> None:
        events = CapturedEvents()
        recorder = Recorder(RecorderSettings.model_validate({"folder": str(tmp_path)}))
        name = record(tmp_path, "one", "hello")
        (tmp_path / "something else").mkdir()
        async with LiveServer(plugins=[recorder, events]) as server:
            root = server.headers("root")
            for path in (LIST, f"{LIST}/{name}"):
                assert (await server.fetch(path)).code == 401
                assert (await server.fetch(path, headers=server.headers())).code == 403
            listed = json.loads((await server.fetch(LIST, headers=root)).body)["recordings"]
            assert [(one["name"], one["session"]) for one in listed] == [(name, "one")]
            assert (listed[0]["cols"], listed[0]["rows"]) == (90, 30)
            answer = await server.fetch(f"{LIST}/{name}", headers=root)
            assert answer.headers["Content-Type"].startswith("application/x-asciicast")
            header, *rows = [json.loads(line) for line in answer.body.decode().splitlines()]
            assert header["version"] == 3
            assert [row[2] for row in rows if row[1] == "o"] == ["hello"]
            played = await events.wait_for("recorder.played")
            assert (played.user, played.facts) == ("root", {"recording": name})
            for path in ("nothing", "../etc", "20260101T000000Z-none", name.upper()):
                assert (await server.fetch(f"{LIST}/{path}", headers=root)).code == 404

    asyncio.run(tried())


def test_one_that_was_changed(tmp_path: Path) -> None:
    """Is not shown as if it were what was on the screen."""

    async def tried() -> None:
        recorder = Recorder(RecorderSettings.model_validate({"folder": str(tmp_path)}))
        name = record(tmp_path, "one", "hello")
        [segment] = (tmp_path / name).iterdir()
        segment.write_bytes(segment.read_bytes().replace(b"hello", b"HELLO"))
        async with LiveServer(plugins=[recorder]) as server:
            answer = await server.fetch(f"{LIST}/{name}", headers=server.headers("root"))
            assert answer.code == 409

    asyncio.run(tried())


def test_whose_they_are_and_how_they_ended(tmp_path: Path) -> None:
    """Each is listed with its owner, its title without secrets, and what became of it."""

    async def tried() -> None:
        recorder = Recorder(RecorderSettings.model_validate({"folder": str(tmp_path)}))
        begin(tmp_path, "crashed", "hello", "build s3cret").let_go()
        record(tmp_path, "whole", "hello")
        old = tmp_path / record(tmp_path, "old", "hello") / "000001.cast"
        header, _, rest = old.read_text().partition("\n")
        without = {key: value for key, value in json.loads(header).items() if key != "tornterm"}
        old.write_text(json.dumps(without) + "\n" + rest)
        async with (
            LiveServer(plugins=[recorder]) as server,
            V1Client(server.url, headers=server.headers(), within=30.0) as client,
        ):
            # After the start, which makes up ends: one that another server may be writing.
            (tmp_path / record(tmp_path, "empty", "x") / "000001.cast").write_bytes(b"")
            begin(tmp_path, "open", "hello").let_go()
            await client.open()
            rows = await fetched(server, 5)
        said = {row["session"]: (row["user"], row["title"], row["state"]) for row in rows}
        assert said.pop("crashed") == ("alice", "build [redacted]", "made-up")
        assert said.pop("whole") == ("alice", "", "complete")
        assert said.pop("old") == ("", "", "complete")
        assert said.pop("empty") == ("", "", "unfinished")
        assert said.pop("open") == ("alice", "", "unfinished")
        assert list(said.values()) == [("alice", "", "running")]

    asyncio.run(tried())


def test_one_that_has_just_begun(tmp_path: Path) -> None:
    """Is listed once it can be said whose it is; one that is empty and goes on no more always."""
    folder = tmp_path / record(tmp_path, "one", "x")
    segment = folder / "000001.cast"
    header, _, rest = segment.read_text().partition("\n")
    segment.write_text(header[:20])
    assert not list(listed(tmp_path, {folder.name}))
    assert [row["state"] for row in listed(tmp_path, ())] == ["unfinished"]
    segment.write_text(f"{header}\n{rest}")
    assert [row["user"] for row in listed(tmp_path, {folder.name})] == ["alice"]


async def fetched(server: LiveServer, more_than: int) -> list[dict[str, Any]]:
    """The list, once so many and another one are in it."""
    rows: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        while len(rows) <= more_than:
            answer = await server.fetch(LIST, headers=server.headers("root"))
            rows = json.loads(answer.body)["recordings"]
    return rows
