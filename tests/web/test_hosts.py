"""Which host names are answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.web.hosts import HostList, HostPort, parse_host

REBOUND = [
    "",
    "evil.example",
    "evil.example:8765",
    "localhost.evil.example",
    "localhost.",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:8765",
    "2130706433",
    "0x7f.1",
    "127.1",
    "0.0.0.0:8765",
    "10.0.0.5",
    "[::2]:8765",
    "[::1",
    "::1",
    "[::1]evil",
    "localhost:0",
    "localhost:65536",
    "localhost:-1",
    "localhost:",
    "localhost:8765:8765",
    "user@localhost",
    "localhost/",
    "localhost evil.example",
    "loc\u0430lhost",
    "\u212aocalhost",
]


@pytest.mark.parametrize("header", REBOUND)
def test_other_names_are_refused(header: str) -> None:
    """A name that an attacker can point here is not answered."""
    assert not HostList(listening="127.0.0.1").allows(header, "127.0.0.1")


@pytest.mark.parametrize("header", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]:8765"])
def test_this_machine_is_answered(header: str) -> None:
    """Loopback needs no configuration, at any port: an SSH tunnel may use another one."""
    assert HostList().allows(header, "192.0.2.7")


def test_the_address_that_was_connected_to_is_answered() -> None:
    """An address cannot be made to point elsewhere, so the connection's own one is ours."""
    hosts = HostList()
    assert hosts.allows("192.0.2.7:8765", "192.0.2.7")
    assert hosts.allows("[2001:db8::7]:8765", "2001:db8::7")
    assert hosts.allows("[2001:DB8:0::7]", "2001:db8::7")
    assert not hosts.allows("192.0.2.8:8765", "192.0.2.7")
    assert not hosts.allows("192.0.2.7", "")


def test_allowed_hosts() -> None:
    """A name without a port stands for all ports, one with a port for that one."""
    hosts = HostList(["term.example.org", "other.example.org:8443"])
    assert hosts.allows("term.example.org")
    assert hosts.allows("Term.Example.Org:1234")
    assert hosts.allows("other.example.org:8443")
    assert not hosts.allows("other.example.org")
    assert not hosts.allows("other.example.org:8444")
    assert not hosts.allows("sub.term.example.org")
    assert not hosts.allows("term.example.org.")


def test_the_public_host_and_the_listening_name() -> None:
    """The public URL's host is answered whatever port a proxy leaves in, and so is our own name."""
    hosts = HostList(public="term.example.org:8443", listening="box.internal")
    assert hosts.allows("term.example.org")
    assert hosts.allows("term.example.org:8443")
    assert hosts.allows("box.internal:8765")
    assert not HostList(listening="0.0.0.0").allows("0.0.0.0")


@given(st.text(max_size=30))
def test_any_text_is_a_host_or_none(text: str) -> None:
    """Whatever a header holds, there is an answer."""
    found = parse_host(text)
    assert found is None or isinstance(found, HostPort)
    HostList(["a.example"]).allows(text, "127.0.0.1")
