"""The server as a process: how it starts, what it says, how it reloads, and how it ends."""

from __future__ import annotations

import asyncio
import fcntl
import http.client
import json
import os
import pty
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.browser.process import ServerProcess

CERTIFICATES = Path(__file__).parent / "certificates"
TOKEN = "a-token-for-the-tests-only"
PLAIN = """
[server]
port = 0
[plugins]
enabled = ["token", "shell"]
"""
WITH_TOKEN = f"""{PLAIN}
[[plugins.token.tokens]]
user = "ann"
token = "{TOKEN}"
admin = true
"""


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers and commands find each other here, and nothing else."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("TORNTERM_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)


@contextmanager
def running(
    tmp_path: Path, config: str = WITH_TOKEN, *options: str, **environ: str
) -> Iterator[ServerProcess]:
    """A server until the block is left; it ends well unless the block has seen to its end."""
    file = tmp_path / "tornterm.toml"
    file.write_text(config)
    arguments = [sys.executable, "-m", "tornterm", "serve", "--config", str(file), *options]
    server = ServerProcess(arguments, {**os.environ, "PYTHONUNBUFFERED": "1", **environ})
    try:
        assert server.url
        yield server
    finally:
        code = server.stop()
    assert code == 0, server.log


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tornterm", *arguments], capture_output=True, text=True, timeout=60
    )


def ended(server: ServerProcess) -> int:
    """Wait until the server has ended by itself; its exit status."""
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    return server.stop()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text.startswith(b"{") else text


def at(server: ServerProcess) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)


def refusal(tmp_path: Path, config: str, *options: str) -> str:
    """What a server that does not start says: one line, with exit status 2."""
    file = tmp_path / "tornterm.toml"
    file.write_text(config)
    done = command("serve", "--config", str(file), *options)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = [line for line in done.stderr.splitlines() if " WARNING " not in line]
    return line.removeprefix(f"{file}: ")


# --- starting -----------------------------------------------------------------------------------


def test_one_line_on_stdout(tmp_path: Path) -> None:
    """Only the address goes to stdout, with the real port; it answers there; SIGTERM ends it."""
    with running(tmp_path, PLAIN.replace("port = 0", 'port = 0\nbase_url = "/term/"')) as server:
        url = server.url
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/term/", url)
        assert server.login_link.startswith(f"{url}login#code=")
        assert ask(at(server), "GET", "/term/healthz")[0] == 200
        assert server.stop() == 0
        assert server._lines["stdout"] == [f"Serving on {url}\n"]


