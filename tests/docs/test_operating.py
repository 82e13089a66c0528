"""The examples of the operator's page: nginx in front of a real server, and the unit of systemd."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from tests.browser.process import (
    START_TIMEOUT,
    STOP_TIMEOUT,
    TORNTERM,
    ServerProcess,
    serving,
)
from tests.system import PACKAGES, which
from tornterm.builtin.users_command import user_commands
from tornterm.cli.commands import cli
from tornterm.config.load import load_settings
from tornterm.plugins import PluginHost, plugin_models
from tornterm.testing.clients import V1Client
from tornterm.types import Size, SpawnRequest, User
from tornterm.web.metrics import Metrics

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
PACKAGE = Path(__file__).parents[2] / "tornterm"
CERTIFICATES = Path(__file__).parents[1] / "certificates"
TOKEN = "operator-test-token-0123456789"


def block(language: str, containing: str = "") -> str:
    """The first block of that language in the page, with the words given."""
    found = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return next(text for text in found if containing in text)


def needed(program: str) -> str:
    """The path of a system program; where it may be missing, the test is left out there."""
    path = which(program)
    advice = f"{program} is not installed: apt-get install {PACKAGES[program]}"
    if path is None and "CI" not in os.environ:
        pytest.skip(advice)
    assert path, advice
    return path


def replaced(text: str, changes: dict[str, str]) -> str:
    """An example for this machine; what is to be changed has to be there."""
    for old, new in changes.items():
        assert old in text, f"{old} is not in the example any more"
        text = text.replace(old, new)
    return text


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# nginx


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, ServerProcess]]:
    """The base of a server below /term/, as people see it through nginx, and its process."""
    port = free_port()
    public = f"https://localhost:{port}/term/"
    server = block("toml", "trusted_proxies").replace("[server]\n", "")
    server = replaced(
        server,
        {'host = "127.0.0.1"\nport = 8765\n': "", "https://example.org/term/": public},
    )
    more = f'[plugins.jsonl]\npath = "{tmp_path}/audit.jsonl"\n'
    (tmp_path / "server").mkdir()
    plugins = '["token", "shell", "jsonl"]'
    with serving(tmp_path / "server", server=server, more=more, plugins=plugins) as process:
        nginx = start_nginx(tmp_path, port, process.port)
        try:
            wait_for(port)
            yield public, process
        finally:
            nginx.terminate()
            nginx.wait(STOP_TIMEOUT)


def start_nginx(folder: Path, port: int, behind: int) -> subprocess.Popen[bytes]:
    """Run nginx with the block of the page, from `port` to the server `behind`."""
    example = replaced(
        block("nginx"),
        {
            "127.0.0.1:8765": f"127.0.0.1:{behind}",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "server_name example.org;": "server_name localhost;",
            "/etc/ssl/certs/example.org.pem": str(CERTIFICATES / "one.pem"),
            "/etc/ssl/private/example.org.key": str(CERTIFICATES / "one.key"),
        },
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}{example}\n}}\n"
    )
    nginx = needed("nginx")
    return subprocess.Popen([nginx, "-c", str(config), "-e", f"{folder}/error.log"])


def wait_for(port: int) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")


async def fetch(url: str, **options: Any) -> HTTPResponse:
    client = AsyncHTTPClient(force_instance=True)
    return await client.fetch(url, ca_certs=str(CERTIFICATES / "one.pem"), **options)


async def test_the_block_carries_terminals(site: tuple[str, ServerProcess], tmp_path: Path) -> None:
    """Login, a Secure cookie, the upgrade below the path; no strangers, no other origin."""
    public, process = site
    base, code = process.login_link.split("login#code=")
    assert base == public
    origin = public.removesuffix("/term/")
    with pytest.raises(HTTPClientError, match="401"):
        await fetch(f"{public}api/me")
    answer = await fetch(
        f"{public}login",
        method="POST",
        body=json.dumps({"code": code}),
        headers={"Content-Type": "application/json", "Origin": origin},
    )
    cookie = answer.headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "Path=/term/", "SameSite=Strict"} <= set(cookie.split("; "))
    headers = {
        "Cookie": cookie.split(";")[0],
        "Origin": origin,
        "X-Forwarded-For": "192.0.2.9",
    }
    async with V1Client(public, headers=headers) as terminal:
        terminal.ca_certs = str(CERTIFICATES / "one.pem")
        await terminal.open()
        terminal.send_input("echo $((6*7))\n")
        await terminal.wait_for(b"42\r\n")
        terminal.send_input("exit\n")
        await terminal.wait_closed()
    text = (tmp_path / "audit.jsonl").read_text()
    created = next(json.loads(line) for line in text.splitlines() if "session.created" in line)
    # The test comes from a trusted address itself, so what it says of its own client counts.
    assert created["remote"] == "192.0.2.9"
    for foreign in (origin.replace("https", "http"), "https://localhost"):
        async with V1Client(public, headers={**headers, "Origin": foreign}) as terminal:
            terminal.ca_certs = str(CERTIFICATES / "one.pem")
            with pytest.raises(HTTPClientError, match="403"):
                await terminal.open()


# systemd


def unit_for(folder: Path) -> str:
    """The unit of the page, for the program and the folder of this test."""
    config = folder / "tornterm.toml"
    config.write_text("[server]\nport = 0\n[plugins]\nenabled = ['token', 'shell']\n")
    return replaced(
        block("ini"),
        {
            "/opt/tornterm/bin/tornterm": str(TORNTERM),
            "/etc/tornterm/tornterm.toml": str(config),
            "User=tornterm\n": "",
        },
    )


def test_the_unit_is_one(tmp_path: Path) -> None:
    """systemd's own checker has nothing to say about it."""
    checker = needed("systemd-analyze")
    unit = tmp_path / "tornterm.service"
    unit.write_text(unit_for(tmp_path))
    done = subprocess.run(
        [checker, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60
    )
    complaints = [line for line in done.stderr.splitlines() if "tornterm" in line]
    assert done.returncode == 0 and not complaints, done.stderr


def test_the_unit_starts_reloads_and_stops(tmp_path: Path) -> None:
    """What systemd would run serves, takes up a changed file, and ends well in time."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit_for(tmp_path))
    service = parser["Service"]
    runtime = tmp_path / service["RuntimeDirectory"]
    runtime.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "RUNTIME_DIRECTORY": str(runtime),
    }
    process = ServerProcess(shlex.split(service["ExecStart"]), environment)
    try:
        assert process.url.startswith("http://127.0.0.1:")
        assert [path.suffix for path in runtime.iterdir()] == [".sock"]
        (tmp_path / "tornterm.toml").write_text("[server]\nport = 1\n")
        reload = service["ExecReload"].replace("$MAINPID", str(process.pid))
        subprocess.run(shlex.split(reload), check=True)
        process.line("stderr", r"(\[server\] port has changed)")
        started = time.monotonic()
    finally:
        code = process.stop()
    assert code == 0, process.log
    assert time.monotonic() - started < float(service["TimeoutStopSec"])
    (tmp_path / "tornterm.toml").write_text("[server]\nprot = 1\n")
    done = subprocess.run(shlex.split(service["ExecStart"]), env=environment, capture_output=True)
    assert done.returncode == int(service["RestartPreventExitStatus"])


# What can be looked up


def first_cells(heading: str) -> list[str]:
    """What stands in backquotes in the first cells of the table under these words."""
    table = PAGE.read_text().partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [re.split(r"\s*\|\s*", line)[1] for line in table.splitlines() if line.startswith("| ")]


def test_the_events_are_all_there() -> None:
    """Every event that the sources name has its row, and no other has one."""
    literal = r"\"((?:auth|session|share|control|plugin|audit|admin|file)\.[a-z]+)\""
    sources = [path for path in PACKAGE.rglob("*.py") if "testing" not in path.parts]
    named = {name for path in sources for name in re.findall(literal, path.read_text())}
    files = {"audit.jsonl"}
    assert {f"`{name}`" for name in named - files} == set(first_cells("event"))


def test_the_metrics_are_all_there() -> None:
    """Every metric has its row, with its labels, and gives nothing that has none."""
    metrics = Metrics()
    metrics.logins.labels("ok").inc()
    text = metrics.render().decode()
    named = re.findall("^# TYPE (\\w+)", text, re.MULTILINE)
    assert [f"`{name}`" for name in named] == first_cells("metric")
    assert "_created" not in text


def test_the_commands_are_all_there() -> None:
    """Every command has its row, those of plugins too."""
    commands = dict(cli.commands) | {command.name: command for command in [user_commands(PAGE)]}
    text = " ".join(first_cells("command"))
    for name, command in commands.items():
        assert f"`tornterm {name}" in text
        for inner in getattr(command, "commands", ()):
            assert re.search(rf"tornterm {name} {inner}`|tornterm {name} [^|]*`{inner}`", text)


def test_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is an administrator, and the second one's password comes from a file."""
    monkeypatch.chdir(tmp_path)
    Path("tornterm.toml").write_text('[plugins]\nenabled = ["local_users", "shell"]\n')
    for line in block("sh", "user add").splitlines():
        words = shlex.split(line.partition("<")[0], comments=True)
        typed = "password 01\n" if "<" in line else "password 01\npassword 01\n"
        done = CliRunner().invoke(cli, words[1:], typed)
        assert done.exit_code == 0, done.output
        assert ("Password" in done.output) == ("<" not in line)
    help_ = re.search(r"`tornterm (user add --help [^`]*)`", PAGE.read_text())
    assert help_
    done = CliRunner().invoke(cli, help_[1].split())
    assert "--password-stdin" in done.output and "--admin" in done.output
    done = CliRunner().invoke(cli, ["user", "list", "--config", "tornterm.toml"])
    assert done.output.splitlines() == ["alice  admin", "bob  groups: operators"]


async def test_the_other_programs(tmp_path: Path) -> None:
    """They are offered by what people read, and planned as written."""
    file = tmp_path / "tornterm.toml"
    file.write_text(block("toml", "profiles.python"))
    settings = load_settings(file, environ={}, plugin_models=plugin_models)
    host = PluginHost(["shell"], settings.plugins.tables, source=str(file))
    assert [profile.label for profile in await host.profiles(User("alice"))] == ["Python"]
    operator = User("olga", ("operators",))
    labels = [profile.label for profile in await host.profiles(operator)]
    assert labels == ["Python", "The log of the service"]
    plan = await host.spawn(operator, SpawnRequest("s1", Size(), profile="logs"))
    assert (plan.argv[0], plan.cwd) == ("journalctl", "/")
