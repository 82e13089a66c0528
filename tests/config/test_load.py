"""Reading the configuration: every mistake is found, and named with the place to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tornterm.config.fields import ConfigPath, ConfigTable, Duration, Secret, setting
from tornterm.config.load import Override, load_settings
from tornterm.config.settings import Settings
from tornterm.config.source import Source
from tornterm.errors import ConfigError, ConfigProblem
from tornterm.types import Limits


class Entry(ConfigTable):
    user: str
    token: Secret


class Greeter(ConfigTable):
    words: tuple[str, ...] = setting(("hello",), "What to say.", strict=False)
    loud: bool = setting(False, "Whether to shout.")
    pause: Duration = setting("1s", "How long to wait.")
    ratio: float = setting(0.5, "How often.")
    file: ConfigPath = setting("greetings.txt", "Where they are.")
    password: Secret | None = setting(None, "A secret.")
    entries: tuple[Entry, ...] = setting((), "Further tables.", strict=False)
    named: dict[str, Entry] = setting({}, "Tables with names of their own.")


def plugin_models(
    enabled: Sequence[str], source: Source
) -> tuple[Mapping[str, type[BaseModel]], Sequence[ConfigProblem]]:
    where = source.of(("plugins", "enabled"))
    missing = [ConfigProblem(where, "plugins", "enabled", f"no {n}") for n in enabled if n == "x"]
    return {name: Greeter for name in enabled if name == "greeter"}, missing


def load(
    tmp_path: Path,
    text: str = "",
    environ: Mapping[str, str] | None = None,
    overrides: Sequence[Override] = (),
) -> Settings:
    file = tmp_path / "tornterm.toml"
    file.write_text(text)
    return load_settings(
        file, environ=environ or {}, overrides=overrides, plugin_models=plugin_models
    )


def problems(tmp_path: Path, text: str = "", **sources: Any) -> list[ConfigProblem]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **sources)
    return list(caught.value.problems)


def complaint(tmp_path: Path, text: str = "", **sources: Any) -> str:
    """The one problem, without the file's name."""
    (problem,) = problems(tmp_path, text, **sources)
    return str(problem).removeprefix(f"{tmp_path / 'tornterm.toml'}: ")


def test_without_anything_there_are_defaults() -> None:
    """No file, no variable and no option give the defaults."""
    assert load_settings(environ={}).model_dump() == Settings().model_dump()
    assert Settings().sessions.grace_period == 12 * 3600


def test_values_are_read_and_brought_into_one_form(tmp_path: Path) -> None:
    """Addresses, durations and paths arrive as the program needs them."""
    settings = load(
        tmp_path,
        """
        [server]
        base_url = "/term"
        public_url = "https://Example.org:443/term"
        allowed_origins = ["HTTPS://Portal.example.org/", "http://[::1]:80", "http://a:8080"]
        allowed_hosts = ["Term.Example.org:8443", "[::1]:8765"]
        trusted_proxies = ["10.0.0.0/8", "::1"]
        unix_socket = "run/http.sock"
        [sessions]
        grace_period = "30m"
        """,
    )
    server = settings.server
    assert server.base_url == "/term/"
    assert server.public_url == "https://example.org/term/"
    assert server.allowed_origins == (
        "https://portal.example.org",
        "http://[::1]",
        "http://a:8080",
    )
    assert server.allowed_hosts == ("term.example.org:8443", "[::1]:8765")
    assert server.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert server.unix_socket == tmp_path / "run" / "http.sock"
    assert settings.sessions.grace_period == 1800


def test_options_go_before_variables_and_these_before_the_file(tmp_path: Path) -> None:
    """Each later source wins, key by key."""
    settings = load(
        tmp_path,
        '[server]\nport = 1\nhost = "::1"\nbase_url = "/x/"\n',
        environ={"TORNTERM_SERVER__PORT": "2", "TORNTERM_SERVER__HOST": "localhost"},
        overrides=[(("server", "port"), 3, "--port")],
    )
    assert (settings.server.port, settings.server.host) == (3, "localhost")
    assert settings.server.base_url == "/x/"


