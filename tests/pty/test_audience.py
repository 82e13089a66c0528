"""terminado's clients: each on its own, and the program waits for those who can be waited for."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pty_server import Browser, serving
from pty_world import SIZE, World, eventually, sh
from tornado.iostream import IOStream

from tornterm.core.output_log import OutputLog
from tornterm.pty import audience as audience_module
from tornterm.pty.audience import BEHIND_BYTES, LOST_BYTES, STALL_SECONDS, Audience
from tornterm.screens.model import OnPicture, Picture
from tornterm.types import Size

MEBIBYTE = 1 << 20
LINES = "seq 100000000 100500000"  # 5 MB, and half as much again in JSON


class Client:
    """What terminado expects of a client."""

    def __init__(self, *, size: Any = (None, None), fails: bool = False) -> None:
        self.size = size
        self.text = ""
        self.died = 0
        self._fails = fails

    def on_pty_read(self, text: str) -> None:
        if self._fails:
            raise RuntimeError("closing")
        self.text += text

    def on_pty_died(self) -> None:
        self.died += 1
        if self._fails:
            raise RuntimeError("closing")


def audience(*clients: Client, capacity: int = 8192) -> tuple[OutputLog, Audience]:
    log = OutputLog(capacity, SIZE)
    result = Audience(log, lambda: None)
    result.clients.extend(clients)
    return log, result


def append(log: OutputLog, them: Audience, data: bytes) -> None:
    before = log.end
    log.append(data)
    them.show(before)


def test_everybody_gets_everything_whoever_fails() -> None:
    """One that is closing takes nothing from the others, neither output nor the end."""
    first, second = Client(), Client()
    log, them = audience(first, Client(fails=True), second)
    append(log, them, b"one ")
    append(log, them, b"two")
    them.end()
    assert first.text == second.text == "one two"
    assert first.died == second.died == 1


QUIET_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@given(QUIET_TEXT, st.lists(st.integers(0, 30)), st.integers(0, 60))
def test_characters_arrive_whole(text: str, cuts: list[int], newcomer_at: int) -> None:
    """However the program's bytes are cut into reads, and whenever somebody comes."""
    data = text.encode("utf-8", "replace")
    text = data.decode()
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    client, newcomer = Client(), Client()
    log, them = audience(client)
    for start, end in itertools.pairwise(places):
        append(log, them, data[start:end])
        if newcomer not in them.clients and end >= newcomer_at:
            them.clients.append(newcomer)
            newcomer.text = "".join(them.replay())
    assert client.text == text
    # A reader whose terminal has just been reset begins behind what it cannot understand alone.
    assert newcomer not in them.clients or newcomer.text == text


