"""Addresses as people write them."""

from __future__ import annotations

import pytest

from tornterm.attach.address import Address


@pytest.mark.parametrize(
    ("url", "base", "session", "websocket"),
    [
        ("http://h:1", "http://h:1/", None, "ws://h:1/ws"),
        ("http://h:1/term", "http://h:1/term/", None, "ws://h:1/term/ws"),
        ("https://h/term/", "https://h/term/", None, "wss://h/term/ws"),
        ("http://[::1]:8765/s/a-B_3", "http://[::1]:8765/", "a-B_3", "ws://[::1]:8765/ws"),
        ("https://h/x/s/abc/", "https://h/x/", "abc", "wss://h/x/ws"),
        ("http://h/s/abc?x=1#y", "http://h/", "abc", "ws://h/ws"),
    ],
)
def test_an_address_is_taken_apart(
    url: str, base: str, session: str | None, websocket: str
) -> None:
    """The base, the session and the WebSocket follow from what was written."""
    address = Address.of(url)
    assert (address.base, address.session, address.websocket) == (base, session, websocket)


def test_a_session_that_is_named_counts_more() -> None:
    """The session beside the address wins over the one in it."""
    address = Address.of("https://h/s/one", "two")
    assert address.session == "two"
    assert address.token("two") == "https://h/api/sessions/two/token"
    assert address.of_session("two") == "https://h/s/two"
    assert address.origin == "https://h"


@pytest.mark.parametrize("url", ["", "h:80", "ftp://h/", "http://", "/s/abc"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """The error says what an address looks like."""
    with pytest.raises(ValueError, match="is no address such as"):
        Address.of(url)


def test_a_link_holds_a_share_that_is_not_shown() -> None:
    """The secret is in the part of the address that is sent to nobody."""
    address = Address.of("https://h/base/s/abc#share=s3cret")
    assert (address.base, address.session, address.share) == ("https://h/base/", "abc", "s3cret")
    assert "s3cret" not in repr(address)
    assert Address.of("https://h/base/#share=s3cret").share is None
