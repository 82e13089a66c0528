"""What people type and what directories answer harms nobody."""

from __future__ import annotations

import socket

import pytest
from directory import ALICE, BIND, SEARCH, WRONG, logged_in, made
from slapd import Liar, Says, Slapd, answers, ber, found, lying, result

from tornterm.errors import AuthError
from tornterm_auth_ldap.transport import MOST_BYTES

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
