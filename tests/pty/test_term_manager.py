"""terminado's own handler and its manager's interface on our terminals."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

import pytest
from pty_server import Server, serving
from pty_world import SIZE, STUBBORN, Watched, World, eventually, plan, python, sh

from tornterm.core.output_log import OutputLog
from tornterm.errors import LimitExceeded, SessionError
from tornterm.pty.manager import SessionTermManager
from tornterm.pty.named import MaxTerminalsReached, NameTaken
from tornterm.pty.terminal import Terminal
from tornterm.types import ExitStatus, Size

# The handler.


async def test_terminados_handler_works_unchanged(world: World) -> None:
    """Setup, input, output, size, the end of the program, each in terminado's own words."""
    async with serving(*sh("read x; stty size; echo got $x; exit 3")) as server:
        browser = await server.connect("a")
        await browser.send("set_size", 30, 100, 600, 800)
        await browser.send("stdin", "grüße\n")
        await browser.end()
        assert browser.messages[0] == ["setup", {}]
        assert browser.messages[-1] == ["disconnect", 1]
        assert browser.text == "grüße\r\n30 100\r\ngot grüße\r\n"
        assert server.manager.terminals == {}
        assert server.manager.ptys_by_fd == {}


async def test_small_messages_are_not_delayed(world: World) -> None:
    """A line editor's second write does not wait for the acknowledgement of the first."""
    async with serving("/bin/cat") as server:
        browser = await server.connect("a")
        await browser.send("stdin", "x\n")
        await browser.shows("x\r\nx")
        handler = server.manager.terminals["a"].clients[0]
        sock = handler.ws_connection.stream.socket
        assert sock.getsockopt(6, 1) == 1  # TCP_NODELAY


async def test_input_waits_for_a_program_that_is_about_to_start(world: World) -> None:
    """What is typed into a pending terminal is not lost."""
    async with serving(*sh("read x; echo got $x; read x")) as server:
        name, terminal = server.manager.new_named_terminal()
        assert terminal.state == "pending"
        terminal.ptyproc.write("early\n")
        assert (terminal.ptyproc.pid, terminal.ptyproc.fd) == (None, -1)
        browser = await server.connect(name)
        await browser.shows("got early")


async def test_clients_share_a_terminal_of_the_smallest_size(world: World) -> None:
    """All see everything, all may type, and who leaves no longer counts."""
    async with serving(*sh("while read x; do echo $x at $(stty size); done")) as server:
        small, large = await server.connect("a"), await server.connect("a")
        await small.send("set_size", 20, 90)
        await large.send("set_size", 40, 70)
        await large.send("stdin", "one\n")
        await small.shows("one at 20 70")
        await large.shows("one at 20 70")
        small.socket.close()
        await small.end()
        await large.send("stdin", "two\n")
        await large.shows("two at 40 70")


async def test_a_newcomer_sees_what_was(world: World) -> None:
    """The replay is one message, and what follows joins on without a gap."""
    async with serving("/bin/cat") as server:
        first = await server.connect("a")
        await first.send("stdin", "before\n")
        await first.shows("before\r\nbefore\r\n")
        second = await server.connect("a")
        await second.send("stdin", "after\n")
        await second.shows("after\r\nafter\r\n")
        # After a reset: its terminal may still show what it showed before a cut.
        assert second.messages[1] == ["stdout", "\x1bcbefore\r\nbefore\r\n"]
        assert second.text == "\x1bcbefore\r\nbefore\r\nafter\r\nafter\r\n"


async def test_input_is_taken_no_faster_than_the_program_takes_it(world: World) -> None:
    """The socket of one who pastes is not read until the program has taken the paste; then all."""
    count = 40
    script = (
        f"{STUBBORN} left = {count * 50_000}\n"
        "while left: left -= len(os.read(0, 65536))\n"
        "os.write(1, b'all'); signal.pause()"
    )
    async with serving(*python(script)) as server:
        browser = await server.connect("a")
        await browser.shows("ready")
        for _ in range(count):
            await browser.send("stdin", "x" * 50_000)
        terminal = server.manager.terminals["a"]
        await eventually(lambda: terminal.queued)
        await asyncio.sleep(0.05)
        assert 0 < terminal.queued <= 50_000
        os.kill(terminal.pid or 0, signal.SIGUSR1)
        await browser.shows("all")
        assert terminal.queued == 0


