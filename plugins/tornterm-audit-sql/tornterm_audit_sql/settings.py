"""The table ``[plugins.sql]``."""

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

__all__ = ["LOOPBACK", "SqlSettings"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _address(text: str) -> str:
    parts = urlsplit(text)
    _ = parts.port  # raises where it is no port
    if parts.password is not None:
        raise ValueError("must hold no password: it has a key of its own, `password`")
    named = parts.hostname and parts.username and parts.path.strip("/")
    if parts.scheme != "postgresql" or not named or parts.query or parts.fragment:
        raise ValueError('must be like "postgresql://tornterm@db.example.org/tornterm"')
    return text


class SqlSettings(ConfigTable):
    """The audit log in a database."""

    url: Annotated[str, AfterValidator(explained(_address))] | None = setting(
        None,
        "The PostgreSQL database, without the password; an SQLite file where left out.",
        example="postgresql://tornterm@db.example.org/tornterm",
    )
    password: Secret | None = setting(None, "The password for PostgreSQL, where it asks for one.")
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for PostgreSQL; the system's where left out."
    )
    file: ConfigPath = setting(
        "~/.local/state/tornterm/audit.sqlite3",
        "The SQLite database, where there is no `url`; only its owner may read it.",
    )
    keep: Annotated[Duration, shortest("1h", or_zero=True)] = setting(
        "0", "How long events are kept; 0 for ever."
    )
    spool: ConfigPath = setting(
        "~/.local/state/tornterm/sql.sqlite3",
        "Where events wait until the database has them; only its owner may read it.",
    )
    max_events: int = setting(
        1_000_000, "How many events may wait; then no more are kept.", ge=1, le=100_000_000
    )
    batch: int = setting(100, "How many events one transaction has at the most.", ge=1, le=1_000)
    gather: Duration = setting("100ms", "How long the first event of a batch waits for others.")
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "10s", "How long the database may take for a batch."
    )
    retry: Annotated[Duration, shortest("10ms")] = setting(
        "1s", "How long to wait after the first failure; doubled after each further one."
    )
    retry_most: Annotated[Duration, shortest("10ms")] = setting(
        "1m", "How long to wait at the most."
    )
    drain: Duration = setting(
        "5s", "How long the end of the server waits for the database; the rest is written later."
    )

    @field_validator("password")
    @classmethod
    def _is_known(cls, secret: Secret | None) -> Secret | None:
        if secret is not None and not secret.known:
            raise wrong("a hash cannot log in; the password itself is needed")
        return secret
