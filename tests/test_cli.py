"""The command line: what it prints, where, and the exit status it ends with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import tomli

from tornterm.cli import commands, main
from tornterm.cli.headers import headers_of
from tornterm.cli.remote import target_of
from tornterm.config.settings import Settings
from tornterm.errors import PluginError

BROKEN = Path(__file__).parent / "config" / "broken"

Result = tuple[int, str, str]
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is running, and no variable of the person who runs the tests counts."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("RUNTIME_DIRECTORY", "TORNTERM_CONFIG", "TORNTERM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # Nor is one looked for where a server of this machine may really be running.
    monkeypatch.setattr("tornterm.control.client.candidates", lambda: iter([tmp_path / "tornterm"]))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Result:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def expected(file: Path) -> set[str]:
    return {line[3:] for line in file.read_text().splitlines() if line.startswith("#! ")}


@pytest.mark.parametrize("file", sorted(BROKEN.glob("*.toml")), ids=lambda file: file.stem)
def test_check_names_every_mistake(file: Path, run: Run) -> None:
    """Each mistake of each broken file is named with table and key, nothing else, and exit 2."""
    code, out, err = run("config", "check", "--config", file)
    assert (code, out) == (2, "")
    places = set()
    for line in err.splitlines():
        match = re.match(rf"{re.escape(str(file))}: (\[\S*\] \w+|\[\S+\]|\w+): \S", line)
        syntax = re.search(r"line \d+, column \d+", line)
        assert match or syntax, line
        place = match[1] if match else str(syntax and syntax[0])
        places.add(place if place.startswith(("[", "line")) else f"[] {place}")
    assert places == expected(file)
    assert "must-not-be-repeated" not in err


def test_there_are_ten_broken_files() -> None:
    """A file that is lost would be tested no more."""
    assert len(list(BROKEN.glob("*.toml"))) == 10
    assert all(map(expected, BROKEN.glob("*.toml")))


def test_check_of_a_good_file(run: Run, tmp_path: Path) -> None:
    """A file without mistakes is fine; a table without its plugin is a warning."""
    file = tmp_path / "good.toml"
    file.write_text("[sessions]\nmax = 3\n[plugins.local_users]\n")
    code, out, err = run("config", "check", file)
    assert (code, out) == (0, f"{file} is fine\n")
    assert err.startswith(f"warning: {file}: [plugins.local_users]: ")


def test_a_missing_file(run: Run) -> None:
    """A file that is not there is a mistake like any other."""
    code, _, err = run("config", "check", "--config", "no.toml")
    assert code == 2
    assert err.endswith("no.toml: cannot be read: No such file or directory\n")


def test_the_configuration_file_can_be_named_by_a_variable(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$TORNTERM_CONFIG stands for --config."""
    monkeypatch.setenv("TORNTERM_CONFIG", str(tmp_path / "no.toml"))
    assert run("config", "check")[0] == 2


def test_example_reference_and_schema(run: Run) -> None:
    """All are printed whole, with the built-in plugins' tables."""
    code, out, _ = run("config", "example")
    assert code == 0 and tomli.loads(out)["server"]["port"] == 8765
    code, out, _ = run("config", "reference")
    assert code == 0 and out.startswith("# Configuration\n")
    code, out, _ = run("config", "schema")
    assert code == 0 and set(json.loads(out)["properties"]) == set(Settings.model_fields)
    assert "TokenSettings" in out


def test_plugins_by_import_path_say_so(run: Run, tmp_path: Path) -> None:
    """One that no distribution offers shows the path by which it was named."""
    (tmp_path / "greet_by_path.py").write_text(
        "from tornterm.hookspecs import hookimpl\n"
        "class Greet:\n"
        "    @hookimpl\n"
        "    def tornterm_login_methods(self): ...\n"
    )
    file = tmp_path / "tornterm.toml"
    file.write_text('[plugins]\nenabled = ["greet_by_path:Greet"]\n')
    code, out, _ = run("plugins", "--config", file)
    assert code == 0
    assert out.splitlines()[1].split() == [
        "1",
        "Greet",
        "path",
        "greet_by_path:Greet",
        "login_methods",
    ]


