"""The examples of the page for embedders, run as they stand there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, create_signed_value

from tornterm import Terminals
from tornterm.testing.clients import V1Client
from tornterm.types import User

PAGE = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def names_of(block: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(block, names)
    return names


class Served:
    """Serves an application with terminals while the block lasts."""

    def __init__(self, application: Application, terminals: Terminals) -> None:
        self.terminals = terminals
        self.server = HTTPServer(application)
        self.socket, port = bind_unused_port()
        self.origin = f"http://127.0.0.1:{port}"

    async def __aenter__(self) -> Served:
        await self.terminals.start()
        self.server.add_socket(self.socket)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.server.stop()
        await self.terminals.close()
        await self.server.close_all_connections()

    def headers(self, name: str) -> dict[str, str]:
        cookie = create_signed_value("change me", "user", name).decode()
        return {"Cookie": f"user={cookie}", "Origin": self.origin}

    async def get(self, path: str, headers: dict[str, str], **more: Any) -> Any:
        return await AsyncHTTPClient(force_instance=True).fetch(
            self.origin + path, headers=headers, raise_error=False, follow_redirects=False, **more
        )


async def test_the_application() -> None:
    """Its users are ours, and nobody is sent to its login page."""
    names = names_of(BLOCKS[0])
    async with Served(names["application"], names["terminals"]) as site:
        me = await site.get("/term/api/me", site.headers("ann"))
        assert json.loads(me.body)["user"]["name"] == "ann"
        nobody = await site.get("/term/", {"Accept": "text/html"})
        assert nobody.headers["Location"] == "/login?next=%2Fterm%2F"


async def test_the_functions(capfd: Any) -> None:
    """They say who somebody is, what runs, and how much of it; and they learn of it."""
    names = names_of(BLOCKS[1]) | names_of(BLOCKS[3])
    given = {name: names[name] for name in ("authenticate", "spawn", "limits", "audit")}
    terminals = Terminals({"plugins": {"enabled": []}}, base="/term", **given)
    application = Application(terminals.handlers(), cookie_secret="change me")
    async with Served(application, terminals) as site:
        me = await site.get("/term/api/me", site.headers("root"))
        assert json.loads(me.body)["user"]["admin"] is True
        headers = site.headers("ann")
        async with V1Client(f"{site.origin}/term/", headers=headers, within=30) as client:
            await client.open()
            client.send_input("hello\n")
            await client.wait_for(b"hello\r\nhello")
            quota = json.loads((await site.get("/term/api/limits", headers)).body)
            assert '"max_per_user": 1' in json.dumps(quota)
    assert "session.created ann" in capfd.readouterr().out


async def test_the_tickets() -> None:
    """Whoever is logged in gets one, also for a session of theirs; nobody else does."""
    terminals = Terminals({"plugins": {"enabled": ["shell"]}}, base="/term")
    rules = [
        *terminals.handlers(),
        ("/ticket", names_of(BLOCKS[2])["Ticket"], {"terminals": terminals}),
    ]
    application = Application(rules, cookie_secret="change me", login_url="/login")
    async with Served(application, terminals) as site:
        session = await terminals.open(User("ann"))

        async def ask(name: str, wish: str) -> Any:
            return await site.get("/ticket", site.headers(name), method="POST", body=wish)

        assert set(json.loads((await ask("ann", "{}")).body)) == {"ticket", "lifetime"}
        again = json.loads((await ask("ann", f'{{"session": "{session.id}"}}')).body)
        assert set(again) == {"ticket", "lifetime", "session", "token"}
        assert (await ask("ben", f'{{"session": "{session.id}"}}')).code == 404
        nobody = await site.get("/ticket", {"Cookie": "user=ann"}, method="POST", body="{}")
        assert nobody.code == 403


async def test_sessions_in_code() -> None:
    """The program's output to its end, and how it ended."""
    build = names_of(BLOCKS[4])["build"]
    shell = {"command": ["/bin/bash", "--norc", "--noprofile"], "cwd": "/"}
    terminals = Terminals({"plugins": {"enabled": ["token", "shell"], "shell": shell}})
    await terminals.start()
    try:
        session_id, printed, status = await build(terminals, User("ann"))
        assert b"built\r\n" in printed
        assert status.code == 0
        assert terminals.session(session_id).info.title == "build"
    finally:
        await terminals.close()


def test_the_test(tmp_path: Path) -> None:
    """It passes in a project of its own, with the application of the page's beginning."""
    cat = '{"plugins": {"shell": {"command": ["/bin/cat"], "cwd": "/"}}, "sessions"'
    (tmp_path / "application.py").write_text(BLOCKS[0].replace('{"sessions"', cat))
    (tmp_path / "test_application.py").write_text(BLOCKS[5])
    (tmp_path / "pytest.ini").write_text("[pytest]\ntornterm_timeout = 90\n")
    options = ["-q", "-p", "tornterm.testing.plugin", "-p", "no:tornado", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
