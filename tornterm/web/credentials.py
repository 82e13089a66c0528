"""Credentials in headers: taking a token out, and keeping our own cookie from plugins."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tornado.httputil import HTTPHeaders

from tornterm.errors import AuthError

__all__ = ["bearer_token", "headers_for_plugins"]

SCHEMES = ("bearer", "token")

# Long enough for the signed tokens of identity providers, groups and all.
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of ``Authorization: Bearer ...``, or None where there is none.

    ``token`` instead of ``Bearer`` is what Jupyter's clients say.

    Another scheme is none of ours: a proxy that asks for a password hands it on.

    Args:
        headers: The request's headers.

    Raises:
        AuthError: There is something that cannot be a token.
    """
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() not in SCHEMES:
        return None
    if not _TOKEN.fullmatch(token.strip()):
        raise AuthError("malformed bearer token", "This token is not valid.")
    return token.strip()


def headers_for_plugins(headers: HTTPHeaders, cookie_name: str) -> HTTPHeaders:
    """A copy of the headers without what logs people in to us.

    Args:
        headers: The request's headers.
        cookie_name: Our cookie's name.
    """
    copy = HTTPHeaders(headers)
    if copy.get("Authorization", "").lower().startswith(SCHEMES):
        del copy["Authorization"]
    if "Cookie" in copy:
        pairs = [pair.strip() for pair in copy["Cookie"].split(";")]
        copy["Cookie"] = "; ".join(
            pair for pair in pairs if pair.partition("=")[0].strip() != cookie_name
        )
    return copy
