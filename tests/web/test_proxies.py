"""Whose forwarding headers count."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.web.proxies import UNIX, TrustedProxies, address_of

PROXIES = TrustedProxies([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
FORGED = {
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-Ip": "192.0.2.66",
    "Forwarded": "for=192.0.2.66;proto=https",
}


@pytest.mark.parametrize("peer", ["198.51.100.1", "127.0.0.1", "11.0.0.1", "::1", "fe00::1"])
def test_headers_of_strangers_are_ignored(peer: str) -> None:
    """A peer that is not on the list is what it is, whatever it sends."""
    client = PROXIES.client(peer, "http", "term.example.org", FORGED)
    assert client.remote == client.peer == peer
    assert (client.scheme, client.host) == ("http", "term.example.org")


def test_without_a_list_nobody_is_trusted() -> None:
    """By default no address may speak for others."""
    assert TrustedProxies().client("127.0.0.1", "http", "a", FORGED).remote == "127.0.0.1"


@pytest.mark.parametrize(
    ("chain", "remote"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("198.51.100.1, 10.0.0.3, fd00::1", "198.51.100.1"),
        ("10.9.9.9", "10.9.9.9"),
        ("unknown", "10.0.0.1"),
        ("198.51.100.1, unknown", "10.0.0.1"),
        ("198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("", "10.0.0.1"),
        (",,,", "10.0.0.1"),
        (", ".join(["10.0.0.2"] * 5000), "10.0.0.2"),
    ],
)
def test_the_chain_is_walked_from_the_right(chain: str, remote: str) -> None:
    """The first address that is no proxy of ours is the client; what it claims itself is not."""
    client = PROXIES.client("10.0.0.1", "http", "a", {"X-Forwarded-For": chain})
    assert (client.peer, client.remote) == ("10.0.0.1", remote)


@pytest.mark.parametrize(
    ("chain", "schemes", "scheme"),
    [
        ("198.51.100.1", "https", "https"),
        ("198.51.100.1", "HTTPS", "https"),
        ("198.51.100.1", "https, http", "http"),
        ("198.51.100.1, 10.0.0.2", "https, http", "https"),
        ("198.51.100.1, 10.0.0.2", "http, https, http", "https"),
        ("198.51.100.1, 10.0.0.2", "https", "https"),
        ("198.51.100.1", "javascript", "http"),
        ("198.51.100.1", "", "http"),
    ],
)
def test_the_scheme_is_what_our_outermost_proxy_says(chain: str, schemes: str, scheme: str) -> None:
    """As many entries count as there are proxies of ours on the way."""
    headers = {"X-Forwarded-For": chain, "X-Forwarded-Proto": schemes}
    assert PROXIES.client("10.0.0.1", "http", "a", headers).scheme == scheme


def test_the_host_is_what_our_proxy_says() -> None:
    """A trusted proxy may say which host was asked for; without it, the Host header counts."""
    headers = {"X-Forwarded-Host": "evil.example, term.example.org"}
    assert PROXIES.client("10.0.0.1", "http", "backend", headers).host == "term.example.org"
    assert PROXIES.client("10.0.0.1", "http", "backend", {}).host == "backend"
    assert (
        PROXIES.client("10.0.0.1", "http", "backend", {"X-Forwarded-Host": ","}).host == "backend"
    )


def test_a_proxy_over_a_unix_socket() -> None:
    """The permissions of the socket say who may come, so who comes may speak for others."""
    client = TrustedProxies().client(UNIX, "http", "a", {"X-Forwarded-For": "198.51.100.1"})
    assert (client.peer, client.remote) == (UNIX, "198.51.100.1")
    assert TrustedProxies().client(UNIX, "http", "a", {}).remote == UNIX


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1.2.3.4.5", "300.1.1.1", "[::1", "1.2.3.4/8"])
def test_what_is_no_address(text: str) -> None:
    """Garbage is no address."""
    assert address_of(text) in (None, "::1")


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_any_header_has_a_meaning(chain: str, scheme: str, host: str) -> None:
    """Whatever a proxy hands on, the answer is an address and a scheme."""
    headers = {"X-Forwarded-For": chain, "X-Forwarded-Proto": scheme, "X-Forwarded-Host": host}
    client = PROXIES.client("10.0.0.1", "http", "a", headers)
    assert address_of(client.remote) == client.remote
    assert client.scheme in ("http", "https")
