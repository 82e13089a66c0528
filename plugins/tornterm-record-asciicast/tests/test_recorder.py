"""Recordings are true, whatever happens to the disk, to the server and to the files afterwards."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tornterm.types import ExitStatus, SessionInfo, Size
from tornterm_record_asciicast import Recorder, RecorderSettings, inspect
from tornterm_record_asciicast.commands import recording_commands
from tornterm_record_asciicast.reading import recover
from tornterm_record_asciicast.recording import Recording

CANARY = "canary-of-the-recorder"


def session() -> SessionInfo:
    """A session that nobody runs."""
    return SessionInfo("one", "alice", "", "", "running", time.time(), Size(), 1, 0)


def recording(folder: Path, **more: Any) -> Recording:
    """A recording that writes when the test says so."""
    settings = RecorderSettings.model_validate({"folder": str(folder), **more})
    return Recording(settings, session(), lambda: None)


def end(tried: Recording) -> Path:
    """End a recording; gives its folder."""
    tried.on_exit(ExitStatus(3), time.time())
    tried.close()
    tried.work(hurry=True)
    return tried.folder


def events(folder: Path, kind: str) -> list[str]:
    """The events of one kind."""
    rows = [json.loads(line) for line in inspect(folder).lines[1:]]
    return [row[2] for row in rows if row[1] == kind]


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk take half of a batch and nothing more, as a full one does."""
    write = os.write
    takes = [10]

    def refusing(fd: int, data: bytes) -> int:
        if not takes:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, bytes(data)[: takes.pop()])

    monkeypatch.setattr(os, "write", refusing)


def many_segments(folder: Path) -> Path:
    """A recording in several segments."""
    tried = recording(folder, segment=4096)
    for number in range(8):
        tried.on_output(b"x" * 2000, number * 2000, time.time())
        tried.work()
    return end(tried)


