"""Users whose names are none, in a server with the distributions: closed, clear, and audited."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.test_choosing import from_here
from tornterm.hookspecs import hookimpl
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest, User

BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "a\x7f")


class Anybody:
    """Lets people with such names in, which no plugin that logs people in should ever do."""

    name = "anybody"

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        if request.kind != "bearer":
            return None
        return User(BAD_NAMES[int(request.fields["token"])])


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the account of the programs can get to."""
    made = Path(tempfile.mkdtemp(prefix="names-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def settings(place: str, folder: Path) -> dict[str, Any]:
    """The table of a plugin that says what runs."""
    account = {"run_as": "nobody"} if os.geteuid() == 0 else {}
    if place == "container":
        (folder / "engine").write_text("#!/bin/sh\necho 0123456789abcdef\n")
        (folder / "engine").chmod(0o755)
        return {"image": "any", "program": str(folder / "engine")}
    if place == "sandbox":
        return {"homes": str(folder / "homes"), **account}
    if place == "ssh":
        (folder / "known").touch()
        return {"known_hosts": str(folder / "known"), "hosts": [{"host": "127.0.0.1"}], **account}
    return {"run_as": "{user}"}


async def asked(server: LiveServer, number: int) -> tuple[int, str]:
    """What the somebody of that number is told who wants a session."""
    headers = {"Authorization": f"Bearer {number}"}
    told = await server.fetch("api/sessions", method="POST", headers=headers, json={})
    return told.code, json.loads(told.body).get("error", {}).get("message", "")


@pytest.mark.parametrize("place", ["container", "sandbox", "ssh", "shell"])
async def test_a_name_that_is_none_has_no_program(
    place: str,
    reachable: Path,
    tornterm_events: CapturedEvents,
    tornterm_loop: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The person learns it in short words, and the audit; it makes no line of the log its own."""
    tables = from_here({"plugins": {"enabled": [place], place: settings(place, reachable)}})
    async with LiveServer(tables, [Anybody(), tornterm_events]) as server:
        for number, name in enumerate(BAD_NAMES):
            status, why = await asked(server, number)
            assert status == 500 and re.search("user name|system account", why), why
            assert len(why) < 250 and why.isprintable(), why
            event = await tornterm_events.wait_for("session.denied", number + 1)
            assert event.user[:9] == ascii(name)[1:10].rstrip("'")
            assert event.facts["reason"] == "spawn_failed"
        assert "session.created" not in tornterm_events.names
    assert all(record.getMessage().isprintable() for record in caplog.records)
