"""Which pages may use a person's cookie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.web.origin import Origin, OriginList, parse_origin
from tornterm.web.proxies import Client

PLAIN = Client("127.0.0.1", "127.0.0.1", "http", "term.example.org:8765")
OWN = "http://term.example.org:8765"

LOOKALIKES = [
    None,
    "",
    "null",
    "file://",
    "http://",
    "term.example.org:8765",
    "//term.example.org:8765",
    "http://term.example.org",
    "http://term.example.org:80",
    "http://term.example.org:8766",
    "http://term.example.org:08765",
    "http://term.example.org:8765:8765",
    "http://term.example.org:",
    "http://term.example.org:99999",
    "https://term.example.org:8765",
    "ws://term.example.org:8765",
    "ftp://term.example.org:8765",
    "http:term.example.org:8765",
    "http:///term.example.org:8765",
    "http://term.example.org.:8765",
    "http://term.example.org:8765.evil.example",
    "http://term.example.org.evil.example:8765",
    "http://evil-term.example.org:8765",
    "http://evil.example/term.example.org:8765",
    "http://sub.term.example.org:8765",
    "http://example.org:8765",
    "http://term.example.org:8765/",
    "http://term.example.org:8765/path",
    "http://term.example.org:8765?query",
    "http://term.example.org:8765#fragment",
    "http://user@term.example.org:8765",
    "http://term.example.org:8765@evil.example",
    "http://evil.example#@term.example.org:8765",
    "http://evil.example\\@term.example.org:8765",
    "http://term.example.org:8765, http://evil.example",
    "http://term.example.org:8765 http://evil.example",
    " http://term.example.org:8765",
    "http://term.example.org:8765\n",
    "http://term.example.org:8765\x00",
    "http://term.example.org%3a8765",
    "http://t\u0435rm.example.org:8765",  # a Cyrillic letter
    "http://xn--trm-tnc.example.org:8765",  # the same as a browser sends it
    "http://[::1]:8765",
    "http://127.0.0.1:8765",
    "http://*",
    "*",
]


@pytest.mark.parametrize("header", LOOKALIKES)
def test_only_the_own_origin_is_ones_own(header: str | None) -> None:
    """Nothing that merely looks like the server's origin is taken for it."""
    assert not OriginList().allows(header, PLAIN)


@pytest.mark.parametrize("header", LOOKALIKES)
def test_only_the_public_url_is_ones_own(header: str | None) -> None:
    """The same holds where the origin comes from the public URL."""
    origins = OriginList("http://term.example.org:8765/sub/")
    assert not origins.allows(header, Client("10.0.0.1", "10.0.0.2", "https", "backend"))


def test_the_own_origin_is_allowed() -> None:
    """Scheme, host and port of the request make the server's own origin."""
    assert OriginList().allows(OWN, PLAIN)
    assert OriginList().allows("HTTP://TERM.example.ORG:8765", PLAIN)


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "a.example", "http://a.example"),
        ("http", "a.example:80", "http://a.example"),
        ("http", "a.example", "http://a.example:80"),
        ("https", "a.example:443", "https://a.example"),
        ("https", "A.EXAMPLE", "https://a.example"),
        ("http", "[::1]:8765", "http://[::1]:8765"),
        ("http", "[0:0:0:0:0:0:0:1]:8765", "http://[::1]:8765"),
        ("https", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_equal_origins(scheme: str, host: str, origin: str) -> None:
    """Default ports, case and ways to write an address make no difference."""
    assert OriginList().allows(origin, Client("", "", scheme, host))


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "a.example", "https://a.example"),
        ("https", "a.example", "http://a.example"),
        ("https", "a.example", "https://a.example:80"),
        ("http", "a.example:443", "https://a.example"),
        ("http", "[::1]:8765", "http://[::2]:8765"),
        ("http", "[::1]:8765", "http://::1:8765"),
        ("http", "[::1%25eth0]:8765", "http://[::1%25eth0]:8765"),
        ("http", "bad host", "http://bad host"),
        ("http", "", "http://"),
    ],
)
def test_unequal_origins(scheme: str, host: str, origin: str) -> None:
    """Another scheme, port or address is another origin."""
    assert not OriginList().allows(origin, Client("", "", scheme, host))


def test_a_public_url_replaces_the_host() -> None:
    """Behind a proxy the origin is the one that people see, whatever host the proxy sends."""
    origins = OriginList("https://term.example.org/terminals/")
    client = Client("10.0.0.1", "10.0.0.2", "http", "backend:8765")
    assert origins.allows("https://term.example.org", client)
    assert not origins.allows("http://backend:8765", client)


def test_allowed_origins_are_added() -> None:
    """A configured origin may, and only exactly it."""
    origins = OriginList("", ["https://portal.example.org", "http://localhost:3000"])
    assert origins.allows("https://portal.example.org", PLAIN)
    assert origins.allows("http://localhost:3000", PLAIN)
    assert origins.allows(OWN, PLAIN)
    assert not origins.allows("http://portal.example.org", PLAIN)
    assert not origins.allows("http://localhost:3001", PLAIN)
    assert not origins.allows("https://portal.example.org.evil.example", PLAIN)


@given(st.text(max_size=40))
def test_any_text_is_an_origin_or_none(text: str) -> None:
    """Whatever a header holds, there is an answer, and it is never the own origin by accident."""
    origin = parse_origin(text)
    assert origin is None or isinstance(origin, Origin)
    assert not OriginList().allows(text, PLAIN)
    assert not OriginList().allows(OWN + text, PLAIN) or not text
