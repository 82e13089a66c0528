"""Hears of all that goes wrong in pages: errors, refusals of their policy, requests that fail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.browser.axe import FRAMES

OWN_ANSWERS = "Failed to load resource"
"""What browsers say of each answer with an error, which are judged by themselves."""

GIVEN_UP = ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED")
"""Requests that end with the page that made them, or that a test has cut off."""

CUT = re.compile(
    r"WebSocket connection to .* failed: (.*ERR_INTERNET_DISCONNECTED|.*suspension|HTTP Auth.*)"
)
"""The same of WebSockets."""


class Watch:
    """What goes wrong in the pages that it watches.

    Args:
        refusals: What the pages provoke: ``METHOD path status``, as regular expressions.
    """

    def __init__(self, refusals: Iterable[str]) -> None:
        self.problems: list[str] = []
        self._refusals = re.compile("|".join(f"(?:{one})" for one in refusals))

    def over(self, page: Page) -> None:
        """Watch a page that is not yet at any address."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        policy = "Content Security Policy" in message.text
        expected = message.text.startswith(OWN_ANSWERS) or CUT.match(message.text)
        if policy or (message.type == "error" and not expected):
            self.problems.append(f"{message.type}: {message.text} ({message.location})")

    def _answered(self, answer: Response) -> None:
        if answer.status < 400:
            return
        what = f"{answer.request.method} {urlsplit(answer.url).path} {answer.status}"
        if not self._refusals.fullmatch(what):
            self.problems.append(what)

    def _failed(self, request: Request) -> None:
        if request.failure not in GIVEN_UP:
            self.problems.append(f"{request.method} {request.url}: {request.failure}")


USUAL: dict[str, Any] = {
    "color_scheme": "light",
    "contrast": "no-preference",
    "reduced_motion": "no-preference",
    "forced_colors": "none",
}
"""What a page is shown with that nobody has asked for anything else."""

CHANGES: tuple[dict[str, Any], ...] = (
    {"color_scheme": "dark", "reduced_motion": "reduce"},
    {"contrast": "more"},
    {"color_scheme": "light"},
    {"contrast": "no-preference", "forced_colors": "active"},
    USUAL,
)
"""From one look to the next, through all."""


def in_all_looks(page: Page) -> None:
    """Draw a page, which is in its usual look, in each other that people may ask their systems for.

    Each is what the one before is, but for the change.
    """
    page.bring_to_front()  # a page behind another may not be drawn for minutes
    for change in CHANGES:
        page.emulate_media(**change)
        page.evaluate(FRAMES)
