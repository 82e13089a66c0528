"""axe-core in a page: what keeps people out who cannot see it, or hardly."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from playwright.sync_api import Page

from frontend.bundle import FRONTEND, node_with_packages

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "contrast": "no-preference"},
    "dark": {"color_scheme": "dark", "contrast": "no-preference"},
    "contrast": {"color_scheme": "dark", "contrast": "more"},
    "light-contrast": {"color_scheme": "light", "contrast": "more"},
}
"""What people may have asked their systems for."""

ALL: dict[str, Any] = {"resultTypes": ["violations"]}
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
COLOURS: dict[str, Any] = {**ALL, "runOnly": {"type": "rule", "values": COLOUR_RULES}}

RUN = """
axe.run(document, OPTIONS).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
    `${id}: ${html.slice(0, 200)} ${failureSummary}`)))
"""


@cache
def _source() -> str:
    node_with_packages()
    return (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


SETTLED = """() => document.getAnimations().every(({ playState, effect }) =>
  playState !== "running" || effect.getComputedTiming().endTime === Infinity)"""
"""Nothing fades in or out any more, of which axe would judge the colours."""


FRAMES = """new Promise((next, fail) => {
  requestAnimationFrame(() => requestAnimationFrame(next));
  setTimeout(fail, 60_000, new Error("the page is not drawn; is it behind another?"));
})"""
"""Two frames have been drawn, of a page that is in front."""


def violations_in_all_looks(page: Page) -> list[str]:
    """The same in each look, with its name; what is no matter of colours is the same in all."""
    found: list[str] = []
    options = ALL
    page.bring_to_front()  # a page behind another may not be drawn for minutes
    for look, media in LOOKS.items():
        page.emulate_media(**media)
        page.evaluate(FRAMES)  # in which the page hears of it
        found += [f"{look}: {one}" for one in violations(page, options)]
        options = COLOURS
    return found


def violations(page: Page, options: dict[str, Any] = ALL) -> list[str]:
    """What axe finds in the page as it is now: a rule, an element, and what would mend it.

    Args:
        page: The page.
        options: Of `axe.run`.
    """
    page.wait_for_function(SETTLED)
    run = RUN.strip().replace("OPTIONS", json.dumps(options))
    # By the debugger: the page's own policy lets no script in.
    debugger = page.context.new_cdp_session(page)
    try:
        if not page.evaluate("'axe' in window"):
            debugger.send("Runtime.evaluate", {"expression": _source()})
        answer = debugger.send(
            "Runtime.evaluate",
            {
                "expression": f"{run}.then(JSON.stringify)",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
    finally:
        debugger.detach()
    assert "exceptionDetails" not in answer, answer
    found: list[str] = json.loads(answer["result"]["value"])
    return found
