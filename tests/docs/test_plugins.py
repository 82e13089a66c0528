"""The page for plugin authors: every block of code in it is run."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, HTTPError, RequestHandler

from tests.docs.test_readme import free_port
from tornterm.cli.headers import headers_of
from tornterm.errors import AuthError, ConfigError, ConfigProblem, SpawnError
from tornterm.hookspecs import KINDS
from tornterm.plugins import PluginHost
from tornterm.plugins.reference import reference, signature_of
from tornterm.testing.conformance.bench import benches
from tornterm.testing.events import CapturedEvents
from tornterm.testing.plugin import __all__ as fixtures
from tornterm.testing.reference import reference as tools_reference
from tornterm.testing.server import LiveServer
from tornterm.types import (
    AuditEvent,
    AuthRequest,
    Limits,
    SessionInfo,
    Size,
    SpawnPlan,
    SpawnRequest,
    User,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
SHELL = [text for language, text in BLOCKS if language == "sh"]
RECIPES = {
    text.splitlines()[0].removeprefix("# recipe: "): text
    for _, text in BLOCKS
    if text.startswith("# recipe: ")
}
FILES = {
    text.splitlines()[0].removeprefix("# "): text
    for language, text in BLOCKS
    if language in ("python", "toml") and not text.startswith(("# recipe: ", "# test: "))
}
FIXTURES = next(text for _, text in BLOCKS if text.startswith("# test: fixtures"))

STRANGER = User("carol")
SESSION = SessionInfo("s1", "alice", "", "", "running", 0.0, Size(), 0, 0)


# --- the reference ------------------------------------------------------------------------------


def test_the_reference_is_up_to_date() -> None:
    """`make docs` writes it; every hook stands there with its exact signature."""
    page = (ROOT / "docs" / "plugin-reference.md").read_text()
    assert page == reference()
    for hook in KINDS:
        assert f"```python\n{signature_of(hook)}: ...\n```" in page
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        ast.parse(code)


def test_the_reference_of_the_testing_tools_is_up_to_date() -> None:
    """It names each fixture, and each argument of theirs."""
    page = (ROOT / "docs" / "testing-reference.md").read_text()
    assert page == tools_reference()
    assert set(re.findall(r"^### `(tornterm_\w+)`$", page, re.MULTILINE)) == set(fixtures)
    assert "- `headers`: What logs in instead" in page
    assert "test_denies_who_is_wrong" in page


def test_no_block_is_left_out() -> None:
    """A block of a kind that no test here runs would be run by nobody."""
    known = {*SHELL, *RECIPES.values(), *FILES.values(), FIXTURES}
    assert {text for _, text in BLOCKS} == known
    assert set(FILES) == {"badge.py", "tornterm.toml", "test_badge.py"}
    assert set(RECIPES) == TRIED
    assert len(SHELL) == 8


def test_links_lead_somewhere() -> None:
    """Each heading that is linked to is there."""
    titles = re.findall(r"^#+ (.*)", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#(.*?)\)", PAGE)) <= anchors


# --- ten minutes ----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that a reader has written."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    """That of a reader: nothing of ours but the commands."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    for name, module in (("tornterm", "-m tornterm"), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n')
        (commands / name).chmod(0o755)
    return {
        "PATH": f"{commands}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PYTEST_ADDOPTS": "-p no:tornado -p no:cacheprovider -p tornterm.testing.plugin",
    }


