"""The page about the HTTP API: its examples, tried with curl, and its table."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from http import HTTPStatus
from pathlib import Path
from typing import Any

import tomli

from tornterm.testing.server import LiveServer
from tornterm.web.answers import problem_of
from tornterm.web.base import Misdirected
from tornterm.web.openapi import OPERATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text()
HERE = "http://127.0.0.1:8765/"
EXAMPLE_ID = "k3Jx"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def shape(value: Any) -> Any:
    """The names in an answer, at any depth."""
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else 0


async def curl(line: str) -> tuple[int, Any]:
    """Run a command line of the page; the status and the answer."""
    words = [*shlex.split(line), "--silent", "--show-error", "--write-out", "\n%{http_code}"]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    body, _, status = output.decode().rpartition("\n")
    return int(status), json.loads(body) if body else None


async def test_the_examples() -> None:
    """Run in their order, each gives what stands below it, with the status that is said."""
    tables = tomli.loads(blocks("toml")[0])
    answers = [json.loads(text) for text in blocks("json")]
    seen: list[tuple[int, Any]] = []
    session = EXAMPLE_ID
    async with LiveServer(tables) as server:
        for line in "".join(blocks("sh")).splitlines():
            status, body = await curl(line.replace(HERE, server.url).replace(EXAMPLE_ID, session))
            seen.append((status, body))
            session = body["session"]["id"] if len(seen) == 2 else session
    assert [status for status, _ in seen] == [200, 201, 201, 200, 200, 204]
    assert [shape(body) for _, body in seen[:3]] == [shape(answer) for answer in answers[:3]]
    assert seen[0][1] == answers[0]
    assert [one["id"] for one in seen[3][1]["sessions"]] == [session]
    assert seen[4][1]["session"]["title"] == "release"


def test_every_operation_has_its_row() -> None:
    """The table is that of the description for machines."""
    rows = re.findall(r"^\| `(\w+) /(\S+)` \| (.*?) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert [(verb.lower(), path, int(status)) for verb, path, _, status in rows] == [
        (verb, path, operation.status)
        for path, verbs in OPERATIONS.items()
        for verb, operation in verbs.items()
    ]
    public = {path for _, path, text, _ in rows if text.endswith("No login needed.")}
    assert public == {
        path for path, verbs in OPERATIONS.items() if any(one.public for one in verbs.values())
    }


def test_the_codes_of_failures() -> None:
    """Each has the status that is said."""
    last = PAGE.partition("## When it fails")[2]
    named = {int(status): code for code, status in re.findall(r"`(\w+)`\s\((\d+)\)", last)}
    assert named.pop(421) == Misdirected.code
    assert named == {status: problem_of(status, None).code for status in named}
    assert set(named) >= {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
