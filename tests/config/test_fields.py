"""What people may write for a duration, a size, a secret and a path."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tornterm.config.fields import (
    ByteSize,
    ConfigPath,
    ConfigTable,
    Duration,
    Secret,
    is_loopback,
    is_user_name,
    setting,
    shortest,
    smallest,
)
from tornterm.config.units import format_duration, format_size, parse_duration, parse_size


class Table(ConfigTable):
    wait: Annotated[Duration, shortest("1s", or_zero=True)] = setting("30s", "How long to wait.")
    room: Annotated[ByteSize, smallest("8 KiB")] = setting("64 KiB", "How much to keep.")
    password: Secret | None = setting(None, "The password.")
    file: ConfigPath = setting("users.toml", "Where the users are.")


def why(directory: Path | None = None, **values: Any) -> str:
    """The one complaint about these values."""
    with pytest.raises(ValidationError) as caught:
        Table.model_validate(values, context={"directory": directory})
    (error,) = caught.value.errors()
    return error["msg"]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5m", 300),
        ("12h", 43200),
        ("1.5s", 1.5),
        ("0", 0),
        ("250ms", 0.25),
        ("1h 30m", 5400),
        ("7d", 604800),
        ("2 w", 1209600),
        ("90", 90),
        (90, 90),
        (0.5, 0.5),
    ],
)
def test_durations(written: object, seconds: float) -> None:
    """A duration is a number with units, or a number of seconds."""
    assert parse_duration(written) == seconds
    assert isinstance(parse_duration(written), float)


@pytest.mark.parametrize(
    "written",
    ["12 parsecs", "", "s", "5m!", "-5m", "1,5s", "1.5.5s", "5m x", "1e3", True, None, [5], "nan"],
)
def test_what_is_no_duration(written: object) -> None:
    """Anything else is refused with examples of what is right."""
    with pytest.raises(ValueError, match=r'is not a duration; write a number with a unit, like "'):
        parse_duration(written)


@pytest.mark.parametrize("written", [-1, "101000d", 1e300])
def test_durations_have_bounds(written: object) -> None:
    """A negative duration, or one no clock can count, is out of range."""
    with pytest.raises(ValueError, match="out of range"):
        parse_duration(written)


@given(st.integers(0, 10**9))
def test_a_written_duration_reads_back(milliseconds: int) -> None:
    """Formatting loses nothing."""
    assert parse_duration(format_duration(milliseconds / 1000)) == milliseconds / 1000


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0"), (60, "60s"), (300, "5m"), (3600, "1h"), (86400, "24h"), (604800, "7d")],
)
def test_durations_are_written_as_people_do(seconds: float, written: str) -> None:
    """The largest unit that fits is used, and small counts stay in the smaller one."""
    assert format_duration(seconds) == written


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("1 MiB", 1 << 20),
        ("100 KB", 100_000),
        ("64k", 65536),
        ("1.5 KiB", 1536),
        ("512", 512),
        ("512 B", 512),
        (512, 512),
        ("2G", 2 << 30),
    ],
)
def test_sizes(written: object, size: int) -> None:
    """KB counts in thousands; KiB, and a bare letter, in 1024."""
    assert parse_size(written) == size


@pytest.mark.parametrize("written", ["much", "1 parsec", "", "-1 KiB", True, 1.5, None, "1 K i B"])
def test_what_is_no_size(written: object) -> None:
    """Anything else is refused with examples of what is right."""
    with pytest.raises(ValueError, match=r'is not a size; write a number with a unit, like "'):
        parse_size(written)


@given(st.integers(0, 2**53))
def test_a_written_size_reads_back(size: int) -> None:
    """Formatting loses nothing."""
    assert parse_size(format_size(size)) == size


def test_bounds_are_told_as_they_were_written() -> None:
    """A value below its bound is told the bound in the unit a person would use."""
    assert why(room="1k") == 'must be at least "8 KiB"'
    assert why(wait="10ms") == 'must be at least "1s", or "0" for none'
    assert Table(wait="0").wait == 0


def test_defaults_are_read_like_values() -> None:
    """A default written for people arrives as a number or an absolute path."""
    table = Table.model_validate({}, context={"directory": Path("/srv/etc")})
    assert (table.wait, table.room, table.file) == (30.0, 65536, Path("/srv/etc/users.toml"))


def test_a_secret_never_shows_itself() -> None:
    """Neither the value's text, nor the table's, nor its dump contain the secret."""
    table = Table(password="hunter2")
    assert table.password is not None
    assert table.password.reveal() == "hunter2"
    assert "hunter2" not in f"{table} {table!r} {table.password} {table.model_dump_json()}"


def test_a_refused_secret_is_not_repeated() -> None:
    """The error about a table does not contain what stood in it."""
    with pytest.raises(ValidationError) as caught:
        Table.model_validate({"password": {"fiel": "hunter2"}})
    assert "hunter2" not in str(caught.value)


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    """The file is found beside the configuration, and its last newline is not part of it."""
    (tmp_path / "secret").write_text("hunter2\n")
    context = {"directory": tmp_path}
    table = Table.model_validate({"password": {"file": "secret"}}, context=context)
    assert table.password == Secret("hunter2")


def test_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable can hold the secret."""
    monkeypatch.setenv("MY_PASSWORD", "hunter2")
    assert Table(password={"env": "MY_PASSWORD"}).password == Secret("hunter2")


