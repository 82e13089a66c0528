"""Storage for the last bytes of an endless stream, addressed by their place in the stream."""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Ring", "anonymous_mmap"]

# A huge page would charge two megabytes for the first byte. A forked child has no business with
# what others have on their screens, and without the mappings the fork itself is faster.
_ADVICE = ("MADV_NOHUGEPAGE", "MADV_DONTFORK")


def anonymous_mmap(size: int) -> mmap.mmap:
    """Memory that costs nothing until it is written to, and is given back when closed.

    Args:
        size: Bytes.
    """
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANON)
    for name in _ADVICE:
        if hasattr(mmap, name):
            # Advice that this kernel was built without is advice that it does not need.
            with suppress(OSError):
                memory.madvise(getattr(mmap, name))
    return memory


class Ring:
    """A buffer in which the byte at offset `n` of a stream lies at `n` modulo the buffer's size.

    Which offsets are valid is the caller's business.

    Args:
        memory: A writable buffer of bytes; one with a ``close`` is closed with the ring.
    """

    def __init__(self, memory: WriteableBuffer) -> None:
        self._memory = memory
        self._view = memoryview(memory).cast("B")
        self._size = len(self._view)

    def write(self, offset: int, data: memoryview) -> None:
        """Put `data`, at most as long as the ring, at `offset` of the stream."""
        at = offset % self._size
        head = self._size - at
        if len(data) <= head:
            self._view[at : at + len(data)] = data
        else:
            self._view[at:] = data[:head]
            self._view[: len(data) - head] = data[head:]

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end` of the stream, in one copy."""
        at = start % self._size
        stop = at + end - start
        if stop <= self._size:
            return bytes(self._view[at:stop])
        return b"".join((self._view[at:], self._view[: stop - self._size]))

    def view(self, start: int, end: int) -> bytes | memoryview:
        """The same as `read`; without a copy unless the ring begins anew in between.

        What is not copied stays what it is until it is written over.
        """
        at = start % self._size
        stop = at + end - start
        return self._view[at:stop] if stop <= self._size else self.read(start, end)

    def views(self, start: int, end: int) -> tuple[memoryview, ...]:
        """The bytes from `start` to `end` of the stream where they lie, which they do not for long.

        They must be let go of before anything else is done with the ring.
        """
        at = start % self._size
        stop = at + end - start
        if stop <= self._size:
            return (self._view[at:stop],)
        return self._view[at:], self._view[: stop - self._size]

    def close(self) -> None:
        """Give the memory back; nothing can be read or written any more."""
        self._view.release()
        close = getattr(self._memory, "close", None)
        if close is not None:
            # Where somebody still has a view, the memory goes with that.
            with suppress(BufferError):
                close()
