"""What a new configuration changes that a running server cannot take up."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from tornterm.config.settings import Settings

__all__ = ["needing_restart"]


def needing_restart(old: Settings, new: Settings) -> Iterator[str]:
    """The keys that differ and take effect only at the next start, as ``[table] key``.

    A plugin is made with its table, so a changed one is named as a whole.

    Args:
        old: The configuration that the server was started with.
        new: The one that was just read.
    """
    for name in Settings.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if not isinstance(before, BaseModel):
            continue
        for key, field in type(before).model_fields.items():
            extra = field.json_schema_extra
            restart = isinstance(extra, dict) and extra.get("restart")
            if restart and getattr(before, key) != getattr(after, key):
                yield f"[{name}] {key}"
    before, after = old.plugins.tables, new.plugins.tables
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield f"[plugins.{name}]"
