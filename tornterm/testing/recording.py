"""What a client received, by offset."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.core.protocols import v1
from tornterm.types import Size

__all__ = ["Recording"]


class Recording:
    """Output by offset, and what a terminal that was drawn on since its last reset has been fed."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, bytearray]] = []
        """Runs of output, each with the offset of its first byte; snapshots are not in them."""
        self.screen = bytearray()
        """Everything since the screen was reset: the newest snapshot and the output behind it."""
        self.snapshots: list[bytearray] = []
        """The bytes of each snapshot."""
        self.sizes: list[tuple[int | None, Size]] = []
        """Changes of the size, each at its offset."""
        self.skipped = 0
        """Bytes that the server said were skipped, in all."""

    @property
    def data(self) -> bytes:
        """All output that came as such, in order, whatever is missing between."""
        return b"".join(piece for _, piece in self.pieces)

    @property
    def end(self) -> int:
        """The offset behind the last byte of output."""
        return self.pieces[-1][0] + len(self.pieces[-1][1]) if self.pieces else 0

    @property
    def text(self) -> str:
        """What the screen was fed since its last reset, as text."""
        return self.screen.decode("utf-8", "replace")

    def clear(self) -> None:
        """Forget everything, because what follows is a replay from the beginning."""
        self.pieces.clear()
        self.screen = bytearray()

    def begin(self, message: v1.SessionMade | v1.Resumed) -> None:
        """A connection was answered."""
        if isinstance(message, v1.Resumed):
            self.skipped += message.skipped

    def draw(self, part: v1.Snapshot) -> None:
        """A part of a snapshot begins."""
        if part.first:
            self.screen = bytearray()
            self.snapshots.append(bytearray())

    def add(self, data: bytes, offset: int | None) -> None:
        """Bytes were received.

        Args:
            data: The bytes.
            offset: The offset of the first; None where they belong to a snapshot.
        """
        self.screen += data
        if offset is None:
            self.snapshots[-1] += data
        elif self.pieces and self.end == offset:
            self.pieces[-1][1].extend(data)
        else:
            self.pieces.append((offset, bytearray(data)))

    def resized(self, offset: int | None, size: Size) -> None:
        """The size changed."""
        self.sizes.append((offset, size))

    def finder(self, needle: bytes) -> Callable[[], bool]:
        """A condition that is met when `needle` stands on the screen; it looks at no byte twice."""
        screen, looked = self.screen, 0

        def found() -> bool:
            nonlocal screen, looked
            if screen is not self.screen:  # it was reset, and may be as long as it was
                screen, looked = self.screen, 0
            if self.screen.find(needle, max(0, looked - len(needle))) >= 0:
                return True
            looked = len(self.screen)
            return False

        return found
