"""Routes that plugins add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tornterm.types.nothing import nothing

__all__ = ["Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """A route that a plugin adds under ``{base}-/<plugin>/``.

    Args:
        path: A regular expression below the plugin's prefix, without a leading slash.
        handler: A `tornado.web.RequestHandler` subclass.
        kwargs: Arguments for its ``initialize``.
        access: ``required`` (a login is needed) or ``public``.
    """

    path: str
    handler: type
    kwargs: Mapping[str, Any] = field(default_factory=nothing)
    access: Literal["required", "public"] = "required"
