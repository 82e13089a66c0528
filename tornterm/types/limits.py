"""How much a person may have, and has."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits", "Usage"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one user may have at once and per hour; 0 means no limit.

    Args:
        max_per_user: Sessions at the same time.
        max_per_hour: Creations in a rolling hour.
        group: The group whose members share `max_in_group`; empty for none.
        max_in_group: Sessions of all members of `group` at the same time.
    """

    max_per_user: int = 0
    max_per_hour: int = 0
    group: str = ""
    max_in_group: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a user's limits is used.

    Args:
        limits: The limits that apply.
        sessions: Sessions the user has now, starting ones included.
        created: Creations within the last hour.
        retry_after: Seconds until another creation can succeed, 0 where one can now, None
            where that depends on sessions ending.
    """

    limits: Limits
    sessions: int
    created: int
    retry_after: int | None
