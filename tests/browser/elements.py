"""Terminals in pages that are not ours, in the words of the tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

TIMEOUT_MS = 30_000

ADD = """
([markup, into]) => {
  // As a page's own script would; it may not parse markup under this policy.
  const element = document.createElement("tornterm-terminal");
  for (const [name, value] of Object.entries(markup)) element.setAttribute(name, value);
  element.events = [];
  for (const name of ["state", "title", "exit", "selection"]) {
    element.addEventListener(name, ({ detail }) => element.events.push([name, detail]));
  }
  (into ? document.querySelector(into).shadowRoot : document.querySelector("main")).append(element);
  (globalThis.terminals ??= []).push(element);
  return terminals.length - 1;
}
"""

WAIT = """
([index, what, pattern, milliseconds]) => new Promise((resolve, reject) => {
  const wanted = new RegExp(pattern, "m");
  const element = terminals[index];
  const now = () => ({
    text: () => element.text(),
    state: () => element.state.kind,
    events: () => JSON.stringify(element.events),
  })[what]();
  const end = setTimeout(() => {
    clearInterval(timer);
    reject(new Error(`no ${pattern} in ${what}:\\n${now()}\\n${JSON.stringify(element.state)}`));
  }, milliseconds);
  const timer = setInterval(() => {
    const found = wanted.exec(now());
    if (!found) return;
    clearInterval(timer);
    clearTimeout(end);
    resolve(found[0]);
  }, 20);
})
"""


class Element:
    """One terminal of a page."""

    def __init__(self, page: Page, index: int) -> None:
        self.page = page
        self.index = index

    def do(self, expression: str) -> Any:
        """Evaluate an expression in which the element is called ``it``."""
        return self.page.evaluate(
            f"async (index) => {{ const it = terminals[index]; return {expression}; }}", self.index
        )

    def wait_text(self, pattern: str) -> str:
        return str(self.page.evaluate(WAIT, [self.index, "text", pattern, TIMEOUT_MS]))

    def wait_event(self, pattern: str) -> str:
        return str(self.page.evaluate(WAIT, [self.index, "events", pattern, TIMEOUT_MS]))

    def wait_state(self, kind: str) -> None:
        self.page.evaluate(WAIT, [self.index, "state", f"^{kind}$", TIMEOUT_MS])

    def run(self, command: str, pattern: str) -> str:
        assert self.do(f"it.input({command!r} + '\\r')") in ("sent", "kept")
        return self.wait_text(pattern)

    def computed(self, selector: str, style: str) -> str:
        return str(
            self.do(f"getComputedStyle(it.shadowRoot.querySelector({selector!r}))[{style!r}]")
        )


def add(page: Page, into: str = "", **attributes: str) -> Element:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    page.evaluate("customElements.whenDefined('tornterm-terminal').then(() => true)")
    return Element(page, int(page.evaluate(ADD, [named, into])))
