"""A Jupyter server as a process of its own, on loopback, and what speaks to its terminals."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tornado.httpclient import AsyncHTTPClient

from tests.browser.process import ServerProcess
from tests.compat.dialect import WITHIN, TerminadoClient

__all__ = ["TOKEN", "Answer", "Jupyter", "serving_jupyter"]

TOKEN = "token-of-the-jupyter-server"

CONFIG = """\
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = 0
c.ServerApp.allow_root = True
c.ServerApp.open_browser = False
c.ServerApp.root_dir = {root!r}
c.IdentityProvider.token = {token!r}
c.ServerApp.terminado_settings = {{"shell_command": ["/bin/bash", "--norc", "--noprofile"]}}
"""

JUPYTER_SERVER = (
    sys.executable,
    "-m",
    "jupyter_server",
    # Without what only JupyterLab needs, which takes a while to load.
    "--ServerApp.jpserver_extensions={'jupyter_lsp': False, 'notebook_shim': False}",
)

SLOW = "rfc3987_syntax"
"""What jsonschema checks addresses in events with, where it is there; no event here has one.

It builds its grammars when it is imported, which is two thirds of a server's start.
"""

OURS = """\
c.TerminalsExtensionApp.terminal_manager_class = "tornterm.jupyter.TerminalManager"
c.TerminalManager.settings = {"sessions": {"kill_after": "300ms"}}
"""


class Answer(NamedTuple):
    """An answer of the REST API."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Jupyter:
    """A server that runs.

    Args:
        process: Its process.
        root: The folder that it serves.
    """

    def __init__(self, process: ServerProcess, root: Path) -> None:
        self.process = process
        self.root = root
        self.url = process.line("stderr", r"(http://127\.0\.0\.1:\d+/)\S*\?token=")

    def headers(self, user: str = "") -> dict[str, str]:
        """The headers of a request with the token."""
        headers = {"Authorization": f"token {TOKEN}"}
        return {**headers, "X-User": user} if user else headers

    async def ask(
        self, method: str, path: str, body: Any = None, *, user: str = "", token: bool = True
    ) -> Answer:
        """Send one request, whatever the answer's status.

        Args:
            method: The method.
            path: Below the base.
            body: What is sent as JSON; text is sent as it is.
            user: The value of the header X-User.
            token: Whether the token is sent.
        """
        client = AsyncHTTPClient(force_instance=True)
        sent = body if body is None or isinstance(body, str) else json.dumps(body)
        try:
            answer = await client.fetch(
                self.url + path,
                method=method,
                headers=self.headers(user) if token else {},
                body=sent,
                allow_nonstandard_methods=True,
                follow_redirects=False,
                raise_error=False,
                request_timeout=WITHIN,
            )
        finally:
            client.close()
        text = answer.body.decode()
        is_json = "json" in answer.headers.get("Content-Type", "") or text[:1] in ("{", "[")
        return Answer(answer.code, json.loads(text) if text and is_json else text, answer.headers)

    async def names(self) -> list[str]:
        """The names of the terminals that there are."""
        answer = await self.ask("GET", "api/terminals")
        assert answer.status == 200, (answer, self.process.log)
        return [model["name"] for model in answer.body]

    async def clear(self) -> None:
        """End all terminals that earlier tests have left."""
        for name in await self.names():
            await self.ask("DELETE", f"api/terminals/{name}")

    async def make(self, *, user: str = "", **body: Any) -> str:
        """Make a terminal, and return its name."""
        answer = await self.ask("POST", "api/terminals", body, user=user)
        assert answer.status == 200, answer
        return str(answer.body["name"])

    def attach(self, name: str, *, user: str = "") -> TerminadoClient:
        """A client of a terminal."""
        url = f"ws{self.url.removeprefix('http')}terminals/websocket/{name}"
        return TerminadoClient(url, self.headers(user))


@contextmanager
def serving_jupyter(
    folder: Path, more: str = "", *, ours: bool = True, command: Sequence[str] = JUPYTER_SERVER
) -> Iterator[Jupyter]:
    """Run a server with our terminals until the block is left; it has to end well.

    Args:
        folder: An empty folder for its home, its configuration and what it serves.
        more: Further lines of its configuration.
        ours: Whether the configuration says that the terminals are ours.
        command: What starts it.
    """
    root = folder / "work"
    root.mkdir()
    without = folder / "without"
    without.mkdir()
    (without / f"{SLOW}.py").write_text("raise ImportError\n")
    config = folder / "jupyter_config.py"
    lines = CONFIG.format(root=str(root), token=TOKEN)
    config.write_text(lines + (OURS if ours else "") + more)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(without),
        "SECRET_OF_THE_SERVER": "not for terminals",
        "CONDA_PREFIX": "/for/terminals",
    }
    jupyter = _started([*command, f"--config={config}"], env, root)
    process = jupyter.process
    try:
        yield jupyter
    finally:
        code = process.stop()
    assert code == 0, f"the server ended with {code}:\n{process.log}"


def _started(command: list[str], env: Mapping[str, str], root: Path) -> Jupyter:
    """A server that listens. It names its port before it binds it, so another one may be faster."""
    for _ in range(3):
        process = ServerProcess(command, env)
        jupyter = Jupyter(process, root)
        if _listens(jupyter):
            return jupyter
        process.stop()
    raise AssertionError(f"no server listens:\n{process.log}")


def _listens(jupyter: Jupyter) -> bool:
    port = int(jupyter.url.rpartition(":")[2].strip("/"))
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and jupyter.process.running:
        try:
            socket.create_connection(("127.0.0.1", port), WITHIN).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return True
    return False
