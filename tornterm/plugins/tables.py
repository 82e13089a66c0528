"""From the table ``[plugins.<name>]`` to the settings that a plugin is made with."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tornterm.config.explain import problems_of
from tornterm.config.source import Source
from tornterm.errors import ConfigProblem, PluginError

__all__ = ["HOOK", "checked", "model_of"]

HOOK = "tornterm_register_config"


def model_of(name: str, plugin: object) -> type[BaseModel] | None:
    """The model of a plugin's table.

    Args:
        name: The plugin's name.
        plugin: The plugin's class.

    Returns:
        The model, or None where the plugin has no settings.

    Raises:
        PluginError: The hook cannot be called on the class, raised, or returned something else.
    """
    hook = getattr(plugin, HOOK, None)
    if hook is None:
        return None
    if inspect.iscoroutinefunction(hook):
        raise PluginError(name, HOOK, "must be a plain function, not async")
    try:
        model = hook()
    except Exception as error:
        why = f"{type(error).__name__}: {error} (is it a static or class method?)"
        raise PluginError(name, HOOK, why) from error
    if model is not None and not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise PluginError(name, HOOK, f"returned {model!r:.80}, not a pydantic model class")
    return model


def checked(
    model: type[BaseModel], name: str, table: Mapping[str, Any], source: str
) -> BaseModel | list[ConfigProblem]:
    """Check a plugin's table.

    Args:
        model: The table's model.
        name: The plugin's name.
        table: The table as it was read.
        source: The file it came from; relative paths in it are relative to that file.

    Returns:
        The settings, or everything that is wrong.

    Raises:
        PluginError: The model itself fails in another way than by a `ValidationError`.
    """
    place = Source(Path(source).absolute() if source else None)
    try:
        return model.model_validate(table, context={"directory": place.directory})
    except ValidationError as error:
        return problems_of(error, model, table, place, ("plugins", name))
    except Exception as error:
        raise PluginError(
            name, HOOK, f"its model raised {type(error).__name__}: {error}"
        ) from error
