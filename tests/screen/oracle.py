"""The page's terminal emulator, as the judge of what a terminal shows.

xterm.js runs without a window in a Node process of its own; a `Terminal` here is one of those
there.
"""

from __future__ import annotations

import base64
import importlib.util
import itertools
import json
import subprocess
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from tornterm.types import Size

HERE = Path(__file__).parent
FRONTEND = HERE.parent.parent / "frontend"


def _bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle", FRONTEND / "bundle.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Oracle:
    """The process; `terminal` makes terminals in it."""

    def __init__(self) -> None:
        command = [*_bundle().node_with_packages(), str(HERE / "oracle.mjs")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 16
        )
        self._names = itertools.count()

    def ask(self, command: str, *parameters: object) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([command, *parameters]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def terminal(self, size: Size, *, scrollback: int = 1000) -> Terminal:
        return Terminal(self, f"t{next(self._names)}", size, scrollback)

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def __enter__(self) -> Oracle:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class Terminal:
    """One xterm.js."""

    def __init__(self, oracle: Oracle, name: str, size: Size, scrollback: int) -> None:
        self._oracle, self._name = oracle, name
        oracle.ask("new", name, size.cols, size.rows, scrollback)

    def write(self, data: bytes) -> None:
        self._oracle.ask("write", self._name, base64.b64encode(data).decode())

    def resize(self, size: Size) -> None:
        self._oracle.ask("resize", self._name, size.cols, size.rows)

    def reset(self) -> None:
        self._oracle.ask("reset", self._name)

    def state(self) -> dict[str, Any]:
        """All that can be told of it: what is `visible`, what is `hidden`, and the rest."""
        state: dict[str, Any] = self._oracle.ask("state", self._name)
        return state

    def history(self, count: int) -> list[Any]:
        """The last lines above the screen."""
        lines: list[Any] = self._oracle.ask("history", self._name, count)
        return lines

    def acts(self) -> dict[str, Any]:
        """What it has answered, how often it has rung, what it would have done elsewhere."""
        acts: dict[str, Any] = self._oracle.ask("acts", self._name)
        return acts

    def free(self) -> None:
        self._oracle.ask("free", self._name)


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two states differ, in words."""
    if one == other:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [
            line
            for key in keys
            for line in differences(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for at, (a, b) in pairs for line in differences(a, b, f"{path}[{at}]")]
    return [f"{path}: {one!r} is {other!r}"]
