"""The table ``[plugins.webhook]``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, field_validator

from tornterm.config.fields import (
    ConfigPath,
    ConfigTable,
    Duration,
    Secret,
    explained,
    setting,
    shortest,
    wrong,
)

__all__ = ["WebhookSettings"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORTEST_SECRET = 16


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('must be an address, like "https://audit.example.org/tornterm"')
    if parts.username or parts.password:
        raise ValueError("must hold no password: it would be shown where the address is")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https://, because others could read it on the way")
    return text


class WebhookSettings(ConfigTable):
    """The audit log as requests to a web service."""

    url: Annotated[str, AfterValidator(explained(_address))] = setting(
        ..., "Where events are sent, by POST.", example="https://audit.example.org/tornterm"
    )
    secret: Secret = setting(
        ...,
        "The key of the signature, known to the receiver, at least 16 characters.",
        example={"file": "/etc/tornterm/webhook.key"},
    )
    spool: ConfigPath = setting(
        "~/.local/state/tornterm/webhook.sqlite3",
        "Where events wait until the receiver has them; only its owner may read it.",
    )
    max_events: int = setting(
        1_000_000, "How many events may wait; then no more are kept.", ge=1, le=100_000_000
    )
    batch: int = setting(100, "How many events one request has at the most.", ge=1, le=10_000)
    gather: Duration = setting("500ms", "How long the first event of a batch waits for others.")
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "10s", "How long the receiver may take to answer."
    )
    retry: Annotated[Duration, shortest("10ms")] = setting(
        "1s", "How long to wait after the first failure; doubled after each further one."
    )
    retry_most: Annotated[Duration, shortest("10ms")] = setting(
        "5m", "How long to wait at the most, also if the receiver asks for longer."
    )
    drain: Duration = setting(
        "5s", "How long the end of the server waits for the receiver; the rest is sent later."
    )
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for the receiver; the system's where left out."
    )

    @field_validator("secret")
    @classmethod
    def _can_sign(cls, secret: Secret) -> Secret:
        if not secret.known:
            raise wrong("a hash cannot sign; the key itself is needed")
        if len(secret.reveal()) < SHORTEST_SECRET:
            raise wrong(f"must have at least {SHORTEST_SECRET} characters, or it can be guessed")
        return secret
