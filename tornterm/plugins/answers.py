"""What each hook may return: one checker per type of answer.

A checker takes what an implementation returned, gives it back in its proper form, or raises
`Nonsense`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tornterm.plugins.faults import Nonsense
from tornterm.types import AuditEvent, EventFilter, OlderEvents, Profile, User

__all__ = ["anything", "found_by", "maybe", "profiles", "several", "user_of", "verdict"]

T = TypeVar("T")

MOST_FOUND = 8 * 1024 * 1024
"""Characters that the events of one answer have as JSON."""


def anything(returned: Any) -> None:
    """Whatever a NOTIFY hook returns; it is ignored."""


def verdict(returned: Any) -> bool | None:
    """True, False or None."""
    if returned is None or isinstance(returned, bool):
        return returned
    raise Nonsense(returned, "True, False or None")


def maybe(wanted: type[T]) -> Callable[[Any], T | None]:
    """One value of a type, or None."""

    def check(returned: Any) -> T | None:
        if returned is None or isinstance(returned, wanted):
            return returned
        raise Nonsense(returned, f"{wanted.__name__} or None")

    return check


def several(wanted: type[T]) -> Callable[[Any], tuple[T, ...]]:
    """One value of a type, a list or tuple of them, or None."""

    def check(returned: Any) -> tuple[T, ...]:
        if returned is None:
            return ()
        if isinstance(returned, wanted):
            return (returned,)
        if not isinstance(returned, Sequence):
            raise Nonsense(returned, f"{wanted.__name__}, a list of them or None")
        for value in returned:
            if not isinstance(value, wanted):
                raise Nonsense(value, f"{wanted.__name__} (in a list)")
        return tuple(returned)

    return check


def profiles(returned: Any) -> tuple[Profile, ...]:
    """Profiles that a client could name when it asks for a session."""
    found = several(Profile)(returned)
    for profile in found:
        if not isinstance(profile.name, str) or len(profile.name) > Profile.MAX_NAME:
            raise Nonsense(profile, f"one with a name of at most {Profile.MAX_NAME} characters")
        if not isinstance(profile.label, str):
            raise Nonsense(profile.label, "a text (as a profile's label)")
    return found


def user_of(plugin: str) -> Callable[[Any], User | None]:
    """A user with a name, vouched for by `plugin`, or None."""

    def check(returned: Any) -> User | None:
        if returned is None:
            return None
        if not isinstance(returned, User):
            raise Nonsense(returned, "User or None")
        if not isinstance(returned.name, str) or not returned.name:
            raise Nonsense(returned.name, "a user with a name")
        # Whom to ask again later is not for the plugin to say.
        return returned if returned.backend == plugin else replace(returned, backend=plugin)

    return check


def found_by(
    plugin: str, wanted: EventFilter, cursor: str | None, limit: int
) -> Callable[[Any], tuple[str, OlderEvents] | None]:
    """Events that were asked for, found by `plugin`, with a cursor that leads on; or None."""

    def check(returned: Any) -> tuple[str, OlderEvents] | None:
        if returned is None:
            return None
        if not isinstance(returned, OlderEvents):
            raise Nonsense(returned, "OlderEvents or None")
        events, further = returned.events, returned.cursor
        if not isinstance(events, Sequence) or len(events) > limit:
            raise Nonsense(events, f"at most {limit} events")
        if further is not None and not _is_cursor(further, cursor):
            raise Nonsense(further, "a new cursor of at most 256 characters, or None")
        room = MOST_FOUND
        for event in events:
            room -= _length(event)
            if not wanted.passes(event):
                raise Nonsense(event, "an event that was asked for")
            if room < 0:
                raise Nonsense(event, f"events of no more than {MOST_FOUND} characters")
        return plugin, OlderEvents(tuple(events), further)

    return check


def _is_cursor(text: Any, before: str | None) -> bool:
    # The same one again would lead round in a circle.
    good = isinstance(text, str) and 0 < len(text) <= OlderEvents.MAX_CURSOR
    return good and text.isprintable() and text != before


def _length(event: Any) -> int:
    """How long an event is as JSON, which it must be able to become."""
    if not isinstance(event, AuditEvent):
        raise Nonsense(event, "AuditEvent (in events)")
    try:
        AuditEvent.from_dict(event.as_dict())
        return len(json.dumps(event.as_dict(), allow_nan=False))
    except (TypeError, ValueError):
        raise Nonsense(event, "an event that JSON can carry") from None
