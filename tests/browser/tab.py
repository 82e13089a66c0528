"""One tab of a browser with the page in it, in the words of the tests."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import ConsoleMessage, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

TIMEOUT = 30.0

# The page's policy forbids eval, so waiting goes by events of the page, not by polled expressions.
WAIT_FOR_TEXT = """
([pattern, milliseconds]) => new Promise((resolve, reject) => {
  const wanted = new RegExp(pattern, "m");
  const { terminal } = tornterm;
  const tail = () => {
    const buffer = terminal.buffer.active;
    const lines = [];
    for (let row = Math.max(0, buffer.length - 100); row < buffer.length; row += 1) {
      lines.push(buffer.getLine(row).translateToString(true));
    }
    return lines.join("\\n");
  };
  const look = () => {
    const found = wanted.exec(tail());
    if (!found) return;
    end();
    resolve(found[0]);
  };
  const end = tornterm.onParsed(look);
  setTimeout(() => reject(new Error(`${pattern} did not appear in:\\n${tail()}`)), milliseconds);
  look();
})
"""


class Tab:
    """Drives one page.

    Args:
        page: Playwright's page, not yet at any address.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.messages: list[dict[str, Any]] = []
        page.set_default_timeout(TIMEOUT * 1000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)
        # Of Playwright's own sockets the first frames may be gone before one can listen to them.
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.on("Network.webSocketFrameReceived", self._frame_received)
        self.cdp.send("Network.enable")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def _frame_received(self, event: dict[str, Any]) -> None:
        text = event["response"]["payloadData"]
        if text.startswith('{"type":'):
            self.messages.append(json.loads(text))

    def received(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type that the server sent to this page."""
        return [message for message in self.messages if message["type"] == kind]

    def open(self, url: str) -> None:
        self.page.goto(url)

    def log_in(self, link: str) -> None:
        """Open a login link and be live in a new session."""
        self.open(link)
        self.wait_state("live")

    def wait_state(self, kind: str) -> None:
        try:
            self.page.wait_for_selector(f'html[data-state="{kind}"]', state="attached")
        except PlaywrightTimeout:
            now = self.page.get_attribute("html", "data-state")
            words = self.page.inner_text("body")
            raise AssertionError(f"not {kind} but {now} at {self.page.url}:\n{words}") from None

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.page.evaluate("tornterm.state()"))

    @property
    def session(self) -> str:
        """The id of the session in the address."""
        return self.page.url.rpartition("/s/")[2]

    def text(self) -> str:
        return str(self.page.evaluate("tornterm.text()"))

    def wait_text(self, pattern: str, timeout: float = TIMEOUT) -> str:
        """Wait until the end of the terminal's text matches."""
        return str(self.page.evaluate(WAIT_FOR_TEXT, [pattern, timeout * 1000]))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def run(self, command: str, pattern: str, timeout: float = TIMEOUT) -> str:
        """Type a line and wait for what it prints."""
        self.type(f"{command}\n")
        return self.wait_text(pattern, timeout)

    @property
    def size(self) -> tuple[int, int]:
        cols, rows = self.page.evaluate("[tornterm.terminal.cols, tornterm.terminal.rows]")
        return int(cols), int(rows)
