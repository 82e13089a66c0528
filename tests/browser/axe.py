"""axe-core in a page: what keeps people out who cannot see it, or hardly."""

from __future__ import annotations

import json
from functools import cache

from playwright.sync_api import Page

from frontend.bundle import FRONTEND, node_with_packages

RUN = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
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


def violations(page: Page) -> list[str]:
    """What axe finds in the page as it is now: a rule, an element, and what would mend it."""
    page.wait_for_function(SETTLED)
    # By the debugger: the page's own policy lets no script in.
    debugger = page.context.new_cdp_session(page)
    try:
        if not page.evaluate("'axe' in window"):
            debugger.send("Runtime.evaluate", {"expression": _source()})
        answer = debugger.send(
            "Runtime.evaluate",
            {
                "expression": f"{RUN.strip()}.then(JSON.stringify)",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
    finally:
        debugger.detach()
    assert "exceptionDetails" not in answer, answer
    found: list[str] = json.loads(answer["result"]["value"])
    return found
