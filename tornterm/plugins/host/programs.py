"""Which program does a session run?"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tornterm.errors import AuthError, NoProfile, PluginError, SessionError, SpawnError
from tornterm.plugins.answers import maybe, profiles
from tornterm.plugins.host.asking import Asking
from tornterm.plugins.privileges import RootWatch
from tornterm.types import Profile, SpawnPlan, SpawnRequest, User

__all__ = ["Programs"]


class Programs(Asking):
    """Asks plugins what there is to start, and how."""

    _root: RootWatch

    async def profiles(self, user: User) -> list[Profile]:
        """The profiles that a user may choose from, in the order of the plugins."""
        found: dict[str, Profile] = {}
        for _, profile in await self._ask.collect("tornterm_profiles", profiles, user=user):
            if profile.name:
                found.setdefault(profile.name, profile)
        return list(found.values())

    async def spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        """Which program to start for a user.

        Raises:
            SpawnError: No plugin had a plan, or one failed.
            SessionError: A plugin refuses, and says why.
            AuthError: Likewise.
        """

        def checker(plugin: str) -> Callable[[Any], SpawnPlan | None]:
            self._root.planned(plugin)  # the last one that is asked is the one that answers
            return maybe(SpawnPlan)

        try:
            plan = await self._ask.decide(
                "tornterm_spawn",
                checker,
                (SessionError, AuthError),
                user=user,
                request=request,
            )
        except PluginError as error:
            raise SpawnError(f"the plugin {error.plugin!r} failed") from error
        if plan is None:
            if request.profile:
                raise await self._no_profile(user, request)
            raise SpawnError("no plugin says what to run (is `shell` in plugins.enabled?)")
        return plan

    async def _no_profile(self, user: User, request: SpawnRequest) -> NoProfile:
        """Why nothing was planned, with the profile of the user's that may have been meant."""
        name = request.profile
        known = [profile.name for profile in await self.profiles(user)]
        meant = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"; did you mean {meant[0]!r:.60}?" if meant else ""
        if request.argv is not None and not meant:
            hint = "; to run argv without one, leave the profile out"
        return NoProfile(f"there is no profile {name!r:.60}{hint}")

    async def prepare_spawn(self, user: User, plan: SpawnPlan) -> SpawnPlan:
        """The plan after all plugins have changed it.

        Raises:
            SpawnError: A plugin failed.
            SessionError: A plugin refuses, and says why.
            AuthError: Likewise.
        """
        try:
            result: SpawnPlan = await self._ask.transform(
                "tornterm_prepare_spawn",
                "plan",
                maybe(SpawnPlan),
                (SessionError, AuthError),
                _files_for_what_was_meant,
                user=user,
                plan=plan,
            )
        except PluginError as error:
            raise SpawnError(f"the plugin {error.plugin!r} failed") from error
        self._root.look(result)
        return result


def _files_for_what_was_meant(before: SpawnPlan, after: SpawnPlan) -> SpawnPlan:
    """Turn files off where a plugin has changed what runs, or as whom, and said nothing of them.

    Whoever puts a program into something else knows best what that may see; who forgets to say it
    must not open the server's own files.
    """
    if not after.files or after.files != before.files:
        return after

    def what(plan: SpawnPlan) -> tuple[object, ...]:
        return plan.argv, plan.uid, plan.gid, plan.groups

    return after if what(before) == what(after) else replace(after, files=False)
