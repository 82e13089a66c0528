"""The table ``[plugins.ldap]``."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from ldap3.core.exceptions import LDAPException
from ldap3.operation.search import parse_filter
from pydantic import AfterValidator, Field, model_validator

from tornterm.config.fields import (
    ConfigPath,
    ConfigTable,
    Duration,
    KnownSecret,
    Word,
    Words,
    explained,
    is_loopback,
    setting,
    shortest,
    wrong,
)

__all__ = ["LdapSettings", "filled"]


MOST_SERVERS = 8


def filled(pattern: str, values: dict[str, str]) -> str:
    """A filter with values, which must be escaped, in the places of ``{name}`` and ``{dn}``."""
    for key, value in values.items():
        pattern = pattern.replace(f"{{{key}}}", value)
    return pattern


def _server(address: str) -> str:
    why = 'must be "ldap://host", "ldaps://host", or either with a port'
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(why) from None
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or not plain or port == 0:
        raise ValueError(why)
    return address.rstrip("/")


def _filter(pattern: str) -> str:
    """Refuse what is no filter, before the first person wants to log in."""
    text = filled(pattern, {"name": "somebody", "dn": "cn=somebody"})
    try:
        parse_filter(text, None, False, False, None, False)
    except (LDAPException, IndexError, TypeError, ValueError):
        raise ValueError('must be an LDAP filter, like "(uid={name})"') from None
    return pattern


Server = Annotated[str, AfterValidator(explained(_server))]
Filter = Annotated[str, AfterValidator(explained(_filter))]


class LdapSettings(ConfigTable):
    """Logging in with the accounts of an LDAP directory."""

    servers: Annotated[tuple[Server, ...], Field(min_length=1, max_length=MOST_SERVERS)] = setting(
        ...,
        "The directory's servers; the next one is asked where one gives no answer.",
        strict=False,
        example=["ldap://ldap.example.org"],
    )
    start_tls: bool = setting(
        True,
        'Whether connections to "ldap://" are encrypted before anything else is said; only those '
        "within this machine may do without.",
    )
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for the servers; the system's where left out."
    )
    label: Word = setting("Directory account", "What the login page calls it.")
    bind_dn: str = setting(
        "",
        "As whom this server looks people up; empty for anonymously.",
        example="cn=tornterm,ou=services,dc=example,dc=org",
    )
    bind_password: KnownSecret | None = setting(None, "The password that goes with `bind_dn`.")
    user_base: Word = setting(
        ..., "The entry below which people are.", example="ou=people,dc=example,dc=org"
    )
    user_filter: Filter = setting(
        "(uid={name})", "Finds the entry of a person; {name} is what was typed."
    )
    user_attribute: Word = setting(
        "uid", "The attribute with the user's name, of which an entry must have one value."
    )
    display_name_attribute: str = setting(
        "displayName", "The attribute with the name that the page shows; empty for none."
    )
    group_base: str = setting(
        "",
        "The entry below which groups are; empty for no groups.",
        example="ou=groups,dc=example,dc=org",
    )
    group_filter: Filter = setting(
        "(|(member={dn})(uniqueMember={dn})(memberUid={name}))",
        "Finds the groups of a person, by the entry's {dn} or the user's {name}.",
    )
    group_attribute: Word = setting("cn", "The attribute with a group's name.")
    allowed_groups: Words = setting(
        (), "Only members of one of these may log in; empty for everybody."
    )
    admin_groups: Words = setting(
        (), "Members of one of these may see and end the sessions of others."
    )
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "8s", "How long the directory may take for one answer, all servers together."
    )
    outage: Duration = setting(
        "15m", "How long a login stays good while the directory cannot be asked whether it is."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for address in self.servers:
            parts = urlsplit(address)
            if parts.scheme == "ldap" and not self.start_tls and not is_loopback(parts.hostname):
                raise wrong("passwords must not cross a network unencrypted: set start_tls")
        if (self.bind_password is None) == bool(self.bind_dn):
            raise wrong("bind_dn and bind_password go together")
        if "{name}" not in self.user_filter:
            raise wrong("user_filter has no {name}, so it would find the same entry for everybody")
        if "{dn}" not in self.group_filter and "{name}" not in self.group_filter:
            raise wrong("group_filter has neither {dn} nor {name}: all groups would be everybody's")
        if not self.group_base and (self.allowed_groups or self.admin_groups):
            raise wrong("groups are only known where group_base says where they are")
        return self
