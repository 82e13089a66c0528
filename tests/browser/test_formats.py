"""Moments and numbers, written as the language does that was chosen, not as the browser's does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.process import ROOT, serving

MOMENTS = {
    "de": (r"\d\d\.\d\d\.\d{4}, \d\d:\d\d", r"\d,\d ms"),
    "fr": (r"\d{1,2} \w+\.? \d{4}(,| à) \d\d:\d\d", r"\d,\d ms"),
}
"""Day and time, and a number with a decimal."""


@pytest.mark.parametrize("language", MOMENTS)
def test_the_chosen_language_writes_them(language: str, tmp_path: Path, new_tab: NewTab) -> None:
    """On the page, in the administration's tables and details, and in the list of recordings."""
    moment, number = (re.compile(pattern) for pattern in MOMENTS[language])
    with serving(
        tmp_path,
        plugins='["token", "shell", "jsonl", "tornterm_record_asciicast:Recorder"]',
        more=f"""
[plugins.recorder]
folder = "{tmp_path}/recordings"
[plugins.jsonl]
path = "{tmp_path}/audit.jsonl"
""",
        python_path=[ROOT / "plugins" / "tornterm-record-asciicast"],
    ) as server:
        tab = new_tab(locale="en-US")
        page = tab.page
        tab.log_in(server.login_link)
        page.keyboard.press("Control+,")
        page.select_option("select[name=language]", language)
        page.keyboard.press("Escape")
        tab.type("exit\n")
        tab.wait_state("ended")
        expect(page.locator("main")).to_contain_text(moment)
        tab.open(f"{server.url}admin#audit")
        tab.wait_state("live")
        page.locator(".grid .body [role=gridcell]").first.click()
        expect(page.get_by_role("complementary")).to_contain_text(moment)
        page.click("#tab-recordings")
        cell = page.locator(".grid .body [data-column=created]").first
        expect(cell).to_have_text(moment)
        page.click("#tab-plugins")
        expect(page.locator(".figures").first).to_contain_text(number)
