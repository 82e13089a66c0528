"""``tornterm config check`` finds before the start what would stop a server, or make it useless."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from tornterm.cli import main
from tornterm.config.load import load_settings
from tornterm.errors import ConfigError
from tornterm.server.run import Server

CERTIFICATES = Path(__file__).parent / "certificates"

TOKEN = """
[[plugins.token.tokens]]
user = "ann"
token = "0123456789abcdef"
"""
SHELL = f'[plugins]\nenabled = ["token", "shell"]\n{TOKEN}'

Check = Callable[[str], tuple[int, list[str]]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Writes a configuration and checks it; gives the exit status and what was complained of."""
    file = tmp_path / "tornterm.toml"
    for name in ("one.pem", "one.key", "two.key"):
        copy(CERTIFICATES / name, tmp_path)

    def call(config: str) -> tuple[int, list[str]]:
        file.write_text(config)
        before = sorted(tmp_path.rglob("*"))
        code = main(["config", "check", str(file)])
        assert sorted(tmp_path.rglob("*")) == before
        return code, capsys.readouterr().err.replace(f"{file}: ", "").splitlines()

    return call


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (f'{SHELL}[tls]\ncert = "one.pem"\nkey = "no.pem"', "[tls] key: cannot read"),
        (f'{SHELL}[tls]\ncert = "one.pem"\nkey = "two.key"', "[tls] cert: "),
        (f'{SHELL}[server]\nhost = "no-such-host.invalid"', "[server] host: "),
        ('[server]\nhost = "0.0.0.0"', "[plugins.token] tokens: others can reach the server"),
        ('[plugins]\nenabled = ["local_users", "shell"]', "users.toml: there is no such file"),
        (
            '[plugins]\nenabled = ["token", "shell", "jsonl"]\n'
            '[plugins.jsonl]\npath = "/proc/audit.jsonl"',
            "[plugins.jsonl] path: /proc/audit.jsonl cannot be written",
        ),
        (f"{SHELL}[audit]\nrequired = true", "[audit] required: "),
    ],
)
def test_what_stops_a_server(check: Check, tmp_path: Path, config: str, place: str) -> None:
    """It is found with exit status 2, and the server says the very same words."""
    code, complaints = check(config)
    (complaint,) = [line for line in complaints if not line.startswith("warning: ")]
    assert code == 2 and place in complaint
    settings = load_settings(tmp_path / "tornterm.toml", overrides=[(("server", "port"), 0, "")])
    with pytest.raises(ConfigError) as refused:
        asyncio.run(Server(settings).run())
    assert str(refused.value).endswith(complaint)


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ('[plugins]\nenabled = ["shell"]', "[plugins] enabled: nobody can log in"),
        ('[plugins]\nenabled = ["token"]', "[plugins] enabled: no session can start"),
        (f'{SHELL}[plugins.shell]\ncommand = ["/bin/nosuch"]', "[plugins.shell] command: "),
        (f'{SHELL}[plugins.shell]\ncommand = ["no-such-program"]', "[plugins.shell] command: "),
        (f'{SHELL}[plugins.shell]\ncwd = "/nonexistent"', "[plugins.shell] cwd: "),
        (f'{SHELL}[plugins.shell]\nhome = "/nonexistent"', "[plugins.shell] home: "),
        (
            f'{SHELL}[server]\nbase_url = "/a/"\npublic_url = "https://example.org/b/"',
            "[server] public_url: its path is /b/",
        ),
        (f'{SHELL}[sessions]\nwindow = "4 MiB"\nscrollback = "1 MiB"', "[sessions] window: "),
        (f"{SHELL}[plugins.jsonl]", "[plugins.jsonl]: this plugin is not enabled"),
    ],
)
def test_what_makes_a_server_useless(
    check: Check, config: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a warning, said once, for it may be mended while the server runs."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    code, complaints = check(config)
    (complaint,) = complaints
    assert code == 0 and complaint.startswith(f"warning: {place}")


def test_an_account_that_does_not_exist(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of root is warned; another one could not become anybody."""
    config = f'{SHELL}[plugins.shell]\nrun_as = "no-such-account"'
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert check(config) == (
        0,
        ['warning: [plugins.shell] run_as: there is no system account "no-such-account"'],
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert check(config)[0] == 2


@pytest.mark.parametrize("more", ["", "[sessions]\nscrollback = '64 KiB'"])
def test_nothing_is_said_of_what_is_right(
    check: Check, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defaults that do not fit what was written are no mistake of whoever wrote it."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert check(SHELL + more) == (0, [])