def test_variables_of_every_kind(tmp_path: Path) -> None:
    """Lists and tables are JSON; switches, numbers and texts are as between quotes."""
    settings = load(
        tmp_path,
        environ={
            "TORNTERM_SERVER__ALLOWED_HOSTS": '["a", "b"]',
            "TORNTERM_AUDIT__REQUIRED": "true",
            "TORNTERM_SESSIONS__MAX": "7",
            "TORNTERM_SESSIONS__IDLE_TIMEOUT": "90",
            "TORNTERM_LIMITS": '[{"group": "students", "max_per_user": 1}]',
            "TORNTERM_METRICS__TOKEN": '{"env": "HOME"}',
            "TORNTERM_UI": '{"title": "shells"}',
            "TORNTERM_TOKEN": "not a setting",
            "TORNTERM_TRACE_PLUGINS": "1",
        },
    )
    assert settings.server.allowed_hosts == ("a", "b")
    assert settings.audit.required is True
    assert (settings.sessions.max, settings.sessions.idle_timeout) == (7, 90)
    assert settings.limits[0].group == "students"
    assert settings.metrics.token is not None
    assert settings.ui.title == "shells"


def test_variables_for_plugins(tmp_path: Path) -> None:
    """What a plugin's variable means, the plugin's model says; the host gets plain values."""
    settings = load(
        tmp_path,
        '[plugins]\nenabled = ["greeter"]\n[plugins.greeter]\nwords = ["file"]\n',
        environ={
            "TORNTERM_PLUGINS__GREETER__WORDS": '["hi"]',
            "TORNTERM_PLUGINS__GREETER__LOUD": "yes",
            "TORNTERM_PLUGINS__GREETER__PAUSE": "5s",
            "TORNTERM_PLUGINS__GREETER__RATIO": "0.25",
        },
    )
    table = settings.plugins.tables["greeter"]
    assert table == {"words": ["hi"], "loud": True, "pause": "5s", "ratio": 0.25}
    assert {type(value) for value in table.values()} == {list, bool, str, float}