async def test_in_a_server(tmp_path: Path, tornterm_server: Any, tornterm_client: Any) -> None:
    """Output, who came and types, the end; not what is typed where nothing is shown."""
    plugin = Recorder(RecorderSettings(folder=tmp_path / "kept", input=True))
    server = await tornterm_server(plugins=[plugin])
    client = await tornterm_client(server)
    # Silent before it says so: what is typed earlier would be shown by the terminal.
    client.send_input(b"stty -echo; printf re%s ady; read -rs x; echo got $((${#x}*2))\n")
    await client.wait_for(b"ready")
    client.send_input(f"{CANARY}\n".encode())
    await client.wait_for(f"got {2 * len(CANARY)}".encode())
    client.send_input(b"stty echo; printf re%s ADY; read -r x; echo got $x\n")
    await client.wait_for(b"reADY")
    client.send_input(b"what is shown\n")
    await client.wait_for(b"got what is shown")
    other = await tornterm_client(server, user="alice", open=False)
    await other.resume(session=client.session, token=client.token, control="take")
    other.send_input(b"exit 3\n")
    await other.wait_closed()
    (folder,) = (tmp_path / "kept").iterdir()
    for _ in range(3000):
        if inspect(folder).state == "complete":
            break
        await asyncio.sleep(0.01)
    report = inspect(folder)
    assert report.state == "complete" and not report.gaps
    assert "".join(events(folder, "o")).count(f"got {2 * len(CANARY)}") == 1
    assert events(folder, "x") == ["3"]
    assert events(folder, "m")[:3] == [
        "attached: alice",
        "alice types now: taken",
        "attached: alice",
    ]
    typed = "".join(events(folder, "i"))
    assert "[masked]" in typed and typed.count("what is shown\n") == 1
    assert CANARY.encode() not in b"".join(path.read_bytes() for path in folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("sync", "seconds", "least", "most"),
    [("never", 5, 0, 0), ("segment", 5, 6, 99), ("1s", 0, 6, 99), ("1s", 5, 18, 99)],
)
def test_forced_to_the_disk(
    sync: str,
    seconds: int,
    least: int,
    most: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Never, each segment that is complete, or as often as the setting says."""
    calls: list[int] = []
    now = [0.0]
    monkeypatch.setattr(os, "fsync", calls.append)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    tried = recording(tmp_path, segment=4096, sync=sync)
    for number in range(8):
        now[0] += seconds
        tried.on_output(b"x" * 2000, number * 2000, time.time())
        tried.work()
    end(tried)
    assert least <= len(calls) <= most, len(calls)


def test_characters_in_pieces(tmp_path: Path) -> None:
    """A character that comes byte by byte is one; what is none is replaced."""
    tried = recording(tmp_path)
    data = "a\N{EURO SIGN}".encode() + b"\xff" + "\N{GRINNING FACE}".encode() + b"\xe2"
    for offset in range(len(data)):
        tried.on_output(data[offset : offset + 1], offset, time.time())
        tried.work()
    folder = end(tried)
    assert "".join(events(folder, "o")) == data.decode(errors="replace")
    assert inspect(folder).offset == len(data)


def test_every_change_is_found(tmp_path: Path) -> None:
    """A changed byte anywhere, a removed segment, two that were swapped."""
    folder = many_segments(tmp_path)
    assert inspect(folder).state == "complete"
    names = sorted(folder.iterdir())
    assert len(names) > 3
    for path in names:
        good = path.read_bytes()
        for at in [*range(0, len(good), 97), *range(len(good) - 70, len(good))]:
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert inspect(folder).state != "complete", (path.name, at)
        path.unlink()
        assert inspect(folder).state == "broken", path.name
        path.write_bytes(good)
    one, two = names[1].read_bytes(), names[2].read_bytes()
    names[1].write_bytes(two)
    names[2].write_bytes(one)
    assert inspect(folder).state == "broken"


def test_secrets_in_pieces(tmp_path: Path) -> None:
    """What a pattern matches does not reach the disk, however it is cut and interrupted."""
    tried = recording(tmp_path, redact=["canary-[a-z-]+"])
    text = f"key={CANARY}; and more\r\n".encode()
    for offset in range(len(text)):
        tried.on_output(text[offset : offset + 1], offset, time.time())
        tried.mark("attached: bob")
        tried.work()
    folder = end(tried)
    assert "".join(events(folder, "o")) == "key=[redacted]; and more\r\n"
    assert b"canary" not in b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("policy", ["stop", "mark-gap"])
def test_a_full_disk(policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it did not take is inside a gap; the policy decides what comes after."""
    tried = recording(tmp_path, full=policy)
    tried.on_output(b"before ", 0, time.time())
    tried.work()
    with monkeypatch.context() as context:
        full_disk(context)
        tried.on_output(b"lost ", 7, time.time())
        tried.work(hurry=True)
    tried.on_output(b"after", 12, time.time())
    tried.work(hurry=True)
    folder = end(tried)
    report = inspect(folder)
    assert report.state == "complete"
    assert report.gaps[0][0] == 7 and (report.gaps[0][1] or 0) >= 12
    shown = "".join(events(folder, "o"))
    assert shown == ("before after" if policy == "mark-gap" else "before ")


def test_a_start_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins nevertheless, and the next start makes up the end that found no room."""

    async def start_and_stop() -> None:
        recorder = Recorder(RecorderSettings(folder=tmp_path))
        await recorder.tornterm_startup()
        await recorder.tornterm_shutdown()

    tried = recording(tmp_path)
    tried.on_output(b"before the crash", 0, time.time())
    tried.work()
    tried.let_go()
    with monkeypatch.context() as context:
        full_disk(context)
        asyncio.run(start_and_stop())
    assert inspect(tried.folder).state == "unfinished"
    asyncio.run(start_and_stop())
    report = inspect(tried.folder)
    assert report.state == "complete" and report.made_up


def test_a_slow_disk(tmp_path: Path) -> None:
    """What finds no room in the buffer is a gap, and nothing grows without bound."""
    tried = recording(tmp_path, buffer=65536)
    for number in range(4):
        tried.on_output(b"x" * 40000, number * 40000, time.time())
    tried.work()
    tried.on_output(b"end", 160000, time.time())
    folder = end(tried)
    assert "".join(events(folder, "o")) == "x" * 40000 + "end"
    (gap,) = inspect(folder).gaps
    assert gap[0] == 40000 and (gap[1] or 0) >= 160000


def test_killed_at_two_hundred_moments(tmp_path: Path) -> None:
    """Each recording opens and verifies afterwards, and what is missing is inside a gap."""
    chance = random.Random(7)
    moments = [*(chance.randrange(40_000) for _ in range(190)), *(range(0, 100_000, 10_000))]
    command = [sys.executable, str(Path(__file__).with_name("feed.py")), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = "".join(f"{after}\n" for after in moments)
    subprocess.run(command, input=told, text=True, env=environment, check=True, timeout=300)
    recorded = [look_at(tmp_path / str(number)) for number in range(len(moments))]
    assert len(recorded) == 200 and sum(recorded) > 500_000


def look_at(folder: Path) -> int:
    """Look at what a recorder left that was killed; gives how many bytes of output there are."""
    given = folder.with_suffix(".given").read_bytes()
    there = 0
    for kept in folder.iterdir() if folder.exists() else ():
        assert inspect(kept).state == "unfinished"
        assert recover(kept) and not recover(kept)
        report = inspect(kept)
        assert report.state == "complete" and report.made_up
        assert report.gaps == [(report.offset, None)]
        assert "".join(events(kept, "o")).encode() == given[: report.offset]
        there += report.offset
    return there


def test_commands(tmp_path: Path) -> None:
    """They list, verify, play and export; and fail for what is broken."""
    folder = many_segments(tmp_path)
    run = CliRunner()
    group = recording_commands(tmp_path)
    assert "16000 bytes  complete" in run.invoke(group, ["list"]).output
    assert run.invoke(group, ["verify"]).exit_code == 0
    played = run.invoke(group, ["play", folder.name, "--idle", "0"])
    assert played.output == "x" * 16000
    lines = run.invoke(group, ["export", folder.name]).output.splitlines()
    assert json.loads(lines[0])["version"] == 3
    assert sum(line.startswith("{") for line in lines) == 1
    (folder / "000002.cast").unlink()
    assert run.invoke(group, ["verify"]).exit_code == 1
    assert run.invoke(group, ["play", folder.name]).exit_code == 1
    assert run.invoke(group, ["play", "../none"]).exit_code == 1


@pytest.mark.parametrize("pattern", ["(", "x*"])
def test_patterns_that_cannot_be(pattern: str, tmp_path: Path) -> None:
    """Each mistake is explained."""
    with pytest.raises(ValueError, match=r"regular expression|matches nothing"):
        RecorderSettings.model_validate({"folder": str(tmp_path), "redact": [pattern]})


@pytest.mark.parametrize("sync", ["soon", "10ms", "", "0"])
def test_times_that_cannot_be(sync: str, tmp_path: Path) -> None:
    """Nor is a disk written to without pause."""
    with pytest.raises(ValueError, match=r"neither \"never\""):
        RecorderSettings.model_validate({"folder": str(tmp_path), "sync": sync})
