"""Plugins that are named by an import path: ``package.module:Class`` or ``package.module``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from tornterm.config.explain import nearest
from tornterm.errors import PluginError

__all__ = ["is_module", "load_path"]


def is_module(path: str, directory: Path | None) -> bool:
    """Whether an import path begins with a module that there is.

    Args:
        path: ``module:Class``, or ``module`` where the module itself is the plugin.
        directory: Where else to look, that of the configuration file: whoever can write there
            decides anyway what the server runs. It is searched last, so that nothing that lies
            there stands in for an installed module.
    """
    if directory is not None and str(directory) not in sys.path:
        sys.path.append(str(directory))
    root = path.partition(":")[0].partition(".")[0]
    if not root.isidentifier():
        return False
    return root in sys.modules or importlib.util.find_spec(root) is not None


def load_path(path: str) -> Any:
    """Import what an import path names.

    Args:
        path: ``module:Class``, or ``module`` where the module itself is the plugin.

    Raises:
        PluginError: It cannot be imported.
    """
    module, _, attribute = path.partition(":")
    try:
        value: Any = importlib.import_module(module)
    except Exception as error:
        why = f"cannot be imported: {type(error).__name__}: {error}"
        # A module that is not there was misspelt; all else went wrong inside the plugin.
        misspelt = isinstance(error, ModuleNotFoundError) and module.startswith(error.name or " ")
        raise PluginError(path, "", why) from (None if misspelt else error)
    for name in filter(None, attribute.split(".")):
        try:
            value = getattr(value, name)
        except AttributeError:
            meant = nearest(name, dir(value))
            hint = f"; did you mean {meant}?" if meant else ""
            raise PluginError(path, "", f"{module} has no {name}{hint}") from None
    return value
