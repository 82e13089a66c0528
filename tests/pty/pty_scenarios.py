"""What hurts on plain terminado, as scenarios that run on its manager and on ours alike.

``python pty_scenarios.py SCENARIO plain|ours`` runs one in a process of its own, because plain
terminado may hang or go on in a forked child, and prints what was seen as one line of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import terminado
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tornterm.pty.manager import SessionTermManager

Seen = dict[str, Any]

PYTHON = sys.executable
DEAF = (
    PYTHON,
    "-S",
    "-c",
    "import os, tty, signal; tty.setraw(0); os.write(1, b'deaf'); signal.pause()",
)
"""A program that never reads its input."""

PATIENCE = 3.0
"""Seconds after which something that should have happened has not."""


class Client:
    """terminado's own dialect, as a browser speaks it."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.text = ""
        self.closed = False

    async def send(self, *message: Any) -> None:
        """Send one message."""
        await self.socket.write_message(json.dumps(message))

    async def shows(self, text: str, patience: float = PATIENCE) -> bool:
        """Whether a text comes up in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while text not in self.text and not self.closed:
                    await self._read()
        return text in self.text

    async def _read(self) -> None:
        message = await self.socket.read_message()
        if message is None:
            self.closed = True
            return
        kind, *values = json.loads(message)
        if kind == "stdout":
            self.text += values[0]


class Bench:
    """A server with terminado's handler on one of the two managers."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.manager: terminado.NamedTermManager
        self.port = 0

    def use(self, *command: str, **options: Any) -> terminado.NamedTermManager:
        """Make the manager."""
        if self.kind == "plain":
            options.pop("scrollback", None)
            self.manager = terminado.NamedTermManager(shell_command=list(command), **options)
        else:
            self.manager = SessionTermManager(list(command), kill_after=0.2, **options)
        return self.manager

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Serve the manager's terminals."""
        route = (r"/(\w+)", terminado.TermSocket, {"term_manager": self.manager})
        listener, self.port = bind_unused_port()
        server = HTTPServer(Application([route]))
        server.add_socket(listener)
        yield
        server.stop()

    async def connect(self, name: str) -> Client:
        """Open a terminal as a browser does."""
        return Client(await websocket_connect(f"ws://127.0.0.1:{self.port}/{name}"))

    def terminal(self, name: str) -> Any:
        """The manager's terminal of that name."""
        return self.manager.terminals[name]


class Heartbeat:
    """Measures for how long the event loop does nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.last = time.monotonic()
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            self.longest = max(self.longest, now - self.last)
            self.last = now


# The scenarios.


async def blocked_input(bench: Bench) -> Seen:
    """One person pastes into a program that does not read; another one types elsewhere."""
    bench.use("/bin/cat")
    async with bench.serve():
        bench.manager.new_named_terminal(name="deaf", shell_command=list(DEAF))
        deaf, other = await bench.connect("deaf"), await bench.connect("other")
        assert await deaf.shows("deaf")
        await deaf.send("stdin", "x" * 200_000)
        await other.send("stdin", "hello\n")
        return {"the other's typing arrives": await other.shows("hello\r\nhello")}


async def blocked_death(bench: Bench) -> Seen:
    """The program that did not read its input is killed."""
    bench.use(*DEAF)
    async with bench.serve():
        deaf = await bench.connect("deaf")
        assert await deaf.shows("deaf")
        await deaf.send("stdin", "x" * 200_000)
        await asyncio.sleep(0.3)
        heartbeat = Heartbeat()

        def report_if_stuck() -> None:
            while time.monotonic() - heartbeat.last < PATIENCE:
                time.sleep(0.1)
            finish({"the event loop lives": False})

        threading.Thread(target=report_if_stuck, daemon=True).start()
        bench.terminal("deaf").kill(9)
        await asyncio.sleep(1)
        return {"the event loop lives": True}


def bad_start(**options: Any) -> Callable[[Bench], Awaitable[Seen]]:
    """A terminal is opened with something that cannot be."""

    async def scenario(bench: Bench) -> Seen:
        server, mark = os.getpid(), Path(tempfile.mkdtemp()) / "mark"
        bench.use("/bin/sh")
        try:
            name, _ = bench.manager.new_named_terminal(**options)
        finally:
            # The server's own code, which the forked child must never run.
            if os.getpid() != server:
                mark.touch()
                os._exit(0)
        async with bench.serve():
            client = await bench.connect(name)
            said = await client.shows("could not be started", 1)
        return {"the child runs nothing of ours": not mark.exists(), "the reason is shown": said}

    return scenario


async def slow_end(bench: Bench) -> Seen:
    """A program closes its terminal, ignores the hang-up and lives on for three seconds."""
    bench.use("/bin/sh", "-c", "trap '' HUP INT; echo up; exec <&- >&- 2>&-; exec sleep 3")
    async with bench.serve():
        heartbeat = Heartbeat()
        client = await bench.connect("a")
        await client.shows("never", patience=8)
        return {"the loop goes on": heartbeat.longest < 1, "it ends": client.closed}


async def normal_end(bench: Bench) -> Seen:
    """A program exits; does anything sleep on the event loop's thread for it?"""
    slept = []
    real, loop_thread = time.sleep, threading.get_ident()

    def sleep(seconds: float) -> None:
        if threading.get_ident() == loop_thread:
            slept.append(seconds)
        real(seconds)

    time.sleep = sleep
    bench.use("/bin/sh", "-c", "read x")
    async with bench.serve():
        client = await bench.connect("a")
        await client.send("stdin", "\n")
        await client.shows("never")
    return {"nothing sleeps on the loop": not slept, "it ends": client.closed}


