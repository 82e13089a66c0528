"""Everything that the product shows: in each language, in each look, on each screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.walk import Walk
from tests.browser.watch import Watch, in_all_looks
from tests.browser.words import language_of, left_english

PARTS = ("terminals", "administration", "element")

SCREENS: dict[str, dict[str, object]] = {
    "desktop": {"locale": "fr"},
    "phone": {
        "locale": "de",
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
    },
}
"""Each in another language, and the narrow one in that with the longest words."""

REFUSALS = (
    "POST /login 401",
    "GET /nothing/here 404",
    "POST /api/sessions/0+/token 404",  # a session that is not there
    "POST /api/sessions/[^/]+/uploads 413",  # a file that is too large
    "POST /api/admin/reload 422",  # a configuration that is wrong
    "GET /api/admin/audit/older 410",  # a file of events that has become another
    "GET /api/admin/sessions/[^/]+ 404",  # a session that has ended while it is looked at
    "(GET|POST) /api/(admin/.*|me) 401",  # after the logout
)
"""What the walk provokes."""

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.slow
@pytest.mark.webgl
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("part", PARTS)
def test_nothing_goes_wrong_anywhere(
    part: str, screen: str, tmp_path: Path, new_tab: NewTab
) -> None:
    """No error, nothing that the policy refuses, no request that fails, nothing out of sight.

    Light, dark, with more contrast, with less motion and with the system's own colours.
    Whoever reads another language sees and hears nothing else, wherever they go.
    """
    watch = Watch(REFUSALS)
    language = SCREENS[screen]["locale"]
    found: dict[str, list[str]] = {}

    def watched(beside: Tab | None = None, **options: object) -> Tab:
        tab = new_tab(beside=beside, **options)
        watch.over(tab.page)
        return tab

    def look(tab: Tab, where: str) -> None:
        if not where.endswith("without scripts"):
            in_all_looks(tab.page)
        if (wider := tab.page.evaluate(WIDER)) > 0:
            watch.problems.append(f"{wider} pixels too wide")
        if (said := language_of(tab.page)) != language:
            watch.problems.append(f"the page says that it is in {said}")
        elif english := left_english(tab.page):
            watch.problems.append(f"left in English: {english}")
        if watch.problems:
            found[where] = [*watch.problems]
            watch.problems.clear()

    walk = Walk(tmp_path, watched, look, SCREENS[screen])
    getattr(walk, part)()
    assert not found, "\n".join(f"{where}: {what}" for where, what in found.items())
