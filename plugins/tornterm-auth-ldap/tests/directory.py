"""The plugin for a directory, and what is shown to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slapd import PASSWORDS, SERVICE, SERVICE_PASSWORD, Slapd

from tornterm.types import AuthRequest, User
from tornterm_auth_ldap import Ldap, LdapSettings

WRONG = "not-the-password-of-anybody"
ALICE = PASSWORDS["alice"]
NOT_NOW = "The directory that knows the accounts cannot be asked right now."
BIND, SEARCH, START_TLS = 0x61, 0x65, 0x78


def table(slapd: Slapd, **more: Any) -> dict[str, Any]:
    """The plugin's table for a directory."""
    return {
        "servers": [slapd.url],
        "ca_file": str(slapd.certificate),
        "bind_dn": SERVICE,
        "bind_password": SERVICE_PASSWORD,
        "user_base": "ou=people,dc=example,dc=org",
        "group_base": "ou=groups,dc=example,dc=org",
        **more,
    }


def made(slapd: Slapd, **more: Any) -> Ldap:
    """The plugin for a directory."""
    return Ldap(LdapSettings.model_validate(table(slapd, **more)))


def form(name: str, password: str, method: str = "ldap") -> AuthRequest:
    """What the login page sends."""
    fields = {"method": method, "username": name, "password": password}
    return AuthRequest("form", fields, remote="192.0.2.7")


def logged_in(plugin: Ldap, name: str, password: str) -> User:
    """Who it is; there has to be an answer."""
    user = plugin.tornterm_authenticate(form(name, password))
    assert user is not None
    return replace(user, backend="ldap")