async def limit_by_name(bench: Bench) -> Seen:
    """More terminals are made by name than there may be."""
    manager = bench.use("/bin/cat", max_terminals=1)
    manager.new_named_terminal()
    try:
        manager.new_named_terminal()
    except terminado.management.MaxTerminalsReached:
        return {"the limit holds": True}
    return {"the limit holds": False}


async def same_name(bench: Bench) -> Seen:
    """A terminal is made under a name that there is already."""
    manager = bench.use("/bin/cat")
    _, first = manager.new_named_terminal(name="mine")
    with contextlib.suppress(Exception):
        manager.new_named_terminal(name="mine")
    return {"the first one is kept": bench.terminal("mine") is first}


async def closing_client(bench: Bench) -> Seen:
    """Two watch one terminal; one of them is closing while the program prints."""
    bench.use("/bin/cat")
    async with bench.serve():
        first, second = await bench.connect("a"), await bench.connect("a")
        await second.send("stdin", "before\n")
        assert await second.shows("before\r\nbefore")
        bench.terminal("a").clients[0].close()
        bench.terminal("a").ptyproc.write("chunk\n")
        seen = await second.shows("chunk\r\nchunk", 2)
        await first.shows("never", 0.1)
        return {"the other sees all": seen}


async def server_environment(bench: Bench) -> Seen:
    """The server has a secret in its environment."""
    os.environ["CANARY"] = "secret-of-the-server"
    bench.use("/bin/sh", "-c", 'echo "<$CANARY>"; read x')
    async with bench.serve():
        client = await bench.connect("a")
        assert await client.shows(">")
        return {"the secret is kept": "secret-of-the-server" not in client.text}


def size(*wish: Any) -> Callable[[Bench], Awaitable[Seen]]:
    """A client asks for a size that is none; then one comes that has a real one."""

    async def scenario(bench: Bench) -> Seen:
        bench.use("/bin/sh", "-c", "while read x; do echo at $(stty size); done")
        async with bench.serve():
            bad = await bench.connect("a")
            await bad.send("set_size", *wish)
            await bad.send("stdin", "\n")
            lives = await bad.shows("at ", 1)
            good = await bench.connect("a")
            await good.send("set_size", 30, 100)
            await good.send("stdin", "\n")
            return {
                "the offender lives on": lives,
                "its size does not count": f"at {' '.join(map(str, wish))}\r" not in bad.text,
                "the other's does": await good.shows("at 30 100", 1),
            }

    return scenario


