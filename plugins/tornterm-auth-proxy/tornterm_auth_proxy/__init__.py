"""Logging in by what a reverse proxy says in headers."""

from __future__ import annotations

from tornterm_auth_proxy.plugin import Proxy
from tornterm_auth_proxy.settings import ProxySettings

__all__ = ["Proxy", "ProxySettings"]
