"""The contract itself: every hook has a kind and says the five things that authors need."""

from __future__ import annotations

import inspect
import re

import pluggy
import pytest

from tornterm import hookspecs
from tornterm.hookspecs import KINDS, PROJECT, Kind

PARTS = ("Called:", "Args:", "Returns:", "Async:", "If it raises:")
DESIGNED = {
    "tornterm_register_config": (Kind.REGISTER, []),
    "tornterm_register_commands": (Kind.REGISTER, []),
    "tornterm_register_routes": (Kind.REGISTER, ["app"]),
    "tornterm_check": (Kind.COLLECT, ["app", "exposed"]),
    "tornterm_startup": (Kind.NOTIFY, ["app"]),
    "tornterm_shutdown": (Kind.NOTIFY, ["app"]),
    "tornterm_authenticate": (Kind.DECIDE, ["request"]),
    "tornterm_login_methods": (Kind.COLLECT, []),
    "tornterm_revalidate": (Kind.VETO, ["user"]),
    "tornterm_authorize": (Kind.VOTE, ["user", "action", "session"]),
    "tornterm_limits": (Kind.TRANSFORM, ["user", "limits"]),
    "tornterm_profiles": (Kind.COLLECT, ["user"]),
    "tornterm_spawn": (Kind.DECIDE, ["user", "request"]),
    "tornterm_prepare_spawn": (Kind.TRANSFORM, ["user", "plan"]),
    "tornterm_session_started": (Kind.NOTIFY, ["session", "user"]),
    "tornterm_session_attached": (Kind.NOTIFY, ["session", "user"]),
    "tornterm_session_detached": (Kind.NOTIFY, ["session", "user"]),
    "tornterm_session_control_changed": (Kind.NOTIFY, ["session", "user", "how"]),
    "tornterm_session_ended": (Kind.NOTIFY, ["session", "reason"]),
    "tornterm_observe_session": (Kind.COLLECT, ["session"]),
    "tornterm_audit": (Kind.NOTIFY, ["event"]),
    "tornterm_audit_older": (Kind.DECIDE, ["wanted", "until", "cursor", "limit"]),
}


def test_the_hooks_are_the_designed_ones() -> None:
    """Names, kinds and arguments are what plugins outside this repository were written for."""
    found = {
        name: (kind, list(inspect.signature(getattr(hookspecs, name)).parameters))
        for name, kind in KINDS.items()
    }
    assert found == DESIGNED


@pytest.mark.parametrize("hook", KINDS)
def test_docstrings_have_five_parts(hook: str) -> None:
    """When called, arguments, what to return, whether async, what if it raises: in this order."""
    text = inspect.getdoc(getattr(hookspecs, hook)) or ""
    places = [text.find(f"\n{part}") for part in PARTS]
    assert -1 not in places, f"{hook} lacks {PARTS[places.index(-1)]}"
    assert places == sorted(places)


@pytest.mark.parametrize("hook", KINDS)
def test_docstrings_explain_each_argument(hook: str) -> None:
    """Every argument of a hook has a line of its own."""
    text = inspect.getdoc(getattr(hookspecs, hook)) or ""
    for name in inspect.signature(getattr(hookspecs, hook)).parameters:
        assert re.search(rf"^    {name}: \S", text, re.MULTILINE), f"{hook}: {name}"


def test_register_hooks_are_not_async() -> None:
    """A docstring promises async exactly where the host awaits."""
    for hook, kind in KINDS.items():
        text = inspect.getdoc(getattr(hookspecs, hook)) or ""
        assert ("\nAsync: no" in text) == (kind is Kind.REGISTER), hook


def test_no_hook_is_firstresult() -> None:
    """With firstresult pluggy would take a coroutine for an answer."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for hook in KINDS:
        assert not getattr(manager.hook, hook).spec.opts["firstresult"]