async def test_a_paste_does_not_keep_its_terminal_from_ending(world: World) -> None:
    """While input is stuck the terminal can be ended, and its client is told."""
    async with serving(*python(STUBBORN)) as server:
        browser = await server.connect("a")
        await browser.shows("ready")
        await browser.send("stdin", "x" * 200_000)
        await eventually(lambda: server.manager.terminals["a"].queued)
        await server.manager.terminate("a", force=True)
        await browser.end()
        assert browser.messages[-1] == ["disconnect", 1]


async def test_a_malformed_message_ends_only_its_own_connection(world: World) -> None:
    """As on plain terminado; the terminal and the others go on."""
    async with serving("/bin/cat") as server:
        bad, good = await server.connect("a"), await server.connect("a")
        await bad.send("stdin", 5)
        await bad.end()
        await good.send("stdin", "x\n")
        await good.shows("x\r\nx")


async def test_what_is_no_text_is_typed_as_a_question_mark(world: World) -> None:
    """A lone surrogate, which JSON allows, harms nobody."""
    async with serving("/bin/cat") as server:
        browser = await server.connect("a")
        await browser.send("stdin", "a\ud800b\n")
        await browser.shows("a?b\r\na?b")


# Names, limits, ends.


async def test_terminals_have_the_lowest_free_number(world: World) -> None:
    """As on plain terminado."""
    async with serving("/bin/cat") as server:
        manager = server.manager
        names = [manager.new_named_terminal()[0] for _ in range(3)]
        await manager.terminate("2", force=True)
        assert [*names, manager.new_named_terminal()[0]] == ["1", "2", "3", "2"]


async def test_the_limit_holds_at_both_doors(world: World) -> None:
    """And there is room again when a terminal has ended."""
    async with serving("/bin/cat", max_terminals=2) as server:
        manager = server.manager
        manager.new_named_terminal()
        manager.get_terminal("x")
        for open_another in (manager.new_named_terminal, lambda: manager.get_terminal("y")):
            with pytest.raises(MaxTerminalsReached, match="more than 2"):
                open_another()
        assert manager.get_terminal("x") is manager.terminals["x"]
        await manager.terminate("x", force=True)
        manager.get_terminal("y")


@pytest.mark.parametrize("name", ["", 5, ["a"]], ids=repr)
async def test_a_name_is_a_string(world: World, name: Any) -> None:
    """Anything else is refused, and nothing is made."""
    async with serving("/bin/cat") as server:
        with pytest.raises(SessionError, match="cannot be the name"):
            server.manager.new_named_terminal(name=name)
        assert server.manager.terminals == {}


async def test_a_name_is_used_once(world: World) -> None:
    """The error says which it was, and the first terminal stays."""
    async with serving("/bin/cat") as server:
        first = server.manager.new_named_terminal(name="mine")
        with pytest.raises(NameTaken, match="'mine'"):
            server.manager.new_named_terminal(name="mine")
        assert server.manager.terminals == dict([first])


async def test_kill_sends_a_signal(world: World) -> None:
    """terminado's `kill`, by name; a pending terminal just ends."""
    async with serving(
        *sh("trap 'echo usr1' USR1; echo up; while :; do sleep 9 & wait; done")
    ) as s:
        browser = await s.connect("a")
        await browser.shows("up")
        s.manager.kill("a", signal.SIGUSR1)
        await browser.shows("usr1")
        s.manager.terminals["a"].killpg(signal.SIGKILL)
        await browser.end()
        _, pending = s.manager.new_named_terminal()
        pending.kill()
        assert pending.exit_status == ExitStatus() and s.manager.terminals == {}
        pending.kill()


async def test_terminate_without_force_may_be_refused(world: World) -> None:
    """A program that ignores HUP and TERM goes on; with force it does not."""
    async with serving(*sh("trap '' HUP TERM; echo up; while :; do sleep 9; done")) as server:
        browser = await server.connect("a")
        await browser.shows("up")
        terminal = server.manager.terminals["a"]
        assert not await terminal.terminate()
        assert terminal.ptyproc.isalive()
        assert await terminal.terminate(force=True)
        assert not terminal.ptyproc.isalive()
        assert terminal.ptyproc.signalstatus == signal.SIGKILL
        assert terminal.ptyproc.exitstatus is None


