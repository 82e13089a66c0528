"""The table ``[plugins.oidc]``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, field_validator

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

__all__ = ["OidcSettings", "is_safe"]


def is_safe(address: object) -> bool:
    """Whether nobody can listen on the way to an address: it is HTTPS, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    )


def _issuer(text: str) -> str:
    if not is_safe(text) or urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError('must be the provider\'s issuer, like "https://login.example.org"')
    return text


class OidcSettings(ConfigTable):
    """Logging in with OpenID Connect."""

    issuer: Annotated[str, AfterValidator(explained(_issuer))] = setting(
        ...,
        "The provider, exactly as it calls itself; its discovery document is found below it.",
        example="https://login.example.org/realms/main",
    )
    client_id: Word = setting(..., "The name under which the provider knows this server.")
    client_secret: KnownSecret | None = setting(
        None, "The password that goes with it; left out for a public client."
    )
    label: Word = setting("OpenID Connect", "What the login page calls the provider.")
    scopes: Words = setting(("openid", "profile", "email"), "What the provider is asked for.")
    username_claim: Word = setting(
        "preferred_username", "The claim that holds the user's name; it must be unique and stay."
    )
    groups_claim: Word = setting("groups", "The claim that holds the user's groups.")
    allowed_groups: Words = setting(
        (), "Only members of one of these may log in; empty for everybody."
    )
    admin_groups: Words = setting(
        (), "Members of one of these may see and end the sessions of others."
    )
    bearer_audiences: Words = setting(
        (),
        "Access tokens of the provider that are for one of these are taken as bearer tokens; "
        "empty for none.",
    )
    leeway: Duration = setting("60s", "How far the clocks of both sides may be apart.")
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "8s", "How long the provider may take to answer."
    )
    outage: Duration = setting(
        "15m", "How long a login stays good while the provider cannot be asked whether it is."
    )
    login_time: Annotated[Duration, shortest("10s")] = setting(
        "10m", "How long a person may take to log in at the provider."
    )
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for the provider; the system's where left out."
    )

    @field_validator("scopes")
    @classmethod
    def _openid_first(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise wrong('must contain "openid"')
        return scopes
