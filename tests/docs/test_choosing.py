"""The configurations for whole teams work as they are written, with what they need beside them."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import argon2
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.browser.process import TORNTERM, ServerProcess
from tornterm.cli import main
from tornterm.testing.clients import V1Client
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "choosing.md"
PLUGINS = ROOT / "plugins"


def recipe(name: str) -> dict[str, Any]:
    """The configuration whose first line names that file."""
    found = re.search(rf"```toml\n# {name}\.toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found, name
    return tomllib.loads(found[1])


def helper(distribution: str, module: str) -> ModuleType:
    """What the tests of a distribution have to start its other side with."""
    path = PLUGINS / distribution / "tests" / f"{module}.py"
    spec = importlib.util.spec_from_file_location(f"{module}_of_{distribution}", path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while it is made.
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


def from_here(tables: dict[str, Any]) -> dict[str, Any]:
    """With the plugins that lie in plugins/, whether they are installed or not."""
    paths = {}
    for path in PLUGINS.glob("*/setup.cfg"):
        config = ConfigParser(delimiters="=")
        config.read(path)
        name, _, target = config["options.entry_points"]["tornterm"].strip().partition(" = ")
        paths[name] = target
    enabled = [paths.get(name, name) for name in tables["plugins"]["enabled"]]
    return {**tables, "plugins": {**tables["plugins"], "enabled": enabled}}


def in_folder(folder: Path, path: str, holding: str = "") -> str:
    """Another place for a file of the configuration; with something in it, where that is given."""
    here = folder / Path(path).name
    if holding:
        here.write_text(holding)
    return str(here)


def test_every_distribution_is_on_the_page() -> None:
    """And every link leads somewhere."""
    links = set(re.findall(r"\]\(([^)#]+?README\.md)\)", PAGE.read_text()))
    there = {f"../plugins/{path.parent.name}/README.md" for path in PLUGINS.glob("*/setup.cfg")}
    assert links == there


# --- one person -----------------------------------------------------------------------------------


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server, started as on the page."""
    tables = recipe("laptop")
    assert tables["server"] == {"host": "127.0.0.1", "port": 8765}
    found = re.search(r"```toml\n(# laptop.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    file = tmp_path / "laptop.toml"
    file.write_text(found[1].replace("port = 8765", "port = 0"))
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    env = {**kept, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    process = ServerProcess([str(TORNTERM), "serve", "--config", str(file)], env)
    yield process
    assert process.stop() == 0


async def test_one_person_on_a_laptop(laptop: ServerProcess, tornterm_loop: object) -> None:
    """The link that is printed logs them in, and a shell answers."""
    link = await asyncio.to_thread(lambda: laptop.login_link)
    base, code = link.split("login#code=")
    origin = {"Origin": base.rstrip("/")}
    told = await fetch(f"{base}login", origin, {"code": code})
    assert told.code < 400, told.body
    cookie = {"Cookie": told.headers["Set-Cookie"].partition(";")[0]}
    async with V1Client(base, headers={**origin, **cookie}, within=30.0) as client:
        await client.open()
        client.send_input(b"echo $((6*7))-he''re\n")
        await client.wait_for(b"42-here")


async def fetch(url: str, headers: dict[str, str], body: object = None) -> HTTPResponse:
    """Ask for an address as a browser does, without following where it leads."""
    client = AsyncHTTPClient(force_instance=True)
    more: dict[str, Any] = {}
    if body is not None:
        more = {"method": "POST", "body": json.dumps(body)}
        headers = {**headers, "Content-Type": "application/json"}
    try:
        return await client.fetch(
            url, headers=headers, follow_redirects=False, raise_error=False, **more
        )
    finally:
        client.close()


async def by_password(server: LiveServer, method: str, name: str, password: str) -> dict[str, str]:
    """Log in by the page's form; what a browser sends from then on."""
    origin = {"Origin": server.url.rstrip("/")}
    form = {"method": method, "username": name, "password": password}
    told = await fetch(f"{server.url}login", origin, form)
    assert told.code < 400, told.body
    return {**origin, "Cookie": told.headers["Set-Cookie"].partition(";")[0]}


# --- a class --------------------------------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[str]:
    """A provider that knows alice, who is in the course; its address."""
    program = PLUGINS / "tornterm-auth-oidc" / "tests" / "provider.py"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, str(program), "0"], stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout
    issuer = process.stdout.readline().strip()
    wish = json.dumps({"claims": {"groups": ["course"]}}).encode()
    urllib.request.urlopen(f"{issuer}/control", wish, timeout=30).close()
    yield issuer
    process.kill()
    process.communicate()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the account of the sandboxes can get to."""
    made = Path(tempfile.mkdtemp(prefix="class-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def test_a_class(
    provider: str, reachable: Path, tornterm_events: CapturedEvents, tornterm_loop: object
) -> None:
    """A student logs in at the provider, is in a sandbox, and has two sessions at the most."""
    client = helper("tornterm-auth-oidc", "provider")
    tables = recipe("class")
    oidc, sandbox = tables["plugins"]["oidc"], tables["plugins"]["sandbox"]
    secret = in_folder(reachable, oidc["client_secret"]["file"], client.PASSWORD)
    oidc.update(issuer=provider, client_id=client.CLIENT, client_secret={"file": secret})
    sandbox["homes"] = in_folder(reachable, sandbox["homes"])
    sandbox["run_as"] = "nobody" if os.geteuid() == 0 else ""
    jsonl = tables["plugins"]["jsonl"]
    jsonl["path"] = in_folder(reachable, jsonl["path"])
    del tables["server"]
    async with LiveServer(from_here(tables), [tornterm_events]) as server:
        cookies: dict[str, str] = {}
        address = f"{server.url}-/oidc/login"
        for _ in range(3):
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            told = await fetch(address, {"Cookie": cookie})
            for line in told.headers.get_list("Set-Cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                cookies[name] = value
            address = told.headers.get("Location", "")
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {"Cookie": cookie, "Origin": server.url.rstrip("/")}
        me = json.loads((await server.fetch("api/me", headers=headers)).body)["user"]
        assert (me["name"], me["groups"], me["admin"]) == ("alice", ["course"], False)
        async with V1Client(server.url, headers=headers, within=30.0) as one:
            await one.open()
            one.send_input(b"echo $(whoami)-$TORNTERM_USER-$((6*7))\n")
            await one.wait_for(b"user-alice-42")
            async with V1Client(server.url, headers=headers, within=30.0) as two:
                await two.open()
                third = await server.fetch("api/sessions", method="POST", headers=headers, json={})
                assert third.code == 429
    assert "session.created" in text_below(reachable / Path(jsonl["path"]).name)


CONTAINED = """#!/bin/sh
case $1 in
  image) echo 0123456789abcdef;;
  run) exec /bin/sh -c 'echo contained-$TORNTERM_USER-$((6*7))';;
