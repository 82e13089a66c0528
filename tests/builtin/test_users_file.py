"""The file of users: understood strictly, changed in one step, and all else in it stays."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.builtin.names import checked_name
from tornterm.builtin.users_edit import add_user, remove_user
from tornterm.builtin.users_file import hash_password, list_users, read_users
from tornterm.errors import ConfigError

HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret")

WRITTEN_BY_A_PERSON = f"""\
# The users of the lab.

# Alice has been here for ages.
[users.alice]
password = "{HASH}"   # changed in May
groups = [
    "students",
    "staff",
]

# Bob is new.
[users."bob.b"]
admin = true
password = "{HASH}"

# The end.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.toml"


def test_add_makes_the_file_for_its_owner_only(path: Path) -> None:
    """The first user makes file and directory; nobody else may read them."""
    path = path.parent / "etc" / path.name
    add_user(path, "alice", HASH, ["students"], admin=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ((name, entry),) = list_users(path)
    assert (name, entry.password, entry.groups, entry.admin) == ("alice", HASH, ("students",), True)
    assert "argon2" not in repr(entry)


def test_changes_keep_all_else(path: Path) -> None:
    """Comments, order and the way things are written stay where they are."""
    path.write_text(WRITTEN_BY_A_PERSON)
    add_user(path, "carol", HASH)
    assert path.read_text().startswith(WRITTEN_BY_A_PERSON)
    assert list(read_users(path)) == ["alice", "bob.b", "carol"]
    remove_user(path, "carol")
    assert path.read_text() == WRITTEN_BY_A_PERSON + "\n"
    remove_user(path, "alice")
    assert path.read_text() == (
        "# The users of the lab.\n\n# Alice has been here for ages.\n\n# Bob is new.\n"
        + WRITTEN_BY_A_PERSON.partition("# Bob is new.\n")[2]
        + "\n"
    )
    remove_user(path, "bob.b")
    assert "# The end." in path.read_text()
    assert list_users(path) == []


def test_replace_changes_one_user(path: Path) -> None:
    """A user is replaced only when asked to be."""
    path.write_text(WRITTEN_BY_A_PERSON)
    with pytest.raises(ValueError, match='there is a user "alice" already'):
        add_user(path, "alice", HASH)
    assert path.read_text() == WRITTEN_BY_A_PERSON
    add_user(path, "alice", HASH, ["new"], replace=True)
    users = read_users(path)
    assert users["alice"].groups == ("new",)
    assert users["bob.b"].admin


def test_removing_nobody_is_an_error(path: Path) -> None:
    """A name that is not there is told, and so is a file that is not."""
    with pytest.raises(ValueError, match='there is no user "eve"'):
        remove_user(path, "eve")
    assert list_users(path) == []


@pytest.mark.parametrize(
    "text",
    [
        f'users.alice.password = "{HASH}"\n',
        f'[users]\nalice = {{ password = "{HASH}" }}\n',
        f'[users]\nalice.password = "{HASH}"\n',
    ],
)
def test_other_ways_of_writing_are_read_but_not_changed(path: Path, text: str) -> None:
    """What cannot be changed with certainty is left to a person."""
    path.write_text(text)
    assert list(read_users(path)) == ["alice"]
    with pytest.raises(ConfigError, match="only a person can change"):
        remove_user(path, "alice")
    assert path.read_text() == text


def test_a_broken_file_is_not_changed(path: Path) -> None:
    """Adding to a file that is wrong would hide what is wrong with it."""
    path.write_text("[users.alice]\npassword = 5\n")
    with pytest.raises(ConfigError):
        add_user(path, "bob", HASH)
    assert path.read_text() == "[users.alice]\npassword = 5\n"
    assert os.listdir(path.parent) == ["users.toml"]


def test_a_link_is_followed(path: Path) -> None:
    """A file that is a link stays one, and its target is changed."""
    target = path.parent / "real" / "users.toml"
    target.parent.mkdir()
    add_user(target, "alice", HASH)
    path.symlink_to(target)
    add_user(path, "bob", HASH)
    assert path.is_symlink()
    assert list(read_users(target)) == ["alice", "bob"]


def test_an_unwritable_place_is_told(path: Path) -> None:
    """A file where the directory should be is a mistake of the configuration, told as such."""
    path.write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        add_user(path / "users.toml", "alice", HASH)


def test_changes_at_once_do_not_undo_each_other(path: Path) -> None:
    """Two commands that run at the same time both take effect."""
    names = [f"user{number}" for number in range(12)]
    threads = [threading.Thread(target=add_user, args=(path, name, HASH)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read_users(path)) == sorted(names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[users.alice]\npassword = \n", ["users.toml", "line 2"]),
        ("users = 5\n", ["users.toml", "users"]),
        ("\n[users.alice]\n", ["line 2", "[users.alice] password", "is missing"]),
        (
            '[users.alice]\npassword = "hunter2"\n',
            ["line 2", "[users.alice] password", "tornterm user add"],
        ),
        (
            f'[users.bob]\npassword="{HASH}"\n[users.alice]\n"password"="{HASH}"\nadmn=true\n',
            ["line 5", "[users.alice] admn", "unknown key"],
        ),
        (f'[users.alice]\npassword = "{HASH}"\nadmin = "yes"\n', ["line 3", "admin"]),
        (f'[users.alice]\npassword = "{HASH}"\ngroups = ["a", 1]\n', ["line 3", "groups.1"]),
        (f'[users."../x"]\npassword = "{HASH}"\n', ["line 1", "must not contain"]),
        (f'[usrs.alice]\npassword = "{HASH}"\n', ["usrs", "unknown key"]),
        (
            f'[users."\u00e9"]\npassword = "{HASH}"\n[users."e\u0301"]\npassword = "{HASH}"\n',
            ["two forms of Unicode"],
        ),
    ],
)
def test_mistakes_are_told_with_file_line_and_key(
    path: Path, text: str, expected: list[str]
) -> None:
    """A person finds the mistake without searching, and no password is repeated."""
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_users(path)
    for part in expected:
        assert part in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_file_that_is_no_text_is_told(path: Path) -> None:
    """Bytes that are not UTF-8, and a directory, are mistakes like others."""
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_users(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_users(path.parent)


@pytest.mark.parametrize("password", ["", "1234567"])
def test_a_short_password_is_refused(password: str) -> None:
    """Nobody should be able to log in with nothing, or next to nothing."""
    with pytest.raises(ValueError, match="at least 8"):
        hash_password(password)


@pytest.mark.parametrize(
    "name",
    ["", "-rf", ".", "..", ".ssh", "a/b", "a\nb", "a\x00", "\x1b[2J", " a", "a ", "x" * 129],
)
def test_names_that_could_be_mistaken_are_refused(name: str) -> None:
    """No name looks like an option, a path or another name."""
    with pytest.raises(ValueError, match="a user name must"):
        checked_name(name)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=130), st.lists(st.text(max_size=8), max_size=3))
def test_whatever_is_added_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, groups: list[str]
) -> None:
    """Any name and group that is accepted comes back as it was, beside others, and goes again."""
    path = tmp_path_factory.mktemp("users") / "users.toml"
    add_user(path, "other", HASH)
    try:
        name = checked_name(name)
        add_user(path, name, HASH, groups)
    except ValueError:
        assert list(read_users(path)) == ["other"]
        return
    assert read_users(path)[name].groups == tuple(groups)
    remove_user(path, name)
    assert "other" not in read_users(path) or name != "other"
