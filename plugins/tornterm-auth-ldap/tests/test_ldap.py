"""People get in by a real directory's word, and by nobody else's."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from slapd import (
    PASSWORDS,
    SERVICE,
    SERVICE_PASSWORD,
    Liar,
    Says,
    Slapd,
    answers,
    ber,
    found,
    lying,
    result,
)

from tornterm.errors import AuthError, ConfigError
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance import AuthConformance, Login
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest, User
from tornterm_auth_ldap import Ldap, LdapSettings
from tornterm_auth_ldap.transport import MOST_BYTES

README = Path(__file__).parents[1] / "README.md"
WRONG = "not-the-password-of-anybody"
ALICE = PASSWORDS["alice"]
NOT_NOW = "The directory that knows the accounts cannot be asked right now."

BIND, SEARCH, START_TLS = 0x61, 0x65, 0x78

Make = Callable[..., Ldap]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """One directory for all tests of this file that do not change it."""
    slapd = Slapd(tmp_path_factory.mktemp("slapd"))
    slapd.start()
    yield slapd
    slapd.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Slapd]:
    """A directory of one test's own."""
    slapd = Slapd(tmp_path)
    slapd.start()
    yield slapd
    slapd.stop()


def table(slapd: Slapd, **more: Any) -> dict[str, Any]:
    """The plugin's table for a directory."""
    return {
        "servers": [slapd.url],
        "ca_file": str(slapd.certificate),
        "bind_dn": SERVICE,
        "bind_password": SERVICE_PASSWORD,
        "user_base": "ou=people,dc=example,dc=org",
        "group_base": "ou=groups,dc=example,dc=org",
        **more,
    }


def made(slapd: Slapd, **more: Any) -> Ldap:
    """The plugin for a directory."""
    return Ldap(LdapSettings.model_validate(table(slapd, **more)))


def form(name: str, password: str, method: str = "ldap") -> AuthRequest:
    """What the login page sends."""
    fields = {"method": method, "username": name, "password": password}
    return AuthRequest("form", fields, remote="192.0.2.7")


def logged_in(plugin: Ldap, name: str, password: str) -> User:
    """Who it is; there has to be an answer."""
    user = plugin.tornterm_authenticate(form(name, password))
    assert user is not None
    return replace(user, backend="ldap")


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


# --- who gets in ----------------------------------------------------------------------------------


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


# --- encryption -----------------------------------------------------------------------------------


def test_both_kinds_of_encryption(running: Slapd) -> None:
    for servers, start_tls in (([running.url], True), ([running.tls_url], False)):
        plugin = made(running, servers=servers, start_tls=start_tls)
        assert logged_in(plugin, "alice", ALICE).name == "alice"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("why", ["authority", "host"])
def test_a_directory_that_is_another(running: Slapd, scheme: str, why: str) -> None:
    """Neither an unknown authority nor another host's certificate is believed."""
    port = running.port if scheme == "ldap" else running.tls_port
    host = "localhost" if why == "host" else "127.0.0.1"
    more: dict[str, Any] = {"servers": [f"{scheme}://{host}:{port}"]}
    if why == "authority":
        more["ca_file"] = None
    with pytest.raises(AuthError, match="certificate verify failed") as refused:
        logged_in(made(running, **more), "alice", ALICE)
    assert refused.value.public == NOT_NOW


