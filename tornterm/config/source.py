"""Where the values of a configuration came from, for messages that say where to mend them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Source", "Text"]

Location = tuple[str | int, ...]


class Text(str):
    """A value from an environment variable: whether it means a number or a list, its key says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a configuration.

    Args:
        file: The configuration file, or None where there is none.
        others: What set a value that is not from the file, by the value's location.
    """

    file: Path | None = None
    others: Mapping[Location, str] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """What relative paths are relative to: the directory of the file, or the current one."""
        return self.file.parent if self.file else Path.cwd()

    def of(self, location: Location) -> str:
        """Say where the value at a location was set.

        Args:
            location: Table, key and so on, as far down as known.
        """
        for end in range(len(location), 0, -1):
            if location[:end] in self.others:
                return self.others[location[:end]]
        return str(self.file) if self.file else ""
