"""The commands and settings of the page about JupyterLab, as they stand there."""

from __future__ import annotations

import re
import shlex
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from tests.compat.jupyter import serving_jupyter
from tests.compat.node import run_script
from tornterm.config.settings import Settings
from tornterm.jupyter import TerminalManager
from tornterm.testing.server import TOKENS, LiveServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "jupyter.md").read_text()
(SHELL,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
(SCRIPT,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_extra() -> None:
    """What is installed by name exists."""
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    assert "tornterm[jupyter]" in SHELL
    assert "jupyter_server" in metadata["options.extras_require"]["jupyter"]


async def test_the_five_minutes(tmp_path: Path) -> None:
    """The command as it is, in JupyterLab: a terminal that comes back as it was."""
    command = shlex.split(SHELL.splitlines()[1])
    assert command[:2] == ["jupyter", "lab"]
    with serving_jupyter(
        tmp_path, ours=False, command=[sys.executable, "-m", "jupyterlab", *command[2:]]
    ) as jupyter:
        name = await jupyter.make()
        async with jupyter.attach(name) as terminal:
            terminal.send("stdin", r"printf '\033[1;31mr%s\033[m\033[6n\n' ed" + "\r")
            await terminal.shows("\x1b[1;31mred\x1b[m\x1b[6n")
        async with jupyter.attach(name) as again:
            await again.finds("(red)")
            # A replay of terminado's own would be the same bytes, the question among them.
            assert "\x1b[6n" not in again.text


def test_the_settings() -> None:
    """Every setting in the file is one, and the tables are tornterm's."""
    config: Any = Config()
    for block in BLOCKS:
        exec(block, {"c": config})
    known = TerminalManager.class_traits(config=True)
    assert set(config.TerminalManager) <= set(known)
    Settings.model_validate({"limits": config.TerminalManager.settings["limits"]})


def test_the_table_of_settings() -> None:
    """Every one of ours is in the table, and leads to a key that exists."""
    rows = re.findall(r"^\| `(\w+)` \| (?:`(\w+)\.(\w+)[^|]*)?", PAGE, re.MULTILINE)
    assert {name for name, _, _ in rows} == {
        name
        for name, trait in TerminalManager.class_traits(config=True).items()
        if trait.this_class.__module__.startswith("tornterm.")  # type: ignore[union-attr]
    } | {"cull_inactive_timeout"}
    for _, table, key in rows:
        if table == "sessions":
            assert key in Settings().sessions.model_dump()


@pytest.mark.gen_test(timeout=300)
async def test_the_script() -> None:
    """Jupyter's library, pointed at a server of ours; it ends when the program does."""
    async with LiveServer() as server:
        script = SCRIPT.replace("http://127.0.0.1:8765/", server.url).replace(
            "secret-of-alice-0123456789", TOKENS["alice"]
        )
        # Its list is asked for again and again, which keeps Node alive.
        script += "terminal.disposed.connect(() => process.exit(0));\n"
        assert "42\r\n" in await run_script(script)
