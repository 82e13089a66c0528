"""A flood is read by a thread: all of it, in order, and no more than may be read."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import random
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tornterm.pty import bulk, reading
from tornterm.pty.bulk import MOST
from tornterm.pty.channel import Channel

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MIB = 1024 * 1024

read = os.read


def flood(size: int) -> bytes:
    """Bytes of which no two pieces are the same."""
    return b"".join(b"%07d\n" % number for number in range(size // 8))


class Tty:
    """A real terminal, the channel at its one end, and what came out of it."""

    def __init__(self) -> None:
        self.fd, self.theirs = os.openpty()
        tty.setraw(self.theirs)
        os.set_blocking(self.fd, False)
        self.room: Callable[[], int] = lambda: MOST
        self.got = bytearray()
        self.pieces: list[int] = []
        self.ended = asyncio.Event()
        self.on_data: Callable[[], None] = lambda: None
        self.channel = Channel(
            on_data=self._on_data,
            on_eof=self.ended.set,
            on_drained=lambda: None,
            may_read=lambda: self.room(),
        )
        # However slow the machine is, a flood is recognised as one.
        self.channel._gatherer._window = 600.0

    def _on_data(self, data: ReadableBuffer) -> None:
        self.got += data
        self.pieces.append(len(memoryview(data)))
        self.on_data()

    async def print(self, data: bytes) -> None:
        """Write as a program does, which waits while the terminal is full."""
        await asyncio.get_running_loop().run_in_executor(None, self._write, data)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.theirs, view) :]

    def hang_up(self) -> None:
        """Close the program's end, once."""
        if self.theirs >= 0:
            os.close(self.theirs)
            self.theirs = -1

    async def finish(self) -> None:
        """Wait until everything has been read."""
        self.hang_up()
        await asyncio.wait_for(self.ended.wait(), 30)


@pytest.fixture
def terminal(io_loop: object) -> Iterator[Tty]:
    terminal = Tty()
    yield terminal
    terminal.channel.close()
    terminal.hang_up()


