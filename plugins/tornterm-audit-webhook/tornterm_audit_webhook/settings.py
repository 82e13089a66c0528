"""The table ``[plugins.webhook]``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, field_validator

from tornterm.config.fields import (
    ConfigPath,
    KnownSecret,
    Secret,
    explained,
    is_loopback,
    setting,
    wrong,
)
from tornterm.spool import SpoolTable

__all__ = ["WebhookSettings"]

SHORTEST_SECRET = 16


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('must be an address, like "https://audit.example.org/tornterm"')
    if parts.username or parts.password:
        raise ValueError("must hold no password: it would be shown where the address is")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https://, because others could read it on the way")
    return text


class WebhookSettings(SpoolTable):
    """The audit log as requests to a web service."""

    url: Annotated[str, AfterValidator(explained(_address))] = setting(
        ..., "Where events are sent, by POST.", example="https://audit.example.org/tornterm"
    )
    secret: KnownSecret = setting(
        ...,
        "The key of the signature, known to the receiver, at least 16 characters.",
        example={"file": "/etc/tornterm/webhook.key"},
    )
    spool: ConfigPath = setting(
        "~/.local/state/tornterm/webhook.sqlite3",
        "Where events wait until the receiver has them; only its owner may read it.",
    )
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for the receiver; the system's where left out."
    )

    @field_validator("secret")
    @classmethod
    def _can_sign(cls, secret: Secret) -> Secret:
        if len(secret.reveal()) < SHORTEST_SECRET:
            raise wrong(f"must have at least {SHORTEST_SECRET} characters, or it can be guessed")
        return secret
