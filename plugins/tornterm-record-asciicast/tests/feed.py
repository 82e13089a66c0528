"""Records for ever, and says what it was given: the program that tests kill."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from tornterm.types import SessionInfo, Size
from tornterm_record_asciicast import RecorderSettings
from tornterm_record_asciicast.recording import Recording


def main(folder: Path) -> None:
    """Feed one recording from this thread while another one writes it."""
    settings = RecorderSettings(folder=folder, segment=4096)
    session = SessionInfo("one", "alice", "", "", "running", time.time(), Size(), 1, 0)
    recording = Recording(settings, session, lambda: None)

    def write() -> None:
        while True:
            recording.work()
            time.sleep(0.0002)  # or the other thread would hardly have its turn

    threading.Thread(target=write, daemon=True).start()
    offset = 0
    while True:
        data = f"line {offset} \N{EURO SIGN}\r\n".encode()
        os.write(1, data)
        recording.on_output(data, offset, time.time())
        offset += len(data)
        time.sleep(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
