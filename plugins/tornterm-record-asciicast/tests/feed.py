"""Recorders that record for ever, each killed when it has been given so many bytes.

A fork for each instead of a whole interpreter: the moments are as random, and there can be many.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from tornterm.types import SessionInfo, Size
from tornterm_record_asciicast import RecorderSettings
from tornterm_record_asciicast.recording import Recording


def feed(folder: Path, out: int) -> None:
    """Feed one recording from this thread while another one writes it; say first what it gets."""
    # A kill loses nothing that was written, so nothing need be forced to the disk.
    settings = RecorderSettings(folder=folder, segment=4096, sync="never")
    session = SessionInfo("one", "alice", "", "", "running", time.time(), Size(), 1, 0)
    recording = Recording(settings, session, lambda: None)

    def write() -> None:
        while True:
            recording.work()
            time.sleep(0.0002)

    threading.Thread(target=write, daemon=True).start()
    offset = 0
    while True:
        data = f"line {offset} \N{EURO SIGN}\r\n".encode()
        os.write(out, data)
        recording.on_output(data, offset, time.time())
        offset += len(data)
        if not offset % 5:
            time.sleep(0)  # or the other thread would hardly have its turn


def kill_one(folder: Path, after: int) -> bytes:
    """Kill a recorder when it has been given more than `after` bytes; what it was given."""
    source, out = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(source)
            feed(folder, out)
        finally:
            os._exit(1)  # what went wrong here must not go on as if it were the other one
    os.close(out)
    with open(source, "rb") as pipe:
        given = pipe.read(after + 1)
        os.kill(child, signal.SIGKILL)
        given += pipe.read()
    os.waitpid(child, 0)
    return given


if __name__ == "__main__":
    root = Path(sys.argv[1])
    for number, after in enumerate(sys.stdin):
        (root / f"{number}.given").write_bytes(kill_one(root / str(number), int(after)))
