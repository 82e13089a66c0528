"""A session's model: it misses nothing of the log, waits for nobody in vain, and can be lost."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import signal
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.core.output_log import OutputLog
from tornterm.core.screen import Screen, make_screen
from tornterm.screens.follower import MAX_FAILURES, REST, batch_for, reserve_for
from tornterm.screens.gallery import Gallery
from tornterm.screens.model import Picture, ScreenModel
from tornterm.screens.worker import OnReply, Worker
from tornterm.types import Size

SIZE = Size(80, 24)
CAPACITY = 64 * 1024


def text(seed: int, length: int) -> bytes:
    """Output of a program that moves about, in colours."""
    chance = random.Random(seed)
    words = bytearray()
    for number in itertools.count():
        if len(words) >= length:
            break
        words += b"\x1b[%d;%dH\x1b[3%dm%06d\x1b[m\n" % (
            chance.randrange(1, 25),
            chance.randrange(1, 70),
            chance.randrange(8),
            number,
        )
    return bytes(words[:length])


class Printer:
    """A log with its model, and all that was ever printed on a terminal of its own."""

    def __init__(self, worker: Worker | None, capacity: int = CAPACITY) -> None:
        self.log = OutputLog(capacity, SIZE, reserve=reserve_for(capacity))
        self.changes = 0
        self.moved = asyncio.Event()
        self.model = ScreenModel(
            self.log, worker, poke=self.moved.set, changed=lambda: setattr(self, "changes", 1)
        )
        self.truth = make_screen(SIZE, scrollback_lines=100)

    async def print(self, data: bytes) -> None:
        """Print as a program does: no more than there is room for."""
        while data:
            self.moved.clear()
            if not (room := self.model.room):
                await asyncio.wait_for(self.moved.wait(), 30)
                continue
            piece, data = data[: min(room, 4000)], data[min(room, 4000) :]
            self.log.append(piece)
            self.truth.feed(piece)
            self.model.grown()

    def resize(self, size: Size) -> None:
        self.log.resize(size)
        self.truth.resize(size)
        self.model.grown()

    async def settled(self) -> None:
        """Wait until the worker has taken up what it was given."""
        reply: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.model.picture(lambda picture: reply.set_result(picture))
        await reply

    async def picture(self, *, alone: bool = False) -> Picture:
        reply: asyncio.Future[Picture | None] = asyncio.get_running_loop().create_future()
        if alone:
            assert self.model.screen_alone(reply.set_result) == self.log.end
        else:
            assert self.model.picture(reply.set_result) >= self.log.start
        picture = await asyncio.wait_for(reply, 30)
        assert picture is not None
        return picture

    def drawn(self, picture: Picture) -> Screen:
        """A terminal on which a picture is drawn, and then the log from there on."""
        screen = make_screen(self.log.size_at(picture.offset), scrollback_lines=100)
        screen.feed(picture.dump + picture.unfinished)
        cursor = self.log.cursor(picture.offset)
        while (piece := cursor.next(65536, hold=False)) is not None:
            if isinstance(piece, Size):
                screen.resize(piece)
            else:
                screen.feed(piece)
        return screen

    def is_right(self, picture: Picture) -> bool:
        """Whether the cursor is where it is on a terminal that has seen everything.

        The text moves it about without end, so that this is hardly ever so by chance; what else
        is on the screen is the business of the tests of the dumper.
        """
        return self.drawn(picture).cursor == self.truth.cursor


class Copyist:
    """A worker whose models are copies of what they were fed; it answers when it is told to."""

    usable = True

    def __init__(self) -> None:
        self.on_death: set[Callable[[bytes], None]] = set()
        self.copies: dict[bytes, bytes] = {}
        self.fed: list[bytes] = []
        self.fails = False
        self.requests: list[tuple[Sequence[bytes], OnReply]] = []

    def ask(self, fields: Sequence[bytes], on_reply: OnReply) -> bool:
        self.requests.append(([bytes(field) for field in fields], on_reply))
        return True

    def answer(self, count: int) -> None:
        for _ in range(min(count, len(self.requests))):
            fields, on_reply = self.requests.pop(0)
            if fields[0] == b"feed":
                self.fed.append(fields[1])
            if fields[0] == b"feed" and self.fails:
                on_reply([b"failed", b"MemoryError"])
            else:
                on_reply([b"ok", *self._serve(*fields)])

    def _serve(self, name: bytes, model: bytes, *rest: bytes) -> list[bytes]:
        steps = rest[1:] if name == b"look" else rest
        data = b"".join(
            bytes(b) for a, b in zip(steps[::2], steps[1::2], strict=False) if a == b"data"
        )
        if name == b"feed":
            self.copies[model] = self.copies.get(model, b"") + data
            return [b"whole"]
        return [self.copies.get(model, b"") + data, b""]


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(1, 9000), st.integers(-3, 0)), max_size=60))
def test_nothing_is_missing_between_model_and_log(moves: list[int]) -> None:
    """Whatever is printed and whenever the worker answers: picture and log are all that was."""
    copyist, printed = Copyist(), b""
    log = OutputLog(8192, SIZE, reserve=reserve_for(8192))
    model = ScreenModel(log, copyist)  # type: ignore[arg-type]
    wrong: list[int] = []

    def check(picture: Picture | None) -> None:
        assert picture is not None
        rest = log.read(picture.offset, log.end - picture.offset)
        if picture.dump + rest != printed:
            wrong.append(picture.offset)

    for number, move in enumerate(moves):
        if move > 0:
            data = (b"%d\n" % number * move)[: min(move, model.room)]
            log.append(data)
            printed += data
            model.grown()
            assert model.picture(check) >= log.start
        else:
            copyist.answer(1 - move)
    copyist.answer(len(copyist.requests))
    assert not wrong


@pytest.mark.parametrize("capacity", [8192, CAPACITY])
async def test_picture_and_log_are_the_screen(worker: Worker, capacity: int) -> None:
    """At any moment of a flood with resizes, nothing is missing between the two."""
    printer = Printer(worker, capacity)
    for number in range(12):
        printer.resize(Size(80 + number % 3, 24 - number % 2))
        await printer.print(text(number, 30_000))
        assert printer.log.end - printer.log.start >= min(capacity, printer.log.end) - 1024
        assert printer.is_right(await printer.picture())
        assert printer.is_right(await printer.picture(alone=True))
    assert printer.log.start > 0
    assert not printer.model.lost


class Studio(Copyist):
    """A worker with real models, which answers when it is told to."""

    scrollback_lines = 30

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery(self.scrollback_lines)
        self.bytes_fed = 0

    def _serve(self, name: bytes, model: bytes, *rest: bytes) -> list[bytes]:
        if name == b"feed":
            self.bytes_fed += sum(map(len, rest))
        done, *reply = self.gallery.serve((name, model, *rest))
        assert done == b"ok", reply
        return reply


PIECES = (
    b"\x1b[3%dmline %%d\x1b[m of a flood\r\n" % 4,
    b"a line without any colour, which is nearly as long as the screen is wide, %d\r\n",
    b"$ %d\r\n\x1b[?2004h$ ",
    b"\x1b[?1049h\x1b[H%d\r\n",
    b"\x1b[?1049l",
    b"\x1b[2;%dr\r\n",
    b"\x1b[r\x1b[20H",
    b"%d\x1b[1",
    b"unfinished",
)


def drawing_of(screen: Screen) -> bytes:
    """What is on it, without the tab stops, which may be written in more than one place."""
    copy = screen.copy()
    try:
        return re.sub(rb"\x1b\[3g(?:\x1b\[\d+G\x1bH)*\x1b\[H", b"", copy.dump(history=0))
    finally:
        copy.close()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.one_of(
            # The lines of a flood more often than all the rest together.
            st.tuples(st.just(0), st.integers(1, 300)),
            st.tuples(st.integers(0, len(PIECES) - 1), st.integers(1, 40)),
            st.tuples(st.just(-1), st.integers(1, 4)),
            st.tuples(st.just(-2), st.integers(0, 9)),
        ),
        max_size=40,
    )
)
def test_what_is_put_off_is_on_the_picture(moves: list[tuple[int, int]]) -> None:
    """However floods, other output, resizes and looks follow each other: it is the same screen."""
    studio, lines = Studio(), Studio.scrollback_lines
    log = OutputLog(8192, SIZE, reserve=reserve_for(8192))
    model = ScreenModel(log, studio)  # type: ignore[arg-type]
    truth = make_screen(SIZE, scrollback_lines=lines)
    looks, alternate = 0, False

    def check(picture: Picture | None) -> None:
        nonlocal looks
        looks += 1
        assert picture is not None
        assert picture.offset >= log.start
        screen = make_screen(log.size_at(picture.offset), scrollback_lines=lines)
        screen.feed(picture.dump + picture.unfinished)
        cursor = log.cursor(picture.offset)
        while (piece := cursor.next(65536, hold=False)) is not None:
            if isinstance(piece, Size):
                screen.resize(piece)
            else:
                screen.feed(piece)
        assert drawing_of(screen) == drawing_of(truth)

    def print_out(data: bytes) -> None:
        while data:
            studio.answer(0 if model.room else 1)
            piece, data = data[: model.room], data[model.room :]
            log.append(piece)
            truth.feed(piece)
            model.grown()

    for kind, number in moves:
        if kind >= 0:
            piece = PIECES[kind]
            # Two emulators may think differently of what a resize does to the screen behind it.
            alternate = b"1049h" in piece or (alternate and b"1049l" not in piece)
            count = number if kind < 2 else 1
            print_out(b"".join(piece.replace(b"%d", b"%d" % (number + n)) for n in range(count)))
        elif kind == -1:
            studio.answer(number)
        elif number and not alternate:
            log.resize(Size(80 + number, 24 - number))
            truth.resize(Size(80 + number, 24 - number))
            model.grown()
            # Of two at the same place, the log has the later one only.
            print_out(b"\r")
        else:
            model.picture(check)
    asked = model.picture(check)
    assert asked >= log.start
    studio.answer(len(studio.requests))
    assert looks


def test_a_flood_is_put_off_before_it_reaches_the_worker() -> None:
    """Once it is known that the screen scrolls; what could be seen is there when somebody looks."""
    studio = Studio()
    log = OutputLog(CAPACITY, SIZE, reserve=reserve_for(CAPACITY))
    model = ScreenModel(log, studio)  # type: ignore[arg-type]

    def print_on(lines: int) -> None:
        for number in range(lines):
            log.append(b"\x1b[32mline %d\x1b[m\r\n" % number)
            model.grown()
            studio.answer(len(studio.requests))

    print_on(20_000)
    assert log.end > 4 * CAPACITY
    assert studio.bytes_fed < CAPACITY
    pictures: list[Picture | None] = []
    model.picture(pictures.append)
    studio.answer(len(studio.requests))
    assert pictures[0] is not None
    assert b"line" in pictures[0].dump
    assert studio.bytes_fed < CAPACITY
    # Afterwards as before.
    fed = studio.bytes_fed
    print_on(20_000)
    assert studio.bytes_fed - fed < CAPACITY


async def test_one_that_never_overflowed_has_no_model(worker: Worker) -> None:
    """Its log is the whole truth, and no process is started for it."""
    printer = Printer(worker)
    await printer.print(text(1, CAPACITY))
    picture = await printer.picture()
    assert picture == Picture(b"", b"", 0)
    assert printer.is_right(picture)
    assert worker.pid is None


async def test_without_a_worker_the_log_is_all_there_is() -> None:
    printer = Printer(None)
    await printer.print(text(1, 3 * CAPACITY))
    assert printer.log.end - printer.log.start == CAPACITY
    assert (await printer.picture()).offset == printer.log.safe_start()
    assert printer.model.screen_alone(lambda picture: None) is None


async def test_the_log_lets_go_of_nothing_that_was_not_taken(
    make_worker: Callable[..., Worker],
) -> None:
    """A worker that does nothing makes the program wait when its queue is full, until it dies."""
    worker = make_worker(deadline=0.5)
    printer = Printer(worker)
    await printer.print(text(1, 2 * CAPACITY))
    await printer.settled()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    start, end = printer.log.start, printer.log.end
    hanging = asyncio.ensure_future(printer.print(text(2, 4 * CAPACITY)))
    while printer.model.room:
        await asyncio.sleep(0.01)
    assert printer.log.start == start
    assert printer.log.read(start, 1)
    assert printer.log.end - end < 4 * CAPACITY
    await hanging
    assert printer.model.lost
    assert worker.deaths == 1


async def test_a_model_that_is_lost_says_so_and_recovers(worker: Worker) -> None:
    """Nothing leaves the log for it, and a cleared screen makes it whole again."""
    printer = Printer(worker)
    await printer.print(text(1, 3 * CAPACITY))
    await printer.settled()
    kept = printer.log.read(printer.log.start, CAPACITY)
    start = printer.log.start
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    while not printer.model.lost:
        await asyncio.sleep(0.01)
    assert printer.changes == 1
    assert printer.log.read(start, CAPACITY) == kept
    printer.changes = 0
    await printer.print(b"\x1bc\x1b[?2004h" + text(2, 4 * CAPACITY))
    await printer.settled()
    assert not printer.model.lost
    assert printer.changes == 1
    assert printer.is_right(await printer.picture())


async def test_a_model_that_cannot_be_drawn_is_not_asked_again(worker: Worker) -> None:
    """Whoever waits for a picture hears that there is none, and gets one of the next model."""
    printer = Printer(worker)
    await printer.print(text(5, 4 * CAPACITY))
    await printer.settled()
    worker.ask((b"drop", printer.model._follower.model), lambda reply: None)
    reply: asyncio.Future[Picture | None] = asyncio.get_running_loop().create_future()
    printer.model.picture(reply.set_result)
    assert await asyncio.wait_for(reply, 30) is None
    assert printer.model.lost
    assert (await printer.picture()).offset >= printer.log.start
    await printer.print(text(6, 4 * CAPACITY))


async def test_looks_that_fail_cost_nothing_but_the_look(worker: Worker) -> None:
    """However often: the model is as it was, and can be had."""
    printer = Printer(worker)
    await printer.print(text(5, 4 * CAPACITY))
    await printer.settled()
    for _ in range(5):
        reply: asyncio.Future[Sequence[bytes] | None] = asyncio.get_running_loop().create_future()
        assert printer.model.look([(printer.log.end, b"no such question")], reply.set_result)
        assert await asyncio.wait_for(reply, 30) is None
    assert not printer.model.lost
    assert printer.is_right(await printer.picture())
    assert printer.is_right(await printer.picture(alone=True))


async def test_a_worker_that_takes_nothing_up_is_left_alone_for_a_while() -> None:
    """The program waits for nobody meanwhile; after much more output it is tried again."""
    copyist = Copyist()
    copyist.fails = True
    log = OutputLog(CAPACITY, SIZE, reserve=reserve_for(CAPACITY))
    model = ScreenModel(log, copyist)  # type: ignore[arg-type]

    def print_on(length: int) -> None:
        for _ in range(0, length, 4096):
            assert model.room
            log.append(b"x" * 4095 + b"\n")
            model.grown()
            copyist.answer(len(copyist.requests))

    print_on(2 * CAPACITY)
    assert len(copyist.fed) == MAX_FAILURES
    assert model.lost
    copyist.fails = False
    print_on(REST - 4 * CAPACITY)
    assert len(copyist.fed) == MAX_FAILURES
    print_on(4 * CAPACITY)
    assert len(copyist.fed) > MAX_FAILURES
    assert not model.lost


async def test_a_model_that_begins_far_in_the_log_lets_the_program_go_on(worker: Worker) -> None:
    """Where the log has one sequence without end, the next model begins behind all of it."""
    printer = Printer(worker)
    await printer.print(b"\x1b]0;" + b"x" * 2 * CAPACITY)
    await printer.settled()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    while room := printer.model.room:
        await printer.print(b"x" * room)
    os.kill(worker.pid, signal.SIGKILL)
    while not printer.model.lost:
        await asyncio.sleep(0.01)
    await printer.print(b"x" * 2 * CAPACITY + b"\x07" + text(1, 2 * CAPACITY))
    assert printer.log.end - printer.log.start >= CAPACITY


async def test_output_that_could_not_wait_is_not_waited_for(worker: Worker) -> None:
    """What a dying program still prints overruns the model, which is lost, and the log goes on."""
    printer = Printer(worker)
    await printer.print(text(1, 2 * CAPACITY))
    printer.log.append(b"x" * 8 * CAPACITY)
    printer.model.grown()
    assert printer.model.lost
    assert printer.log.end - printer.log.start <= CAPACITY + reserve_for(CAPACITY)
    await printer.print(text(3, CAPACITY))


async def test_a_session_that_kills_workers_is_left_alone(worker: Worker) -> None:
    """After the third worker that dies over it, it has no model any more."""
    printer = Printer(worker)
    for _ in range(3):
        await printer.print(text(1, 2 * CAPACITY))
        await printer.settled()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        assert printer.model.picture(lambda picture: None)
        os.kill(worker.pid, signal.SIGKILL)
        deaths = worker.deaths
        while worker.deaths == deaths:
            await asyncio.sleep(0.01)
    await printer.print(text(2, 2 * CAPACITY))
    assert worker.pid is None
    assert printer.log.end - printer.log.start == CAPACITY


async def test_the_last_state_outlives_the_model(worker: Worker) -> None:
    """When nothing will be printed any more, the state is kept here; the worker may die."""
    printer = Printer(worker)
    await printer.print(text(1, 3 * CAPACITY))
    frozen = asyncio.Event()
    printer.model.freeze(frozen.set)
    await frozen.wait()
    assert printer.model.kept > 0
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    while not worker.deaths:
        await asyncio.sleep(0.01)
    assert printer.is_right(await printer.picture())
    assert not printer.model.lost


async def test_screens_are_looked_at_on_the_way(worker: Worker) -> None:
    """Answers are those of the place that was asked about."""
    printer = Printer(worker)
    await printer.print(b"one\r\ntwo\r\nthree")
    answers: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    assert printer.model.look([(3, b"cursor"), (12, b"cursor")], answers.set_result)
    assert await answers == [b"0 3", b"2 2"]


def test_batches_fit_the_log() -> None:
    assert [batch_for(size) for size in (8192, 100 * 1024, 1 << 20, 1 << 30)] == [
        4096,
        25 * 1024,
        256 * 1024,
        256 * 1024,
    ]