def test_plugins_in_the_order_asked(run: Run, tmp_path: Path) -> None:
    """The enabled plugins with their hooks, and the policy that is always last."""
    file = tmp_path / "tornterm.toml"
    file.write_text(
        '[plugins]\nenabled = ["shell", "token"]\n'
        '[plugins.shell]\ncwd = "/tmp"\n'
        '[[plugins.token.tokens]]\nuser = "ann"\ntoken = "hidden-0123456789"\n'
    )
    code, out, _ = run("plugins", "--config", file)
    table, shell, token = out.split("\n\n")
    rows = [line.split() for line in table.splitlines()[1:]]
    assert code == 0
    assert shell.startswith("[plugins.shell]\n") and 'cwd = "/tmp"\n' in shell
    assert 'user = "ann", token = "***"' in token and "hidden" not in out
    assert [row[:2] for row in rows] == [["1", "shell"], ["2", "token"], ["3", "policy"]]
    assert "authenticate" in out and "spawn" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("serve", "--port", "many"), "'many' is not a valid integer"),
        (("serve", "--prot", "5"), "--prot"),
        (("serve", "--port", "99999"), "option --port: [server] port: must be at most 65535"),
        (("--port", "99999"), "option --port: [server] port: must be at most 65535"),
        (("srve",), "there is no command 'srve'"),
        (("user", "add", "--help"), "comes with the plugin local_users, so name a file whose"),
        (("user", "add"), "also for its help: tornterm user --help --config FILE"),
        (("recording", "list"), "comes with the plugin recorder"),
        (("config", "chek"), "chek"),
        (("login-link",), "no tornterm server of yours is running"),
        (("reload",), "no tornterm server of yours is running"),
        (("sessions", "list"), "no tornterm server of yours is running"),
        (("sessions", "kill"), "ID"),
        (("attach",), "no tornterm server of yours is running"),
        (("attach", "localhost:8765"), "write it like http://"),
        (("attach", "http://[::1"), "write it like http://"),
        (("attach", "http://127.0.0.1:1/"), "TORNTERM_TOKEN"),
        (("attach", "http://127.0.0.1:1/", "--token-file", "no"), "cannot read the token file no"),
        (("attach", "http://127.0.0.1:1/", "--port", "1"), "a URL or --port"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: tuple[str, ...], complaint: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person got wrong is one clear line on stderr, and exit status 2."""
    monkeypatch.setattr(os, "isatty", lambda _: True)
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert complaint in err


def test_attach_says_what_is_for_scripts(run: Run) -> None:
    """The help that the complaint points to says what to use without a terminal."""
    code, out, _ = run("attach", "--help")
    assert code == 0 and "docs/protocol.md" in out


def test_attach_needs_a_terminal() -> None:
    """Where nobody can type it says so, before it makes a session that nobody would leave."""
    attach = [sys.executable, "-m", "tornterm", "attach", "http://127.0.0.1:1/"]
    done = subprocess.run(
        attach, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input is not a terminal" in done.stderr
    assert "The legacy dialect" in done.stderr  # that is for scripts


def test_several_servers_tell_the_command_how_to_choose(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command that talks to a running server has the options that the error names."""

    class Running:
        url, port = "http://127.0.0.1:1/", 1

        def __init__(self, config: str) -> None:
            self.info = {"config": config}

    monkeypatch.setattr(os, "isatty", lambda _: True)
    monkeypatch.setattr("tornterm.control.client.running", lambda: map(Running, ("/a", "/b")))
    for words in (["attach"], ["login-link"], ["reload"], ["sessions", "list"]):
        code, _, err = run(*words)
        assert code == 2
        options = re.findall("--[a-z]+", err)
        help_page = run(*words, "--help")[1]
        assert options and all(option in help_page for option in options)


def test_a_bug_is_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody got wrong is shown in full, with exit status 1."""

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(commands, "read", broken)
    code, _, err = run("plugins")
    assert code == 1
    assert err.startswith("Traceback") and err.endswith("RuntimeError: a bug\n")


def test_a_plugins_bug_is_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that fails by an exception of its own is a bug; one that says why is a mistake."""

    def broken(*_: object) -> None:
        raise PluginError("x", "", "cannot be made") from KeyError("inside")

    def refusing(*_: object) -> None:
        raise PluginError("x", "", "needs root")

    monkeypatch.setattr(commands, "plugin_host", broken)
    code, _, err = run("plugins")
    assert code == 1 and "KeyError: 'inside'" in err
    monkeypatch.setattr(commands, "plugin_host", refusing)
    assert run("plugins") == (2, "", "plugin 'x': needs root\n")


def test_an_interrupted_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control-C is no bug."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "read", interrupted)
    code, out, err = run("plugins")
    assert (code, out, err.strip()) == (130, "", "")


def test_help_lists_the_commands(run: Run) -> None:
    """Help goes to stdout, whether the configuration is right or not."""
    code, out, _ = run("--help")
    assert code == 0
    for command in ("serve", "config", "plugins", "login-link", "sessions", "attach"):
        assert command in out


def test_commands_of_plugins(run: Run, tmp_path: Path) -> None:
    """A plugin that is enabled brings its commands; --config may stand anywhere after them."""
    file = tmp_path / "tornterm.toml"
    file.write_text('[plugins]\nenabled = ["local_users", "shell"]\n')
    code, out, _ = run("user", "list", "--config", file)
    assert code == 0, out
    assert run("user", f"--config={file}", "list")[0] == 0
    assert run("-c", file, "user", "list")[0] == run(f"--config={file}", "user", "list")[0] == 0
    assert "Add, list and remove" in run("-c", file, "user", "--help")[1]
    assert "--config" in run("user", "add", "--help", "-c", file)[1]
    assert "  user " in run("-c", file, "--help")[1]
    assert "Serve terminals" in run("-c", file, "serve", "--help")[1]
    assert run("-c", file, "config", "check")[0] == 2, "there is no file of users yet"
    assert run("user", "list")[0] == 2


def test_python_m_tornterm() -> None:
    """The module runs as the command does."""
    done = subprocess.run(
        [sys.executable, "-m", "tornterm", "--version"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"tornterm, version \S+\n", done.stdout)


def test_where_to_attach(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An address may be the server's or a session's, and a token comes from file or variable."""
    monkeypatch.setenv("TORNTERM_TOKEN", "one")
    target = target_of("https://example.org/term", None, None)
    assert (target.url, target.session) == ("https://example.org/term/", None)
    assert target.headers == {"Authorization": "Bearer one"}
    target = target_of("https://example.org/term/s/abc_-1", None, None)
    assert (target.url, target.session) == ("https://example.org/term/", "abc_-1")
    (tmp_path / "token").write_text("two\n")
    target = target_of("https://example.org", "xyz", tmp_path / "token")
    assert (target.session, target.headers) == ("xyz", {"Authorization": "Bearer two"})
    (tmp_path / "token").write_text("\n")
    with pytest.raises(click.UsageError, match="is empty"):
        target_of("https://example.org", None, tmp_path / "token")


def test_headers_to_attach_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They come from options and from a file, and join a token; a mistake is said without them."""
    file = tmp_path / "headers"
    file.write_text("# of alice\n\nx-badge:  alices-secret-badge \nX-Empty:\n")
    given = headers_of(("X-Realm: north: 1",), file)
    assert given == {"X-Realm": "north: 1", "X-Badge": "alices-secret-badge", "X-Empty": ""}
    assert target_of("https://example.org", None, None, given).headers == given
    monkeypatch.setenv("TORNTERM_TOKEN", "one")
    both = target_of("https://example.org", None, None, given).headers
    assert both == {"Authorization": "Bearer one", **given}
    for text in ("hush", "a b: hush", ": hush", "X: hush\x07", "Host: hush", "Upgrade: hush"):
        with pytest.raises(click.UsageError, match="--header 1") as wrong:
            headers_of((text,), None)
        assert "hush" not in str(wrong.value)
        file.write_text(f"X-Right: 1\n{text}\n")
        with pytest.raises(click.UsageError, match="line 2 of"):
            headers_of((), file)
    with pytest.raises(click.UsageError, match="cannot read the header file"):
        headers_of((), tmp_path / "missing")


def test_a_token_in_the_clear_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over plain HTTP a token can be read on the way, but not to this machine."""
    monkeypatch.setenv("TORNTERM_TOKEN", "one")
    target_of("http://127.0.0.1:8765/", None, None)
    assert capsys.readouterr().err == ""
    target_of("http://example.org/", None, None)
    assert "without encryption" in capsys.readouterr().err
