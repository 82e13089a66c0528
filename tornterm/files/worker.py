"""The server's side of a file helper: asks it, and waits for no disk itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornterm.files import helper
from tornterm.files.errors import FileRefused
from tornterm.types import FileAccess, SpawnPlan

__all__ = ["FileWorker"]

PATIENCE = 60.0
"""Seconds that one request may take: a disk that needs longer is given up."""

PARTING = 5.0
"""Seconds that a helper has to clean up before it is killed."""

_LIMIT = 4 * 1024 * 1024


class FileWorker:
    """One helper process, which does one file.

    Args:
        process: The helper, started.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lock = asyncio.Lock()

    @classmethod
    async def begin(
        cls, plan: SpawnPlan, wish: Mapping[str, Any]
    ) -> tuple[FileWorker, dict[str, Any]]:
        """Start a helper as the account of a session's program.

        Args:
            plan: How the program was started.
            wish: What to do: ``path``, or ``folders`` and ``name``.

        Returns:
            The worker, and what is known about its file.

        Raises:
            FileRefused: It cannot be done.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(Path(helper.__file__)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            start_new_session=True,
            limit=_LIMIT,
        )
        worker = cls(process)
        access: SpawnPlan | FileAccess = plan
        limit = plan.rlimits.get("FSIZE")
        if isinstance(plan.files, FileAccess):
            access, limit = plan.files, plan.files.largest
        identity = {
            "uid": access.uid,
            "gid": access.gid,
            "groups": list(access.groups),
            "largest": limit,
        }
        try:
            facts, _ = await worker.ask({"path": None, "folders": (), **identity, **wish})
        except BaseException:
            await worker.close()
            raise
        return worker, facts

    async def ask(self, wish: Mapping[str, Any], data: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Let the helper do one thing; one after the other.

        Args:
            wish: What.
            data: Bytes that belong to it.

        Returns:
            The answer, and bytes that belong to that.

        Raises:
            FileRefused: It cannot be done, or the helper is gone.
        """
        async with self._lock:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._exchange({**wish, "bytes": len(data)}, data)
            except FileRefused:
                raise
            except (OSError, ValueError, EOFError, TimeoutError):
                self._kill()
                raise FileRefused("file_trouble") from None
            except BaseException:
                # Half a conversation is none.
                self._kill()
                raise

    async def _exchange(self, wish: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None and sink is not None
        sink.write(json.dumps(wish).encode() + b"\n" + data)
        await sink.drain()
        line = await source.readline()
        reply: dict[str, Any] = json.loads(line)
        if "refused" in reply:
            raise FileRefused(reply.pop("refused"), reply.get("offset"))
        return reply, await source.readexactly(reply.get("bytes", 0))

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Let the helper go; what was not finished goes with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(PARTING):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
