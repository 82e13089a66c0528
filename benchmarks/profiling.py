"""Where the server's time goes during a workload: cProfile inside it, on its own loop."""

from __future__ import annotations

import io
import pstats
import sys
import tempfile
from pathlib import Path

from benchmarks.peers import CONFIG, SERVERS, Server, start
from benchmarks.workloads import WORKLOADS

__all__ = ["profile"]


def profile(name: str, lines: int) -> str:
    """Run a workload once, in its quick size.

    Args:
        name: A key of `WORKLOADS`.
        lines: Functions to show.

    Returns:
        The functions with the most time of their own.
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "profile"

        def command(scratch: Path) -> list[str]:
            config = scratch / "tornterm.toml"
            config.write_text(CONFIG)
            profiled = [sys.executable, "-m", "cProfile", "-o", str(written)]
            return [*profiled, "-m", "tornterm", "serve", "--config", str(config)]

        SERVERS["profiled"] = Server("v1", command)
        try:
            with start("profiled") as running:
                WORKLOADS[name].measure(running, True)
        finally:
            del SERVERS["profiled"]
        text = io.StringIO()
        statistics = pstats.Stats(str(written), stream=text)
        statistics.sort_stats("tottime").print_stats(lines)
        return text.getvalue()