def test_a_plugins_variable_finds_a_name_with_a_dash(tmp_path: Path) -> None:
    """Variables have no dashes and no case, so the name that is enabled is taken."""
    settings = load(
        tmp_path,
        '[plugins]\nenabled = ["My-Plugin"]\n',
        environ={"TORNTERM_PLUGINS__MY_PLUGIN__SIZE": "3"},
    )
    assert settings.plugins.tables == {"My-Plugin": {"size": "3"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[sessions]\ngrace_period = "12 parsecs"',
            '[sessions] grace_period: "12 parsecs" is not a duration; '
            'write a number with a unit, like "30s", "5m", "12h"',
        ),
        (
            '[sessions]\nscrollback = "4 KiB"',
            '[sessions] scrollback: must be at least "8 KiB"',
        ),
        (
            "[sessions]\nmax = 5.5",
            "[sessions] max: must be a whole number, not 5.5",
        ),
        (
            "[sessions]\nmax = true",
            "[sessions] max: must be a whole number, not true",
        ),
        (
            "[server]\nhost = 5",
            "[server] host: must be a text in quotes, not a whole number",
        ),
        (
            '[server]\nport = "8765"',
            '[server] port: must be a whole number, not "8765"',
        ),
        ("[server]\nport = 70000", "[server] port: must be at most 65535"),
        ('[server]\nhost = ""', "[server] host: must not be empty"),
        ('[server]\nprot = 80\nhost = "::1"', '[server] prot: unknown key; did you mean "port"?'),
        (
            '[server]\ngrace_period = "5m"',
            "[server] grace_period: unknown key; it belongs in [sessions]",
        ),
        ("port = 5", "port: unknown key; it belongs in [server]"),
        ("[sesions]\nmax = 5", "[sesions]: unknown table; did you mean [sessions]?"),
        ("sessions = 5", "sessions: must be a table, written [sessions], not a whole number"),
        ("[limits]\nmax = 5", "[limits]: must be a list of tables, written [[limits]]"),
        (
            '[server]\nallowed_hosts = "a"',
            '[server] allowed_hosts: must be a list, like ["a", "b"], not a text',
        ),
        (
            '[server]\nallowed_hosts = ["a", "b/c"]',
            '[server] allowed_hosts: entry 2: "b/c" is not a host; write a name or an address, '
            'with or without a port, like "term.example.org" or "10.0.0.5:8765"',
        ),
        (
            '[server]\ntrusted_proxies = ["10.0.0.1/8"]',
            '[server] trusted_proxies: entry 1: "10.0.0.1/8" is not a network; '
            'did you mean "10.0.0.0/8"?',
        ),
        (
            '[server]\nunix_socket_mode = "rw"',
            '[server] unix_socket_mode: must be three octal digits in quotes, like "600" or "660"',
        ),
        (
            '[logging]\nformat = "xml"',
            '[logging] format: must be "text" or "json", not "xml"',
        ),
        ('[tls]\ncert = "x.pem"', "[tls] key: cert and key are needed together"),
        (
            "[[limits]]\nmax_per_user = 1",
            "[limits] group: entry 1: exactly one of user and group is needed",
        ),
        (
            '[[limits]]\nuser = "a"\n[[limits]]\nuser = "b"\nmax = 1',
            "[limits] max: entry 2: counts the members of a group together; "
            "for a user it is max_per_user",
        ),
        ('[plugins]\nenabled = ["a", "a"]', "[plugins] enabled: names a more than once"),
        (
            '[plugins]\nenabled = ["a b"]',
            '[plugins] enabled: entry 1: must be the name of a plugin, like "token", or '
            '"module:Class"',
        ),
        ('[plugins]\nenabled = ["x"]', "[plugins] enabled: no x"),
        (
            '[plugins]\nenabled = ["greeter"]\ngreeter = 5',
            "[plugins.greeter]: must be a table, written [plugins.greeter]",
        ),
        (
            '[plugins]\nenabled = ["greeter"]\n[plugins.greeter]\nlowd = true',
            '[plugins.greeter] lowd: unknown key; did you mean "loud"?',
        ),
        (
            '[plugins]\nenabled = ["greeter"]\n[[plugins.greeter.entries]]\nuser = "a"',
            "[plugins.greeter.entries] token: entry 1: is missing",
        ),
        (
            '[plugins]\nenabled = ["greeter"]\n'
            '[plugins.greeter.named.ann]\nuser = "a"\ntokn = "b"\ntoken = "c"',
            '[plugins.greeter.named.ann] tokn: unknown key; did you mean "token"?',
        ),
        (
            '[plugins]\nenabled = ["greeter"]\n'
            '[[plugins.greeter.entries]]\nuser = "a"\ntoken = "b"\nadmn = 1',
            "[plugins.greeter.entries] admn: entry 1: unknown key; there are user, token",
        ),
    ],
)
def test_a_mistake_is_explained(text: str, expected: str, tmp_path: Path) -> None:
    """Each kind of mistake is told in plain words, with its table and key."""
    assert complaint(tmp_path, text) == expected


@pytest.mark.parametrize("key", ["public_url", "base_url", "allowed_origins"])
@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "https://",
        "https://user@example.org",
        "https://example.org:port",
        "https://exa mple.org",
        "https://[::1",
        "https://example.org/?a=b",
        "https://example.org/a/../b",
        "//example.org",
        "https://example.org/#",
    ],
)
def test_addresses_are_checked(key: str, value: str, tmp_path: Path) -> None:
    """What a browser would not send, or would take for something else, is refused."""
    written = f'["{value}"]' if key == "allowed_origins" else f'"{value}"'
    assert f'"{value}" is not a' in complaint(tmp_path, f"[server]\n{key} = {written}")


def test_all_mistakes_of_all_sources_at_once(tmp_path: Path) -> None:
    """One run names everything that is wrong, wherever it was written."""
    text = '[sessions]\nmax = "many"\n[ui]\nfont_size = 1000\n[plugins]\nenabled = ["greeter"]\n'
    found = problems(
        tmp_path,
        text + "[plugins.greeter]\nloud = 3\n",
        environ={"TORNTERM_AUDIT__QUEUE": "0", "TORNTERM_AUDIT__REQUIRED": "perhaps"},
        overrides=[(("server", "port"), -1, "--port")],
    )
    file = str(tmp_path / "tornterm.toml")
    assert {(problem.source, problem.table, problem.key) for problem in found} == {
        (file, "sessions", "max"),
        (file, "ui", "font_size"),
        (file, "plugins.greeter", "loud"),
        ("environment variable TORNTERM_AUDIT__QUEUE", "audit", "queue"),
        ("environment variable TORNTERM_AUDIT__REQUIRED", "audit", "required"),
        ("option --port", "server", "port"),
    }


