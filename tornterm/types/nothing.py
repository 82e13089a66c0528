"""The empty mapping, which is what fields hold that nobody has filled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["nothing"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The one empty mapping, which nobody can fill."""
    return _NOTHING
