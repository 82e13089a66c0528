"""People get in by a real directory's word, and by nobody else's."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from directory import ALICE, WRONG, form, logged_in, made
from slapd import PASSWORDS, Slapd, lying

from tornterm.errors import AuthError
from tornterm.testing.conformance import AuthConformance, Login
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches
from tornterm_auth_ldap import Ldap


class TestLdap(AuthConformance):
    """What every auth backend must do."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest) -> Iterator[Callable[..., Bench]]:
        """With the patience that another program needs on a busy machine."""
        with benches() as make:
            patience = PATIENCE if "hung" in request.fixturenames else 10.0
            yield lambda plugin, patience=patience: make(plugin, patience)

    @pytest.fixture
    def plugin(self, running: Slapd) -> Ldap:
        return made(running)

    @pytest.fixture
    def broken(self, running: Slapd) -> Ldap:
        # Its own port is taken, by nobody who listens.
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            return made(running, servers=[f"ldap://127.0.0.1:{nobody.getsockname()[1]}"])

    @pytest.fixture
    def hung(self, running: Slapd) -> Iterator[Ldap]:
        with lying() as liar:
            yield made(running, servers=[liar.url], timeout="2s")

    @pytest.fixture
    def accepted(self) -> Login:
        return Login(form("alice", ALICE), secret=ALICE, user="alice")

    @pytest.fixture
    def rejected(self) -> Login:
        return Login(form("alice", WRONG), secret=WRONG)


def test_who_it_is(running: Slapd) -> None:
    """The directory's name, groups and texts."""
    plugin = made(running, admin_groups=["admins"])
    user = logged_in(plugin, "alice", ALICE)
    assert (user.name, user.groups, user.admin) == ("alice", ("admins", "staff"), True)
    assert user.display_name == "Alice of Example"
    bob = logged_in(plugin, "Bob", PASSWORDS["Bob"])
    assert (bob.groups, bob.admin) == (("staff", "unix"), False)
    zoe = logged_in(plugin, "zo\u00eb", PASSWORDS["zo\u00eb"])
    assert (zoe.name, zoe.groups) == ("zo\u00eb", ())


def test_only_members_of_a_group(running: Slapd) -> None:
    plugin = made(running, allowed_groups=["unix", "admins"])
    assert logged_in(plugin, "alice", ALICE).groups == ("admins", "staff")
    assert logged_in(plugin, "Bob", PASSWORDS["Bob"]).name == "Bob"
    with pytest.raises(AuthError, match="none of the groups") as refused:
        logged_in(plugin, "zo\u00eb", PASSWORDS["zo\u00eb"])
    assert refused.value.public == "This account may not log in here."


def test_wrong_names_and_passwords_look_alike(running: Slapd) -> None:
    """Nobody learns which entries there are, or that several have one name."""
    plugin = made(running)
    said = set()
    for name, password in (
        ("alice", WRONG),
        ("alice", ALICE.upper()),
        ("alice", f"{ALICE} "),
        ("alice", PASSWORDS["Bob"]),
        ("nobody-has-this-name", WRONG),
        ("double", "double-password-0123456789"),
        ("twin", PASSWORDS["twin"]),
        ("another", PASSWORDS["twin"]),
    ):
        with pytest.raises(AuthError) as refused:
            logged_in(plugin, name, password)
        said.add(refused.value.public)
    assert said == {"Wrong name or password."}


def test_one_person_has_one_name(running: Slapd) -> None:
    """To directories case does not matter: who they are is what the directory writes."""
    plugin = made(running)
    for typed in ("alice", "ALICE", "Alice"):
        assert logged_in(plugin, typed, ALICE).name == "alice"
    for typed in ("bob", "Bob"):
        assert logged_in(plugin, typed, PASSWORDS["Bob"]).name == "Bob"
    # Wide letters and ligatures are the same to directories, too, and never another person here.
    for typed in ("\uff41lice", "ALI\uff23E", "zo\u00cb"):
        try:
            user = logged_in(plugin, typed, ALICE if "o" not in typed else PASSWORDS["zo\u00eb"])
        except AuthError:
            continue
        assert user.name in PASSWORDS