@pytest.mark.parametrize(
    ("name", "value", "table", "key", "why"),
    [
        ("TORNTERM_SESSION__MAX", "3", "session", "max", 'did you mean "sessions"?'),
        ("TORNTERM_SESSIONS__MAXIMUM", "3", "sessions", "maximum", 'did you mean "max"?'),
        ("TORNTERM_SESSIONS__MAX", "x", "sessions", "max", 'whole number, not "x"'),
        ("TORNTERM_SERVER__ALLOWED_HOSTS", "a,b", "server", "allowed_hosts", "must be JSON"),
        ("TORNTERM_LIMITS", "[", "limits", "", "must be JSON"),
        ("TORNTERM_SERVER__A__B", "3", "server", "a__b", "write TORNTERM_SERVER__A with JSON"),
    ],
)
def test_a_wrong_variable(
    name: str, value: str, table: str, key: str, why: str, tmp_path: Path
) -> None:
    """A mistake in a variable is told with the variable's name."""
    (problem,) = problems(tmp_path, environ={name: value})
    assert (problem.source, problem.table, problem.key) == (
        f"environment variable {name}",
        table,
        key,
    )
    assert why in problem.why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[server\nport = 1", "is not TOML: "),
        (b"[server]\nport = 1\nport = 2\n", "line 3"),
        (b'[server]\nhost = "\xff"', "is not UTF-8 text (at byte 17)"),
        (b"a = " + b"[" * 10_000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_understood(content: bytes, why: str, tmp_path: Path) -> None:
    """What is not TOML is told with line and column."""
    file = tmp_path / "tornterm.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"tornterm\.toml: ") as caught:
        load_settings(file, environ={})
    assert why in str(caught.value)


def test_a_syntax_error_has_line_and_column(tmp_path: Path) -> None:
    """A person finds the place."""
    assert "at line 2, column 8" in complaint(tmp_path, "[server]\nport = = 5\n")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a directory are told as such."""
    for path, why in ((tmp_path / "no.toml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=f"{path}: cannot be read: {why}"):
            load_settings(path, environ={})


def test_a_broken_file_does_not_hide_a_broken_variable(tmp_path: Path) -> None:
    """Each source is checked whatever the others are."""
    found = problems(tmp_path, "[", environ={"TORNTERM_SESSIONS__MAX": "x"})
    assert len(found) == 2


def test_secrets_do_not_show(tmp_path: Path) -> None:
    """Neither what is printed of the settings nor an error repeats a secret."""
    table = '[plugins]\nenabled = ["greeter"]\n[plugins.greeter]\n'
    settings = load(tmp_path, table + 'password = "hunter2"\n[metrics]\ntoken = "hunter2"')
    assert "hunter2" not in repr(settings)
    for wrong in ('password = ["hunter2"]', 'loud = "no"\npasword = "hunter2"'):
        assert "hunter2" not in "".join(map(str, problems(tmp_path, table + wrong)))


def test_a_plugins_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """A secret's file is looked for beside the configuration, wherever the server is started."""
    table = '[plugins]\nenabled = ["greeter"]\n[plugins.greeter]\npassword = { file = "pw" }'
    assert str(tmp_path / "pw") in complaint(tmp_path, table)
    (tmp_path / "pw").write_text("hunter2")
    load(tmp_path, table)


def test_limits_of_a_user(tmp_path: Path) -> None:
    """The first entry that matches counts, over what [sessions] says."""
    settings = load(
        tmp_path,
        """
        [[limits]]
        user = "ann"
        max_per_user = 0
        [[limits]]
        group = "students"
        max_per_hour = 4
        max = 30
        [[limits]]
        group = "staff"
        max_per_user = 20
        """,
    )
    assert settings.limits_for("ann", ["students"]) == Limits(0, 100)
    assert settings.limits_for("bob", ["staff", "students"]) == Limits(10, 4, "students", 30)
    assert settings.limits_for("eve") == Limits(10, 100)
