"""What is allowed in a configuration and yet cannot be what somebody wanted."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tornterm.config.settings import Settings
from tornterm.errors import ConfigProblem

__all__ = ["oddities"]


def oddities(settings: Settings) -> Iterator[ConfigProblem]:
    """The values that do not go together, as warnings.

    Args:
        settings: The configuration, checked key by key.
    """
    for table, key, why in (*_paths(settings), *_sizes(settings)):
        yield ConfigProblem(settings.source.of((table, key)), table, key, why, warning=True)


def _paths(settings: Settings) -> Iterator[tuple[str, str, str]]:
    server = settings.server
    path = urlsplit(server.public_url).path
    if server.public_url and path != server.base_url:
        yield "server", "public_url", f"its path is {path}, but base_url is {server.base_url}"


def _sizes(settings: Settings) -> Iterator[tuple[str, str, str]]:
    sessions = settings.sessions
    if "window" in sessions.model_fields_set and sessions.window > sessions.scrollback:
        yield "sessions", "window", "is more than scrollback, half of which is the most it can be"
