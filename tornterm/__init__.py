"""Real terminals in a page: sessions that survive a disconnect, for Tornado.

The names here are what an embedding application and a plugin begin with. Values that cross the
border are in `tornterm.types`, exceptions in `tornterm.errors`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornterm.config.settings import Settings
    from tornterm.hookspecs import hookimpl
    from tornterm.terminals import Terminals
    from tornterm.web.host_login import TornadoLogin

    __version__: str

__all__ = ["Settings", "Terminals", "TornadoLogin", "__version__", "hookimpl"]

_HOMES = {
    "Settings": "tornterm.config.settings",
    "Terminals": "tornterm.terminals",
    "TornadoLogin": "tornterm.web.host_login",
    "hookimpl": "tornterm.hookspecs",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `tornterm.errors` alone costs little."""
    if name == "__version__":
        from importlib.metadata import version

        return version("tornterm")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
