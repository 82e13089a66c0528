"""Nothing is said to a directory that is not known for certain."""

from __future__ import annotations

from typing import Any

import pytest
from directory import ALICE, BIND, NOT_NOW, START_TLS, logged_in, made
from slapd import SERVICE_PASSWORD, Says, Slapd, answers, lying, result

from tornterm.errors import AuthError


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
