"""The command ``tornterm``."""

from __future__ import annotations

from tornterm.cli.commands import main

__all__ = ["main"]
