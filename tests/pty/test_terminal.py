"""A terminal's life: what is typed, what is printed, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from pathlib import Path

import pytest
from pty_world import (
    RAW,
    SIZE,
    STUBBORN,
    Watched,
    World,
    children,
    descriptors,
    eventually,
    plan,
    python,
    runs,
    sh,
)

from tornterm.core.output_log import OutputLog
from tornterm.errors import SpawnError
from tornterm.pty import ending, processes
from tornterm.types import ExitStatus, Size

MEBIBYTE = 1 << 20


async def moments(count: int = 4) -> None:
    """Let the time pass after which a terminal would do what it must not do."""
    await asyncio.sleep(count * ending._MOMENT)


# Input and output.


async def test_what_is_typed_reaches_the_program_and_what_it_prints_the_log(world: World) -> None:
    """The main job; bytes pass as they are, text or not."""
    terminal = await world.start(*python(f"{RAW} os.write(1, os.read(0, 100)[::-1])"))
    await terminal.shows(b"ready")
    terminal.write(b"\xff\x00\xc3")
    assert await terminal.ended() == ExitStatus(code=0)
    assert terminal.output == b"ready\xc3\x00\xff"


async def test_what_is_typed_before_the_program_runs_is_kept(world: World) -> None:
    """A pending terminal takes input, which the program finds when it begins."""
    terminal = world.terminal()
    terminal.write(b"early\n")
    assert terminal.queued == 6
    await terminal.start(plan(*sh("read line; echo got $line")), SIZE)
    await terminal.shows(b"got early")
    assert terminal.queued == 0


async def test_a_paste_waits_for_its_program_and_arrives_whole(world: World) -> None:
    """Writing never blocks, whatever the program does; all bytes arrive, in order."""
    paste = os.urandom(MEBIBYTE)
    script = (
        f"{STUBBORN} import hashlib; left = {len(paste)}; seen = hashlib.sha256()\n"
        "while left:\n  data = os.read(0, 65536); left -= len(data); seen.update(data)\n"
        "print(seen.hexdigest())"
    )
    terminal = await world.start(*python(script))
    await terminal.shows(b"ready")
    terminal.write(paste[:1000])
    terminal.write(paste[1000:])
    assert terminal.queued > MEBIBYTE // 2
    waiting = asyncio.create_task(terminal.drained(below=0))
    os.kill(terminal.pid or 0, signal.SIGUSR1)
    await waiting
    assert terminal.queued == 0
    await terminal.shows(hashlib.sha256(paste).hexdigest().encode())


async def test_room_in_the_queue_is_announced(world: World) -> None:
    """Each time the program has taken some of what is queued, the listener hears of it."""
    terminal = await world.start(
        *python(f"{STUBBORN} [os.read(0, 4096) for _ in range(9)]; signal.pause()")
    )
    left: list[int] = []
    terminal.on_input_drained = lambda: left.append(terminal.queued)
    await terminal.shows(b"ready")
    terminal.write(bytes(MEBIBYTE))
    before = terminal.queued
    os.kill(terminal.pid or 0, signal.SIGUSR1)
    await eventually(lambda: left)
    assert 0 < left[0] < before


async def test_input_that_nobody_will_read_is_dropped_with_its_program(world: World) -> None:
    """Destroying a program that does not read its input works, and nobody waits for it for ever."""
    terminal = await world.start(*python(STUBBORN))
    await terminal.shows(b"ready")
    terminal.write(bytes(10 * MEBIBYTE))
    waiting = asyncio.create_task(terminal.drained())
    assert await terminal.destroy() == ExitStatus(signal=signal.SIGHUP)
    await waiting
    assert terminal.queued == 0
    terminal.write(b"too late")
    assert terminal.queued == 0


async def test_a_blocked_queue_costs_no_time(world: World) -> None:
    """While a program does not read, the event loop sleeps: it does not spin on the terminal."""
    terminal = await world.start(*python(STUBBORN))
    await terminal.shows(b"ready")
    terminal.write(bytes(MEBIBYTE))
    await asyncio.sleep(0.05)
    before = os.times()
    await asyncio.sleep(0.5)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 0.2


async def test_reading_stops_where_may_read_says_so_and_goes_on_after_poke(world: World) -> None:
    """The program waits in the meantime; nothing is lost."""
    terminal = await world.start(*sh("seq 1 100000; echo over"))
    limit = 20_000
    terminal.may_read = lambda: limit - terminal.log.end
    await terminal.until(lambda: terminal.log.end >= limit)
    stopped_at = terminal.log.end
    assert stopped_at == limit
    terminal.poke()
    await moments()
    assert terminal.log.end == stopped_at
    limit = 10 * MEBIBYTE
    terminal.poke()
    await terminal.ended()
    lines = terminal.output.split()
    assert lines == [b"%d" % number for number in range(1, 100_001)] + [b"over"]


# Sizes.


async def test_a_resize_reaches_the_program_and_the_log(world: World) -> None:
    """The terminal has the new size, the program is signalled, the log knows where it happened."""
    terminal = await world.start(*sh("trap 'stty size; exit' WINCH; echo up; sleep 9 & wait"))
    await terminal.shows(b"up")
    place = terminal.log.end
    terminal.resize(Size(100, 30))
    terminal.resize(Size(100, 30))
    await terminal.shows(b"30 100")
    assert terminal.log.size_at(place) == SIZE
    assert terminal.log.size_at(place + 1) == Size(100, 30)


async def test_a_resize_is_told(world: World) -> None:
    """Whoever shows the log hears of a resize as of output; of none where nothing changes."""
    terminal = await world.start("/bin/cat")
    told: list[Size] = []
    terminal.on_output = lambda: told.append(terminal.log.size)
    terminal.resize(Size(100, 30))
    terminal.resize(Size(100, 30))
    assert told == [Size(100, 30)]


async def test_a_size_wished_before_the_start_wins(world: World) -> None:
    """The program never sees the size that was meant before."""
    terminal = world.terminal()
    terminal.resize(Size(90, 20))
    await terminal.start(plan(*sh("stty size")), SIZE)
    await terminal.ended()
    assert terminal.output.strip() == b"20 90"


async def test_a_size_wished_during_the_start_counts(world: World) -> None:
    """Also where the program has begun with the old one."""
    terminal = world.terminal()
    starting = asyncio.create_task(terminal.start(plan(*sh("read x; stty size")), SIZE))
    await asyncio.sleep(0)
    terminal.resize(Size(90, 20))
    await starting
    assert terminal.log.size == Size(90, 20)
    terminal.write(b"\n")
    await terminal.shows(b"20 90")


async def test_the_size_given_to_start_is_noted(world: World) -> None:
    """A log that was made for another size learns of it."""
    terminal = world.terminal(size=Size(10, 10))
    await terminal.start(plan(*sh("stty size")), SIZE)
    assert terminal.log.size == SIZE
    await terminal.shows(b"24 80")


# The end by itself.


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 0", ExitStatus(code=0)),
        ("exit 213", ExitStatus(code=213)),
        ("kill -KILL $$", ExitStatus(signal=signal.SIGKILL)),
        ("ulimit -c 0; kill -SEGV $$", ExitStatus(signal=signal.SIGSEGV)),
    ],
)
async def test_code_and_signal_are_told_apart(
    world: World, script: str, status: ExitStatus
) -> None:
    """The exit status is what the kernel says, once."""
    terminal = await world.start(*sh(script))
    assert await terminal.ended() == status
    assert terminal.exit_status == status
    assert terminal.state == "ended"
    assert await terminal.destroy() == status
    assert terminal.exits == [status]


async def test_the_end_is_told_after_the_last_output(world: World) -> None:
    """Everything that the program printed is in the log by then."""
    for _ in range(10):
        terminal = await world.start(*sh("seq 1 5000; printf last"))
        await terminal.ended()
        assert terminal.output.endswith(b"5000\r\nlast")
        assert terminal.end_at_exit == [terminal.log.end]


async def test_background_jobs_do_not_delay_the_end(world: World) -> None:
    """One that keeps the terminal open after its shell goes on living, and nobody waits for it."""
    script = "trap '' HUP; sleep 60 & echo job $!; exit 4"
    terminal = await world.start(*sh(script))
    async with asyncio.timeout(30):
        assert await terminal.ended() == ExitStatus(code=4)
    job = int(terminal.output.split()[1])
    assert runs(job)
    os.kill(job, signal.SIGKILL)


async def test_last_words_wait_for_their_reader(world: World) -> None:
    """A writer that is a window behind gets them all before it hears of the end."""
    terminal = world.terminal()
    terminal.may_read = lambda: 0
    await terminal.start(plan(*sh("echo last words; exit 3")), SIZE)
    await eventually(lambda: not runs(terminal.pid or 0))
    await moments()
    assert terminal.exits == []
    terminal.may_read = lambda: MEBIBYTE
    terminal.poke()
    assert await terminal.ended() == ExitStatus(code=3)
    assert terminal.output == b"last words\r\n"


async def test_destroying_does_not_wait_for_a_reader(world: World) -> None:
    """Somebody who ends a session is not kept by a client that has stopped reading."""
    terminal = world.terminal()
    terminal.may_read = lambda: 0
    await terminal.start(plan(*sh("echo last words; exec sleep 60")), SIZE)
    command = Path(f"/proc/{terminal.pid}/comm")
    await eventually(lambda: command.read_text() == "sleep\n")
    async with asyncio.timeout(30):
        await terminal.destroy()
    assert terminal.output == b"last words\r\n"


async def test_a_program_without_a_terminal_is_ended(world: World) -> None:
    """One that closes its terminal and ignores the hang-up can never be reached again."""
    terminal = await world.start(*sh("trap '' HUP; exec <&- >&- 2>&-; exec sleep 60"))
    async with asyncio.timeout(30):
        assert await terminal.ended() == ExitStatus(signal=signal.SIGTERM)


async def test_a_program_may_close_its_terminal_and_open_it_again(world: World) -> None:
    """As ``login`` does."""
    script = "exec <&- >&- 2>&-; sleep 0.3; exec <>/dev/tty >&0; echo again; read x; echo got $x"
    terminal = await world.start(*sh(script))
    await terminal.shows(b"again")
    terminal.write(b"it\n")
    await terminal.shows(b"got it")
    assert (await terminal.ended()).code == 0


async def test_somebody_else_reaps_the_program(world: World) -> None:
    """Where the embedder waits for all children, nobody knows how it ended; it has ended."""
    terminal = await world.start(*sh("exit 3"))
    assert terminal.pid is not None
    os.waitpid(terminal.pid, 0)  # noqa: ASYNC222 - nobody else may be faster
    assert await terminal.ended() == ExitStatus()


# The end that is brought about.


async def test_hangup_comes_first(world: World) -> None:
    """A well-behaved program needs no more, and can still say something."""
    terminal = await world.start(*sh("trap 'echo bye; exit 9' HUP; echo up; sleep 60 & wait"))
    await terminal.shows(b"up")
    assert await terminal.destroy() == ExitStatus(code=9)
    assert terminal.output == b"up\r\nbye\r\n"


async def test_the_escalation_goes_on_to_term_and_kill(world: World) -> None:
    """In this order, `kill_after` apart."""
    script = "trap 'echo hup' HUP; trap 'echo term' TERM; echo up; while :; do sleep 9 & wait; done"
    terminal = await world.start(*sh(script), kill_after=0.2)
    await terminal.shows(b"up")
    begun = asyncio.get_running_loop().time()
    assert await terminal.destroy() == ExitStatus(signal=signal.SIGKILL)
    assert terminal.output.split() == [b"up", b"hup", b"term"]
    assert 0.4 <= asyncio.get_running_loop().time() - begun < 5


async def test_a_program_that_lost_the_first_signal_is_hung_up_on_again(world: World) -> None:
    """As shells do that are just starting, which then ignore SIGTERM."""
    script = "trap 'trap - HUP' HUP; trap '' TERM; echo up; while :; do sleep 9 & wait; done"
    terminal = await world.start(*sh(script), kill_after=60)
    await terminal.shows(b"up")
    assert await terminal.destroy() == ExitStatus(signal=signal.SIGHUP)


async def test_everything_in_the_session_is_ended(world: World) -> None:
    """Also jobs in process groups of their own, stopped ones, and those that ignore signals."""
    script = """
        set -m
        (trap '' HUP TERM; exec sleep 60) & echo $!
        (sleep 60) & echo $!
        (kill -STOP $BASHPID) & echo $!
        (trap '' HUP TERM; (sleep 60 & echo $!; wait) & wait) &
        sleep 0.2; echo up; wait
    """
    terminal = await world.start("/bin/bash", "-c", script)
    await terminal.shows(b"up")
    jobs = [int(word) for word in terminal.output.split() if word.isdigit()]
    assert len(jobs) == 4 and all(map(runs, jobs))
    await terminal.destroy()
    assert not any(map(runs, jobs))


async def test_children_of_a_program_that_is_gone_are_ended_too(world: World) -> None:
    """The leader obeys at once, its job does not: `destroy` returns when that is gone as well."""
    script = "(trap '' HUP TERM; exec sleep 60) & echo $!; exec sleep 60"
    terminal = await world.start(*sh(script))
    await terminal.shows(b"\n")
    job = int(terminal.output)
    assert await terminal.destroy() == ExitStatus(signal=signal.SIGHUP)
    assert not runs(job)


async def test_a_program_that_forks_faster_than_it_dies(world: World) -> None:
    """Each generation lives for a moment only; the whole group gets the signal at once."""
    script = (
        "import os, signal; [signal.signal(s, signal.SIG_IGN) for s in (1, 15)]; os.write(1, b'up')"
        "\nif os.fork() == 0:\n  while True:\n    os.fork() and os._exit(0)"
        "\nsignal.pause()"
    )
    terminal = await world.start(*python(script), kill_after=0.05)
    await terminal.shows(b"up")
    await terminal.destroy()
    session = terminal.pid or 0
    assert not [pid for pid in processes.of_session(session) if processes.lives(pid, session)]


async def test_destroy_is_the_same_for_all_who_ask(world: World) -> None:
    """Several at once get one end."""
    terminal = await world.start(*sh("trap '' HUP; while :; do sleep 9; done"), kill_after=0.1)
    first = await asyncio.gather(*(terminal.destroy() for _ in range(3)))
    assert [*first, await terminal.destroy()] == [terminal.exit_status] * 4
    assert len(terminal.exits) == 1


async def test_whoever_gives_up_waiting_does_not_stop_the_end(world: World) -> None:
    """A cancelled `destroy` goes on for the others."""
    script = "trap '' HUP; echo up; while :; do sleep 9; done"
    terminal = await world.start(*sh(script), kill_after=0.1)
    await terminal.shows(b"up")
    waiting = asyncio.create_task(terminal.destroy())
    await asyncio.sleep(0)
    waiting.cancel()
    assert (await terminal.ended()).signal in (signal.SIGTERM, signal.SIGKILL)


# Terminals without a program.


async def test_a_pending_terminal_can_be_destroyed(world: World) -> None:
    """It ends without code and signal."""
    terminal = world.terminal()
    assert await terminal.destroy() == ExitStatus()
    assert terminal.exits == [ExitStatus()]


async def test_a_terminal_destroyed_while_it_starts_leaves_no_child(world: World) -> None:
    """At whatever point of the start that happens."""
    for turns in range(12):
        terminal = world.terminal()
        starting = asyncio.create_task(terminal.start(plan(*sh("sleep 60 & wait")), SIZE))
        for _ in range(turns):
            await asyncio.sleep(0)
        await terminal.destroy()
        result = (await asyncio.gather(starting, return_exceptions=True))[0]
        assert result is None or isinstance(result, SpawnError)
        assert len(terminal.exits) == 1
        assert children() == world.before[1]


async def test_the_reason_of_a_failure_is_on_the_screen(world: World) -> None:
    """Without what could move the cursor about."""
    terminal = world.terminal()
    terminal.fail("It is \x1b[2Jnot there.")
    assert terminal.output == b"It is [2Jnot there.\r\n"
    assert terminal.exits == [ExitStatus()]
    terminal.fail("again")
    terminal.resize(Size(1, 1))
    assert len(terminal.exits) == 1 and b"again" not in terminal.output
    assert terminal.log.size == SIZE


async def test_a_running_terminal_does_not_fail(world: World) -> None:
    """`fail` is for those that have not begun."""
    terminal = await world.start("/bin/cat")
    terminal.fail("no")
    assert terminal.state == "running" and terminal.output == b""


async def test_a_listener_that_fails_does_not_stop_the_end(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong with one who hears of the end is logged, and the others hear of it too."""

    class Client:
        died = False

        def on_pty_died(self) -> None:
            self.died = True

    terminal = Watched(OutputLog(8192, SIZE))
    client = Client()
    terminal.clients.append(client)
    terminal.on_exit = lambda status: 1 // 0  # type: ignore[assignment, return-value]
    terminal.fail("for the sake of the test")
    assert client.died
    assert "could not be told" in caplog.text


# Jobs.


async def test_a_foreground_job_is_seen(world: World) -> None:
    """While the shell itself waits for input there is none."""
    terminal = await world.start(
        "/bin/bash", "--norc", "-i", plan_options={"env": {"PS1": "prompt>"}}
    )
    assert not world.terminal().foreground_job()
    await terminal.shows(b"prompt>")
    assert not terminal.foreground_job()
    terminal.write(b"sh -c 'echo in''side; read x'\n")
    await terminal.shows(b"inside")
    assert terminal.foreground_job()
    terminal.write(b"\n")
    await terminal.until(lambda: terminal.output.count(b"prompt>") == 2)
    assert not terminal.foreground_job()
    await terminal.destroy()
    assert not terminal.foreground_job()


async def test_nothing_is_left_of_many_terminals(world: World) -> None:
    """Descriptors and children are as before, however their programs ended."""
    before = (len(descriptors()), children())
    for script in ("exit", "exec sleep 60", "trap '' HUP; kill -STOP $$", "exec <&- >&- 2>&-"):
        for _ in range(5):
            terminal = await world.start(*sh(script), kill_after=0.05)
            await terminal.destroy()
    await world.close()
    assert (len(descriptors()), children()) == before