async def test_terminate_without_force_is_enough_for_most(world: World) -> None:
    """It returns when the program is gone."""
    async with serving(*sh("trap '' HUP; echo up; while :; do sleep 9; done")) as server:
        browser = await server.connect("a")
        await browser.shows("up")
        assert await server.manager.terminals["a"].terminate()
        assert server.manager.terminals == {}


async def test_shutdown_ends_all_terminals_and_tells_their_clients(world: World) -> None:
    """Pending ones included."""
    async with serving("/bin/cat") as server:
        browsers = [await server.connect(name) for name in "abc"]
        server.manager.new_named_terminal()
        await server.manager.shutdown()
        assert server.manager.terminals == {} and server.manager.ptys_by_fd == {}
        for browser in browsers:
            await browser.end()
            assert browser.messages[-1] == ["disconnect", 1]


# Options and environment.


async def test_options_of_one_terminal(world: World) -> None:
    """Command, directory, size and variables may be given with a terminal, as terminado has it."""
    async with serving("/bin/cat", extra_env={"A": "1", "B": "2"}) as server:
        name, _ = server.manager.new_named_terminal(
            shell_command="sh -c 'pwd; stty size; env; echo over; read x'",
            cwd="/usr",
            extra_env={"B": None, "C": "3"},
            height=33,
            width=111,
        )
        browser = await server.connect(name)
        await browser.shows("\r\nover\r\n")
        lines = browser.text.split("\r\n")
        assert lines[:2] == ["/usr", "33 111"]
        assert {"A=1", "C=3", "TERM=xterm-256color"} <= set(lines)
        assert not any(line.startswith(("B=", "LINES=", "COLUMNS=")) for line in lines)


async def test_terminados_settings_count(world: World) -> None:
    """The kind of terminal and the server's address reach the program."""
    settings = {"type": "vt100"}
    async with serving(*sh("env; read x"), term_settings=settings, server_url="http://x/") as s:
        environment = s.manager.make_term_env()
        assert environment["TERM"] == "vt100"
        assert environment["PYXTERM_URL"] == "http://x/"


async def test_the_reason_of_a_failure_waits_for_its_client(world: World) -> None:
    """A terminal that was opened by name and could not start says why to whoever comes."""
    async with serving("/nonexistent") as server:
        name, terminal = server.manager.new_named_terminal()
        await eventually(lambda: terminal.log.end)
        browser = await server.connect(name)
        await browser.end()
        assert "'/nonexistent' does not exist" in browser.text
        assert browser.messages[-1] == ["disconnect", 1]
        assert server.manager.terminals == {}


async def test_the_reason_of_a_failure_reaches_who_is_there(world: World) -> None:
    """A client that has come before the program should have begun is told and let go."""
    async with serving("/nonexistent") as server:
        browser = await server.connect("a")
        await browser.end()
        assert "'/nonexistent' does not exist" in browser.text
        assert server.manager.terminals == {}


