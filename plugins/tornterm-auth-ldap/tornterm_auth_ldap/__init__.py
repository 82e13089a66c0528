"""Logging in with the accounts and groups of an LDAP directory."""

from __future__ import annotations

from tornterm_auth_ldap.plugin import Ldap
from tornterm_auth_ldap.settings import LdapSettings

__all__ = ["Ldap", "LdapSettings"]
