"""What Lighthouse thinks of the pages: ``python -m tests.browser.scores``, or ``make audit-page``.

It says so, and fails, where a page has less than 95 of 100 for performance, accessibility or good
practice. Performance depends on the machine, so the best of a few runs counts: what else the
machine does only ever makes a page slower.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from frontend.bundle import call_npm
from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.process import serving
from tests.browser.tab import Tab

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
ENOUGH = 95
RUNS = 3


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def _look(url: str, port: int, file: Path) -> dict[str, int]:
    """One run; nothing where the browser did not tell Lighthouse of the page in time."""
    file.unlink(missing_ok=True)
    call_npm(
        *("exec", "--yes", f"--package={LIGHTHOUSE}", "--", "lighthouse", url, "--quiet"),
        *(f"--port={port}", "--preset=desktop", "--disable-storage-reset"),
        *("--output=json", f"--output-path={file}", f"--only-categories={','.join(CATEGORIES)}"),
    )
    if not file.exists():
        return {}
    report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    _complain(report)
    scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
    return {name: round(100 * score) for name, score in scores.items() if score is not None}


def _complain(report: dict[str, Any]) -> None:
    for name in CATEGORIES:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"  {name}: {audit['title']}: {audit.get('displayValue', '')}")


def scores(url: str, port: int, folder: Path) -> dict[str, int]:
    """The best that a page gets, by category."""
    best: dict[str, int] = {}
    for run in range(RUNS):
        found = _look(url, port, folder / f"{run}.json")
        best = {name: max(found.get(name, 0), best.get(name, 0)) for name in CATEGORIES}
    return best


def main() -> int:
    """Print a table; 1 where a page does not get enough."""
    path = find()
    assert path, ADVICE
    bad = 0
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as server,
    ):
        port, profile = _free_port(), Path(name, "profile")
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=path, args=[*FLAGS, f"--remote-debugging-port={port}"]
        )
        table = {"login": scores(f"{server.url}login", port, Path(name))}
        Tab(context.new_page()).log_in(server.login_link)
        context.pages[-1].goto("about:blank")
        for page, address in (("terminal", server.url), ("administration", f"{server.url}admin")):
            table[page] = scores(address, port, Path(name))
        context.close()
    print(f"| page | {' | '.join(CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}")
    for page, got in table.items():
        print(f"| {page} | {' | '.join(str(got[name]) for name in CATEGORIES)} |")
        bad += sum(got[name] < ENOUGH for name in CATEGORIES)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
