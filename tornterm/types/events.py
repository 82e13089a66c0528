"""Audit events, and how those that were kept are asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tornterm.types.nothing import nothing

__all__ = ["AuditEvent", "EventFilter", "OlderEvents"]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that happened and must not be forgotten; never holds terminal contents.

    Args:
        name: Stable, dotted, for example ``session.created``.
        time: Seconds since the epoch.
        user: The user concerned; empty where nobody is known.
        remote: The client's address; empty for what the server did by itself.
        session_id: The session concerned, or empty.
        facts: Further values that JSON can carry.
    """

    name: str
    time: float
    user: str = ""
    remote: str = ""
    session_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=nothing)

    def as_dict(self) -> dict[str, Any]:
        """The event as one flat JSON object; facts keep their names."""
        return {
            "event": self.name,
            "time": self.time,
            "user": self.user,
            "remote": self.remote,
            "session": self.session_id,
            **self.facts,
        }

    @classmethod
    def from_dict(cls, values: object) -> AuditEvent:
        """Make an event out of what `as_dict` gave, which may have come from outside since.

        Args:
            values: The flat object; what is missing besides name and time is empty.

        Raises:
            ValueError: It is no event.
        """
        if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
            raise ValueError(f"an event is an object with names, not {values!r:.40}")
        facts = dict(values)
        name, time = facts.pop("event", None), facts.pop("time", None)
        user, remote, session = (facts.pop(key, "") for key in ("user", "remote", "session"))
        texts = all(isinstance(text, str) for text in (name, user, remote, session))
        if not (texts and name):
            raise ValueError("an event has a name, and its user, remote and session are texts")
        if isinstance(time, bool) or not isinstance(time, int | float) or not _finite(time):
            raise ValueError(f"an event's time is a number of seconds, not {time!r:.40}")
        return cls(name, float(time), user, remote, session, facts)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which audit events somebody wants to see; what is left empty does not matter.

    Args:
        event: The name; ``*`` stands for any part of it, and nothing else is special.
        user: The user concerned.
        session: The session concerned.
        remote: The client's address.
    """

    event: str = ""
    user: str = ""
    session: str = ""
    remote: str = ""

    def passes(self, event: AuditEvent) -> bool:
        """Whether an event is wanted."""
        return (
            (not self.event or fnmatchcase(event.name, re.sub(r"[?\[]", r"[\g<0>]", self.event)))
            and (not self.user or event.user == self.user)
            and (not self.session or event.session_id == self.session)
            and (not self.remote or event.remote == self.remote)
        )


@dataclass(frozen=True, slots=True)
class OlderEvents:
    """What an audit sink has found among the events that it has kept.

    Args:
        events: Those that are wanted, the newest first; none where it has not got to any yet.
        cursor: Where it goes on, in words of its own, at most `MAX_CURSOR` characters; None where
            there is nothing older.
    """

    events: tuple[AuditEvent, ...] = ()
    cursor: str | None = None

    MAX_CURSOR = 256


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer that is too large for a float
        return False
