"""Engines that are broken, hang, or are slow."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from containers import WORKS, stub, table

from tornterm_spawn_container import Container, people
from tornterm_spawn_container import plugin as module
from tornterm_spawn_container.asking import EngineError, said

ENGINES = {
    "hangs": ("sleep 30", "it does not answer"),
    "ends and leaves somebody behind": ("sleep 30 &", "it does not answer"),
    "fails": ("echo at $0 >&2; printf 'no \\033[31mroom\\n' >&2; exit 1", "no ?[31mroom"),
    "says nothing": ("exit 0", "no id of "),
    "says something else": ("head -c 3000 /dev/urandom; echo; exit 0", "no id of "),
    "does not end its answer": ("exec cat /dev/zero", "its answer has no end"),
    "does not end its reasons": ("head -c 30000000 /dev/zero >&2; exit 1", "???"),
    "is no program": ("", "Exec format error"),
}
"""What an engine may do, and what the person learns."""


@pytest.mark.parametrize("per", ["session", "user"])
async def test_a_bad_engine_hurts_nobody_else(
    per: str,
    tmp_path: Path,
    works: str,
    tornterm_server: Any,
    tornterm_client: Any,
    tornterm_events: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no session and a reason, also for the audit; the others go on, and so does it."""
    plugin = Container(table(program=works, per=per))
    server = await tornterm_server({"sessions": {"max_per_user": 0}}, plugins=[plugin])
    other = await tornterm_client(server, user="bob")
    await other.wait_for(b"ready")
    for number, (what, (script, why)) in enumerate(ENGINES.items()):
        stub(tmp_path, script)
        if not script:
            (tmp_path / "engine").write_bytes(b"\0\1\2")
        with monkeypatch.context() as patch:
            if "not answer" in why:
                patch.setattr(module, "ANSWER", 0.3)
                patch.setattr(people, "ANSWER", 0.3)
            told = await server.fetch(
                "api/sessions", method="POST", headers=server.headers(), json={}
            )
        assert told.code == 500, what
        assert why in json.loads(told.body)["error"]["message"], told.body
        denied = await tornterm_events.wait_for("session.denied", number + 1)
        assert why in denied.facts["why"] and denied.user == "alice", what
        other.send_input(b"<%d>" % number)
        await other.wait_for(b"<%d>" % number)
    stub(tmp_path, WORKS)
    client = await tornterm_client(server)
    await client.wait_for(b"ready")


@pytest.mark.parametrize("answer", ["echo false", "sleep 3000"], ids=["answers", "hangs"])
async def test_an_engine_that_hangs_in_run_is_not_waited_for_for_ever(
    answer: str, tmp_path: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """The person is told what they wait for and how it ended, and nothing of it is left."""
    os.mkfifo(fifo := tmp_path / "fifo")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    hang = f"trap '' HUP; exec 3> {fifo}; sleep 3000 & sleep 3000"
    program = stub(
        tmp_path, f"case $1 in image) echo {'0' * 64};; container) {answer};; run) {hang};; esac"
    )
    server = await tornterm_server(plugins=[Container(table(program=program, start_timeout="1s"))])
    client = await tornterm_client(server)
    await client.wait_for(b"Waiting for the container engine, at most 1 s")
    await client.wait_for(b"did not start the container within 1 s")
    await client.wait_for(lambda c: c.exit is not None)
    os.set_blocking(reader, True)
    left = await asyncio.to_thread(os.read, reader, 1)
    os.close(reader)
    assert left == b"", "nobody holds the other end any more"


def watchers(folder: Path) -> list[str]:
    """The watchers of engines that lie in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_text(errors="replace")
            found += [words] if "waiting.py" in words and str(folder) in words else []
    return found


def wait_until_answered(told: Path) -> None:
    """Until an engine has been asked, and nobody watches it any more."""
    while not told.exists() or watchers(told.parent):
        time.sleep(0.02)


async def test_a_container_that_runs_is_left_alone(
    tmp_path: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Nobody is told anything, its status arrives, and the watcher asks no more."""
    told = tmp_path / "told"
    script = WORKS.replace("echo true", f"echo asked >> {told}; echo true")
    plugin = Container(table(program=stub(tmp_path, script), start_timeout="1s"))
    client = await tornterm_client(await tornterm_server(plugins=[plugin]))
    await client.wait_for(b"ready")
    # It has its answer; one that went on would stay beyond the limit, and end the session.
    await asyncio.to_thread(wait_until_answered, told)
    client.send_input(b"<still>")
    await client.wait_for(b"<still>")
    assert b"engine" not in client.recording.data and told.read_text() == "asked\n"


def test_nothing_is_left_of_a_question_that_was_given_up(tmp_path: Path) -> None:
    """What the engine's program has started ends with it."""
    os.mkfifo(fifo := tmp_path / "fifo")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    program = stub(tmp_path, f"exec 3> {fifo}; sleep 3000 & sleep 3000")
    with pytest.raises(EngineError, match="does not answer"):
        said([program], 0.5)
    os.set_blocking(reader, True)
    with open(reader, "rb") as file:
        assert file.read() == b"", "it ends when nobody holds the other end any more"
