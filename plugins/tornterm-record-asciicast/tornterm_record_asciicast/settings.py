"""The table ``[plugins.recorder]``."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import TypeAdapter, field_validator

from tornterm.config.fields import (
    ByteSize,
    ConfigPath,
    ConfigTable,
    Duration,
    setting,
    shortest,
    smallest,
    wrong,
)

__all__ = ["RecorderSettings"]

_MOMENTS = frozenset({"never", "segment"})
_PAUSE: TypeAdapter[float] = TypeAdapter(Annotated[Duration, shortest("1s")])


class RecorderSettings(ConfigTable):
    """Recordings of what sessions print."""

    folder: ConfigPath = setting(
        ..., "Where recordings are kept; only its owner may read it.", example="recordings"
    )
    segment: Annotated[ByteSize, smallest("4 KiB")] = setting(
        "16 MiB", "How large one file of a recording may become before the next one begins."
    )
    buffer: Annotated[ByteSize, smallest("64 KiB")] = setting(
        "4 MiB", "How much of a session may wait for the disk; what is more becomes a gap."
    )
    full: Literal["stop", "pause", "mark-gap"] = setting(
        "mark-gap",
        "What happens while the disk takes nothing: the recording ends, the program waits, or the "
        "recording goes on after a gap.",
    )
    sync: str = setting(
        "segment",
        "When what was written is forced to the disk: never, once a segment is complete, or a time "
        'such as "5s" after it was written.',
    )
    input: bool = setting(
        False, "Whether lines that are typed are recorded as well, where the terminal shows them."
    )
    redact: list[str] = setting(
        [], "Regular expressions; what they match within one line is replaced before the disk."
    )

    @property
    def sync_seconds(self) -> float:
        """Seconds for which something may be written and not on the disk; 0 for any time."""
        return _PAUSE.validate_python(self.sync) if self.sync not in _MOMENTS else 0.0

    @field_validator("sync")
    @classmethod
    def _is_known(cls, sync: str) -> str:
        if sync not in _MOMENTS:
            try:
                _PAUSE.validate_python(sync)
            except ValueError:
                why = f'{sync!r} is neither "never" nor "segment" nor a time of at least "1s"'
                raise wrong(why) from None
        return sync

    @field_validator("redact")
    @classmethod
    def _can_match(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                compiled = re.compile(pattern)
            except re.error as error:
                raise wrong(f"{pattern!r} is no regular expression: {error}") from None
            if compiled.match(""):
                raise wrong(f"{pattern!r} matches nothing at all, which is everywhere")
        return patterns