class Asked:
    """A model that is asked for a picture, and gives it when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, OnPicture]] = []
        self.offset = 0

    def picture(self, on_picture: OnPicture) -> int:
        self.waiting.append((self.offset, on_picture))
        return self.offset

    def answer(self, dump: bytes | None) -> None:
        offset, on_picture = self.waiting.pop(0)
        on_picture(None if dump is None else Picture(dump, b"", offset))


@pytest.mark.parametrize("present", [True, False])
def test_a_newcomer_waits_for_the_picture_of_the_screen(present: bool) -> None:
    """Nothing reaches it before, then everything does, once; the others are not kept waiting."""
    old, newcomer = Client(), Client()
    log, them = audience(*([old] if present else []))
    them.model = model = Asked()  # type: ignore[assignment]
    append(log, them, b"one \x1b[6n")
    model.offset = 4
    them.clients.append(newcomer)
    assert not them.replay()
    append(log, them, b"two ")
    assert newcomer.text == ""
    model.answer(b"state ")
    append(log, them, b"three")
    assert newcomer.text == "state two three"
    assert old.text == ("one \x1b[6ntwo three" if present else "")


def test_a_picture_that_cannot_be_had_is_done_without() -> None:
    """The log from where it can be understood is better than nothing."""
    newcomer = Client()
    log, them = audience()
    them.model = model = Asked()  # type: ignore[assignment]
    append(log, them, b"one ")
    them.clients.append(newcomer)
    assert not them.replay()
    model.answer(None)
    append(log, them, b"two")
    assert newcomer.text == "one two"


def test_one_that_left_before_its_picture_came() -> None:
    newcomer = Client()
    _, them = audience()
    them.model = model = Asked()  # type: ignore[assignment]
    them.clients.append(newcomer)
    assert not them.replay()
    them.clients.remove(newcomer)
    model.answer(b"state")
    assert newcomer.text == ""


def test_what_remains_of_a_character_is_shown_at_the_end() -> None:
    """Nothing is kept back for ever."""
    client = Client()
    log, them = audience(client)
    append(log, them, b"ok\xe2\x82")
    assert client.text == "ok"
    them.end()
    assert client.text == "ok\ufffd"


def test_a_client_that_came_without_asking_for_the_replay() -> None:
    """It is shown what comes from then on."""
    log, them = audience()
    append(log, them, b"before ")
    client = Client()
    them.clients.append(client)
    append(log, them, b"after")
    assert client.text == "after"


def test_more_at_once_than_the_log_holds() -> None:
    """What has been overwritten cannot be shown; what is there is, and it goes on."""
    client = Client()
    log, them = audience(client)
    append(log, them, b"x")
    append(log, them, b"y" * 10_000 + b"z" * 100)
    append(log, them, b"end")
    assert client.text.endswith("z" * 100 + "end")


def test_resizes_are_passed_over() -> None:
    """terminado's clients know their size themselves."""
    client = Client()
    log, them = audience(client)
    log.resize(Size(10, 10))
    append(log, them, b"a")
    log.resize(Size(11, 11))
    append(log, them, b"b")
    assert client.text == "ab"


@given(st.lists(st.none() | st.integers(-5, 1010) | st.text(max_size=2) | st.booleans()))
def test_only_sizes_count_as_sizes(wish: Any) -> None:
    """Whatever a browser sends, the result is a size that a terminal can have."""
    _, them = audience(Client(size=(30, 100)), Client(size=wish), Client(size=None))
    size = them.smallest()
    assert size is not None
    good = len(wish) == 2 and all(type(value) is int and 1 <= value <= 1000 for value in wish)
    expected = Size(min(100, wish[1]), min(30, wish[0])) if good else Size(100, 30)
    assert size == expected


def test_nobody_with_a_size() -> None:
    """Then nothing changes."""
    assert audience(Client())[1].smallest() is None
    assert audience()[1].smallest() is None


# Those who are behind, with real sockets.


def unsent(browsers_handler: Any) -> int:
    return len(browsers_handler.ws_connection.stream._write_buffer)


async def everything(browser: Browser) -> None:
    await browser.end()
    lines = browser.text.split("\r\n")
    assert lines[0] == "100000000" and lines[-2] == "100500000"
    assert len(lines) == 500_002


async def test_the_program_waits_for_its_only_client(world: World) -> None:
    """One that reads late gets all of it, and the server's memory does not grow."""
    async with serving(*sh(LINES)) as server:
        browser = await server.connect("a")
        terminal = server.manager.terminals["a"]
        handler = terminal.clients[0]
        await eventually(lambda: unsent(handler) > BEHIND_BYTES)
        await asyncio.sleep(0.1)
        assert unsent(handler) < 2 * BEHIND_BYTES
        assert terminal.state == "running"
        await everything(browser)


@pytest.mark.gen_test(timeout=300)
async def test_nobody_waits_for_one_whom_others_overtake(world: World) -> None:
    """It is closed when it is too far behind; the others have got everything."""
    async with serving(*sh(f"{LINES}; {LINES}; {LINES}")) as server:
        lost, good = await server.connect("a"), await server.connect("a")
        await good.end()
        assert good.text.count("100500000\r\n") == 3
        await lost.end()
        assert lost.socket.close_code == 4408
        assert LOST_BYTES // 2 < len(lost.text) < len(good.text)