def sh(text: str, folder: Path) -> str:
    """Run a block; what it prints."""
    done = subprocess.run(
        ["bash", "-eu"],
        input=text,
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def serving(command: str, folder: Path) -> Iterator[None]:
    """Run a block that serves until it is ended."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Serving on ")
            yield
        finally:
            process.terminate()
            process.wait(10)


def test_ten_minutes(folder: Path) -> None:
    """Plugin, configuration, server: as they stand there, on a port of their own."""
    install, check, serve, ask, make, attach, _, _ = SHELL
    assert install.splitlines()[0].startswith("python3 -m venv")
    port = str(free_port())
    file = folder / "tornterm.toml"
    assert "port = 8765" in file.read_text()
    file.write_text(file.read_text().replace("8765", port))
    said = sh(check, folder)
    assert "is fine" in said
    assert re.search(r"1\s+badge\s+path badge:Badge\s+authenticate", said)
    assert 'header = "X-Badge"' in said
    with serving(serve, folder):
        asked = (ask + make).replace("8765", port).replace("\n", "\necho\n")
        known, unknown, made = sh(asked, folder).splitlines()
    sh(attach.splitlines()[0], folder)
    assert headers_of((), folder / "h") == {"X-Badge": "alices-secret-badge"}
    assert '"name": "alice"' in known and '"groups": ["students"]' in known
    assert '"unauthenticated"' in unknown
    assert '"user": "alice"' in made
    (folder / "badges.txt").unlink()
    missing = f"{file}: [plugins.badge] file: {folder}/badges.txt is not there"
    assert missing in sh(f"! {check.splitlines()[2]}", folder)


@pytest.mark.slow
def test_its_tests_pass(folder: Path) -> None:
    """The conformance suite and the live test, as they stand there."""
    assert re.search(r"1[0-9] passed", sh(SHELL[6], folder))


def test_the_distribution_is_written(tmp_path: Path) -> None:
    """What is printed says where."""
    assert "tornterm_badge_reader/__init__.py" in sh(SHELL[7], tmp_path)


@pytest.mark.slow
def test_the_fixtures_are_as_described(tmp_path: Path) -> None:
    """The example with all of them passes."""
    (tmp_path / "test_fixtures.py").write_text(FIXTURES)
    assert "2 passed" in sh("python -m pytest -q test_fixtures.py", tmp_path)


# --- recipes --------------------------------------------------------------------------------------


def recipe(name: str) -> Any:
    """The names that a recipe defines; its plugin is the last class."""
    module = SimpleNamespace()
    exec(compile(RECIPES[name], name, "exec", dont_inherit=True), vars(module))
    last = ast.parse(RECIPES[name]).body[-1]
    assert isinstance(last, ast.ClassDef)
    module.plugin = vars(module)[last.name]
    return module


TRIED = {
    "settings",
    "check",
    "form",
    "page",
    "redirect",
    "authorize",
    "limits",
    "spool",
    "spawn",
    "audit",
    "older",
    "observe",
    "task",
    "command",
}


def test_recipe_settings(tmp_path: Path) -> None:
    """The table becomes values, and a mistake is explained."""
    module = recipe("settings")
    table = {"catalogue": "books", "readers": ["staff"], "patience": "1m", "key": "hush"}
    settings = PluginHost([], {"library": table}, [module.plugin], source=str(tmp_path / "t.toml"))
    (library,) = [one for one in settings.describe() if one.name == "library"]
    assert "hush" not in str(library)
    made = module.LibrarySettings.model_validate(table)
    assert (made.patience, made.readers, made.key.reveal()) == (60.0, ("staff",), "hush")
    for wrong, why in (
        ({}, "catalogue"),
        ({**table, "readers": ["everybody"]}, "leave it empty"),
        ({**table, "patience": "10ms"}, "at least"),
        ({**table, "key": {"sha256": "0" * 64}}, "a hash is not enough"),
    ):
        with pytest.raises(ConfigError, match=why):
            PluginHost([], {"library": wrong}, [module.plugin])


async def test_recipe_check(tmp_path: Path) -> None:
    """It names file, table and key; only a server that others reach need keep its key to itself."""
    table = {"file": str(tmp_path / "key")}
    host = PluginHost([], {"keys": table}, [recipe("check").plugin], source="/etc/tornterm.toml")
    app: Any = None

    async def problems(exposed: bool) -> list[ConfigProblem]:
        found = await host.check(app, exposed)
        return [one for one in found if one.table == "plugins.keys"]

    (missing,) = await problems(True)
    where = "/etc/tornterm.toml: [plugins.keys] file: "
    assert str(missing) == f"{where}{tmp_path / 'key'} cannot be read"
    assert not missing.warning
    (tmp_path / "key").write_text("hush")
    (tmp_path / "key").chmod(0o644)
    assert await problems(False) == []
    (open_to_all,) = await problems(True)
    assert open_to_all.warning and "chmod 600" in open_to_all.why


async def test_recipe_form() -> None:
    """The form lets in who is on the list, for as long as they are."""
    plugin = recipe("form").plugin()
    async with LiveServer(plugins=[plugin]) as server:
        typed = {"method": "pin_pad", "username": "alice", "pin": "83215977"}
        origin = {"Origin": server.url.rstrip("/")}
        answer = await server.fetch("login", method="POST", json=typed, headers=origin)
        assert answer.code == 200
        assert b"Log in with a PIN" in (await server.fetch("login")).body
        wrong = await server.fetch(
            "login", method="POST", json={**typed, "pin": "1"}, headers=origin
        )
        assert wrong.code == 401
    host = PluginHost([], {}, [plugin])
    with pytest.raises(AuthError):
        await host.authenticate(AuthRequest("form", {"method": "pin_pad"}))
    user = await host.authenticate(AuthRequest("form", typed))
    assert user is not None and await host.revalidate(user)
    plugin.pins.clear()
    assert not await host.revalidate(user)


async def test_recipe_page() -> None:
    """The page takes a ticket once, and the cookie that comes with it counts."""
    events = CapturedEvents()
    async with LiveServer(plugins=[recipe("page").plugin(), events]) as server:
        answer = await server.fetch("-/tickets/ticket-0123456789")
        assert (answer.code, answer.headers["Location"]) == (302, "../../login?next=/")
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        me = await server.fetch("api/me", headers={"Cookie": cookie})
        assert me.code == 200 and b"alice" in me.body
        assert (await events.wait_for("auth.ok")).facts["backend"] == "tickets"
        assert (await server.fetch("-/tickets/ticket-0123456789")).code == 403


class ForgePage(RequestHandler):
    """A site that gives a code, a token for it and its verifier, and the name for the token."""

    challenge = ""

    def get(self, page: str) -> None:
        if page == "user":
            known = self.request.headers["Authorization"] == "Bearer its-token"
            self.finish({"login": "alice"} if known else {})
            return
        type(self).challenge = self.get_query_argument("code_challenge")
        there = self.get_query_argument("redirect_uri")
        state = self.get_query_argument("state")
        self.redirect(f"{there}?code=its-code&state={state}")

    def post(self, page: str) -> None:
        digest = hashlib.sha256(self.get_body_argument("code_verifier").encode()).digest()
        right = urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge
        right = right and self.get_body_argument("client_secret") == "hush"
        if not right or self.get_body_argument("code") != "its-code":
            raise HTTPError(400)
        self.finish({"access_token": "its-token"})


async def test_recipe_redirect() -> None:
    """Away, back, and in: with the cookie of the browser that began, and once."""
    forge = HTTPServer(Application([("/(.*)", ForgePage)]))
    socket, port = bind_unused_port()
    forge.add_socket(socket)
    module = recipe("redirect")
    settings = module.ForgeSettings(
        url=f"http://127.0.0.1:{port}", client_id="us", client_secret="hush"
    )
    events = CapturedEvents()
    async with LiveServer(plugins=[module.Forge(settings), events]) as server:
        away = await server.fetch("-/forge/login")
        cookie = away.headers["Set-Cookie"].split(";")[0]
        client = AsyncHTTPClient()
        back = await client.fetch(
            away.headers["Location"], follow_redirects=False, raise_error=False
        )
        path = back.headers["Location"].removeprefix(server.url)
        assert (await server.fetch(path)).code == 401, "this is another browser"
        answer = await server.fetch(path, headers={"Cookie": cookie})
        assert (answer.code, answer.headers["Location"]) == (302, f"{server.url}login?next=/")
        logged_in = answer.headers.get_list("Set-Cookie")[-1].split(";")[0]
        me = await server.fetch("api/me", headers={"Cookie": logged_in})
        assert me.code == 200 and b"alice" in me.body
        assert (await events.wait_for("auth.ok")).facts["backend"] == "forge"
        assert (await server.fetch(path, headers={"Cookie": cookie})).code == 401, "only once"
    forge.stop()


async def test_recipe_authorize() -> None:
    """Guests may not at night, teachers may watch, and the rest is as it was."""
    plugin = recipe("authorize").plugin
    plugin.clock = staticmethod(lambda: time.struct_time((2026, 1, 1, 23, 0, 0, 0, 1, 0)))
    host = PluginHost([], {}, [plugin])
    assert not await host.authorize(User("g", ("guests",)), "create", None)
    assert await host.authorize(STRANGER, "create", None)
    assert await host.authorize(User("t", ("teachers",)), "watch", SESSION)
    assert not await host.authorize(STRANGER, "watch", SESSION)


async def test_recipe_limits() -> None:
    """Guests have one session, and everybody else what was configured."""
    host = PluginHost([], {}, [recipe("limits").plugin])
    assert await host.limits(User("g", ("guests",)), Limits(5, 7)) == Limits(1, 7)
    assert await host.limits(STRANGER, Limits(5, 7)) == Limits(5, 7)


async def test_recipe_spawn() -> None:
    """The profile is for students, and no plan writes core files."""
    host = PluginHost(["shell"], {}, [recipe("spawn").plugin])
    wish = SpawnRequest("s1", Size(), profile="python")
    student = User("s", ("students",))
    assert [profile.label for profile in await host.profiles(student)] == ["Python"]
    assert await host.profiles(STRANGER) == []
    plan = await host.spawn(student, wish)
    assert plan.argv[-1] == "python3"
    with pytest.raises(SpawnError, match="for students"):
        await host.spawn(STRANGER, wish)
    other = await host.spawn(STRANGER, SpawnRequest("s1", Size()))
    assert isinstance(other, SpawnPlan) and other.argv != plan.argv
    prepared = await host.prepare_spawn(student, plan)
    assert prepared.rlimits == {"CORE": (0, 0)}


async def test_recipe_audit(capsys: pytest.CaptureFixture[str]) -> None:
    """Each event is a line on stderr."""
    async with LiveServer(plugins=[recipe("audit").plugin]) as server:
        await server.fetch("api/me", headers={"Authorization": "Bearer wrong"})
    assert '"event": "auth.failed"' in capsys.readouterr().err


def test_recipe_spool(tmp_path: Path) -> None:
    """An event without a box waits, and is in the box after the next start."""
    module = recipe("spool")
    table = {"box": str(tmp_path / "box"), "spool": str(tmp_path / "spool"), "drain": "10ms"}

    def letters() -> object:
        return module.plugin(module.LetterSettings.model_validate(table))

    with benches() as make:
        bench = make(letters())
        assert bench.run(lambda host: host.audit(AuditEvent("auth.ok", 1.0))) == {}
        bench.close()
        (tmp_path / "box").mkdir()
        table["drain"] = "30s"
        make(letters()).close()
    (letter,) = (tmp_path / "box").iterdir()
    assert '"event": "auth.ok"' in letter.read_text()


async def test_recipe_older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator finds what an earlier server kept, page by page."""
    monkeypatch.chdir(tmp_path)
    earlier = PluginHost([], {}, [recipe("older").plugin()])
    for number in range(5):
        await earlier.audit(AuditEvent("auth.ok", 1.0 + number, user=("alice", "bob")[number % 2]))
    async with LiveServer(plugins=[recipe("older").plugin()]) as server:
        query, times = "?user=alice&limit=2&until=4", []
        while query:
            path = f"api/admin/audit/older{query}"
            answer = json.loads((await server.fetch(path, headers=server.headers("root"))).body)
            times += [event["time"] for event in answer["events"]]
            cursor = answer["cursor"]
            query = cursor and f"?user=alice&limit=2&sink=diary&cursor={cursor}"
        assert times == [3.0, 1.0]
        path = "api/admin/audit/older?sink=diary&cursor=-1"
        assert (await server.fetch(path, headers=server.headers("root"))).code == 410


async def test_recipe_observe(
    tornterm_server: Any, tornterm_client: Any, tornterm_echo: Any
) -> None:
    """The count is that of the session's output."""
    plugin = recipe("observe").plugin()
    server = await tornterm_server(plugins=[tornterm_echo, plugin])
    client = await tornterm_client(server)
    await client.wait_for(tornterm_echo.READY)
    assert plugin.totals == {client.session: len(tornterm_echo.READY)}


async def test_recipe_task() -> None:
    """The task runs between startup and shutdown."""
    plugin = recipe("task").plugin
    plugin.seconds = 0.001
    rechecked = asyncio.Event()
    app: Any = SimpleNamespace(recheck_logins=rechecked.set)
    host = PluginHost([], {}, [plugin])
    await host.startup(app)
    await asyncio.wait_for(rechecked.wait(), 30)
    await host.shutdown(app)


def test_recipe_command() -> None:
    """The command says hello."""
    ((_, command),) = PluginHost([], {}, [recipe("command").plugin]).commands()
    assert isinstance(command, click.Command)
    assert CliRunner().invoke(command, ["alice"]).output == "hello alice\n"
