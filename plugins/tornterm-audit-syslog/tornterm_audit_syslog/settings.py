"""The table ``[plugins.syslog]``."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, field_validator

from tornterm.config.fields import (
    ByteSize,
    ConfigPath,
    Duration,
    explained,
    setting,
    shortest,
    smallest,
    wrong,
)
from tornterm.spool import SpoolTable

__all__ = ["FACILITIES", "PORTS", "SyslogSettings"]

PORTS = {"udp": 514, "tcp": 514, "tls": 6514}
"""The ways over a network, and the port of each where none is written."""

FACILITIES = {"user": 1, "daemon": 3, "auth": 4, "syslog": 5, "authpriv": 10} | {
    f"local{number}": 16 + number for number in range(8)
}
"""The facilities by their usual names."""

Facility = Literal[
    "user", "daemon", "auth", "syslog", "authpriv",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
]  # fmt: skip


def _address(text: str) -> str:
    if text == "journal":
        return text
    parts = urlsplit(text)
    port = parts.port  # raises where it is no port
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise ValueError('must be "journal", or an address like "tls://logs.example.org:6514"')
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        raise ValueError("must be a way, a host and a port, and nothing more")
    return text


def _word(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(rf"[!-~]{{1,{most}}}", text):
            raise ValueError(f"must be 1 to {most} printable ASCII characters without spaces")
        return text

    return AfterValidator(explained(check))


class SyslogSettings(SpoolTable):
    """The audit log in syslog or in the journal."""

    address: Annotated[str, AfterValidator(explained(_address))] = setting(
        ...,
        'Where events are sent: "journal", or a host behind "tls://", "tcp://" or "udp://".',
        example="tls://logs.example.org:6514",
    )
    facility: Facility = setting("authpriv", "What kind of program syslog takes it for.")
    app_name: Annotated[str, _word(48)] = setting("tornterm", "The name of the program.")
    hostname: Annotated[str, _word(255)] | None = setting(
        None, "The name of this machine; its own where left out."
    )
    sd_id: str = setting(
        "tornterm@32473",
        "The name of the structured data; an organization with a private enterprise number of "
        "its own puts it here.",
    )
    max_message: Annotated[ByteSize, smallest("4 KiB")] = setting(
        "8 KiB", "How long a message may be; a longer one is shortened, and says so.", le=60_000
    )
    ca_file: ConfigPath | None = setting(
        None, "The authorities that vouch for a receiver behind TLS; the system's if left out."
    )
    cert_file: ConfigPath | None = setting(
        None, "The certificate of this client, with its key, where the receiver asks for one."
    )
    journal: ConfigPath = setting("/run/systemd/journal/socket", "The socket of the journal.")
    spool: ConfigPath = setting(
        "~/.local/state/tornterm/syslog.sqlite3",
        "Where events wait until the receiver has them; only its owner may read it.",
    )
    retry_most: Annotated[Duration, shortest("10ms")] = setting(
        "1m", "How long to wait at the most."
    )

    @field_validator("sd_id")
    @classmethod
    def _is_private(cls, text: str) -> str:
        if len(text) > 32 or not re.fullmatch(r'[^\s="\]@]+@[0-9]+(\.[0-9]+)*', text, re.ASCII):
            raise wrong('must be at most 32 characters like "tornterm@32473"')
        if not (text.isascii() and text.isprintable()):
            raise wrong("must be printable ASCII")
        return text
