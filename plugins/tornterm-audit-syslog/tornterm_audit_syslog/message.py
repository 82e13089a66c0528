"""What stands in a message: RFC 5424 for syslog, and the journal's own form.

Nothing that a client chose can begin a record, end a field or add one. The message itself is the
event as JSON in ASCII, in which control characters are escapes; in the structured data they become
escapes as well; and in the journal's form each value stands behind its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tornterm.spool import Waiting

__all__ = ["Origin", "fitted", "for_journal", "for_syslog"]

FIELDS = ("event", "user", "remote", "session")
"""What is written beside the JSON as well, so that it can be searched for."""

ERRORS = frozenset({"plugin.error", "audit.lost"})
WARNINGS = frozenset({"auth.failed", "session.denied"})
FIELD_CHARACTERS = 128


class Origin(NamedTuple):
    """Who says it.

    Attributes:
        facility: The facility's number.
        hostname: The machine.
        app_name: The program.
        process: Its number.
        sd_id: The name of the structured data.
        most: Bytes that a message may have.
    """

    facility: int
    hostname: str
    app_name: str
    process: int
    sd_id: str
    most: int


def for_syslog(event: Waiting, origin: Origin) -> bytes:
    """One message of RFC 5424, without a frame around it.

    Args:
        event: What waits.
        origin: Who says it.
    """
    facts: dict[str, Any] = json.loads(event.text)
    name = _text(facts, "event")
    known = {"id": event.id, **{key: _text(facts, key) for key in FIELDS}}
    data = " ".join(f'{key}="{_escaped(value)}"' for key, value in known.items() if value)
    header = (
        f"<{origin.facility * 8 + _severity(name)}>1 {_timestamp(facts.get('time'))} "
        f"{origin.hostname} {origin.app_name} {origin.process} {_word(name, 32)} "
        f"[{origin.sd_id} {data}] "
    ).encode()
    return header + fitted(facts, event.text, origin.most - len(header)).encode("ascii")


def for_journal(event: Waiting, origin: Origin) -> bytes:
    """One datagram of the journal's native protocol.

    Args:
        event: What waits.
        origin: Who says it.
    """
    facts: dict[str, Any] = json.loads(event.text)
    values = {
        "PRIORITY": str(_severity(_text(facts, "event"))),
        "SYSLOG_FACILITY": str(origin.facility),
        "SYSLOG_IDENTIFIER": origin.app_name,
        "TORNTERM_ID": event.id,
        **{f"TORNTERM_{key.upper()}": _text(facts, key) for key in FIELDS},
    }
    fields = b"".join(_journal_field(key, value) for key, value in values.items() if value)
    room = origin.most - len(fields) - 32
    return fields + _journal_field("MESSAGE", fitted(facts, event.text, room))


def fitted(facts: Mapping[str, Any], text: str, room: int) -> str:
    """An event's JSON, shortened where it is too long for a message.

    Args:
        facts: The event.
        text: The same as JSON in ASCII.
        room: How many bytes there are.
    """
    if len(text) <= room:
        return text
    for most in (1024, 256, 64, 16):
        cut = json.dumps({**_cut(facts, most), "shortened": True})
        if len(cut) <= room:
            return cut
    # So many facts that no shortening of each helps: what every event has, and nothing else.
    few = {key: facts.get(key) for key in ("event", "time", *FIELDS[1:])}
    return json.dumps({**_cut(few, 16), "shortened": True})


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= most else value[: most - 1] + "…"
    if isinstance(value, Mapping):
        return {_cut(key, most): _cut(inner, most) for key, inner in value.items()}
    return [_cut(inner, most) for inner in value] if isinstance(value, list) else value


def _text(facts: Mapping[str, Any], key: str) -> str:
    """A value as text that cannot be mistaken for anything else, and not too long."""
    value = facts.get(key)
    return "".join(_printable(str(value if value is not None else "")[:FIELD_CHARACTERS]))[
        :FIELD_CHARACTERS
    ]


def _printable(text: str) -> Iterator[str]:
    for character in text:
        if character.isprintable():
            yield character
        else:
            yield character.encode("unicode_escape").decode()


def _escaped(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", text)


def _word(text: str, most: int) -> str:
    return re.sub(r"[^!-~]", "?", text)[:most] or "-"


def _severity(name: str) -> int:
    return 3 if name in ERRORS else 4 if name in WARNINGS else 6


def _timestamp(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return "-"
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return "-"
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at.year > 999 else "-"


def _journal_field(key: str, value: str) -> bytes:
    data = value.encode()
    return key.encode("ascii") + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"
