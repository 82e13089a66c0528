"""Asking the engine's program something, whatever it does."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

__all__ = ["ANSWER", "EngineError", "said"]

ANSWER = 8.0
"""Seconds in which a session's questions are answered: the server waits for 10 at the most."""

MOST = 2**20
"""Bytes of an answer that is still one."""


class EngineError(Exception):
    """The engine did not do what it was asked, or did not answer."""


def said(command: Iterable[str], timeout: float, env: Mapping[str, str] | None = None) -> str:
    """What the engine answers.

    Args:
        command: The command line.
        timeout: Seconds it may take.
        env: Its environment; None for the server's own.

    Raises:
        EngineError: It failed, took too long, or said too much.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's engine
            tuple(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise EngineError(f"{error}"[:300]) from None
    with process:
        try:
            out, err = _read(process, time.monotonic() + timeout)
            status = process.wait(timeout)
        except EngineError:
            raise
        except subprocess.TimeoutExpired:
            raise EngineError("it does not end") from None
        finally:
            # Whatever it started goes with it; containers are no children of it.
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    if status != 0:
        lines = err.decode(errors="replace").splitlines() or ["no reason given"]
        raise EngineError(_shown(lines[-1]))
    return out.decode(errors="replace")


def _read(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """Both of its outputs, as far as they matter."""
    assert process.stdout and process.stderr
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, out)
        selector.register(process.stderr, selectors.EVENT_READ, err)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise EngineError("it does not answer")
            for key, _ in selector.select(left):
                data = os.read(key.fd, 65536)
                key.data.extend(data)
                if not data:
                    selector.unregister(key.fileobj)
            if len(out) > MOST:
                raise EngineError("its answer has no end")
            del err[:-4096]
    return bytes(out), bytes(err)


def _shown(line: str) -> str:
    """A line that somebody may be shown."""
    return "".join(letter if letter.isprintable() else "?" for letter in line.strip()[:300])
