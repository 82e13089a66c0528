"""Recorded output of real programs, with the resizes in it."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tornterm.types import Size

STREAMS = Path(__file__).parent / "streams"


@dataclass
class Recording:
    """Output, and the sizes that the terminal took in the midst of it.

    Args:
        name: What was recorded.
        size: The size it began with.
        output: All bytes.
        resizes: Offsets and the sizes from there on, in order.
    """

    name: str
    size: Size
    output: bytes = b""
    resizes: list[tuple[int, Size]] = field(default_factory=list)

    def save(self) -> None:
        header = {
            "size": [self.size.cols, self.size.rows],
            "resizes": [[offset, size.cols, size.rows] for offset, size in self.resizes],
        }
        STREAMS.mkdir(exist_ok=True)
        body = json.dumps(header).encode() + b"\n" + self.output
        (STREAMS / f"{self.name}.xz").write_bytes(
            lzma.compress(body, preset=9 | lzma.PRESET_EXTREME)
        )

    @classmethod
    def load(cls, name: str) -> Recording:
        body = lzma.decompress((STREAMS / f"{name}.xz").read_bytes())
        head, _, output = body.partition(b"\n")
        header = json.loads(head)
        resizes = [(offset, Size(cols, rows)) for offset, cols, rows in header["resizes"]]
        return cls(name, Size(*header["size"]), output, resizes)

    def repeated(self, length: int) -> Recording:
        """At least `length` bytes of it: again and again, and each time begun differently."""
        made = Recording(self.name, self.size, self.output, list(self.resizes))
        turn = 0
        while len(made.output) < length:
            turn += 1
            if made.resizes:
                made.resizes.append((len(made.output), self.size))
            made.output += between(turn)
            shift = len(made.output)
            made.resizes += [(offset + shift, size) for offset, size in self.resizes]
            made.output += self.output
        return made

    def pieces(self, start: int, end: int) -> Iterator[bytes | Size]:
        """What comes from `start` on and before `end`; the resize at `end` is not part of it."""
        for offset, size in self.resizes:
            if start <= offset < end:
                if offset > start:
                    yield self.output[start:offset]
                yield size
                start = offset
        if end > start:
            yield self.output[start:end]

    def size_at(self, offset: int) -> Size:
        """The size before the resize at `offset`, if there is one."""
        return next((s for o, s in reversed(self.resizes) if o < offset), self.size)


def between(turn: int) -> bytes:
    """What a shell might print before the same program is started again."""
    return b"\x1b[%dm$ turn %d\x1b[m %b\r\n" % (31 + turn % 6, turn, b"again " * (turn % 23))


def names() -> list[str]:
    """All recordings that there are."""
    return sorted(path.stem for path in STREAMS.glob("*.xz"))