async def test_a_long_replay_is_not_held_against_a_newcomer(world: World) -> None:
    """It may be more than what a client may be behind."""
    command = sh(f"{LINES}; {LINES}; {LINES}; echo over; read x; read x")
    async with serving(*command, scrollback=32 * MEBIBYTE) as server:
        first = await server.connect("a")
        await first.shows("over")
        late = await server.connect("a")
        terminal = server.manager.terminals["a"]
        await eventually(lambda: len(terminal.clients) == 2)
        assert unsent(terminal.clients[1]) > LOST_BYTES
        await first.send("stdin", "live\n")
        await first.shows("live")
        await late.shows("live")
        assert late.text.count("100500000\r\n") == 3


async def test_one_that_takes_nothing_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead laptop does not stop a program for ever."""
    monkeypatch.setattr(audience_module, "STALL_SECONDS", 0.1)
    async with serving(*sh(f"{LINES}; {LINES}")) as server:
        browser = await server.connect("a")
        terminal = server.manager.terminals["a"]
        await eventually(lambda: terminal.state == "ended")
        await browser.end()
        assert browser.socket.close_code == 4408


class Patience:
    """Stands for the event loop's clock: what is to be done later is done when the test says so."""

    def __init__(self) -> None:
        self._later: dict[object, Callable[[], None]] = {}

    def get_running_loop(self) -> Patience:
        return self

    def call_later(self, delay: float, callback: Callable[..., None], *args: Any) -> Any:
        assert delay == STALL_SECONDS
        timer = SimpleNamespace(cancel=lambda: self._later.pop(key, None))
        key = object()
        self._later[key] = lambda: callback(*args)
        return timer

    def run_out(self) -> None:
        """As much time goes by as a client has that takes nothing."""
        due, self._later = self._later, {}
        for callback in due.values():
            callback()


async def test_one_that_is_slow_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it takes something now and then it is waited for, and then the program goes on."""
    patience = Patience()
    monkeypatch.setattr(audience_module, "asyncio", patience)
    ours, theirs = socket.socketpair()
    stream = IOStream(ours)

    class Slow(Client):
        ws_connection = SimpleNamespace(stream=stream)
        closed = 0

        def on_pty_read(self, text: str) -> None:
            stream.write(text.encode())

        def close(self, code: int, reason: str) -> None:
            self.closed = code

    log, slow, caught_up = OutputLog(4 * MEBIBYTE, SIZE), Slow(), asyncio.Event()
    them = Audience(log, caught_up.set)
    them.clients.append(slow)
    append(log, them, bytes(3 * MEBIBYTE))
    assert not them.keeps_up()
    left = 3 * MEBIBYTE
    while left:
        waiting = len(stream._write_buffer)
        left -= len(theirs.recv(256 * 1024))
        await eventually(lambda waiting=waiting: not waiting or len(stream._write_buffer) < waiting)
        patience.run_out()
        assert not slow.closed
    await caught_up.wait()
    assert them.keeps_up()
    # Now it takes nothing any more.
    append(log, them, bytes(3 * MEBIBYTE))
    waiting = 0
    while waiting != len(stream._write_buffer):  # what the kernel still takes
        waiting = len(stream._write_buffer)
        await asyncio.sleep(0)
    patience.run_out()
    patience.run_out()
    assert slow.closed == 4408
    stream.close()
    theirs.close()


async def test_somebody_else_may_set_the_pace(world: World) -> None:
    """Where terminado's clients only watch, nobody waits for them."""
    async with serving(*sh(f"{LINES}; {LINES}")) as server:
        browser = await server.connect("a")
        terminal = server.manager.terminals["a"]
        terminal.clients_pace = lambda: False
        await eventually(lambda: terminal.state == "ended")
        await browser.end()
        assert browser.socket.close_code == 4408