esac
"""
"""An engine, as far as it takes part here."""


@pytest.mark.parametrize("place", ["sandbox", "container"])
async def test_system_accounts_in_a_place_of_their_own(
    place: str, reachable: Path, tornterm_events: CapturedEvents, tornterm_loop: object
) -> None:
    """PAM says who they are, and the other what they have; not with PAM's sessions around it."""
    assert "Together with `sandbox`, `container` or `ssh`" in PAGE.read_text()
    assert "set `plugins.pam.sessions = false`" in PAGE.read_text()
    linux = helper("tornterm-auth-pam", "linux")
    engine = in_folder(reachable, "engine", CONTAINED)
    os.chmod(engine, 0o755)
    tables = {
        "sandbox": {
            "homes": str(reachable / "homes"),
            "run_as": "nobody",
            "command": ["/bin/sh", "-c", "echo contained-$TORNTERM_USER-$((6*7))"],
        },
        "container": {"image": "any", "program": engine},
    }
    with ExitStack() as stack:
        somebody = stack.enter_context(linux.person())
        pam = {"service": stack.enter_context(linux.service(linux.UNIX))}
        for sessions in (False, True):
            plugins = {"enabled": [place, "pam"], place: tables[place]}
            plugins["pam"] = {**pam, "sessions": sessions}
            async with LiveServer(from_here({"plugins": plugins}), [tornterm_events]) as server:
                headers = await by_password(server, "pam", somebody.name, somebody.password)
                if sessions:
                    told = await server.fetch(
                        "api/sessions", method="POST", headers=headers, json={}
                    )
                    assert told.code == 500 and b"would not run as the person" in told.body
                    continue
                async with V1Client(server.url, headers=headers, within=30.0) as client:
                    await client.open()
                    await client.wait_for(f"contained-{somebody.name}-42".encode())


# --- a workshop -----------------------------------------------------------------------------------


async def test_a_workshop(
    tmp_path: Path, tornterm_events: CapturedEvents, tornterm_loop: object
) -> None:
    """Somebody on the list has a container for all their terminals, and nothing is left of it."""
    podman = helper("tornterm-spawn-container", "podman")
    tables = recipe("workshop")
    users, jsonl = tables["plugins"]["local_users"], tables["plugins"]["jsonl"]
    password = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a-password")
    known = "".join(f'[users.{name}]\npassword = "{password}"\n' for name in ("alice", "bob"))
    users["file"] = in_folder(tmp_path, users["file"], known)
    os.chmod(users["file"], 0o600)
    jsonl["path"] = in_folder(tmp_path, jsonl["path"])
    del tables["server"]
    async with AsyncExitStack() as stack:
        try:
            engine = stack.enter_context(podman.podman())
        except podman.Unusable as why:
            pytest.skip(str(why))
        tables["plugins"]["container"].update(image=podman.IMAGE, **engine.options)
        async with LiveServer(from_here(tables), [tornterm_events]) as server:

            async def opened(name: str) -> V1Client:
                headers = await by_password(server, "local_users", name, "a-password")
                client = V1Client(server.url, headers=headers, within=120.0)
                await stack.enter_async_context(client)
                await client.open()
                return client

            one, two, bob = [await opened(name) for name in ("alice", "alice", "bob")]
            one.send_input(b"echo $TORNTERM_USER > /tmp/here; touch ~/kept; echo ma''de\n")
            await one.wait_for(b"made")
            for client, answer in ((two, b"alice"), (bob, b"nobody")):
                client.send_input(b"cat /tmp/here || echo no''body\n")
                await client.wait_for(answer)
            assert len(engine("ps", "--quiet").split()) == 2
        await engine.emptied()
        assert len(engine("volume", "ls", "--quiet").split()) == 2
    assert "session.created" in text_below(Path(jsonl["path"]))


