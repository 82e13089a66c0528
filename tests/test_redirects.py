"""Logins at another site: ended once, in time, and only where they began."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode

import pytest

from tornterm.errors import AuthError
from tornterm.redirects import MOST, Attempts


def refused(attempts: Attempts, state: str, binding: str) -> bool:
    with pytest.raises(AuthError, match="not begun here, is over, or took too long") as error:
        attempts.take(state, binding)
    return "try again" in error.value.public


def test_what_has_come_back_is_taken_once() -> None:
    attempts = Attempts(60.0)
    one, other = attempts.begin("r"), attempts.begin("r")
    assert attempts.take(one.state, one.binding) is one
    assert refused(attempts, one.state, one.binding)
    assert attempts.take(other.state, other.binding) is other


def test_another_browser_cannot_end_it_nor_spoil_it() -> None:
    """Without its cookie, or with one of another login, it stays open for the right one."""
    attempts = Attempts(60.0)
    one, other = attempts.begin("r"), attempts.begin("r")
    for state, binding in ((one.state, ""), (one.state, other.binding), ("", ""), ("é", "é")):
        assert refused(attempts, state, binding)
    assert attempts.take(one.state, one.binding) is one


def test_a_login_takes_not_too_long() -> None:
    """What has begun is forgotten after its time, and nobody can fill the memory with it."""
    now = 0.0
    attempts = Attempts(60.0, lambda: now)
    in_time, late = attempts.begin("r"), attempts.begin("r")
    now = 60.0
    assert attempts.take(in_time.state, in_time.binding) is in_time
    now = 60.1
    assert refused(attempts, late.state, late.binding)
    first = attempts.begin("r")
    for _ in range(MOST):
        last = attempts.begin("r")
    assert refused(attempts, first.state, first.binding)
    assert attempts.take(last.state, last.binding) is last


def test_secrets_are_new_and_stay_out_of_words() -> None:
    attempts = Attempts(60.0)
    one, other = attempts.begin("r"), attempts.begin("r")
    kept = [a for o in (one, other) for a in (o.state, o.binding, o.nonce, o.verifier)]
    assert len(set(kept)) == len(kept)
    assert min(map(len, kept)) >= 43, "less than 256 bits"
    assert not any(secret in repr(one) for secret in kept)


def test_the_address_shows_the_hash_of_the_verifier_only() -> None:
    """RFC 7636, section 4.2: S256."""
    attempt = Attempts(60.0).begin("https://here.example.org/-/a/callback")
    query = attempt.query("us", scope="openid")
    shown = urlsafe_b64decode(query["code_challenge"] + "=")
    assert shown == hashlib.sha256(attempt.verifier.encode()).digest()
    assert query["code_challenge_method"] == "S256"
    assert (query["client_id"], query["scope"]) == ("us", "openid")
    assert (query["redirect_uri"], query["state"]) == (attempt.redirect, attempt.state)
    assert attempt.verifier not in query.values() and attempt.binding not in query.values()
