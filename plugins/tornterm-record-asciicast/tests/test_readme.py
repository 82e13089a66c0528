"""The README's configuration and commands do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm_record_asciicast import Recorder, RecorderSettings, inspect

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The examples in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


async def a_session(recorder: Recorder) -> None:
    """Let a person print a secret and leave."""
    async with (
        LiveServer(plugins=[recorder]) as server,
        V1Client(server.url, headers=server.headers(), within=30.0) as client,
    ):
        await client.open()
        client.send_input("echo key: AKIA''0123456789ABCDEF $((6*7)); exit\n")
        await client.wait_for(lambda c: c.exit is not None)


def test_the_example(tmp_path: Path) -> None:
    """A session is recorded without the secret, and each command does its part."""
    (tables,) = [tomllib.loads(block) for block in blocks("toml")]
    assert tables["plugins"]["enabled"] == ["token", "shell", "recorder"]
    table: dict[str, Any] = {**tables["plugins"]["recorder"], "folder": str(tmp_path)}
    recorder = Recorder(RecorderSettings.model_validate(table))
    asyncio.run(a_session(recorder))
    (folder,) = tmp_path.iterdir()
    assert inspect(folder).state == "complete"
    group = recorder.tornterm_register_commands()
    assert isinstance(group, click.Group)
    outputs = {}
    (commands,) = [block for block in blocks("sh") if block.startswith("tornterm recording")]
    for line in commands.splitlines():
        words = shlex.split(line.replace("NAME", folder.name))
        assert words[:2] == ["tornterm", "recording"]
        assert words[-2:] == ["--config", "tornterm.toml"]
        arguments = [str(tmp_path / w) if w == "session.cast" else w for w in words[2:-2]]
        done = CliRunner().invoke(group, arguments)
        assert done.exit_code == 0, done.output
        outputs[words[2]] = done.output
    assert list(outputs) == ["list", "verify", "play", "export"]
    assert folder.name in outputs["list"] and "complete" in outputs["verify"]
    assert "key: [redacted] 42" in outputs["play"]
    header, *_ = (tmp_path / "session.cast").read_text().splitlines()
    assert json.loads(header)["version"] == 3
