"""The table ``[plugins.recorder]``."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import field_validator

from tornterm.config.fields import ByteSize, ConfigPath, ConfigTable, setting, smallest, wrong

__all__ = ["RecorderSettings"]


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
    full: Literal["stop", "mark-gap"] = setting(
        "mark-gap",
        "What happens while the disk takes nothing: the recording ends, or goes on after a gap.",
    )
    redact: list[str] = setting(
        [], "Regular expressions; what they match within one line is replaced before the disk."
    )

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
