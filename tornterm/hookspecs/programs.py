"""Which program does a session run?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tornterm.hookspecs.kinds import Kind, hook

if TYPE_CHECKING:
    from tornterm.types import Profile, SpawnPlan, SpawnRequest, User

__all__ = [
    "tornterm_prepare_spawn",
    "tornterm_profiles",
    "tornterm_spawn",
]


@hook(Kind.COLLECT)
def tornterm_profiles(user: User) -> Sequence[Profile] | Profile | None:
    """Say which profiles a user may choose from.

    Called: when a page or a program of the user asks for them.

    Args:
        user: Who chooses.

    Returns:
        Profiles that `tornterm_spawn` of the same plugin knows, in the order shown; None for none.
        Of several with one name the first counts. A session can be wished for with another profile
        all the same: it is for `tornterm_spawn` to refuse it.

    Async: yes.

    If it raises: this plugin's profiles are missing from the list; logged.
    """


@hook(Kind.DECIDE)
def tornterm_spawn(user: User, request: SpawnRequest) -> SpawnPlan | None:
    """Say which program a new session runs, and how.

    Called: once per session, after the limits allowed it and before anything is started.

    Args:
        user: The session's owner.
        request: What is known and wished.

    Returns:
        The plan; None to leave it to the next plugin.

    Async: yes.

    If it raises: no session is made. The person sees the text of a `SessionError` or an
    `AuthError`, which are refusals; anything else is logged and audited, and the person learns
    only that the plugin failed.
    """


@hook(Kind.TRANSFORM)
def tornterm_prepare_spawn(user: User, plan: SpawnPlan) -> SpawnPlan | None:
    """Make the last changes to a plan, whichever plugin made it.

    Called: once per session, after `tornterm_spawn`.

    Args:
        user: The session's owner.
        plan: The plan, or what the previous plugin returned.

    Returns:
        The plan to use, for example made by `dataclasses.replace`; None to leave it as it is.

    Async: yes.

    If it raises: as for `tornterm_spawn`.
    """