def test_what_is_loaded_is_not_collected_again(tmp_path: Path) -> None:
    """Else every terminal waits now and then until the collector has looked through all of it."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, gc, pathlib\n"
        f"out = pathlib.Path({str(tmp_path / 'counts')!r})\n"
        "count = lambda: f'{gc.get_freeze_count()} {len(gc.get_objects())}'\n"
        "atexit.register(lambda: out.write_text(count()))\n"
    )
    path = os.pathsep.join((str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])))
    with running(tmp_path, PYTHONPATH=path) as server:
        assert server.stop() == 0
    spared, looked_at = map(int, (tmp_path / "counts").read_text().split())
    assert spared > 10 * looked_at


def test_options_go_before_the_file(tmp_path: Path) -> None:
    """--host and --port count even where the file names a Unix socket."""
    config = PLAIN.replace("port = 0", f'unix_socket = "{tmp_path}/http.sock"')
    with running(tmp_path, config, "--host", "localhost", "--port", "0") as server:
        assert re.fullmatch(r"http://localhost:[1-9]\d*/", server.url)


def test_the_link_leads_to_the_public_address(tmp_path: Path) -> None:
    """Behind a proxy people use the public address, and the server says where it listens."""
    config = PLAIN.replace("port = 0", 'port = 0\npublic_url = "https://example.org/t/"')
    with running(tmp_path, config) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.login_link.startswith("https://example.org/t/login#code=")
        server.line("stderr", r"(people reach it at https://example\.org/t/)")


def test_without_authentication_it_stays_on_this_machine(tmp_path: Path) -> None:
    """Off loopback a login has to be configured first."""
    line = refusal(tmp_path, PLAIN, "--host", "0.0.0.0")
    assert line.startswith("[plugins.token] tokens: others can reach the server")
    with running(tmp_path, WITH_TOKEN, "--host", "0.0.0.0") as server:
        assert ask(at(server), "GET", "/healthz")[0] == 200
        assert "login#code" not in server.log


def test_a_port_in_use(tmp_path: Path) -> None:
    """The second server on a port says so and ends; the first goes on."""
    with running(tmp_path) as server:
        line = refusal(tmp_path, WITH_TOKEN, "--port", str(server.port))
        assert line.endswith(f"127.0.0.1 port {server.port}: Address already in use")
        assert ask(at(server), "GET", "/healthz")[0] == 200


def test_a_plugin_that_does_not_exist(tmp_path: Path) -> None:
    """The start stops, and says which name is wrong and which was meant."""
    line = refusal(tmp_path, '[plugins]\nenabled = ["token", "shel"]\n')
    assert line.startswith("[plugins] enabled: ") and "shell" in line


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def test_a_unix_socket(tmp_path: Path) -> None:
    """It serves there, for its owner alone, and removes the socket at its end."""
    path = tmp_path / "http.sock"
    config = WITH_TOKEN.replace("port = 0", f'unix_socket = "{path}"')
    with running(tmp_path, config) as server:
        assert server.url == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert ask(UnixConnection(path), "GET", "/api/me")[1]["user"]["name"] == "ann"
    assert not path.exists()


def test_https_and_a_new_certificate(tmp_path: Path) -> None:
    """It speaks TLS itself; SIGHUP takes up a renewed certificate, and keeps a good one."""
    renew(tmp_path, "one")
    config = f'{WITH_TOKEN}[tls]\ncert = "cert.pem"\nkey = "cert.key"\n'
    with running(tmp_path, config) as server:
        assert server.url.startswith("https://127.0.0.1:")
        assert served(server) == pem("one")
        renew(tmp_path, "two")
        assert command("reload").returncode == 0
        assert served(server) == pem("two")
        (tmp_path / "cert.key").write_text("nonsense")
        done = command("reload")
        assert done.returncode == 2 and "[tls] cert: " in done.stderr
        assert served(server) == pem("two")


def renew(directory: Path, name: str) -> None:
    for ending in ("pem", "key"):
        copy(CERTIFICATES / f"{name}.{ending}", directory / f"cert.{ending}")


def pem(name: str) -> str:
    return (CERTIFICATES / f"{name}.pem").read_text()


def served(server: ServerProcess) -> str:
    return ssl.get_server_certificate(("127.0.0.1", server.port), timeout=20)


def test_open_shows_the_code_to_nobody_else(tmp_path: Path) -> None:
    """The browser gets a private file that leads to the link; the file goes with the server."""
    seen = tmp_path / "seen"
    os.mkfifo(seen)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}\n')
    browser.chmod(0o700)
    with running(tmp_path, PLAIN, "--open", BROWSER=str(browser)) as server:
        address = seen.read_text().strip()
        assert "code=" not in address
        page = Path(address.removeprefix("file://"))
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert server.login_link in page.read_text()
    assert not page.exists()


# --- what it logs -------------------------------------------------------------------------------


def test_the_log_is_json_and_holds_no_secret(tmp_path: Path) -> None:
    """At DEBUG, tokens in headers and in the legacy dialect's address are not in the log."""
    config = f'{WITH_TOKEN}[logging]\nlevel = "debug"\nformat = "json"\n'
    with running(tmp_path, config) as server:
        assert ask(at(server), "GET", "/api/nothing?resume=CANARY1")[0] == 404
        connection = at(server)
        connection.request("GET", "/ws?resume=CANARY2", headers={"Authorization": "Bearer CANARY3"})
        assert connection.getresponse().status >= 400
        connection.close()
        server.stop()
        entries = [json.loads(line) for line in server.log.splitlines()]
    assert any("/api/nothing" in entry["message"] for entry in entries)
    assert "CANARY" not in server.log and TOKEN not in server.log


# --- reloading ----------------------------------------------------------------------------------


def test_a_hangup_reads_the_configuration_again(tmp_path: Path) -> None:
    """What is right is taken up, what needs a restart is named, what is wrong changes nothing."""
    with running(tmp_path) as server:
        file = tmp_path / "tornterm.toml"
        file.write_text(f"{WITH_TOKEN}[sessions]\nmax_per_user = 3\n")
        os.kill(server.pid, signal.SIGHUP)
        server.line("stderr", "(the configuration was read again)")
        assert ask(at(server), "GET", "/api/limits")[1]["max_per_user"] == 3
        file.write_text(f'{WITH_TOKEN}[sessions]\nmax_per_user = "many"\n')
        os.kill(server.pid, signal.SIGHUP)
        server.line("stderr", r"(not reloaded: \S+: \[sessions\] max_per_user: must be)")
        assert ask(at(server), "GET", "/api/limits")[1]["max_per_user"] == 3
        file.write_text(WITH_TOKEN.replace("port = 0", "port = 1"))
        done = command("reload")
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == "[server] port takes effect at the next start\n"
        assert command("reload").stderr == done.stderr
        file.write_text(WITH_TOKEN)
        assert command("reload").stderr == ""
        assert ask(at(server), "GET", "/api/limits")[1]["max_per_user"] == 10


def test_closing_the_window_ends_it(tmp_path: Path) -> None:
    """The hangup of a terminal window that was closed is no wish to reload."""
    ours, theirs = pty.openpty()

    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "tornterm", "--port", "0"],
        stdin=theirs,
        stdout=write_end,
        stderr=subprocess.DEVNULL,
        preexec_fn=own_terminal,
        env={**os.environ, "TORNTERM_PLUGINS__ENABLED": '["token", "shell"]'},
    )
    os.close(theirs)
    os.close(write_end)
    with open(read_end) as output:
        assert output.readline().startswith("Serving on ")
        os.close(ours)
        assert output.read() == ""
    assert process.wait(20) == 0


