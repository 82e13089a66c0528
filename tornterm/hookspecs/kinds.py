"""The kinds of hooks, and how a function becomes the specification of one."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import pluggy

__all__ = ["PROJECT", "Kind", "hook", "hookimpl", "hookspec", "kind_of"]

PROJECT = "tornterm"
"""The pluggy project name, which is also the marker and the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Function = TypeVar("Function", bound=Callable[..., Any])

_kinds: dict[object, Kind] = {}


class Kind(Enum):
    """How the answers of several plugins become one result."""

    REGISTER = "register"
    DECIDE = "decide"
    VETO = "veto"
    VOTE = "vote"
    TRANSFORM = "transform"
    NOTIFY = "notify"
    COLLECT = "collect"


def hook(kind: Kind) -> Callable[[Function], Function]:
    """Make a function the specification of a hook.

    Args:
        kind: How the answers to it become one result.
    """

    def specify(function: Function) -> Function:
        _kinds[function] = kind
        return hookspec(function)

    return specify


def kind_of(specification: object) -> Kind | None:
    """The kind of a hook; None for what is no hook.

    Args:
        specification: What may be a function that `hook` has marked.
    """
    return _kinds.get(specification) if callable(specification) else None
