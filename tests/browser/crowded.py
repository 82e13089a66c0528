"""The table of two thousand sessions: ``python -m tests.browser.crowded``, or ``make crowd``.

On a large screen, and on a phone's with a slow processor: how soon its first rows are there, how
soon what happens is in it, and how long who sorts, searches and scrolls is kept waiting. It prints
that, and fails where a promise is broken. Of a few rounds the best counts: what else the machine
does only ever makes a page slower.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.crowd import COUNT
from tests.browser.fingers import PHONE
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab

PLUGINS = '["token", "shell", "tests.browser.crowd:Crowd"]'
SCREENS: dict[str, dict[str, Any]] = {
    "large": {"viewport": {"width": 1280, "height": 800}},
    "phone": PHONE,
}
SLOWER = {"large": 1, "phone": 4}
"""How much slower the page's processor is than that of this machine."""

ROUNDS = 3
HEADINGS = ("Title", "User", "Started")
WORDS = "user-007 job"

FIRST = 1000.0
"""Milliseconds until the first rows are there, from the click on a link."""

NEWS = 2000.0
"""Milliseconds until what happens is in the table: it is looked at once a second."""

ANSWER = 200.0
"""Milliseconds within which a person takes an answer for immediate; so no task may be longer."""

WATCH = """
(() => {
  const seen = { first: 0, all: 0, tasks: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.tasks.push(duration);
  }).observe({ type: "longtask" });
  const look = () => {
    if (!seen.first && document.querySelector(".grid .body [role=row] [data-column]")) {
      requestAnimationFrame(() => setTimeout(() => (seen.first ||= performance.now())));
    }
    const words = document.querySelector(".counted")?.textContent ?? "";
    if (!(Number.parseInt(words.replace(/\\D/g, ""), 10) >= COUNT)) return;
    seen.all = performance.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, characterData: true });
  window.seen = seen;
})();
""".replace("COUNT", str(COUNT))

# A session of one's own, as programs make it: it comes, gets another name and goes.
LIVE = """
async () => {
  const until = (what, good) => new Promise((resolve, reject) => {
    const began = performance.now();
    const look = () => {
      if (!good()) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve(performance.now() - began);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    const timer = setTimeout(() => reject(new Error(`${what} is not in the table`)), 60000);
    look();
  });
  const ask = async (method, path, body) => {
    const answer = await fetch(`/api/sessions${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? {} : answer.json();
  };
  const { session } = await ask("POST", "", {});
  const row = () => document.getElementById(`session-${session.id}`);
  const came = await until("a new session", row);
  await ask("PATCH", `/${session.id}`, { title: "another name" });
  const named = await until("a new name", () => row()?.textContent.includes("another name"));
  await ask("DELETE", `/${session.id}`);
  return [came, named, await until("an end", () => !row())];
}
"""

ANSWERED = """
const answered = async (act) => {
  const began = performance.now();
  act();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - began;
};
"""

SORT = (
    """
async (label) => {
"""
    + ANSWERED
    + """
  const heads = [...document.querySelectorAll(".grid .head button")];
  return answered(() => heads.find((head) => head.textContent === label).click());
}
"""
)

SEARCH = (
    """
async (words) => {
"""
    + ANSWERED
    + """
  const field = document.querySelector("[type=search]");
  return answered(() => {
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
"""
)

SCROLL = (
    """
async (to) => {
"""
    + ANSWERED
    + """
  const grid = document.querySelector(".grid");
  const steps = 100;
  let longest = 0;
  for (let step = 1; step <= steps; step += 1) {
    const top = (grid.scrollHeight - grid.clientHeight) * to * step / steps;
    longest = Math.max(longest, await answered(() => (grid.scrollTop = top)));
  }
  return longest;
}
"""
)


@dataclass
class Round:
    """What one look at the table took, in milliseconds.

    Args:
        first: Until the first rows were there.
        all: Until all of them were.
        news: Until a new session, another name and an end were in it.
        sorting: Until it was sorted by each of some columns.
        searching: Until what each further letter finds was there.
        scrolling: The longest until the rows of a step were there.
        tasks: Tasks of the page of 50 ms and more.
    """

    first: float = 0.0
    all: float = 0.0
    news: list[float] = field(default_factory=list)
    sorting: list[float] = field(default_factory=list)
    searching: list[float] = field(default_factory=list)
    scrolling: float = 0.0
    tasks: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, tuple[float, float]]:
        """By name: how long at the most, and what is promised."""
        return {
            "first rows": (self.first, FIRST),
            "a new session, a name, an end": (max(self.news), NEWS),
            "sorting": (max(self.sorting), ANSWER),
            "searching": (max(self.searching), ANSWER),
            "scrolling": (self.scrolling, ANSWER),
            "longest task": (max(self.tasks, default=0.0), ANSWER),
        }


