from __future__ import annotations

import os
import re
import sys
from ctypes import addressof, c_char
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.core.ring import Ring, anonymous_mmap

MEBIBYTE = 1024 * 1024


@given(st.lists(st.binary(max_size=10), max_size=20), st.integers(0, 100))
def test_the_last_bytes_can_be_read(blocks: list[bytes], first: int) -> None:
    """Whatever was written last is there, wherever in the stream it was."""
    ring = Ring(bytearray(10))
    stream = bytearray(first)
    for block in blocks:
        ring.write(len(stream), memoryview(block))
        stream += block
        start = max(first, len(stream) - 10)
        assert ring.read(start, len(stream)) == stream[start:]


def test_memory_is_taken_only_for_what_was_written() -> None:
    """A large ring with little in it touches a few pages."""
    ring = Ring(anonymous_mmap(256 * MEBIBYTE))
    before = getrusage(RUSAGE_SELF).ru_minflt
    ring.write(100 * MEBIBYTE, memoryview(bytes(16 * 1024)))
    assert getrusage(RUSAGE_SELF).ru_minflt - before < 256
    ring.close()


if sys.platform == "linux":

    def smaps(address: int) -> str:
        """What the kernel says about the mapping that begins at `address`."""
        maps = re.split(r"^(?=[0-9a-f]+-)", Path("/proc/self/smaps").read_text(), flags=re.M)
        return next(entry for entry in maps if entry.startswith(f"{address:x}-"))

    def test_an_idle_ring_costs_pages_not_megabytes() -> None:
        """What is resident is what was written, not a huge page around it."""
        memory = anonymous_mmap(64 * MEBIBYTE)
        address = addressof(c_char.from_buffer(memory))
        ring = Ring(memory)
        ring.write(32 * MEBIBYTE - 100, memoryview(bytes(1000)))
        resident = re.search(r"^Rss: +(\d+) kB", smaps(address), re.M)
        assert resident is not None
        assert 0 < int(resident[1]) <= 4 * os.sysconf("SC_PAGESIZE") / 1024

    def test_children_do_not_get_the_memory() -> None:
        """The kernel leaves the mapping out when it copies the process."""
        memory = anonymous_mmap(MEBIBYTE)
        flags = re.search(r"^VmFlags: (.*)$", smaps(addressof(c_char.from_buffer(memory))), re.M)
        assert flags is not None
        assert "dc" in flags[1].split()


def test_closing_gives_the_memory_back() -> None:
    """The mapping is gone, and closing again does no harm."""
    memory = anonymous_mmap(MEBIBYTE)
    ring = Ring(memory)
    ring.write(0, memoryview(b"secret"))
    ring.close()
    ring.close()
    assert memory.closed
    with pytest.raises(ValueError, match="released"):
        ring.read(0, 6)


def test_closing_under_the_eyes_of_a_reader() -> None:
    """Whoever still has a view keeps the memory, not the ring."""
    ring = Ring(anonymous_mmap(MEBIBYTE))
    ring.write(0, memoryview(b"secret"))
    view = ring.view(0, 6)
    ring.close()
    assert view == b"secret"


def test_any_writable_buffer_will_do() -> None:
    """Memory that cannot be closed is merely let go of."""
    memory = bytearray(8)
    ring = Ring(memory)
    ring.write(6, memoryview(b"abcd"))
    ring.close()
    assert memory == b"cd\0\0\0\0ab"
    memory.append(0)
