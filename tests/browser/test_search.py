"""Search in what the terminal holds, with the keyboard and with counts."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.tab import Tab

SELECTED = "tornterm.terminal.getSelection()"
SELECTED_ROW = "tornterm.terminal.getSelectionPosition()?.start.y"


def test_a_search_counts_and_walks_through_what_it_found(tab: Tab) -> None:
    """The key opens it, Enter and Shift+Enter walk, Escape gives the keyboard back."""
    tab.run("clear; for i in 1 2 3; do echo nee''dle-$i; seq 100; done; echo e''nd", r"^end$")
    tab.page.keyboard.press("Control+Shift+F")
    box = tab.page.get_by_role("textbox", name="Search for")
    expect(box).to_be_focused()
    tab.type("needle-")
    count = tab.page.locator(".search .count")
    expect(count).to_have_text("1 of 3")
    rows = [tab.page.evaluate(SELECTED_ROW)]
    for shown in ("2 of 3", "3 of 3"):
        tab.page.keyboard.press("Enter")
        expect(count).to_have_text(shown)
        rows.append(tab.page.evaluate(SELECTED_ROW))
    assert rows == sorted(set(rows)), "each further down than the one before"
    assert tab.page.evaluate(SELECTED) == "needle-"
    tab.page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("2 of 3")
    tab.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    tab.run("echo ba''ck", r"^back$")


UNDER_THE_BOX = """
() => {
  const { top, height } = document.querySelector(".xterm-screen").getBoundingClientRect();
  const { terminal } = tornterm;
  const row = terminal.getSelectionPosition().start.y - terminal.buffer.active.viewportY;
  const box = document.querySelector(".search").getBoundingClientRect();
  const cell = height / tornterm.terminal.rows;
  return row < 0 || (top + row * cell < box.bottom && top + (row + 1) * cell > box.top);
}
"""


def test_the_box_covers_nothing_that_was_found(tab: Tab) -> None:
    """One on the first line is scrolled into sight; without lines above, the box moves."""
    page, count = tab.page, tab.page.locator(".search .count")
    wide = "printf '%*s\\n' $COLUMNS nee''dle"
    tab.run(f"clear; seq 50; {wide}; seq $((LINES - 3)); echo e''nd", r"^end$")
    page.evaluate("tornterm.terminal.scrollToBottom()")
    page.keyboard.press("Control+Shift+F")
    tab.type("needle")
    expect(count).to_have_text("1 of 1")
    page.wait_for_function(f"() => !({UNDER_THE_BOX})()")
    page.keyboard.press("Escape")
    tab.run(f"clear; printf '\\033[3J\\033[H'; {wide}; echo e''nd", r"^end$")
    page.keyboard.press("Control+Shift+F")
    page.fill(".search input", "needle")
    expect(count).to_have_text("1 of 1")
    expect(page.locator(".search.aside")).to_be_visible()
    assert not page.evaluate(UNDER_THE_BOX)


def test_a_search_by_pattern_and_by_case(tab: Tab) -> None:
    """What is not there is said to be missing, and what is no pattern is said to be none."""
    tab.run("clear; printf 'On''ce\\non''ce\\n'; echo e''nd", r"^end$")
    tab.page.keyboard.press("Control+Shift+F")
    count = tab.page.locator(".search .count")
    tab.type("ONCE")
    expect(count).to_have_text("1 of 2")
    tab.page.click("[aria-label='Match case']")
    expect(count).to_have_text("Not found")
    tab.page.fill(".search input", "once")
    expect(count).to_have_text("1 of 1")
    tab.page.click("[aria-label='Match case']")
    expect(count).to_have_text(re.compile("[12] of 2"))
    tab.page.click("[aria-label='Regular expression']")
    tab.page.fill(".search input", "^[Oo]nce$")
    expect(count).to_have_text(re.compile("[12] of 2"))
    tab.page.fill(".search input", "(")
    expect(count).to_have_text("Not a pattern")
    tab.page.click(".search [aria-label=Close]")
    tab.run("echo ba''ck", r"^back$")
