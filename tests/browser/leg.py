"""One way of a large file: what the page was told and showed of it, and what it cost the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType

MIB = 1024 * 1024
CUTS = 2

FLAT = 24 * MIB
"""How much the server may grow by a file of any size: buffers, and what its first request loads."""

ON_ITS_WAY = 16 * MIB
"""What proxy and systems may hold when a connection is cut; a browser asks for that again."""

# What the server says of how far a file has got, and what the page shows of it.
WATCH = """
(() => {
  const seen = { told: [], shown: [] };
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (answer.ok && /\\/(uploads|transfers)/.test(String(given[0]))) {
      const { offset, transfer, transfers = [] } = await answer.clone().json().catch(() => ({}));
      for (const done of [offset, transfer?.done, transfers.at(-1)?.done]) {
        if (done !== undefined) seen.told.push(done);
      }
    }
    return answer;
  };
  new MutationObserver(() => {
    const bar = document.querySelector(".transfer progress");
    if (bar && bar.value !== seen.shown.at(-1)) seen.shown.push(bar.value);
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  window.seen = seen;
})();
"""


@dataclass
class Leg:
    """One way of the file.

    Args:
        name: Which.
        size: Bytes.
        seconds: How long it took.
        cuts: How often the connections broke.
        growth: Bytes by which the server grew meanwhile, at the most.
        told: How far it had got, as the server said.
        shown: The same as the page showed it.
        by_hand: How often the browser was told to go on, in its list of downloads.
        ended: What the page said in the end.
        digest: SHA-256 of what arrived.
    """

    name: str
    size: int
    seconds: float = 0.0
    cuts: int = 0
    growth: int = 0
    told: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    by_hand: int = 0
    ended: str = ""
    digest: str = ""

    @property
    def rate(self) -> float:
        """Megabytes per second."""
        return self.size / self.seconds / 1e6

    def problems(self) -> Iterator[str]:
        """The promises that are broken."""
        if self.cuts != CUTS:
            yield f"{self.cuts} cuts instead of {CUTS}"
        for what, values in (("told", self.told), ("shown", self.shown)):
            falls = [(a, b) for a, b in pairwise(values) if b < a]
            most = CUTS if self.name == "download" else 0
            if len(falls) > most or any(a - b > ON_ITS_WAY for a, b in falls):
                yield f"what is {what} goes back: {falls}"
        if not set(self.shown) <= {0, *self.told}:
            yield f"shown and never told: {sorted(set(self.shown) - {0, *self.told})}"
        if self.told[-1:] != [self.size]:
            yield f"ends at {self.told[-1:]} of {self.size}"
        if self.growth > FLAT:
            yield f"the server grew by {self.growth / MIB:.0f} MiB"


class Memory:
    """How much memory a process has had at the most while the block lasted.

    Args:
        pid: Which.
    """

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.before = self.most = self._now()

    @property
    def growth(self) -> int:
        """Bytes more than at the beginning."""
        return self.most - self.before

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _now(self) -> int:
        # Only Linux tells it of another process.
        if not self._status.exists():
            return 0
        return int(self._status.read_text().split("VmRSS:")[1].split()[0]) * 1024

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, self._now())
