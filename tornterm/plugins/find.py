"""Which plugins there are.

Nothing that merely happens to be installed is loaded: only what ``plugins.enabled`` names, as a
built-in, by an entry point, or by an import path.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points, version
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from tornterm.config.explain import nearest
from tornterm.config.source import Source
from tornterm.errors import ConfigProblem, PluginError
from tornterm.hookspecs import PROJECT
from tornterm.plugins.imports import is_module, load_path
from tornterm.plugins.tables import model_of

__all__ = [
    "ALWAYS",
    "BUILTINS",
    "Found",
    "find_all",
    "installed",
    "missing",
    "named",
    "plugin_models",
    "problem",
]

BUILTINS: Mapping[str, str] = MappingProxyType(
    {
        "token": "tornterm.builtin.token:Token",
        "local_users": "tornterm.builtin.local_users:LocalUsers",
        "shell": "tornterm.builtin.shell:Shell",
        "jsonl": "tornterm.builtin.jsonl:Jsonl",
        "log": "tornterm.builtin.log:Log",
        "policy": "tornterm.builtin.policy:Policy",
    }
)
"""The first-party plugins. They are named, not imported: the host stands below them."""

ALWAYS = "policy"
"""The plugin that is always there, and always asked last."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin as it was found, not yet made.

    Args:
        name: The name it is switched on and configured by.
        plugin: The class to be made, or the object or module itself.
        distribution: The distribution it came from; empty for an object handed over.
        version: That distribution's version.
        settings: What it was made with; None before that, and for a plugin without settings.
        path: The import path that it was named by; empty for one that was not.
    """

    name: str
    plugin: Any
    distribution: str = ""
    version: str = ""
    settings: BaseModel | None = None
    path: str = ""

    @property
    def is_class(self) -> bool:
        """Whether it has to be made, and so can be given settings."""
        return inspect.isclass(self.plugin)


def find_all(names: Iterable[str], source: Source) -> Iterator[Found | ConfigProblem]:
    """Find plugins by what ``plugins.enabled`` says.

    Args:
        names: The name of a built-in, that of an entry point in the group ``tornterm``, or an
            import path: ``module:Class`` or ``module``.
        source: The configuration that asks for them.

    Yields:
        For each name what was found, or why nothing was.

    Raises:
        PluginError: One was found but cannot be imported.
    """
    # Looking through all that is installed takes as long as importing a plugin: once for all.
    offers = entry_points(group=PROJECT)
    for name in names:
        yield _find(name, [entry for entry in offers if entry.name == name], source)


def _find(name: str, offers: list[EntryPoint], source: Source) -> Found | ConfigProblem:
    if len(offers) + (name in BUILTINS) > 1:
        ours = ["tornterm itself"] if name in BUILTINS else []
        names = ", ".join(sorted(ours + [_distribution(entry)[0] for entry in offers]))
        why = f'the plugin "{name}" is offered more than once ({names}); uninstall all but one'
        return problem(source, why)
    if name in BUILTINS:
        module, _, attribute = BUILTINS[name].partition(":")
        plugin = getattr(importlib.import_module(module), attribute)
        return Found(name, plugin, PROJECT, _our_version())
    if not offers:
        if is_module(name, source.file and source.directory):
            return replace(named(load_path(name)), path=name)
        return problem(source, missing(name))
    return Found(name, _loaded(offers[0]), *_distribution(offers[0]))


def named(plugin: object) -> Found:
    """A plugin that an embedder hands over: a class, an object or a module.

    Args:
        plugin: Its name is its attribute ``name``, or else its class's or module's.
    """
    name = getattr(plugin, "name", None)
    if not isinstance(name, str) or not name:
        own = plugin if inspect.isclass(plugin) or inspect.ismodule(plugin) else type(plugin)
        name = own.__name__.rpartition(".")[2]
    return Found(name, plugin)


def installed() -> set[str]:
    """The names of all built-in plugins and of those that installed distributions offer."""
    return {*BUILTINS, *(entry.name for entry in entry_points(group=PROJECT))}


def plugin_models(
    enabled: Sequence[str], source: Source
) -> tuple[dict[str, type[BaseModel]], list[ConfigProblem]]:
    """The models of the tables of plugins, without making the plugins.

    Args:
        enabled: Names or import paths of plugins.
        source: The configuration that they were written in.

    Returns:
        The model of each plugin that has settings, and what is wrong with what was written.

    Raises:
        PluginError: One cannot be imported, or does not say its model.
    """
    models: dict[str, type[BaseModel]] = {}
    problems: list[ConfigProblem] = []
    for name, found in zip(enabled, find_all(enabled, source), strict=True):
        if isinstance(found, ConfigProblem):
            problems.append(found)
        elif found.is_class and (model := model_of(name, found.plugin)):
            models[found.name] = model
    return models, problems


def problem(source: Source, why: str, key: str = "enabled") -> ConfigProblem:
    """Something that is wrong with a name in the table ``[plugins]``."""
    return ConfigProblem(source.of(("plugins", key)), "plugins", key, why)


def missing(name: str, others: Collection[str] = ()) -> str:
    """That there is no such plugin, with the one that was probably meant.

    Args:
        name: What was written.
        others: Names that are known besides those of built-in and installed plugins.
    """
    if ":" in name:
        return f'there is no module "{name.partition(":")[0]}" to import "{name}" from'
    known = (installed() | {*others}) - {ALWAYS}
    meant = nearest(name, known)
    hint = f'did you mean "{meant}"?' if meant else f"there are {', '.join(sorted(known))}"
    return f'no installed plugin is named "{name}"; {hint}'


def _loaded(entry: EntryPoint) -> Any:
    """What an entry point leads to; where it leads nowhere, whose it is and what it says."""
    try:
        return load_path(f"{entry.module}:{entry.attr}" if entry.attr else entry.module)
    except PluginError as error:
        offering = _distribution(entry)[0] or "a distribution"
        why = f'the entry point "{entry.name} = {entry.value}" of {offering}: {error.why}'
        raise PluginError(entry.name, "", why) from error.__cause__


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    return (entry.dist.name, entry.dist.version) if entry.dist else ("", "")


def _our_version() -> str:
    try:
        return version(PROJECT)
    except importlib.metadata.PackageNotFoundError:
        return ""
