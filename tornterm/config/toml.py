"""Values and tables as they are written in TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from tornterm.config.secret import Secret

__all__ = ["in_force", "toml", "toml_key"]

HIDDEN = "***"
"""What is shown instead of a value that does not show itself."""


def toml(value: Any) -> str:
    """A value of the kinds that JSON knows, on one line.

    Args:
        value: The value.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml_key(key)} = {toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(toml(item) for item in value)}]"
    return json.dumps(str(value), ensure_ascii=False)


def toml_key(key: str) -> str:
    """A key, in quotes where it needs them.

    Args:
        key: The key.
    """
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def in_force(settings: BaseModel) -> Iterator[str]:
    """Each key of a table with the value in force, as ``key = value``; no secret is shown.

    Args:
        settings: The table, checked. Keys without a value are left out.
    """
    for key, value in _visible(settings, settings.model_dump(mode="json")).items():
        if value is not None:
            yield f"{toml_key(key)} = {toml(value)}"


def _visible(value: Any, dumped: Any) -> Any:
    """What was dumped, without what is not part of a ``repr`` either, at any depth."""
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, BaseModel) and isinstance(dumped, Mapping):
        fields = type(value).model_fields
        return {
            key: _visible(getattr(value, key), inner)
            if key not in fields or fields[key].repr
            else HIDDEN
            for key, inner in dumped.items()
            if inner is not None
        }
    if isinstance(value, Mapping) and isinstance(dumped, Mapping):
        return {key: _visible(value.get(key), inner) for key, inner in dumped.items()}
    if isinstance(value, list | tuple) and isinstance(dumped, Sequence):
        return [_visible(one, inner) for one, inner in zip(value, dumped, strict=True)]
    return dumped