@pytest.mark.parametrize(
    "says",
    [
        answers(result(START_TLS, 52)),
        answers(result(START_TLS, 2)),
        # As somebody in the middle would: a bind is answered before there was one.
        (answers(result(START_TLS)), answers(result(BIND), later=1)),
        (answers(result(START_TLS)), b"not TLS at all, but long enough to be read as such"),
        answers(result(BIND)),
        answers(result(START_TLS), later=7),
    ],
    ids=["unavailable", "unknown", "injected", "nonsense", "another answer", "another number"],
)
def test_nothing_is_said_without_encryption(running: Slapd, says: Says) -> None:
    """A directory, or somebody on the way, that refuses TLS hears no password."""
    with lying(says) as liar:
        plugin = made(running, servers=[liar.url], timeout="2s")
        with pytest.raises(AuthError) as refused:
            logged_in(plugin, "alice", ALICE)
        assert refused.value.public == NOT_NOW
        heard = bytes(liar.heard)
    assert b"1.3.6.1.4.1.1466.20037" in heard
    for word in (ALICE, SERVICE_PASSWORD, "alice"):
        assert word.encode() not in heard


# --- bad input ------------------------------------------------------------------------------------

NAMES = [
    "",
    "a\nb",
    "a\0b",
    "-rf",
    ".hidden",
    "a/b",
    "a,b",
    " alice",
    "alice ",
    "a" * 10_000,
    "zoe\u0308",
    "a\u202eb",
    "\ud800",
]


def test_what_can_be_no_login_is_not_asked_about(running: Slapd) -> None:
    """Neither such a name nor a password that says yes for everybody."""
    with lying() as liar:
        plugin = made(running, servers=[liar.url])
        logins = [(name, WRONG) for name in NAMES]
        logins += [("alice", text) for text in ("", "a\0b", "a" * 1025, "\ud800")]
        for name, password in logins:
            with pytest.raises(AuthError) as refused:
                logged_in(plugin, name, password)
            assert refused.value.public == "Wrong name or password."
        assert not liar.heard


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "al*",
        "alice)(uid=*",
        "alice)(|(uid=*)",
        "*)(objectClass=*",
        "alice\\2a",
        "\\61lice",
        "cn=person 0",
        "(alice)",
        "alice\u0130",
    ],
)
def test_what_is_typed_is_no_part_of_a_filter(running: Slapd, name: str) -> None:
    """Nor of the name of an entry."""
    with pytest.raises(AuthError) as refused:
        logged_in(made(running), name, ALICE)
    assert refused.value.public == "Wrong name or password."


# --- the directory down, slow, lying, and back ----------------------------------------------------


def test_the_directory_comes_back(own: Slapd) -> None:
    """Down it lets nobody in; who is in stays for a while; then it is asked again."""
    plugin = made(own)
    user = logged_in(plugin, "alice", ALICE)
    own.stop()
    with pytest.raises(AuthError) as refused:
        logged_in(plugin, "alice", ALICE)
    assert refused.value.public == NOT_NOW
    assert plugin.tornterm_revalidate(user) is True
    assert plugin.tornterm_revalidate(replace(user, name="somebody-else")) is False
    late = plugin.clock() + plugin.settings.outage
    plugin.clock = lambda: late
    assert plugin.tornterm_revalidate(user) is False
    own.start()
    assert plugin.tornterm_revalidate(user) is True
    assert logged_in(plugin, "alice", ALICE).name == "alice"


def test_the_next_server_is_asked(running: Slapd) -> None:
    """Where one is down, or lies."""
    with socket.socket() as nobody, lying(b"\x30\x00\x00\x00") as liar:
        nobody.bind(("127.0.0.1", 0))
        down = f"ldap://127.0.0.1:{nobody.getsockname()[1]}"
        plugin = made(running, servers=[down, liar.url, running.url])
        assert logged_in(plugin, "alice", ALICE).name == "alice"
        # What one server has said is not asked of another.
        with pytest.raises(AuthError) as refused:
            logged_in(made(running, servers=[running.url, liar.url]), "alice", WRONG)
        assert refused.value.public == "Wrong name or password."


