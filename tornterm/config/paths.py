"""Paths in the configuration, relative to the file that holds them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from tornterm.config.units import shown

__all__ = ["directory_of", "parse_path", "resolved"]


def directory_of(info: ValidationInfo) -> Path | None:
    """The directory that validation was told paths are relative to, or None."""
    directory = info.context.get("directory") if isinstance(info.context, Mapping) else None
    return Path(directory) if directory is not None else None


def resolved(text: str, directory: Path | None) -> Path:
    """Make a path absolute.

    Args:
        text: The path as written; may begin with ``~``.
        directory: What it is relative to; None for the current directory.

    Raises:
        ValueError: It begins with the home directory of a user who does not exist.
    """
    path = Path(text)
    if text.startswith("~"):
        try:
            path = path.expanduser()
        except RuntimeError:
            raise ValueError(f"{shown(text)}: there is no such user's home directory") from None
    return Path(os.path.abspath((directory or Path.cwd()) / path))


def parse_path(value: object, info: ValidationInfo) -> Path:
    """What pydantic calls for a path."""
    text = str(value) if isinstance(value, Path) else value
    if not isinstance(text, str) or not text or "\0" in text:
        raise PydanticCustomError("config", "must be the path of a file")
    try:
        return resolved(text, directory_of(info))
    except ValueError as error:
        raise PydanticCustomError("config", "{why}", {"why": str(error)}) from None
