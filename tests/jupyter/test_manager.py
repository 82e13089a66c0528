"""What is behind Jupyter's terminals: limits, replay, audit, plugins, users, and an end."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat.dialect import WITHIN
from tests.compat.jupyter import Jupyter, serving_jupyter

PEOPLE = '''
from jupyter_server.auth import Authorizer, IdentityProvider, User

class Header(IdentityProvider):
    """Everybody with the token is who the header says."""
    async def get_user(self, handler):
        user = await super().get_user(handler)
        name = handler.request.headers.get("X-User", "")
        return User(name) if user and name else user

class NotMallory(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return user.username != "mallory" or action == "read"

c.ServerApp.identity_provider_class = Header
c.ServerApp.authorizer_class = NotMallory
'''

LIMITS = """
c.TerminalManager.max_terminals = 3
c.TerminalManager.max_per_user = 2
c.TerminalManager.scrollback = "16 KiB"
c.TerminalManager.settings = {
    "plugins": {"enabled": ["shell", "jsonl"], "jsonl": {"path": %r}},
    "sessions": {"kill_after": "300ms"},
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="module")
def audit(folder: Path) -> Path:
    return folder / "audit.jsonl"


@pytest.fixture(scope="module")
def jupyter(folder: Path, audit: Path) -> Iterator[Jupyter]:
    with serving_jupyter(folder, PEOPLE + LIMITS % str(audit)) as jupyter:
        yield jupyter


def events(audit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.read_text().splitlines()]


def written(audit: Path) -> list[dict[str, Any]]:
    return events(audit) if audit.exists() else []


async def event(audit: Path, name: str, **facts: Any) -> dict[str, Any]:
    """Wait for an event with these facts."""
    async with asyncio.timeout(WITHIN):
        while True:
            for found in written(audit):
                if found["event"] == name and all(found.get(k) == v for k, v in facts.items()):
                    return found
            await asyncio.sleep(0.02)


async def test_the_program_has_what_it_needs_and_none_of_the_servers_secrets(
    jupyter: Jupyter,
) -> None:
    """Jupyter's own variables, an activated environment, and the folder that was asked for."""
    await jupyter.clear()
    (jupyter.root / "sub").mkdir(exist_ok=True)
    async with jupyter.attach(await jupyter.make(cwd="sub")) as terminal:
        terminal.send("stdin", "echo [$JUPYTER_SERVER_ROOT] [$CONDA_PREFIX] [$TERM]\r")
        await terminal.shows(f"[{jupyter.root}] [/for/terminals] [xterm-256color]")
        terminal.send("stdin", "echo [$SECRET_OF_THE_SERVER$JUPYTER_TOKEN]; pwd\r")
        await terminal.shows(f"[]\r\n{jupyter.root}/sub\r\n")


async def test_a_replay_is_the_screen_and_types_nothing(jupyter: Jupyter) -> None:
    """Bounded by the scrollback, and without the questions that a terminal would answer."""
    await jupyter.clear()
    name = await jupyter.make()
    async with jupyter.attach(name) as terminal:
        terminal.send("stdin", r"seq 20000; printf '\033[6n\033[c'; echo d''one" + "\r")
        await terminal.shows("done\r\n")
    async with jupyter.attach(name) as again:
        await again.shows("done\r\n")
        assert again.messages[0] == ["setup", {}]
        assert "20000\r\n" in again.text
        assert len(again.text) < 64 * 1024
        assert "\x1b[6n" not in again.text
        assert "\x1b[c" not in again.text


async def test_limits_have_a_reason(jupyter: Jupyter) -> None:
    """Of a user and of the server; ended terminals free their places at once."""
    await jupyter.clear()
    first, second = await jupyter.make(user="ann"), await jupyter.make(user="ann")
    refused = await jupyter.ask("POST", "api/terminals", {}, user="ann")
    assert refused.status == 429
    assert "as many sessions" in refused.body["message"]
    await jupyter.make(user="ben")
    full = await jupyter.ask("POST", "api/terminals", {}, user="ben")
    assert (full.status, full.body["message"]) == (429, "Cannot create more than 3 terminals")
    assert (await jupyter.ask("DELETE", f"api/terminals/{first}", user="ben")).status == 204
    assert await jupyter.make(user="ann") == first
    assert sorted(await jupyter.names()) == sorted([first, second, "3"])


async def test_the_audit_log_knows_who_did_it(jupyter: Jupyter, audit: Path) -> None:
    """Jupyter's users are ours, in what is made and in what is ended."""
    await jupyter.clear()
    name = await jupyter.make(user="carla")
    made = await event(audit, "session.created", user="carla")
    await jupyter.ask("DELETE", f"api/terminals/{name}", user="dora")
    killed = await event(audit, "session.killed", session=made["session"])
    assert (killed["user"], killed["owner"]) == ("dora", "carla")
    assert killed["remote"] == "127.0.0.1"
    await event(audit, "session.exited", session=made["session"])