async def test_a_flood_takes_few_turns_of_the_event_loop(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the thread reads costs none, however little the kernel gives at a time."""
    reading, writing = os.pipe2(os.O_NONBLOCK)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, MIB)
    data = flood(MIB)
    assert os.write(writing, data) == MIB
    os.close(writing)
    reads: list[int] = []

    def counted(fd: int, count: int) -> bytes:
        reads.append(count)
        return read(fd, count)

    monkeypatch.setattr(os, "read", counted)
    terminal.room = lambda: MIB
    terminal.channel.connect(reading)
    await terminal.finish()
    assert terminal.got == data
    # One that is passed on at once, 128 KiB by which it is recognised, and the end: not 64.
    assert len(reads) <= 1 + 128 // 16 + 1
    assert len(terminal.pieces) <= 6


async def test_nothing_is_lost_where_it_is_interrupted(terminal: Tty) -> None:
    """What is read meanwhile comes in its place, also where the rest is read at once."""
    data = flood(8 * MIB)
    chance = random.Random(1)
    terminal.channel.connect(terminal.fd)
    printing = asyncio.ensure_future(terminal.print(data))
    interrupted = 0
    while not printing.done():
        await asyncio.sleep(0)
        if terminal.channel._bulk.reading and chance.random() < 0.2:
            interrupted += 1
            chance.choice((terminal.channel.flush, lambda: terminal.channel.read_rest(9999)))()
            assert terminal.got == data[: len(terminal.got)]
            assert not terminal.channel._bulk.reading
    await terminal.finish()
    assert interrupted > 0
    assert terminal.got == data


async def test_no_more_is_read_than_may_be(terminal: Tty) -> None:
    """What is being read counts against what may be read besides."""
    data = flood(4 * MIB)
    window, acked = 400_000, 0

    def acknowledge(offset: int) -> None:
        nonlocal acked
        acked = offset
        terminal.channel.poke()

    def check() -> None:
        assert len(terminal.got) <= acked + window
        # The client is always some milliseconds behind.
        asyncio.get_running_loop().call_later(0.002, acknowledge, len(terminal.got))

    terminal.room = lambda: acked + window - len(terminal.got)
    terminal.on_data = check
    terminal.channel.connect(terminal.fd)
    await terminal.print(data)
    await terminal.finish()
    assert terminal.got == data
    assert max(terminal.pieces) > bulk.LEAST


async def test_the_program_waits_while_nothing_may_be_read(terminal: Tty) -> None:
    """Also in the middle of a flood, and it goes on where it stopped."""
    data = flood(2 * MIB)
    terminal.room = lambda: min(MOST, MIB - len(terminal.got))
    terminal.channel.connect(terminal.fd)
    printing = asyncio.ensure_future(terminal.print(data))
    while len(terminal.got) < MIB:
        await asyncio.sleep(0)
    assert not terminal.channel._bulk.reading
    terminal.room = lambda: MOST
    terminal.channel.poke()
    await printing
    await terminal.finish()
    assert terminal.got == data


async def test_what_is_being_read_is_passed_on_before_it_is_closed(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has left the kernel, so nobody else would ever have it."""
    begun, go_on = threading.Event(), threading.Event()
    read_all = reading.Stream.read

    def begin(stream: reading.Stream, buffer: object, start: int, end: int) -> int:
        begun.set()
        go_on.wait()
        return read_all(stream, buffer, start, end)

    monkeypatch.setattr(reading.Stream, "read", begin)
    data = flood(MIB)
    rest = os.dup(terminal.fd)
    terminal.channel.connect(terminal.fd)
    printing = asyncio.ensure_future(terminal.print(data))
    while not begun.is_set():
        await asyncio.sleep(0)
    before = len(terminal.got)
    go_on.set()
    terminal.channel.close()
    assert len(terminal.got) > before
    while len(terminal.got) < len(data):
        with suppress(BlockingIOError):
            terminal.got += os.read(rest, MOST)
        await asyncio.sleep(0)
    os.close(rest)
    await printing
    assert terminal.got == data


@contextmanager
def busy(number: int) -> Iterator[None]:
    """Keep a thread from reading anything else."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        over = True

        def take(self) -> int:
            begun.set()
            go_on.wait()
            return 0

        def hand_over(self) -> None:
            pass

    reading._thread(number).put(Slow())  # type: ignore[arg-type]
    begun.wait()
    try:
        yield
    finally:
        go_on.set()


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all terminals be read by the same."""
    monkeypatch.setattr(reading, "_turns", itertools.repeat(0))


@pytest.mark.usefixtures("one_thread")
async def test_a_read_that_has_not_begun_is_called_off(terminal: Tty) -> None:
    """Nobody waits for the terminals that are read before."""
    with busy(0):
        passed_on: list[bytes] = []
        ends: list[None] = []
        reads = bulk.Bulk(
            may_read=lambda: MOST,
            on_data=lambda data: passed_on.append(bytes(data)),
            on_end=lambda: ends.append(None),
        )
        os.write(terminal.theirs, b"x" * 1000)
        reads.begin(terminal.fd, MOST)
        reads.settle()
        assert (passed_on, len(ends), reads.reading) == ([b""], 1, False)
    reads.begin(terminal.fd, MOST)
    while reads.reading:
        await asyncio.sleep(0)
    assert passed_on == [b"", b"x" * 1000]


async def test_a_thread_that_waits_for_its_terminal_delays_no_other(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux has it wait in a read; others are read by the next meanwhile."""
    monkeypatch.setattr(reading, "_turns", itertools.cycle(range(reading._THREADS)))
    reads = [bulk.Bulk(may_read=lambda: 0, on_data=len, on_end=lambda: None) for _ in range(2)]
    silent = Tty()
    try:
        with busy(0):
            reads[0].begin(silent.fd, MOST)
            os.write(terminal.theirs, b"x" * 1000)
            reads[1].begin(terminal.fd, 1000)
            await taken(reads[1])
            assert reads[0].reading
        await taken(reads[0])
    finally:
        silent.channel.close()
        os.close(silent.fd)
        silent.hang_up()


async def test_whoever_fails_to_take_it_does_not_stop_the_terminal(terminal: Tty) -> None:
    """It can be read again afterwards, and the memory is not lost."""

    def fail(data: memoryview) -> None:
        raise ZeroDivisionError

    ends: list[None] = []
    reads = bulk.Bulk(may_read=lambda: MOST, on_data=fail, on_end=lambda: ends.append(None))
    os.write(terminal.theirs, b"x")
    reads.begin(terminal.fd, MOST)
    with pytest.raises(ZeroDivisionError):
        reads.settle()
    assert (len(ends), reads.reading, len(reading._spare) > 0) == (1, False, True)


def test_a_forked_process_reads_with_a_thread_of_its_own() -> None:
    """Threads are not forked; a queue that nobody empties would be waited for in vain."""
    ours = reading._thread(0)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if reading._thread(0) is not ours else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert reading._thread(0) is ours


async def test_an_end_in_a_flood_is_seen_behind_it(terminal: Tty) -> None:
    """The thread only stops there; the event loop finds out why."""
    data = flood(MIB)
    terminal.channel.connect(terminal.fd)
    await terminal.print(data)
    await terminal.finish()
    assert terminal.got == data
    assert terminal.channel.eof


async def test_without_a_descriptor_the_event_loop_reads(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has too many files open is not stuck for it."""

    refused = 0

    def refuse(fd: int) -> int:
        nonlocal refused
        refused += 1
        raise OSError("too many open files")

    monkeypatch.setattr(os, "dup", refuse)
    data = flood(MIB)
    terminal.channel.connect(terminal.fd)
    await terminal.print(data)
    await terminal.finish()
    assert refused
    assert terminal.got == data


async def test_what_is_left_of_a_flood_counts_as_read(terminal: Tty) -> None:
    """The room is that of now, not of before the flood, for what is gathered behind it."""
    terminal.channel.connect(terminal.fd)
    os.write(terminal.theirs, b"x" * 3000)
    while not terminal.got:
        await asyncio.sleep(0)
    terminal.room = lambda: 2000
    terminal.channel._read_in_bulk(memoryview(b"y" * 1000))
    os.write(terminal.theirs, b"z" * 3000)
    while len(terminal.got) + terminal.channel._gatherer.size < 7000:
        await asyncio.sleep(0)
    terminal.channel.flush()
    assert max(terminal.pieces[1:]) <= 2000


def open_files() -> int:
    """How many descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_descriptors_and_memory_are_given_back(terminal: Tty) -> None:
    """However often it is read."""
    opened = open_files()
    terminal.channel.connect(terminal.fd)
    await terminal.print(flood(4 * MIB))
    assert open_files() <= opened + 1
    await terminal.finish()
    assert open_files() <= opened
    assert len(reading._spare) <= reading._SPARE_BUFFERS


async def test_a_flood_that_is_read_faster_than_it_is_printed_stays_with_the_thread(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop would wait for the kernel in each of its reads. So also after a pause."""
    monkeypatch.setattr(reading, "SILENCE", 60_000)
    monkeypatch.setattr(reading, "LONGEST", 60.0)
    terminal.channel.connect(terminal.fd)
    terminal.channel._flood = True
    itself = 0

    def counted(fd: int, count: int) -> bytes:
        nonlocal itself
        got = read(fd, count)
        itself += len(got)
        return got

    monkeypatch.setattr(os, "read", counted)
    data = flood(bulk.MOST)
    allowed = 0
    terminal.room = lambda: allowed - len(terminal.got)
    for allowed in (MOST // 2, MOST):
        terminal.channel.poke()
        for at in range(len(terminal.got), allowed, 8192):
            await terminal.print(data[at : at + 8192])
        while len(terminal.got) < allowed:
            await asyncio.sleep(0)
    assert itself == 0
    assert terminal.got == data


async def taken(reads: bulk.Bulk) -> None:
    """Wait until nothing is read any more."""
    while reads.reading:
        await asyncio.sleep(0)


async def test_what_comes_in_pieces_is_one_read(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program need only be back before long, and the event loop hears of it once."""
    monkeypatch.setattr(reading, "SILENCE", 60_000)
    monkeypatch.setattr(reading, "LONGEST", 60.0)
    passed_on: list[int] = []
    reads = bulk.Bulk(
        may_read=lambda: 0,
        on_data=lambda data: passed_on.append(len(data)),
        on_end=lambda: None,
    )
    reads.begin(terminal.fd, 20 * 4000)
    for _ in range(20):
        await terminal.print(b"x" * 4000)
    await taken(reads)
    assert passed_on == [20 * 4000]


@pytest.mark.usefixtures("one_thread")
async def test_a_terminal_that_is_silent_delays_no_other(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read in turns, and each is passed on when it has enough or can have no more."""
    monkeypatch.setattr(reading, "SILENCE", 1000)
    monkeypatch.setattr(reading, "LONGEST", 60.0)
    silent = Tty()
    printing = asyncio.ensure_future(terminal.print(flood(MIB)))
    await asyncio.sleep(0)  # in which it begins
    try:
        passed_on: dict[str, int] = {}

        def bulk_of(name: str) -> bulk.Bulk:
            return bulk.Bulk(
                may_read=lambda: 0,
                on_data=lambda data: passed_on.setdefault(name, len(data)),
                on_end=lambda: None,
            )

        waiting, flooding = bulk_of("silent"), bulk_of("flooding")
        waiting.begin(silent.fd, MOST)
        flooding.begin(terminal.fd, bulk.LEAST)
        await taken(flooding)
        silent.hang_up()
        await taken(waiting)
        assert passed_on == {"flooding": bulk.LEAST, "silent": 0}
    finally:
        terminal.channel.connect(terminal.fd)
        await printing
        silent.channel.close()
        os.close(silent.fd)
        silent.hang_up()


async def test_a_terminal_that_nobody_has_open_is_not_asked_again_and_again(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is always ready to say that, and the thread would do nothing else."""
    asked = 0
    read_all = reading.Stream.read

    def counted(stream: reading.Stream, buffer: object, start: int, end: int) -> int:
        nonlocal asked
        asked += 1
        return read_all(stream, buffer, start, end)

    monkeypatch.setattr(reading.Stream, "read", counted)
    terminal.hang_up()
    reads = bulk.Bulk(may_read=lambda: MOST, on_data=lambda data: None, on_end=lambda: None)
    reads.begin(terminal.fd, MOST)
    await taken(reads)
    assert asked == 1


async def test_a_flood_is_read_through_one_descriptor(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not through one for each read."""
    ours, writing = os.pipe2(os.O_NONBLOCK)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, MIB)
    assert os.write(writing, flood(MIB)) == MIB
    os.close(writing)
    copies: list[int] = []
    dup = os.dup

    def counted(fd: int) -> int:
        copies.append(fd)
        return dup(fd)

    monkeypatch.setattr(os, "dup", counted)
    terminal.room = lambda: MIB
    terminal.channel.connect(ours)
    await terminal.finish()
    assert len(terminal.pieces) > 3
    assert len(copies) == 1