def test_a_secret_as_a_hash() -> None:
    """Where only the hash is known, comparing works and revealing does not."""
    secret = Secret.parse({"sha256": hashlib.sha256(b"hunter2").hexdigest()})
    assert secret.matches("hunter2") and not secret.matches("hunter3")
    assert secret == Secret("hunter2") and not secret.known
    with pytest.raises(ValueError, match="only the hash"):
        secret.reveal()


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "it is empty"),
        (5, "must be a text, or"),
        ({}, "exactly one"),
        ({"file": "a", "env": "B"}, "exactly one"),
        ({"file": 5}, "exactly one"),
        ({"file": "missing"}, "/missing: No such file"),
        ({"file": "empty"}, "/empty is empty"),
        ({"file": "binary"}, "is not UTF-8"),
        ({"env": "NO_SUCH_VARIABLE_HERE"}, "NO_SUCH_VARIABLE_HERE is not set"),
        ({"sha256": "abc"}, "64 hexadecimal digits"),
    ],
)
def test_what_is_no_secret(written: object, complaint: str, tmp_path: Path) -> None:
    """Each wrong form of a secret is told what is wrong with it."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert complaint in why(tmp_path, password=written)


@pytest.mark.parametrize("written", ["", "a\0b", 5])
def test_what_is_no_path(written: object) -> None:
    """A path is a text that is not empty."""
    assert why(file=written) == "must be the path of a file"


def test_a_path_in_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` is the home directory, and that of an unknown user is refused."""
    monkeypatch.setenv("HOME", "/home/ann")
    assert Table(file="~/users").file == Path("/home/ann/users")
    assert "no such user" in why(file="~no_such_user_here/x")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("192.0.2.1", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback(host: str | None, local: bool) -> None:
    """Only what cannot be another machine, whatever a name server says."""
    assert is_loopback(host) is local


@pytest.mark.parametrize("name", ["alice", "Zoë", "王", "a b", "a.b@example.org", "x" * 128])
def test_what_can_be_a_name(name: str) -> None:
    """Whatever people are called."""
    assert is_user_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "-x", ".x", "a/b", " a", "a ", "a\nb", "a\0b", "a\u200bb", "Zoe\u0308", "x" * 129],
)
def test_what_could_be_mistaken_for_something_else_is_no_name(name: str) -> None:
    """Options, paths, what cannot be seen, and another form of somebody's name."""
    assert not is_user_name(name)


def test_a_name_may_have_fewer_letters() -> None:
    """Where a list or an account's entry would not take them."""
    assert not is_user_name("a,b", without="/,")
    assert not is_user_name("ab", longest=1)