# --- a company ------------------------------------------------------------------------------------


async def test_a_company(
    tmp_path: Path, tornterm_events: CapturedEvents, tornterm_loop: object
) -> None:
    """An employee's shell is theirs, it is recorded, and the database tells of it."""
    linux = helper("tornterm-auth-pam", "linux")
    postgres = helper("tornterm-audit-sql", "postgres")
    with ExitStack() as stack:
        employee = stack.enter_context(linux.person())
        database = postgres.Postgres()
        stack.callback(database.close)
        database.start()
        tables = recipe("company")
        pam, sql = tables["plugins"]["pam"], tables["plugins"]["sql"]
        assert pam["service"] == "tornterm"
        pam["service"] = stack.enter_context(linux.service(linux.UNIX))
        pam["allowed_groups"] = [employee.name]
        password = in_folder(tmp_path, sql["password"]["file"], postgres.PASSWORD)
        sql.update(url=database.url, password={"file": password}, drain="30s")
        sql["spool"] = in_folder(tmp_path, sql["spool"])
        recorder = tables["plugins"]["recorder"]
        recorder["folder"] = in_folder(tmp_path, recorder["folder"])
        del tables["server"]
        # The person's own files at the start of a shell are not what is looked at here.
        tables["plugins"]["shell"]["command"] = ["/bin/bash", "--norc", "--noprofile"]
        async with LiveServer(from_here(tables), [tornterm_events]) as server:
            headers = await by_password(server, "pam", employee.name, employee.password)
            async with V1Client(server.url, headers=headers, within=30.0) as client:
                await client.open()
                client.send_input(b"echo $(id -un)-$((6*7)) AKIA''0123456789ABCDEF; exit\n")
                await client.wait_for(f"{employee.name}-42 AKIA".encode())
                await client.wait_for(lambda c: c.exit is not None)
        rows = await asyncio.to_thread(query, database.url, postgres.PASSWORD)
        assert {("auth.ok", employee.name), ("session.exited", employee.name)} <= set(rows)
        recorded = text_below(Path(recorder["folder"]))
        assert f"{employee.name}-42" in recorded
        assert "AKIA0123456789ABCDEF" not in recorded
        await asyncio.to_thread(look_at_recordings, from_here(tables), tmp_path, employee.name)


def look_at_recordings(tables: dict[str, Any], folder: Path, name: str) -> None:
    """What an operator does with them: as on the page, with the configuration in a file."""
    found = re.search(r"`(tornterm recording verify --config company.toml)`", PAGE.read_text())
    assert found
    verify = shlex.split(found[1])[1:]
    file, cast = folder / "company.toml", folder / "session.cast"

    # Of the rest nothing is needed here, but for the tables that must not be missing.
    lines = [f"[plugins]\nenabled = {json.dumps(tables['plugins']['enabled'])}"]
    for plugin in ("recorder", "sql", "pam"):
        lines.append(f"[plugins.{plugin}]")
        values = tables["plugins"][plugin].items()
        lines += [f"{key} = {written(value)}" for key, value in values]
    file.write_text("\n".join(lines))
    (recording,) = Path(tables["plugins"]["recorder"]["folder"]).iterdir()
    outputs = {}
    for words in (
        ["recording", "list", "--config", "company.toml"],
        verify,
        ["recording", "play", recording.name, "--idle", "0", "--config", "company.toml"],
        ["recording", "export", recording.name, "-o", str(cast), "--config", "company.toml"],
    ):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            assert main([str(file) if word == file.name else word for word in words]) == 0
        outputs[words[1]] = told.getvalue()
    assert recording.name in outputs["list"] and "complete" in outputs["list"]
    assert outputs["verify"].startswith(f"{recording.name}: complete")
    assert f"{name}-42 [redacted]" in outputs["play"]
    assert json.loads(cast.read_text().splitlines()[0])["version"] == 3


def written(value: object) -> str:
    """A value as TOML; JSON but for tables."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {written(one)}' for key, one in value.items())} }}"
    return json.dumps(value)


def text_below(path: Path) -> str:
    """What is in a file, or in all files of a folder."""
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return "".join(file.read_text() for file in files if file.is_file())


def query(url: str, password: str) -> list[tuple[str, str]]:
    """What the database has: events and users."""
    address = make_url(url).set(drivername="postgresql+asyncpg", password=password)

    async def ask() -> list[tuple[str, str]]:
        engine = create_async_engine(address)
        async with engine.connect() as connection:
            found = await connection.execute(text("SELECT event, username FROM tornterm_audit"))
            rows = [(row.event, row.username) for row in found]
        await engine.dispose()
        return rows

    return asyncio.run(ask())
