"""Names that people may have, and settings that there may be."""

from __future__ import annotations

from typing import Any

import pytest
from oidc_browser import settings

from tornterm_auth_oidc.people import user_of
from tornterm_auth_oidc.tokens import Denied

BAD_NAMES = (
    "a\nb",
    "a\0b",
    "-rf",
    ".ssh",
    "a/b",
    "a" * 10_000,
    "andre\u0301",
    " a",
    "\ud800",
    7,
    {},
)


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_names_that_are_none(name: Any) -> None:
    """They are refused whole: nothing is cut off or replaced to make a name of them."""
    with pytest.raises(Denied, match="holds no name"):
        user_of({"preferred_username": name}, settings("https://login.example.org"))


def test_names_that_look_alike() -> None:
    """They are two people's, because the provider says so."""
    names = ("alice", "Alice", "andr\u00e9", "Andr\u00e9")
    known = settings("https://login.example.org")
    assert tuple(user_of({"preferred_username": name}, known).name for name in names) == names


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": "http://login.example.org"}, "must be the provider's issuer"),
        ({"issuer": "https://login.example.org/?a=b"}, "must be the provider's issuer"),
        ({"client_secret": {"sha256": "0" * 64}}, "a hash is not enough"),
        ({"scopes": ["profile"]}, 'must contain "openid"'),
    ],
)
def test_settings_that_cannot_be(change: dict[str, Any], why: str) -> None:
    """Each mistake is explained."""
    with pytest.raises(ValueError, match=why):
        settings(**{"issuer": "https://login.example.org", **change})
