"""A receiver as somebody would write one: checks the signature, keeps events in a file, answers.

Run as a program it serves on a port until it is killed; `Receiver` serves inside a test.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tornterm_audit_webhook import HEADER, verify

SECRET = "a-key-that-both-sides-know"

Answer = Callable[[list[dict[str, Any]]], tuple[int, dict[str, str]]]


class Receiver:
    """Serves on loopback while the ``with`` block lasts.

    Args:
        port: Where to listen; 0 for any.
        answer: What to answer to a batch; what is not 2xx is not kept.
    """

    def __init__(self, port: int = 0, answer: Answer = lambda events: (204, {})) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.refused = 0
        self.answer = answer
        self.came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver.take(body, self.headers.get(HEADER, ""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/audit"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def take(self, body: bytes, signature: str) -> tuple[int, dict[str, str]]:
        """Judge a request; keep its events if it is genuine and the answer is a yes."""
        genuine = verify(SECRET, body, signature, time.time())
        events = json.loads(body)["events"] if genuine else []
        status, headers = self.answer(events) if genuine else (401, {})
        with self.came:
            if status // 100 == 2:
                self.batches.append(events)
            else:
                self.refused += 1
            self.came.notify_all()
        return status, headers

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events so far, without their ids."""
        return [entry["event"] for batch in self.batches for entry in batch]

    def wait_for(self, met: Callable[[Self], bool]) -> None:
        """Wait until something is true after a request."""
        with self.came:
            assert self.came.wait_for(lambda: met(self), 20), "it did not happen"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve(port: int, file: Path) -> None:
    """Keep events in a file, on the disk before they are acknowledged, until killed."""

    def keep(events: list[dict[str, Any]]) -> tuple[int, dict[str, str]]:
        with file.open("a") as output:
            output.writelines(json.dumps(entry) + "\n" for entry in events)
            output.flush()
            os.fsync(output.fileno())
        return 204, {}

    with Receiver(port, keep) as receiver:
        print(receiver.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
