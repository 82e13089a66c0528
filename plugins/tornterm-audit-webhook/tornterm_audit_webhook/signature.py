"""The signature of a request, which a receiver can check with these few lines.

``Tornterm-Signature: t=1700000000,v1=...`` holds the time at which the request was sent, and the
HMAC-SHA256, in hexadecimal digits, of that time, a full stop and the body. Because the time is
signed as well, a request that somebody recorded is worth nothing later.
"""

from __future__ import annotations

import hashlib
import hmac
import re

__all__ = ["HEADER", "TOLERANCE", "sign", "verify"]

HEADER = "Tornterm-Signature"

TOLERANCE = 300.0
"""Seconds that the clocks of both sides may differ, the way included."""

_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, now: float) -> str:
    """Make the header's value.

    Args:
        secret: The key.
        body: The request's body.
        now: Seconds since the epoch.
    """
    return f"t={int(now)},v1={_digest(secret, body, str(int(now)))}"


def verify(secret: str, body: bytes, header: str, now: float, tolerance: float = TOLERANCE) -> bool:
    """Whether a request is from somebody who knows the key, and from now.

    Args:
        secret: The key.
        body: The request's body, before anything has been done to it.
        header: The header's value; empty where there was none.
        now: Seconds since the epoch.
        tolerance: Seconds by which the request may be older or newer.
    """
    form = _FORM.fullmatch(header)
    if form is None or abs(now - int(form[1])) > tolerance:
        return False
    return hmac.compare_digest(_digest(secret, body, form[1]), form[2])


def _digest(secret: str, body: bytes, time: str) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()
