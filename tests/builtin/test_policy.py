"""The policy that always applies."""

from __future__ import annotations

from typing import Any

import pytest

from tornterm.plugins import PluginHost
from tornterm.types import SessionInfo, Size, User

SESSION = SessionInfo("s1", "alice", "", "", "running", 0.0, Size(), 0, 0)
ON_SESSIONS = ("attach", "watch", "control", "kill")


@pytest.mark.parametrize("action", ON_SESSIONS)
async def test_owners_and_admins_may(action: Any) -> None:
    """An owner and an admin may do everything with a session; a stranger nothing."""
    host = PluginHost([], {})
    assert await host.authorize(User("alice"), action, SESSION)
    assert await host.authorize(User("root", admin=True), action, SESSION)
    assert not await host.authorize(User("mallory"), action, SESSION)
    assert not await host.authorize(User("ALICE"), action, SESSION)


async def test_everybody_may_make_a_session_of_their_own() -> None:
    """Whoever is logged in may create."""
    assert await PluginHost([], {}).authorize(User("alice"), "create", None)


async def test_only_admins_may_administer() -> None:
    """The admin page is for admins."""
    host = PluginHost([], {})
    assert not await host.authorize(User("alice"), "admin", None)
    assert await host.authorize(User("root", admin=True), "admin", None)


async def test_the_policy_abstains_otherwise() -> None:
    """It never says no, so that another plugin can allow more."""
    from tornterm.hookspecs import hookimpl

    class Friends:
        @hookimpl
        async def tornterm_authorize(self, user: User) -> bool | None:
            return True if user.name == "bob" else None

    host = PluginHost([], {}, [Friends])
    assert await host.authorize(User("bob"), "watch", SESSION)
    assert not await host.authorize(User("eve"), "watch", SESSION)