class Table:
    """The administration page with the crowd in it.

    Args:
        page: A page of an administrator who is logged in, at no address that matters.
        server: The server; it has the plugin of `tests.browser.crowd`.
    """

    def __init__(self, page: Page, server: ServerProcess) -> None:
        self.page = page
        self._server = server
        self.rows = page.locator(".grid .body [role=row]")
        self.round = Round()
        page.add_init_script(WATCH)

    def open(self) -> None:
        """Go there, and wait until everybody is in the table."""
        self.page.goto("about:blank")
        self.page.goto(f"{self._server.url}admin#sessions")
        self.counted(COUNT + 1)
        self.page.evaluate("window.still = 'the same document'")
        self.round = Round(*self.page.evaluate("[seen.first, seen.all]"))

    def counted(self, count: int, found: int | None = None) -> None:
        """Wait until it says that there are that many."""
        words = f"{count} sessions" if found is None else f"{found} of {count} sessions"
        expect(self.page.locator(".counted")).to_have_text(words)

    def live(self) -> None:
        """A session comes, gets another name and goes, and the document stays."""
        self.round.news = self.page.evaluate(LIVE)
        assert self.page.evaluate("window.still") == "the same document"

    def sort(self) -> None:
        """By some columns, either way; at last as it was."""
        for heading in HEADINGS:
            self.round.sorting += [self.page.evaluate(SORT, heading) for _ in range(2)]
        expect(self.rows.first).to_contain_text("job 1999")
        self.page.evaluate(SORT, HEADINGS[-1])
        expect(self.rows.first).to_contain_text("owner")

    def search(self) -> None:
        """Letter by letter, and back to all."""
        words = [WORDS[:end] for end in range(1, len(WORDS) + 1)]
        self.round.searching = [self.page.evaluate(SEARCH, part) for part in [*words, "", WORDS]]
        self.counted(COUNT + 1, COUNT // 300 + 1)
        self.page.evaluate(SEARCH, "")
        self.counted(COUNT + 1)

    def scroll(self) -> None:
        """To the end and back; few rows are drawn, and those that are in sight are there."""
        self.round.scrolling = float(self.page.evaluate(SCROLL, 1))
        expect(self.rows.last).to_have_attribute("aria-rowindex", str(COUNT + 2))
        expect(self.rows.last).to_be_in_viewport()
        assert self.rows.count() < 100
        self.page.evaluate(SCROLL, 0)
        expect(self.rows.first).to_be_in_viewport()

    def all(self) -> Round:
        """All of it once."""
        self.open()
        self.live()
        self.sort()
        self.search()
        self.scroll()
        self.round.tasks = self.page.evaluate("seen.tasks")
        return self.round


def look(browser: Browser, server: ServerProcess) -> dict[str, list[Round]]:
    """A few rounds on each screen."""
    rounds: dict[str, list[Round]] = {}
    state: Any = None
    for name, options in SCREENS.items():
        context = browser.new_context(**options, storage_state=state)
        page = context.new_page()
        if state is None:
            Tab(page).log_in(server.login_link)
            state = context.storage_state()
        page.context.new_cdp_session(page).send(
            "Emulation.setCPUThrottlingRate", {"rate": SLOWER[name]}
        )
        table = Table(page, server)
        rounds[name] = [table.all() for _ in range(ROUNDS)]
        context.close()
    return rounds


def main() -> int:
    """Print a table; 1 where a promise is broken."""
    path = find()
    assert path, ADVICE
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), plugins=PLUGINS) as server,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        rounds = look(browser, server)
        browser.close()
    print(f"| {COUNT} sessions, milliseconds | {' | '.join(rounds)} | promised |")
    print(f"|---|{'---|' * len(rounds)}---|")
    bad = False
    for name, (_, promised) in rounds["large"][0].figures().items():
        took = {screen: [each.figures()[name][0] for each in rounds[screen]] for screen in rounds}
        shown = [
            f"{min(all_):.0f} ({', '.join(f'{one:.0f}' for one in all_)})" for all_ in took.values()
        ]
        print(f"| {name} | {' | '.join(shown)} | {promised:.0f} |")
        bad = bad or any(min(each) > promised for each in took.values())
    every = [f"{min(each.all for each in rounds[screen]):.0f}" for screen in rounds]
    print(f"| all rows | {' | '.join(every)} | |")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