async def test_an_unforeseen_failure_says_no_more_than_that(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is our own mistake is for the log."""
    async with serving("/bin/cat") as server:
        monkeypatch.setattr(server.manager, "_plan", lambda options: 1 // 0)
        browser = await server.connect("a")
        await browser.end()
        assert browser.text == "The program could not be started.\r\n"
        assert "ZeroDivisionError" in caplog.text


# Seams.


async def test_terminals_may_be_made_elsewhere(world: World) -> None:
    """Whoever sets `open_terminal` sees names and options, and starts the program."""
    asked: list[tuple[str | None, Mapping[str, Any]]] = []

    def open_terminal(name: str | None, options: Mapping[str, Any]) -> Terminal:
        asked.append((name, options))
        return world.terminal()

    async with serving("/bin/false", open_terminal=open_terminal) as server:
        _, terminal = server.manager.new_named_terminal(name="a", cwd="/tmp")
        browser = await server.connect("b")
        assert asked == [("a", {"cwd": "/tmp"}), ("b", {})]
        await terminal.start(plan("/bin/cat"), SIZE)
        assert server.manager.ptys_by_fd == {terminal.ptyproc.fd: terminal}
        other = server.manager.terminals["b"]
        assert isinstance(other, Watched)
        await other.start(plan(*sh("echo here; exit 5")), SIZE)
        await browser.end()
        assert "here" in browser.text
        assert other.exits == [ExitStatus(code=5)]


async def test_a_terminal_may_run_already(world: World) -> None:
    """One that was started by somebody else can be given as well."""
    running = await world.start("/bin/cat")
    async with serving("/bin/false", open_terminal=lambda name, options: running) as server:
        browser = await server.connect("a")
        await browser.send("stdin", "x\n")
        await browser.shows("x\r\nx")
        assert list(server.manager.ptys_by_fd.values()) == [running]


async def test_a_refusal_reaches_who_asked(world: World) -> None:
    """A limit of somebody else's holds at terminado's doors; nothing is kept."""
    refusal = LimitExceeded("user_limit", 1, 1, None, "One is enough.")

    def refuse(name: str | None, options: Mapping[str, Any]) -> Terminal:
        raise refusal

    async with serving("/bin/cat", open_terminal=refuse) as server:
        with pytest.raises(LimitExceeded):
            server.manager.new_named_terminal()
        assert server.manager.terminals == {}


async def test_the_methods_that_terminado_lets_subclasses_override(world: World) -> None:
    """They are called as there: when a terminal is made, runs, prints and is gone."""
    calls: list[str] = []

    class Manager(SessionTermManager):
        def new_terminal(self, **kwargs: Any) -> Terminal:
            calls.append("new_terminal")
            return super().new_terminal(**kwargs)

        def start_reading(self, ptywclients: Any) -> None:
            calls.append(f"start_reading {ptywclients.ptyproc.isalive()}")
            super().start_reading(ptywclients)

        def pre_pty_read_hook(self, ptywclients: Any) -> None:
            calls.append(f"pre_pty_read_hook {ptywclients.term_name}")

        def on_eof(self, ptywclients: Any) -> None:
            calls.append(f"on_eof {ptywclients.term_name}")
            super().on_eof(ptywclients)

        def client_disconnected(self, websocket: Any) -> None:
            calls.append("client_disconnected")

    server = Server(Manager([*sh("echo once")]))
    browser = await server.connect("a")
    await browser.end()
    await eventually(lambda: "client_disconnected" in calls)
    await server.close()
    expected = ["new_terminal", "start_reading True", "pre_pty_read_hook a", "on_eof a"]
    assert calls == [*expected, "client_disconnected"]


async def test_the_facade_of_ptyprocess(world: World) -> None:
    """What others read from a terminal's ``ptyproc``."""
    terminal = await world.start("/bin/cat", size=Size(90, 20))
    process = terminal.ptyproc
    assert (process.pid, process.getwinsize()) == (terminal.pid, (20, 90))
    assert process.fd == terminal.fd >= 0
    process.setwinsize(25, 80)
    assert terminal.log.size == Size(80, 25)
    assert process.write(b"bytes\n") == 6 and process.write("ü\n") == 3
    await terminal.until(lambda: terminal.output.count("ü".encode()) == 2)
    process.kill(signal.SIGKILL)
    await terminal.ended()
    assert (process.exitstatus, process.signalstatus) == (None, signal.SIGKILL)


async def test_the_executor_passes_on_results_and_errors(world: World) -> None:
    """As any other executor, for whoever else uses it."""
    async with serving("/bin/cat") as server:
        executor = server.manager.blocking_io_executor
        assert executor.submit(max, 1, 2).result(0) == 2
        with pytest.raises(ZeroDivisionError):
            executor.submit(lambda: 1 // 0).result(0)


async def test_shutdown_lets_go_of_who_waits_for_input_to_be_taken(world: World) -> None:
    """A waiter whose terminal is not the manager's own does not stay behind."""

    class Handler:
        def __init__(self, terminal: Terminal) -> None:
            self.terminal = terminal

    terminal = Watched(OutputLog(8192, SIZE))
    async with serving("/bin/cat") as server:
        executor = server.manager.blocking_io_executor
        future = executor.submit(lambda handler: handler.terminal.write(b"x"), Handler(terminal))
        assert not future.done()
        await server.manager.shutdown()
        await eventually(future.done)
    await terminal.destroy()
