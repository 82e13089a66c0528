"""The examples of the README, run as they stand there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from configparser import ConfigParser
from contextlib import closing
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient
from tornado.web import create_signed_value

from tests.browser.process import ServerProcess
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_embedded_terminals(tmp_path: Path) -> None:
    """Whoever is logged in to the embedding application has a shell; nobody else has."""
    assert len(re.findall(r"^.*\S", BLOCKS[0], re.MULTILINE)) <= 15
    port = free_port()
    program = tmp_path / "app.py"
    program.write_text(
        BLOCKS[0]
        .replace("8888", str(port))
        .replace("    await asyncio.Event", "    print('listens')\n    await asyncio.Event")
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    environment["PYTHONPATH"] = str(README.parent)
    process = ServerProcess([sys.executable, str(program)], environment)
    try:
        await asyncio.to_thread(process.line, "stdout", "(listens)")
        base, origin = f"http://127.0.0.1:{port}/term/", f"http://127.0.0.1:{port}"
        cookie = create_signed_value("change me", "user", "ann").decode()
        headers = {"Cookie": f"user={cookie}", "Origin": origin}
        async with V1Client(base, headers=headers, within=60) as client:
            await client.open()
            client.send_input("echo $((6*7))\n")
            await client.wait_for(b"42\r\n")
        stranger = await AsyncHTTPClient(force_instance=True).fetch(
            f"{base}api/me", headers={"Cookie": "user=ann"}, raise_error=False
        )
        assert stranger.code == 401
    finally:
        process.stop()


async def test_the_plugin() -> None:
    """The badge opens the door, and nothing else does."""
    names: dict[str, type] = {}
    exec(BLOCKS[1], names)
    async with LiveServer(plugins=[names["Badge"]()]) as server:
        answer = await AsyncHTTPClient(force_instance=True).fetch(
            f"{server.url}api/me", headers={"Authorization": "Bearer badge-of-alice-0123456789"}
        )
        assert json.loads(answer.body)["user"]["name"] == "alice"
        refused = await AsyncHTTPClient(force_instance=True).fetch(
            f"{server.url}api/me", headers={"Authorization": "Bearer wrong"}, raise_error=False
        )
        assert refused.code == 401


def test_the_extras() -> None:
    """What the installation line names exists, and it is said what each is for."""
    metadata = ConfigParser()
    metadata.read(README.parent / "setup.cfg")
    text = README.read_text()
    lines = re.findall(r'"[a-z.]*\[([a-z,]+)\]"', text)
    assert len(lines) == 2 and len(set(lines)) == 1
    for extra in lines[0].split(","):
        assert extra in metadata["options.extras_require"]
        assert f"`{extra}`" in text
