"""The table ``[plugins.sql]``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from tornterm.config.fields import (
    ConfigPath,
    Duration,
    KnownSecret,
    explained,
    setting,
    shortest,
)
from tornterm.spool import SpoolTable

__all__ = ["SqlSettings"]


def _address(text: str) -> str:
    parts = urlsplit(text)
    _ = parts.port  # raises where it is no port
    if parts.password is not None:
        raise ValueError("must hold no password: it has a key of its own, `password`")
    named = parts.hostname and parts.username and parts.path.strip("/")
    if parts.scheme != "postgresql" or not named or parts.query or parts.fragment:
        raise ValueError('must be like "postgresql://tornterm@db.example.org/tornterm"')
    return text


class SqlSettings(SpoolTable):
    """The audit log in a database."""

    url: Annotated[str, AfterValidator(explained(_address))] | None = setting(
        None,
        "The PostgreSQL database, without the password; an SQLite file where left out.",
        example="postgresql://tornterm@db.example.org/tornterm",
    )
    password: KnownSecret | None = setting(
        None, "The password for PostgreSQL, where it asks for one."
    )
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
    batch: int = setting(100, "How many events one transaction has at the most.", ge=1, le=1_000)
    gather: Duration = setting("100ms", "How long the first event of a batch waits for others.")
    retry_most: Annotated[Duration, shortest("10ms")] = setting(
        "1m", "How long to wait at the most."
    )
