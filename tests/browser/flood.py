"""What the page does in a flood: ``python -m tests.browser.flood``, or ``make flood``.

Four terminals side by side run ``yes``. It prints how long the page's tasks were, how long Ctrl-C
took and what memory did: figures of this machine, which `docs/page.md` has for another one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.process import serving
from tests.browser.tab import Tab

PANES = 4
SECONDS = 30.0

WATCH = """
() => {
  const flood = { tasks: [], frames: 0, owed: 0, keyAt: 0, keyParsed: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) flood.tasks.push(duration);
  }).observe({ type: "longtask" });
  const frame = () => {
    flood.frames += 1;
    flood.owed = Math.max(flood.owed, tornterm.offset - tornterm.parsed);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  addEventListener("keydown", () => {
    flood.keyAt = performance.now();
    flood.keyParsed = tornterm.parsed;
  }, { capture: true });
  window.flood = flood;
}
"""

WAIT_PARSED = """
(bytes) => new Promise((resolve, reject) => {
  const wanted = tornterm.parsed + bytes;
  const look = () => {
    if (tornterm.parsed < wanted) return;
    end();
    resolve(tornterm.parsed);
  };
  const end = tornterm.onParsed(look);
  setTimeout(() => reject(new Error(`${tornterm.parsed} of ${wanted} bytes`)), 60000);
  look();
})
"""

WAIT_PROMPT = """
() => new Promise((resolve, reject) => {
  const { terminal } = tornterm;
  const look = () => {
    const { active } = terminal.buffer;
    const line = active.getLine(active.baseY + active.cursorY).translateToString(true);
    if (line.trimEnd() !== "$" || active.cursorX !== 2) return;
    end();
    resolve([performance.now() - flood.keyAt, tornterm.parsed - flood.keyParsed]);
  };
  const end = tornterm.onParsed(look);
  setTimeout(() => reject(new Error("no prompt")), 60000);
  look();
})
"""


@dataclass(frozen=True)
class Stop:
    """How one terminal's program ended: from the key to the prompt.

    Args:
        milliseconds: How long it took, by the page's clock.
        printed: Bytes of output that the page still had to take.
    """

    milliseconds: float
    printed: int


class Flood:
    """Four terminals of a tab, in each of which ``yes`` is running.

    Args:
        tab: A tab with one terminal and a prompt in it.

    Attributes:
        window: Bytes of output that may be on the way to one terminal.
    """

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._at = 0
        for keys in ("Control+Shift+E", "Control+Shift+O", ""):
            if not keys:
                tab.page.keyboard.press("Alt+Shift+ArrowLeft")
                keys = "Control+Shift+O"
            self._split(keys)
        self.window = int(tab.received("session")[-1]["window"])
        # Playwright would be given every byte of the flood.
        tab.cdp.send("Network.disable")
        tab.page.evaluate(WATCH)
        for _ in range(PANES):
            self.next()
            tab.type("yes\n")
            self.take(1)

    def _split(self, keys: str) -> None:
        page = self.tab.page
        before = page.evaluate("tornterm.state().session")
        page.keyboard.press(keys)
        page.wait_for_url(lambda url: not url.endswith(before))
        self.tab.wait_state("live")
        self.tab.wait_text(r"^\$ ")

    def next(self) -> None:
        """Go to the next terminal: round the four of them."""
        self._at = (self._at + 1) % PANES
        pane = self.tab.page.locator(".pane:visible").nth(self._at)
        pane.locator(".xterm-screen").click()

    def take(self, count: int) -> None:
        """Wait until the terminal that is used has taken that many further bytes."""
        self.tab.page.evaluate(WAIT_PARSED, count)

    def stop(self) -> Stop:
        """Press Ctrl-C in the terminal that is used, and wait for the prompt."""
        self.tab.page.keyboard.press("Control+c")
        took, printed = self.tab.page.evaluate(WAIT_PROMPT)
        return Stop(float(took), int(printed))

    @property
    def frames(self) -> int:
        """Frames that the page has drawn since the flood began."""
        return int(self.tab.page.evaluate("flood.frames"))

    @property
    def owed(self) -> int:
        """The most bytes that a terminal had been given and not yet parsed."""
        return int(self.tab.page.evaluate("flood.owed"))

    @property
    def tasks(self) -> list[float]:
        """Milliseconds of each task of the page that took 50 or more."""
        return [float(each) for each in self.tab.page.evaluate("flood.tasks")]

    def heap(self) -> int:
        """Bytes of JavaScript that are in use when the garbage is gone."""
        self.tab.cdp.send("HeapProfiler.collectGarbage")
        return int(self.tab.cdp.send("Runtime.getHeapUsage")["usedSize"])


def p95(values: list[float]) -> float:
    """What 95 of 100 are below; 0 where there are none."""
    return sorted(values)[int(len(values) * 0.95)] if values else 0.0


def main() -> int:
    """Print what happens within half a minute."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    path = find()
    assert path, ADVICE
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as server,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        tab = Tab(browser.new_page(viewport={"width": 1280, "height": 800}))
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        flood = Flood(tab)
        heaps, begun = [flood.heap()], time.monotonic()
        taken, frames = tab.page.evaluate("tornterm.parsed"), flood.frames
        tab.page.evaluate("flood.tasks.length = 0")
        for _ in range(3):
            tab.page.wait_for_timeout(seconds * 1000 / 3)
            heaps.append(flood.heap())
        took = time.monotonic() - begun
        tasks, frames = flood.tasks, flood.frames - frames
        taken = tab.page.evaluate("tornterm.parsed") - taken
        stops = []
        for _ in range(PANES):
            stops.append(flood.stop())
            flood.next()
        browser.close()
    print(f"| `yes` in {PANES} terminals for {took:.0f} s | |\n|---|---|")
    print(f"| output that one of them took | {taken / took / 1e6:.1f} MB/s |")
    print(f"| frames | {frames / took:.0f} per s |")
    print(f"| tasks of 50 ms and more | {len(tasks)}, p95 {p95(tasks):.0f} ms, ", end="")
    print(f"longest {max(tasks, default=0):.0f} ms |")
    print(f"| JavaScript heap, every {took / 3:.0f} s | ", end="")
    print(f"{', '.join(f'{heap / 1e6:.1f}' for heap in heaps)} MB |")
    print("| Ctrl-C until the prompt, one after the other | ", end="")
    print(f"{', '.join(f'{stop.milliseconds:.0f}' for stop in stops)} ms |")
    print("| output after Ctrl-C | ", end="")
    print(f"{', '.join(f'{stop.printed / 1e3:.0f}' for stop in stops)} kB |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