# --- ending -------------------------------------------------------------------------------------


def test_an_interrupt_ends_it(tmp_path: Path) -> None:
    """Control-C is an orderly end, without a traceback."""
    with running(tmp_path) as server:
        os.kill(server.pid, signal.SIGINT)
        assert ended(server) == 0
        assert "Traceback" not in server.log


@contextmanager
def stubborn(tmp_path: Path, kill_after: str) -> Iterator[tuple[ServerProcess, int]]:
    """A server with a session whose program ignores HUP and TERM, and a watch on that program."""
    script = (
        f"trap '' HUP TERM; echo $$ > {tmp_path}/pid; while :; do read -t 3600 < /dev/tty; done"
    )
    os.mkfifo(tmp_path / "pid")
    shell = f"\n[plugins.shell]\ncommand = ['/bin/bash', '-c', \"{script}\"]\n"
    config = f'{WITH_TOKEN}{shell}[sessions]\nkill_after = "{kill_after}"\n'
    with running(tmp_path, config) as server:
        assert ask(at(server), "POST", "/api/sessions", {})[0] == 201
        watch = os.pidfd_open(int((tmp_path / "pid").read_text()))
        try:
            yield server, watch
        finally:
            os.close(watch)


def has_ended(watch: int) -> bool:
    try:
        signal.pidfd_send_signal(watch, 0)
    except ProcessLookupError:
        return True
    return False


def test_programs_are_ended_with_escalation(tmp_path: Path) -> None:
    """Also one that ignores HUP and TERM is gone when the server is."""
    with stubborn(tmp_path, "100ms") as (server, watch):
        assert not has_ended(watch)
        assert server.stop() == 0
        assert has_ended(watch)


def test_asked_twice_it_does_not_wait(tmp_path: Path) -> None:
    """A second signal kills the programs at once; the exit status stays 0."""
    with stubborn(tmp_path, "10m") as (server, watch):
        os.kill(server.pid, signal.SIGTERM)
        server.line("stderr", "(ending: new sessions are refused)")
        os.kill(server.pid, signal.SIGTERM)
        assert ended(server) == 0
        assert has_ended(watch)


async def test_clients_are_told_to_come_back(tmp_path: Path) -> None:
    """While it ends, connections are closed with 1001."""
    with running(tmp_path) as server:
        request = HTTPRequest(
            f"ws://127.0.0.1:{server.port}/ws", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        client = await websocket_connect(request, subprotocols=["tornterm.v1"])
        await client.write_message('{"type": "open", "cols": 80, "rows": 24}')
        assert '"session"' in str(await client.read_message())
        os.kill(server.pid, signal.SIGTERM)
        while await client.read_message() is not None:
            pass
        assert client.close_code == 1001
        client.close()
        assert await asyncio.to_thread(ended, server) == 0


# --- the commands that talk to it ---------------------------------------------------------------


def test_commands_for_a_running_server(tmp_path: Path) -> None:
    """Links, sessions and their end, without any stored secret."""
    with running(tmp_path, PLAIN) as server:
        link = command("login-link").stdout.strip()
        assert link.startswith(f"{server.url}login#code=") and link != server.login_link
        assert command("login-link", "--port", "1").returncode == 2
        assert command("sessions", "list").stdout.split() == [
            *("ID", "USER", "STATE", "ATTACHED", "AGE", "TITLE"),
        ]


def test_sessions_of_a_running_server(tmp_path: Path) -> None:
    """A session is listed with its facts and ended by the beginning of its id, audited as such."""
    config = WITH_TOKEN.replace('"shell"]', '"shell", "jsonl"]')
    with running(tmp_path, f'{config}[plugins.jsonl]\npath = "audit.jsonl"\n') as server:
        made = ask(at(server), "POST", "/api/sessions", {"title": "title"})[1]["session"]
        (row,) = command("sessions", "list").stdout.splitlines()[1:]
        assert row.split()[:3] == [made["id"], "ann", "running"]
        (facts,) = json.loads(command("sessions", "list", "--json").stdout)
        assert (facts["id"], facts["title"]) == (made["id"], "title")
        assert command("sessions", "kill", "no-such-session").returncode == 2
        assert command("sessions", "kill", made["id"][:8]).stdout == f"{made['id']} has ended\n"
        assert json.loads(command("sessions", "list", "--json").stdout) == []
    events = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    (killed,) = [event for event in events if event["event"] == "session.killed"]
    assert (killed["user"], killed["remote"]) == ("", "control socket")


def test_there_is_no_link_where_logins_are_configured(tmp_path: Path) -> None:
    """The command says why."""
    with running(tmp_path):
        done = command("login-link")
        assert (done.returncode, done.stdout) == (2, "")
        assert "no login link" in done.stderr