def test_who_is_changed_may_not_stay(own: Slapd) -> None:
    """Other groups, another name, another entry, or none."""
    plugin = made(own, admin_groups=["admins"])
    alice, bob, zoe = (
        logged_in(plugin, name, PASSWORDS[name]) for name in ("alice", "Bob", "zo\u00eb")
    )
    assert [plugin.tornterm_revalidate(user) for user in (alice, bob, zoe)] == [True] * 3
    assert plugin.tornterm_revalidate(replace(alice, backend="other")) is None
    person = "ou=people,dc=example,dc=org"
    own.change(
        f"dn: cn=staff,ou=groups,dc=example,dc=org\nchangetype: modify\ndelete: member\n"
        f"member: cn=person 0,{person}\n\n"
        f"dn: cn=person 1,{person}\nchangetype: modify\nreplace: uid\nuid: robert\n\n"
        f"dn: cn=person 2,{person}\nchangetype: modrdn\nnewrdn: cn=another person\n"
        "deleteoldrdn: 1\n\n"
    )
    assert [plugin.tornterm_revalidate(user) for user in (alice, bob, zoe)] == [False] * 3
    again = logged_in(plugin, "alice", ALICE)
    assert again.groups == ("admins",)
    own.change(f"dn: cn=person 0,{person}\nchangetype: delete\n")
    assert plugin.tornterm_revalidate(again) is False


YES = answers(result(BIND))

PERSON = {"uid": b"alice", "displayName": b"Alice"}


@pytest.mark.parametrize(
    "says",
    [
        (b"garbage",),
        (b"\x00" * 100,),
        (b"\x30\x00",),
        (b"\x30\x80\x00\x00",),
        (b"\x30\xff" + b"\xff" * 200,),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (answers(ber(BIND)),),
        (answers(ber(BIND, b"\x0a\x01")),),
        (ber(0x30, ber(0x30), ber(BIND)),),
        (answers(result(BIND), later=1),),
        (answers(result(BIND, 80)),),
        (answers(result(BIND, 49)),),
        (answers(result(SEARCH)),),
        (YES, b"garbage"),
        (YES, answers(result(BIND))),
        (YES, answers(result(SEARCH, 1))),
        (YES, answers(result(SEARCH, 32))),
        (YES, answers(found("cn=a", **PERSON), result(SEARCH)), answers(result(BIND, 49))),
        (YES, answers(found("cn=a", **PERSON), result(SEARCH)), b"garbage"),
        (YES, answers(found("cn=a", **PERSON), later=1)),
        (YES, answers(found("", **PERSON), result(SEARCH))),
        (YES, answers(found(b"\xff\xfe", **PERSON), result(SEARCH))),
        (YES, answers(ber(0x64, b"\x04"), result(SEARCH))),
    ],
    ids=range(23),
)
def test_answers_that_are_none(running: Slapd, says: tuple[Says, ...]) -> None:
    """Whatever comes, nobody gets in, and the login ends."""
    with lying(*says) as liar:
        # Half of them leave the rest to be waited for.
        plugin = made(running, servers=[liar.url], start_tls=False, timeout="500ms")
        with pytest.raises(AuthError):
            logged_in(plugin, "alice", ALICE)


@pytest.mark.parametrize(
    "person",
    [
        {},
        {"displayName": b"Alice"},
        {"uid": b"\xff\xfe"},
        {"uid": b""},
        {"uid": b"../../root"},
        {"uid": b"-rf"},
        {"uid": b"a\nb"},
        {"uid": b"a" * 10_000},
        {"uid": "zoe\u0308".encode()},
    ],
    ids=range(9),
)
def test_names_that_a_directory_may_not_give(running: Slapd, person: dict[str, bytes]) -> None:
    """They are refused as those that people type."""
    says = (YES, answers(found("cn=a", **person), result(SEARCH)), YES, YES)
    with lying(*says) as liar:
        plugin = made(running, servers=[liar.url], start_tls=False, group_base="")
        with pytest.raises(AuthError, match="can be a name"):
            logged_in(plugin, "alice", ALICE)


