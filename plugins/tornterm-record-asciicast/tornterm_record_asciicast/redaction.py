"""Replacing what must not reach the disk, also where it came in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["REPLACEMENT", "Redactor"]

REPLACEMENT = "[redacted]"

MOST = 8192
"""Characters of one line that are held at the most."""

KEPT = 1024
"""Characters that are held of a longer line: as long as a match may be that begins in it."""


class Redactor:
    """Holds each line until it is complete, and gives it on without what the patterns match.

    Args:
        patterns: Regular expressions; with none of them nothing is held.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._held = ""

    @property
    def holds(self) -> bool:
        """Whether something is held."""
        return bool(self._held)

    def feed(self, text: str) -> str:
        """Take text; gives what may be written now."""
        if not self._patterns:
            return text
        self._held += text
        cut = self._held.rfind("\n") + 1
        if len(self._held) - cut > MOST:
            cut = self._before_match(len(self._held) - KEPT)
        done, self._held = self._held[:cut], self._held[cut:]
        return self.replaced(done)

    def finish(self) -> str:
        """What is held, because nothing follows."""
        done, self._held = self._held, ""
        return self.replaced(done)

    def _before_match(self, cut: int) -> int:
        for pattern in self._patterns:
            for match in pattern.finditer(self._held):
                if match.start() < cut < match.end():
                    cut = match.start()
        return cut

    def replaced(self, text: str) -> str:
        """Whole lines without what the patterns match."""
        lines = text.splitlines(keepends=True)
        for pattern in self._patterns:
            lines = [pattern.sub(REPLACEMENT, line) for line in lines]
        return "".join(lines)
