"""Terminals in sandboxes, from beginning to end."""

from __future__ import annotations

import asyncio
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from sandboxes import planned, table

from tornterm.types import User
from tornterm_spawn_sandbox import Sandbox, SandboxSettings

README = Path(__file__).parents[1] / "README.md"


async def test_a_terminal_works_as_outside(
    sandbox: Sandbox, tornterm_server: Any, tornterm_client: Any
) -> None:
    """It is the controlling one: Ctrl-C, job control and the size reach the program."""
    server = await tornterm_server(plugins=[sandbox])
    client = await tornterm_client(server)
    client.within = 30.0
    client.send_input(b"set -m; echo rea''dy\n")
    await client.wait_for(b"ready")
    client.send_input(b"echo sle''eping; sleep 600\n")
    await client.wait_for(b"sleeping")
    client.send_input(b"\x03")
    client.send_input(b"echo after-$?\n")
    await client.wait_for(b"after-130")
    client.send_input(b"until stty size | grep '^33 91$'; do sleep 0.1; done; echo ea''sy\n")
    client.resize(91, 33)
    await client.wait_for(b"33 91\r\neasy")
    client.send_input(b"ls /dev/pts; echo t >/dev/tty && echo o''wn\n")
    await client.wait_for(b"own")
    client.end()


async def test_nothing_is_left_after_the_end(
    sandbox: Sandbox, folder: Path, tornterm_server: Any, tornterm_client: Any
) -> None:
    """Also not what ignores a hang-up and has left the terminal."""
    server = await tornterm_server(plugins=[sandbox])
    client = await tornterm_client(server)
    client.within = 30.0
    os.mkfifo(folder / "held")
    plan = planned(sandbox, User("alice"))
    home = Path(plan.argv[plan.argv.index("--bind") + 1])
    os.mkfifo(home / "held")
    if plan.uid is not None:
        os.chown(home / "held", plan.uid, -1)
    reading = os.open(home / "held", os.O_RDONLY | os.O_NONBLOCK)
    try:
        client.send_input(
            b"trap '' HUP TERM; setsid nohup sleep 600 > ~/held & sleep 0; echo rea''dy\n"
        )
        await client.wait_for(b"ready")
        client.end()
        await client.wait_for(lambda c: c.exit is not None)
        # Its end of the pipe is closed when the last process is gone.
        os.set_blocking(reading, True)
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(os.read, reading, 1) == b""
    finally:
        os.close(reading)


async def test_the_example_works(folder: Path, tornterm_server: Any, tornterm_client: Any) -> None:
    """With the directories and the account of this machine."""
    found = re.search(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    example = tomllib.loads(found[1])["plugins"]["sandbox"]
    assert example["read_only"] == ["/opt/course"]
    here = {"homes": str(folder / "homes"), "run_as": table(folder).run_as}
    settings = SandboxSettings.model_validate({**example, **here})
    server = await tornterm_server(plugins=[Sandbox(settings)])
    client = await tornterm_client(server)
    client.within = 30.0
    client.send_input(b"echo $(whoami)-$TORNTERM_USER-$((6*7))\n")
    await client.wait_for(b"user-alice-42")
    client.send_input(b"(: >/dev/tcp/127.0.0.1/%d) || echo no-net''work\n" % server.port)
    await client.wait_for(b"no-network")
    client.end()
    await client.wait_for(lambda c: c.exit is not None)