def test_texts_that_would_spoil_the_page(running: Slapd) -> None:
    """And groups that are none; the rest is good."""
    name, group = {"uid": b"alice", "displayName": b"A\x1b[2J"}, b"\xff\xfe"
    groups = found("cn=x", cn=group), found("cn=y", cn=b"a\nb"), found("cn=z", cn=b"ok")
    person = answers(found("cn=a", **name), result(SEARCH))
    says = (YES, person, YES, YES, answers(*groups, result(SEARCH)))
    with lying(*says) as liar:
        plugin = made(running, servers=[liar.url], start_tls=False)
        user = logged_in(plugin, "alice", ALICE)
    assert (user.name, user.display_name, user.groups) == ("alice", "", ("ok",))


def test_an_endless_answer(running: Slapd) -> None:
    """It is listened to up to a size, whatever it says of itself."""
    begun = b"\x30\x84\x7f\xff\xff\xff"

    def say(connection: socket.socket) -> None:
        liar.hear(connection)
        connection.sendall(begun)
        while True:
            connection.sendall(b"a" * 65536)

    liar = Liar(say)
    try:
        plugin = made(running, servers=[liar.url], start_tls=False, timeout="30s")
        with pytest.raises(AuthError, match=f"more than {MOST_BYTES} bytes"):
            logged_in(plugin, "alice", ALICE)
    finally:
        liar.close()


def test_an_answer_in_drops(running: Slapd) -> None:
    """Each piece is in time, and the whole is not."""

    def say(connection: socket.socket) -> None:
        connection.sendall(b"\x30\x84\x7f\xff\xff\xff")
        while not liar.ended.wait(0.05):
            connection.sendall(b"a")

    liar = Liar(say)
    try:
        plugin = made(running, servers=[liar.url], start_tls=False, timeout="1s")
        with pytest.raises(AuthError) as refused:
            logged_in(plugin, "alice", ALICE)
        assert refused.value.public == NOT_NOW
    finally:
        liar.close()


