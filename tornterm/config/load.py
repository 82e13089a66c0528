"""Reading the configuration: a TOML file, then environment variables, then options.

All mistakes of all sources are collected and raised together, each with the place where it can be
mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli
from pydantic import BaseModel, ValidationError

from tornterm.config.environment import converted, value_of, variables
from tornterm.config.explain import problem, problems_of
from tornterm.config.settings import PluginsSettings, Settings
from tornterm.config.source import Location, Source
from tornterm.errors import ConfigError, ConfigProblem, PluginError

__all__ = ["Override", "PluginModels", "load_settings", "mounted", "settings_from"]

Override = tuple[Location, Any, str]
"""A value from the command line: its location, itself, and the name of the option."""

PluginModels = Callable[
    [Sequence[str], Source], tuple[Mapping[str, type[BaseModel]], Sequence[ConfigProblem]]
]
"""Takes the enabled plugins' names and where they were written; gives the models of their tables,
by the plugins' own names, and what is wrong with those written; may raise `PluginError`."""


def load_settings(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Iterable[Override] = (),
    plugin_models: PluginModels | None = None,
) -> Settings:
    """Read and check the whole configuration.

    Args:
        file: The TOML file; None for defaults.
        environ: The environment; None for that of the process.
        overrides: What the command line sets.
        plugin_models: Where given, the plugins' names and tables are checked as well.

    Raises:
        ConfigError: Something is wrong; holds every problem of every source.
    """
    file = Path(os.path.abspath(file)) if file else None
    data, problems = _read(file)
    origins: dict[Location, str] = {}
    problems += _add_variables(data, os.environ if environ is None else environ, origins)
    for location, value, option in overrides:
        _put(data, location, value, f"option {option}", origins)
    source = Source(file, origins)
    of_plugins = _check_plugins(data, source, plugin_models) if plugin_models else []
    settings, more = _validated(data, source)
    problems += [*more, *of_plugins]
    if problems or settings is None:
        raise ConfigError(problems)
    return settings


def settings_from(given: Settings | Mapping[str, Any] | str | os.PathLike[str] | None) -> Settings:
    """Make settings of whatever an embedding application has.

    Args:
        given: Settings; the tables of a configuration as nested mappings; the path of a TOML
            file, which environment variables may override; None for the defaults.

    Raises:
        ConfigError: Something is wrong; holds every problem.
    """
    if isinstance(given, Settings):
        return given
    if isinstance(given, str | os.PathLike):
        return load_settings(Path(given))
    settings, problems = _validated(given or {}, Source())
    if problems or settings is None:
        raise ConfigError(problems)
    return settings


def mounted(settings: Settings, base: str | None) -> Settings:
    """The settings with another ``server.base_url``.

    Args:
        settings: The settings.
        base: The path; None to leave them as they are.

    Raises:
        ConfigError: That is no path.
    """
    if base is None:
        return settings
    probe, problems = _validated({"server": {"base_url": base}}, Source())
    if problems or probe is None:
        raise ConfigError(problems)
    server = settings.server.model_copy(update={"base_url": probe.server.base_url})
    return settings.model_copy(update={"server": server})


def _read(file: Path | None) -> tuple[dict[str, Any], list[ConfigProblem]]:
    """The file as nested dictionaries; an unreadable one is empty, with the reason."""
    if file is None:
        return {}, []
    try:
        return tomli.loads(file.read_text(encoding="utf-8-sig")), []
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        why = f"is not UTF-8 text (at byte {error.start})"
    except tomli.TOMLDecodeError as error:
        why = f"is not TOML: {error}"
    except RecursionError:
        why = "is not TOML that anybody would write: it is nested too deeply"
    return {}, [ConfigProblem(str(file), "", "", why)]


def _add_variables(
    data: dict[str, Any], environ: Mapping[str, str], origins: dict[Location, str]
) -> list[ConfigProblem]:
    problems: list[ConfigProblem] = []
    for found in variables(environ, Settings):
        if isinstance(found, ConfigProblem):
            problems.append(found)
            continue
        name, location = found
        if len(location) == 3:
            location = ("plugins", _plugin_named(str(location[1]), data), location[2])
        origin = f"environment variable {name}"
        try:
            _put(data, location, value_of(environ[name], location), origin, origins)
        except ValueError as error:
            problems.append(problem(origin, location, str(error), is_table=True))
    return problems


def _plugin_named(written: str, data: Mapping[str, Any]) -> str:
    """The plugin that a variable means: names of variables have neither case nor dashes."""
    plugins = data.get("plugins")
    known: list[Any] = list(PluginsSettings().enabled)
    if isinstance(plugins, Mapping):
        enabled = plugins.get("enabled")
        known += [*plugins, *(enabled if isinstance(enabled, list) else ())]
    for name in known:
        if isinstance(name, str) and name.lower().replace("-", "_").replace(".", "_") == written:
            return name
    return written


def _put(
    data: dict[str, Any], location: Location, value: Any, origin: str, origins: dict[Location, str]
) -> None:
    table = data
    for name in location[:-1]:
        inner = table.setdefault(str(name), {})
        if not isinstance(inner, dict):
            return  # validation complains about what stands there instead of a table
        table = inner
    table[str(location[-1])] = value
    origins[location] = origin


def _validated(
    data: Mapping[str, Any], source: Source
) -> tuple[Settings | None, list[ConfigProblem]]:
    values, problems = converted(data, Settings, source)
    try:
        settings = Settings.model_validate(values, context={"directory": source.directory})
    except ValidationError as error:
        return None, problems + problems_of(error, Settings, values, source)
    settings._source = source
    return settings, problems


def _check_plugins(
    data: dict[str, Any], source: Source, plugin_models: PluginModels
) -> list[ConfigProblem]:
    """Check the plugins' tables, even where other tables are wrong, and convert them in place."""
    written, _ = converted({"plugins": data.get("plugins", {})}, Settings, source)
    try:
        plugins = PluginsSettings.model_validate(written.get("plugins", {}))
    except ValidationError:
        return []  # reported with the rest
    where: Location = ("plugins", "enabled")
    try:
        models, missing = plugin_models(plugins.wanted, source)
    except PluginError as error:
        return [problem(source.of(where), where, str(error))]
    problems = list(missing)
    for name, model in models.items():
        prefix: Location = ("plugins", name)
        table = plugins.tables.get(name, {})
        if not isinstance(table, Mapping):
            why = f"must be a table, written [plugins.{name}]"
            problems.append(problem(source.of(prefix), prefix, why, is_table=True))
            continue
        values, more = converted(table, model, source, prefix)
        problems += more
        try:
            model.model_validate(values, context={"directory": source.directory})
        except ValidationError as error:
            problems += problems_of(error, model, values, source, prefix)
        if table:
            data["plugins"][name] = values
    return problems
