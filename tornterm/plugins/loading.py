"""From the names in the configuration to plugins that are made, checked and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tornterm.config.source import Source
from tornterm.errors import ConfigError, ConfigProblem, PluginError, TorntermError
from tornterm.plugins.contract import verify
from tornterm.plugins.find import ALWAYS, Found, find_all, installed, missing, named, problem
from tornterm.plugins.tables import HOOK, checked, model_of

__all__ = ["Loaded", "load"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The plugins of one application, made, in the order in which they are asked."""

    plugins: tuple[Found, ...]
    warnings: tuple[ConfigProblem, ...]


def load(
    enabled: Sequence[str],
    disabled: Collection[str],
    tables: Mapping[str, Mapping[str, Any]],
    extra: Sequence[object],
    source: str,
) -> Loaded:
    """Find, configure, make and check all plugins of an application.

    Args:
        enabled: The names and import paths in ``plugins.enabled``.
        disabled: The names in ``plugins.disabled``, which are left out whoever enables them.
        tables: The tables ``[plugins.<name>]`` by name, unchecked.
        extra: Plugins that an embedder hands over.
        source: The file that `enabled` and `tables` came from.

    Raises:
        ConfigError: All names and tables that are wrong.
        PluginError: The first plugin that cannot be imported or made, or breaks the contract.
    """
    origin = Source(Path(source).absolute() if source else None)
    found, problems = _find_all(enabled, disabled, extra, origin)
    settings: dict[str, BaseModel] = {}
    for plugin in found:
        answer = _settings(plugin, tables.get(plugin.name), source)
        if isinstance(answer, BaseModel):
            settings[plugin.name] = answer
        elif answer:
            problems.extend(answer)
    if problems:
        raise ConfigError(problems)
    made = tuple(_make(plugin, settings.get(plugin.name)) for plugin in found)
    for plugin in made:
        verify(plugin.name, plugin.plugin)
    return Loaded(made, (*_unused(tables, found, source), *_useless(made, source)))


def _find_all(
    enabled: Sequence[str], disabled: Collection[str], extra: Sequence[object], source: Source
) -> tuple[list[Found], list[ConfigProblem]]:
    found = [named(plugin) for plugin in extra]
    problems: list[ConfigProblem] = []
    # The one that is always there may be written down; it stays the last.
    written = (*(name for name in enabled if name not in (ALWAYS, *disabled)), ALWAYS)
    for answer in find_all(written, source):
        if isinstance(answer, Found):
            found.append(answer)
        else:
            problems.append(answer)
    problems += _wrongly_disabled(disabled, {*enabled, *(p.name for p in found)}, source)
    found = [plugin for plugin in found if plugin.name == ALWAYS or plugin.name not in disabled]
    for name, count in Counter(plugin.name for plugin in found).items():
        if count > 1:
            problems.append(problem(source, f'the plugin "{name}" is enabled more than once'))
    return found, problems


def _wrongly_disabled(
    disabled: Collection[str], known: Collection[str], source: Source
) -> Iterator[ConfigProblem]:
    """What was misspelt there would stay active, and nobody would notice."""
    for name in disabled:
        if name == ALWAYS:
            why = f'"{ALWAYS}" is always there; what it allows, another plugin can forbid'
            yield problem(source, why, "disabled")
        elif name not in known and name not in installed():
            yield problem(source, missing(name, known), "disabled")


def _settings(
    plugin: Found, table: Mapping[str, Any] | None, source: str
) -> BaseModel | list[ConfigProblem]:
    """The settings a plugin is made with, or what is wrong; an empty list for no settings."""
    if not plugin.is_class:
        # An embedder's object was given its settings by whoever made it.
        if table or (plugin.distribution and hasattr(plugin.plugin, HOOK)):
            why = "it is made already, so it cannot be given settings; offer the plugin's class"
            return [ConfigProblem(source, f"plugins.{plugin.name}", "", why)]
        return []
    model = model_of(plugin.name, plugin.plugin)
    if model is None:
        if not table:
            return []
        why = "this plugin has no settings"
        return [ConfigProblem(source, f"plugins.{plugin.name}", "", why)]
    return checked(model, plugin.name, table or {}, source)


def _make(plugin: Found, settings: BaseModel | None) -> Found:
    if not plugin.is_class:
        return plugin
    try:
        made = plugin.plugin() if settings is None else plugin.plugin(settings)
        return replace(plugin, plugin=made, settings=settings)
    except TorntermError:
        raise
    except Exception as error:
        why = f"cannot be made: {type(error).__name__}: {error}"
        raise PluginError(plugin.name, "", why) from error


NOBODY = "nobody can log in: no plugin in it knows anybody"
"""A warning that does not apply where an application around the terminals logs people in."""


def _unused(
    tables: Mapping[str, Mapping[str, Any]], found: Sequence[Found], source: str
) -> tuple[ConfigProblem, ...]:
    names = {plugin.name for plugin in found}
    why = "this plugin is not enabled, so the table has no effect"
    return tuple(
        ConfigProblem(source, f"plugins.{name}", "", why, warning=True)
        for name in tables
        if name not in names
    )


def _useless(made: Sequence[Found], source: str) -> Iterator[ConfigProblem]:
    """Nobody gets as far as a terminal without these."""
    for hook, why in (
        ("tornterm_authenticate", NOBODY),
        ("tornterm_spawn", "no session can start: no plugin in it says what to run (shell does)"),
    ):
        if not any(hasattr(plugin.plugin, hook) for plugin in made):
            yield ConfigProblem(source, "plugins", "enabled", why, warning=True)
