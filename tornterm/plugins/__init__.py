"""Plugins: finding them, checking them, and asking them.

This package and `tornterm.hookspecs` are the only ones that know pluggy.
"""

from __future__ import annotations

from tornterm.plugins.find import BUILTINS, plugin_models
from tornterm.plugins.host import PluginHost, PluginInfo

__all__ = ["BUILTINS", "PluginHost", "PluginInfo", "plugin_models"]
