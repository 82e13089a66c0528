"""Logging in with OpenID Connect, and with bearer tokens of the same provider."""

from __future__ import annotations

from tornterm_auth_oidc.plugin import Oidc
from tornterm_auth_oidc.settings import OidcSettings

__all__ = ["Oidc", "OidcSettings"]
