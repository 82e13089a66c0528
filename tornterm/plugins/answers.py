"""What each hook may return: one checker per type of answer.

A checker takes what an implementation returned, gives it back in its proper form, or raises
`Nonsense`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tornterm.plugins.faults import Nonsense
from tornterm.types import User

__all__ = ["anything", "maybe", "several", "user_of", "verdict"]

T = TypeVar("T")


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