async def test_the_authorizer_decides(jupyter: Jupyter) -> None:
    """As in all of Jupyter: a user without the right sees terminals, and no more."""
    await jupyter.clear()
    name = await jupyter.make(user="ann")
    assert (await jupyter.ask("GET", "api/terminals", user="mallory")).status == 200
    assert (await jupyter.ask("POST", "api/terminals", {}, user="mallory")).status == 403
    assert (await jupyter.ask("DELETE", f"api/terminals/{name}", user="mallory")).status == 403
    with pytest.raises(Exception, match="403"):
        async with jupyter.attach(name, user="mallory"):
            pass


async def test_a_program_that_cannot_start_says_why_on_its_screen(tmp_path: Path) -> None:
    """The door cannot wait for it, so whoever comes in sees it, and then it is over."""
    shell = 'c.ServerApp.terminado_settings = {"shell_command": ["/no/such/shell"]}\n'
    with serving_jupyter(tmp_path, shell) as jupyter:
        async with jupyter.attach(await jupyter.make()) as terminal:
            await terminal.shows("/no/such/shell")
            await terminal.got("disconnect", 1)
            await terminal.closed()
        assert await jupyter.names() == []


async def test_silence_ends_a_terminal_and_a_job_in_it_does_not(tmp_path: Path) -> None:
    """Culled when nobody typed and nothing runs, whatever is printed in the background."""
    # A shell with a job in the foreground where there is a file of that name, and a chatty one
    # behind it, which ends with the terminal that it prints on.
    chat = "while sleep 0.1 && echo chat; do :; done"
    program = f"({chat}) & test -e job && sleep 1000; exec bash --norc"
    culling = f"""
c.TerminalManager.cull_inactive_timeout = 3
c.ServerApp.terminado_settings = {{"shell_command": ["/bin/bash", "-mc", {program!r}]}}
"""
    with serving_jupyter(tmp_path, culling) as jupyter:
        (jupyter.root / "busy").mkdir()
        (jupyter.root / "busy" / "job").touch()
        busy, idle = await jupyter.make(cwd="busy"), await jupyter.make()
        async with jupyter.attach(busy) as terminal:
            async with asyncio.timeout(WITHIN):
                while idle in (names := await jupyter.names()):
                    await asyncio.sleep(0.1)
            assert names == [busy]
            terminal.send("stdin", "\x03")
            await terminal.got("disconnect", 1)
        assert await jupyter.names() == []


async def test_the_end_of_the_server_ends_the_terminals(tmp_path: Path) -> None:
    """Also what ignores the hang-up, and the audit log has all of it."""
    audit = tmp_path / "audit.jsonl"
    more = "c.TerminalManager.settings['plugins'] = " + repr(
        {"enabled": ["shell", "jsonl"], "jsonl": {"path": str(audit)}}
    )
    with serving_jupyter(tmp_path, more) as jupyter:
        async with jupyter.attach(await jupyter.make()) as terminal:
            terminal.send("stdin", "trap '' HUP TERM; echo pid $$ is it\r")
            pid = int(await terminal.finds(r"pid (\d+) is it"))
            os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert [found["event"] for found in events(audit)][-1] == "session.exited"


async def test_a_mistake_in_the_configuration_is_named(tmp_path: Path) -> None:
    """In the server's log, with the key and where it was written; the server itself goes on."""
    wrong = "c.TerminalManager.settings = {'sessions': {'max_per_usr': 1}}\n"
    with serving_jupyter(tmp_path, wrong) as jupyter:
        assert (await jupyter.ask("GET", "api/status")).status == 200
        assert 'did you mean "max_per_user"' in jupyter.process.log


async def test_the_configuration_file(tmp_path: Path) -> None:
    """tornterm's own; what the traits say is over it.

    Everybody with the token is one owner where nobody has a name: Jupyter invents one for each
    browser, and that is no way around the limits.
    """
    file = tmp_path / "tornterm.toml"
    file.write_text(
        '[sessions]\nmax = 1\nmax_per_user = 1\n[plugins]\nenabled = ["shell"]\n'
        # It stays: a terminal whose program has ended is gone before the client comes.
        '[plugins.shell]\ncommand = ["/bin/sh", "-c", "echo from the file; exec cat"]\n'
    )
    more = f"c.TerminalManager.config_file = {str(file)!r}\nc.TerminalManager.max_terminals = 9\n"
    with serving_jupyter(tmp_path, more) as jupyter:
        async with jupyter.attach(await jupyter.make()) as terminal:
            await terminal.shows("from the file")
            refused = await jupyter.ask("POST", "api/terminals", {})
            assert refused.status == 429
            assert "as many sessions" in refused.body["message"]