async def test_sessions_go_on_while_the_directory_is_stuck(
    running: Slapd, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Somebody types meanwhile; in the end the login fails, and there is an event of it."""
    asked, going = threading.Event(), threading.Event()

    def say(connection: socket.socket) -> None:
        liar.hear(connection)
        asked.set()
        going.wait(30)
        connection.shutdown(socket.SHUT_RDWR)

    liar = Liar(say)
    try:
        plugin = made(running, servers=[liar.url])
        async with LiveServer({}, [plugin, tornterm_events]) as server:
            headers = server.headers()
            async with V1Client(server.url, headers=headers, within=30.0) as client:
                await client.open()
                login = asyncio.create_task(
                    server.fetch(
                        "login",
                        method="POST",
                        headers={"Origin": server.url.rstrip("/")},
                        json={"method": "ldap", "username": "alice", "password": ALICE},
                    )
                )
                assert await asyncio.to_thread(asked.wait, 30)
                client.send_input(b"echo go''es on\n")
                await client.wait_for(b"goes on")
                going.set()
                assert (await login).code == 401
                event = await tornterm_events.wait_for("auth.failed")
                assert (event.user, event.facts["account"]) == ("", "alice")
    finally:
        going.set()
        liar.close()


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"servers": []}, "servers"),
        ({"servers": ["http://ldap.example.org"]}, "must be"),
        ({"servers": ["ldap://"]}, "must be"),
        ({"servers": ["ldap://me:password@ldap.example.org"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org:99999"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org/dc=example"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org"], "start_tls": False}, "unencrypted"),
        ({"bind_dn": ""}, "go together"),
        ({"bind_password": None}, "go together"),
        ({"bind_password": ""}, "empty"),
        ({"bind_password": {"sha256": "0" * 64}}, "hash is not enough"),
        ({"user_base": ""}, "user_base"),
        ({"user_filter": "(uid=alice)"}, "same entry for everybody"),
        ({"user_filter": "((uid={name})"}, "LDAP filter"),
        ({"user_filter": "uid={name}"}, "LDAP filter"),
        ({"group_filter": "(cn=staff)"}, "everybody"),
        ({"group_filter": "(|(member={dn})"}, "LDAP filter"),
        ({"group_base": "", "allowed_groups": ["staff"]}, "group_base"),
        ({"group_base": "", "admin_groups": ["staff"]}, "group_base"),
    ],
    ids=repr,
)
def test_tables_that_would_be_holes(running: Slapd, change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as caught:
        LdapSettings.model_validate(table(running, **change))
    assert "me:password" not in str(caught.value)
    assert SERVICE_PASSWORD not in str(caught.value)


def test_certificates_that_are_not_there_stop_the_start(running: Slapd, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="certificates cannot be used"):
        made(running, ca_file=str(tmp_path / "missing.pem"))


def test_a_service_password_that_is_wrong(running: Slapd) -> None:
    """The log says so; the person does not read about it."""
    with pytest.raises(AuthError, match="bind_dn and bind_password are not accepted") as refused:
        logged_in(made(running, bind_password=WRONG), "alice", ALICE)
    assert refused.value.public == NOT_NOW
    assert WRONG not in str(refused.value)


def test_a_base_that_is_not_there(running: Slapd) -> None:
    with pytest.raises(AuthError, match="there is no entry 'ou=nowhere"):
        logged_in(made(running, user_base="ou=nowhere,dc=example,dc=org"), "alice", ALICE)


# --- the examples ---------------------------------------------------------------------------------


def examples() -> list[dict[str, Any]]:
    """The tables of the README."""
    found = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    return [tomllib.loads(text) for text in found]


def here(settings: dict[str, Any], folder: Path, slapd: Slapd) -> dict[str, Any]:
    """An example's table, with what is elsewhere in reality."""
    secret = folder / "ldap.secret"
    secret.write_text(SERVICE_PASSWORD)
    assert settings["bind_password"] == {"file": "/etc/tornterm/ldap.secret"}
    return {
        **settings,
        "servers": [slapd.url],
        "ca_file": str(slapd.certificate),
        "bind_password": {"file": str(secret)},
    }


async def test_the_example(
    running: Slapd, tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Alice logs in to a server with the README's configuration, and opens a terminal."""
    tables = examples()[0]
    tables["plugins"]["enabled"].remove("ldap")
    settings = LdapSettings.model_validate(here(tables["plugins"].pop("ldap"), tmp_path, running))
    tables["plugins"]["jsonl"] = {"path": str(tmp_path / "audit.jsonl")}
    del tables["server"]
    async with LiveServer(tables, [Ldap(settings), tornterm_events]) as server:
        origin = {"Origin": server.url.rstrip("/")}
        told = await server.fetch(
            "login",
            method="POST",
            headers=origin,
            json={"method": "ldap", "username": "ALICE", "password": ALICE},
        )
        assert told.code < 400, told.body
        cookie = {"Cookie": told.headers["Set-Cookie"].partition(";")[0]}
        async with V1Client(server.url, headers={**cookie, **origin}, within=30.0) as client:
            await client.open()
            client.send_input(b"echo he''re\n")
            await client.wait_for(b"here")
        event = await tornterm_events.wait_for("auth.ok")
        assert event.user == "alice"


def test_the_example_for_active_directory(running: Slapd, tmp_path: Path) -> None:
    """slapd knows none of its attributes, but asks for nothing else than what it is asked."""
    settings = here(examples()[1]["plugins"]["ldap"], tmp_path, running)
    own = {"bind_dn": SERVICE, "user_base": "dc=example,dc=org", "group_base": "dc=example,dc=org"}
    plugin = Ldap(LdapSettings.model_validate({**settings, **own}))
    with pytest.raises(AuthError) as refused:
        logged_in(plugin, "alice", ALICE)
    assert refused.value.public == "Wrong name or password."
