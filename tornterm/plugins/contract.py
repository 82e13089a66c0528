"""Whether a plugin keeps the contract, as far as that shows without asking it anything.

pluggy finds some of this too late or not at all: a misspelt hook is accepted in silence, and so is
a coroutine where nobody will await it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from tornterm import hookspecs
from tornterm.config.explain import nearest
from tornterm.errors import PluginError
from tornterm.hookspecs import KINDS, PROJECT, Kind

__all__ = ["verify"]


def verify(name: str, plugin: object) -> None:
    """Check a plugin's hooks.

    Args:
        name: The plugin's name.
        plugin: The plugin, made.

    Raises:
        PluginError: It does not; names plugin and hook.
    """
    implemented = 0
    for attribute in dir(plugin):
        value = inspect.getattr_static(plugin, attribute, None)
        options = _options(value)
        if options is not None:
            hook = options.get("specname") or attribute
            _verify_hook(name, hook, getattr(plugin, attribute), options)
            implemented += 1
        elif attribute.startswith(f"{PROJECT}_") and callable(getattr(plugin, attribute)):
            # pluggy would pass over it in silence, and a policy would never be asked.
            why = f"is not marked with @hookimpl{_nearest_hook(attribute)}"
            raise PluginError(name, attribute, why)
    if not implemented:
        raise PluginError(name, "", "implements no hook")


def _verify_hook(name: str, hook: str, function: Any, options: Mapping[str, Any]) -> None:
    if hook not in KINDS:
        if options.get("optionalhook"):
            return
        raise PluginError(name, hook, f"there is no such hook{_nearest_hook(hook)}")
    if options.get("wrapper") or options.get("hookwrapper"):
        raise PluginError(name, hook, "wrappers are not supported, because hooks may be async")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise PluginError(name, hook, "must return its answer, not yield it")
    if KINDS[hook] is Kind.REGISTER and inspect.iscoroutinefunction(function):
        raise PluginError(name, hook, "must be a plain function, not async")
    _verify_arguments(name, hook, function)


def _verify_arguments(name: str, hook: str, function: Any) -> None:
    given = list(inspect.signature(getattr(hookspecs, hook)).parameters)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            if parameter.name not in given:
                continue
            # pluggy passes no argument that has a default.
            why = f"its argument {parameter.name!r} must not have a default, or it never gets it"
            raise PluginError(name, hook, why)
        if parameter.name not in given:
            known = f"it has: {', '.join(given)}" if given else "it has none"
            raise PluginError(name, hook, f"has no argument {parameter.name!r}; {known}")
        if parameter.kind is parameter.KEYWORD_ONLY:
            why = f"its argument {parameter.name!r} must not be keyword-only"
            raise PluginError(name, hook, why)


def _options(attribute: object) -> Mapping[str, Any] | None:
    """What `hookimpl` wrote on a function, also inside a static or class method."""
    marker = f"{PROJECT}_impl"
    inner = getattr(attribute, "__func__", None)
    options = getattr(attribute, marker, None) or getattr(inner, marker, None)
    return options if isinstance(options, Mapping) else None


def _nearest_hook(attribute: str) -> str:
    meant = nearest(attribute, KINDS)
    return f"; did you mean {meant}?" if meant and meant != attribute else ""
