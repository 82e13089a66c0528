"""The object that an application embeds: what it is made from, and that nothing of it is global."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

import tornterm
from tornterm import Settings, Terminals
from tornterm.errors import ConfigError
from tornterm.testing.clients import V1Client
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer


def test_the_public_names() -> None:
    """Each is there, and no other pretends to be."""
    for name in tornterm.__all__:
        assert getattr(tornterm, name)
    assert set(tornterm.__all__) <= set(dir(tornterm))
    with pytest.raises(AttributeError, match="Terminal"):
        tornterm.Terminal  # noqa: B018 - that is the test


def test_errors_alone_cost_little() -> None:
    """Plugins and their tests import exceptions and types without Tornado and pydantic."""
    look = "import sys, tornterm.errors, tornterm.types; print('tornado' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_what_terminals_are_made_from(tmp_path: Path) -> None:
    """Settings, tables, a file: the same comes of each."""
    file = tmp_path / "tornterm.toml"
    file.write_text('[server]\nbase_url = "/term"\n')
    tables = {"server": {"base_url": "/term"}}
    for given in (tables, Settings.model_validate(tables), file, str(file)):
        assert Terminals(given).base == "/term/"
    assert Terminals().base == "/"


def test_mistakes_in_tables_are_named_all_at_once() -> None:
    """With table and key, as those of a file are."""
    with pytest.raises(ConfigError) as caught:
        Terminals({"server": {"prot": 1}, "sessions": {"max": "many"}})
    assert "[server] prot" in str(caught.value)
    assert "[sessions] max" in str(caught.value)


async def test_two_in_one_process_do_not_touch_each_other() -> None:
    """Limits, sessions and logins are each instance's own."""
    one = LiveServer({"server": {"base_url": "/one/"}, "sessions": {"max": 1}})
    two = LiveServer({"server": {"base_url": "/two/"}, "sessions": {"max": 1}})
    async with one, two:
        for server in (one, two):
            async with V1Client(server.url, headers=server.headers()) as client:
                await client.open()
                client.send_input("echo $((6*7))\n")
                await client.wait_for(b"42\r\n")
                assert server.terminals.sessions.is_full
        await one.terminals.sessions.destroy_all()
        assert one.terminals.sessions.active_count == 0
        assert two.terminals.sessions.active_count == 1


async def test_what_is_odd_about_it_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is no reason not to start, but whoever reads the log learns of it, once."""
    with caplog.at_level(logging.WARNING):
        terminals = Terminals({"plugins": {"enabled": ["token"], "shell": {}}})
        await terminals.start()
        await terminals.close()
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "[plugins.shell]",
        "[plugins] enabled",
    ]


async def test_a_program_that_does_not_start_is_logged_and_audited(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever looks for the reason finds it where events are kept and where errors are."""
    events = CapturedEvents()
    tables = {"plugins": {"shell": {"command": ["/bin/nosuch"]}}}
    why = "the program '/bin/nosuch' does not exist"
    async with LiveServer(tables, [events]) as server:
        with caplog.at_level(logging.WARNING, "tornterm"):
            answer = await server.fetch(
                "api/sessions", method="POST", headers=server.headers(), json={}
            )
        denied = await events.wait_for("session.denied")
    assert answer.code == 500
    assert denied.facts == {"reason": "spawn_failed", "why": why}
    (record,) = [record for record in caplog.records if record.name == "tornterm.sessions"]
    assert record.message == f"session {denied.session_id} of alice did not start: {why}"
