"""Whether a signed token is what it should be."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tornterm.errors import AuthError

__all__ = ["ALGORITHMS", "Claims", "Denied", "check_claims", "decode", "unverified"]

Claims = Mapping[str, Any]

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""The algorithms that are taken: those with a public key, so that nobody who knows that key, or
no key at all, can sign."""


class Denied(AuthError):
    """A token or an answer of the provider that is not good enough.

    Args:
        why: For the log; holds no token and nothing out of one.
    """

    told = "This login is not valid. Please try again."

    def __init__(self, why: str) -> None:
        super().__init__(why, self.told)


def unverified(token: str, part: int) -> Claims:
    """The header (0) or the claims (1) of a token, of which nothing is known yet.

    Args:
        token: Something that may be a token.
        part: Which part.

    Returns:
        The values; empty where it is no such token.
    """
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        return {}
    try:
        text = base64.urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4))
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def decode(token: str, keys: KeySet) -> Claims:
    """The claims of a token whose signature is right.

    Args:
        token: The token.
        keys: The provider's keys.

    Raises:
        Denied: It is not.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Denied(f"the token is not genuine ({type(error).__name__})") from None
    return claims


def check_claims(
    claims: Claims,
    *,
    issuer: str,
    audiences: Collection[str],
    now: float,
    leeway: float,
    nonce: str | None = None,
    subject_needed: bool = True,
) -> None:
    """Check who a token is from, for whom, and when.

    Args:
        claims: The claims, verified.
        issuer: Who it must be from.
        audiences: Whom of it must be for at least one.
        now: Seconds since the epoch.
        leeway: Seconds by which clocks may differ.
        nonce: What it must repeat; None where there is nothing to repeat.
        subject_needed: Whether it must say whom it is about.

    Raises:
        Denied: Something is wrong.
    """
    if claims.get("iss") != issuer:
        raise Denied("the token is from another issuer")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or not set(audiences) & {n for n in named if isinstance(n, str)}:
        raise Denied("the token is for somebody else")
    if subject_needed and (not isinstance(claims.get("sub"), str) or not claims["sub"]):
        raise Denied("the token is about nobody")
    if _time(claims, "exp", needed=True) <= now - leeway:
        raise Denied("the token has expired")
    if _time(claims, "iat") > now + leeway or _time(claims, "nbf") > now + leeway:
        raise Denied("the token is from the future")
    if nonce is not None:
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
            raise Denied("the token is not from this login")


def _time(claims: Claims, name: str, *, needed: bool = False) -> float:
    value = claims.get(name)
    if value is None and not needed:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise Denied(f"the token has no valid {name}")
    return float(value)
