"""The server that ``tornterm serve`` runs: listening, logging, signals, and an orderly end."""

from __future__ import annotations

from tornterm.server.check import check
from tornterm.server.run import serve

__all__ = ["check", "serve"]