async def stalled_client(bench: Bench) -> Seen:
    """A client stops reading while the program prints without end."""
    bench.use("/usr/bin/yes", "0123456789abcdef")
    async with bench.serve():
        await bench.connect("a")  # and its messages are never read
        stream: IOStream = bench.terminal("a").clients[0].ws_connection.stream
        unsent = 0
        for _ in range(int(PATIENCE / 0.01)):
            await asyncio.sleep(0.01)
            unsent = max(unsent, len(stream._write_buffer))
            if unsent > 32 << 20:
                break
        return {"memory is bounded": unsent < 8 << 20}


UNIT = "\x1b[38;5;1m\u00e9"
ONE_BY_ONE = f"""
import os, tty
tty.setraw(0)
for character in {UNIT!r} * 900 + '!':
    os.write(1, character.encode())
    os.read(0, 1)
while os.read(0, 1) != b'q':
    pass
"""


async def replay_cut(bench: Bench) -> Seen:
    """A program prints more than is kept, each character on its own; then another client comes."""
    bench.use(PYTHON, "-S", "-c", ONE_BY_ONE, scrollback=8192)
    over = asyncio.Event()

    class Pacer:
        size = (None, None)

        def on_pty_read(self, text: str) -> None:
            terminal.ptyproc.write("." * len(text))
            if text.endswith("!"):
                over.set()

        def on_pty_died(self) -> None:
            pass

    async with bench.serve():
        terminal = bench.manager.get_terminal("a")
        terminal.clients.append(Pacer())
        await over.wait()
        late = await bench.connect("a")
        assert await late.shows("!")
        return {
            "it begins whole": late.text.startswith((UNIT, UNIT[-1])),
            "it is long": len(late.text) > 900,
        }


async def replay_bytes(bench: Bench) -> Seen:
    """A program prints a lot; how much of it does the server keep for a newcomer?"""
    bench.use("/bin/sh", "-c", "seq 1 100000; echo over; read x", scrollback=64 << 10)
    async with bench.serve():
        first = await bench.connect("a")
        assert await first.shows("over\r\n", 30)
        replay = "".join(bench.terminal("a").read_buffer)
        kept = len(replay.removeprefix("\x1bc"))
        return {"as much as was said": kept <= 64 << 10}


SCENARIOS: dict[str, Callable[[Bench], Awaitable[Seen]]] = {
    "blocked_input": blocked_input,
    "blocked_death": blocked_death,
    "bad_start:missing cwd": bad_start(cwd="/nonexistent"),
    "bad_start:file as cwd": bad_start(cwd="/etc/passwd"),
    "bad_start:NUL in a value": bad_start(extra_env={"A": "b\0c"}),
    "bad_start:= in a name": bad_start(extra_env={"A=B": "c"}),
    "bad_start:value no string": bad_start(extra_env={"A": 5}),
    "bad_start:argument no string": bad_start(shell_command=["/bin/sh", 5]),
    "bad_start:lone surrogate": bad_start(shell_command=["/bin/sh", "\ud800"]),
    "slow_end": slow_end,
    "normal_end": normal_end,
    "limit_by_name": limit_by_name,
    "same_name": same_name,
    "closing_client": closing_client,
    "server_environment": server_environment,
    "size:zero": size(0, 0),
    "size:huge": size(5000, 5000),
    "size:strings": size("20", "50"),
    "size:nothing": size(),
    "stalled_client": stalled_client,
    "replay_cut": replay_cut,
    "replay_bytes": replay_bytes,
}


def finish(seen: Seen) -> None:
    """Say what was seen and end at once, whatever still hangs; the terminals end with it."""
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()
    os._exit(0)


async def main(name: str, kind: str) -> None:
    """Run one scenario."""
    # A program that grows without bound ends here rather than with the machine.
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    bench = Bench(kind)
    try:
        seen = await SCENARIOS[name](bench)
    finally:
        if kind == "ours":
            await bench.manager.shutdown()
    finish(seen)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
