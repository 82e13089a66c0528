"""The lists of sessions, in the menu and at a limit: what is open in this page, and what is not."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab
from tests.browser.test_desk import split

TITLED = r"printf '\033]2;%s\007' the-''build; echo titl''ed"
"""What a program says of itself, and no line of it stands for another."""


def tabs_of(tab: Tab) -> Locator:
    return tab.page.get_by_role("navigation", name="Tabs").locator("li .name")


def test_a_limit_offers_what_is_open_here_by_its_tab(tmp_path: Path, new_tab: NewTab) -> None:
    """Under the tab's name; it is gone to instead of shown twice, and the tab without one goes."""
    with serving(tmp_path, more="[sessions]\nmax_per_user = 3") as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.run("echo the-''first", r"^the-first$")
        first = tab.session
        split(tab, "Alt+Shift+T")
        tab.run(TITLED, r"^titled$")
        split(tab, "Alt+Shift+T")
        tabs = tabs_of(tab)
        names = tabs.all_inner_texts()
        assert names == [f"1 Session {first[:8]}", "2 the-build", f"3 Session {tab.session[:8]}"]
        tab.page.keyboard.press("Alt+Shift+T")
        tab.wait_state("limit")
        card = tab.page.locator(".card[data-state=limit]")
        rows = card.locator(".sessions li")
        expect(rows.locator(".name")).to_have_text(names)
        for row in rows.all():
            expect(row).to_contain_text("open here")
        expect(card).not_to_contain_text("elsewhere")
        rows.nth(1).get_by_role("button", name="End 2 the-build").click()
        expect(rows.nth(1).get_by_role("group", name="End 2 the-build")).to_be_visible()
        rows.nth(0).locator("a").click()
        tab.wait_state("live")
        expect(tabs).to_have_text(names)
        expect(tabs.nth(0)).to_have_attribute("aria-current", "true")
        tab.run("echo still-''first", r"^still-first$")
        assert tab.session == first
        assert tab.received("role") == [], "nobody has become a watcher"
        tab.page.reload()
        tab.wait_state("live")
        expect(tabs).to_have_count(3)
        other = new_tab(beside=tab)
        other.open(server.url)
        other.wait_state("limit")
        words = other.page.locator(".card[data-state=limit]")
        expect(words).to_contain_text("open elsewhere")
        expect(words).to_contain_text("is taken over from there")
        expect(words).not_to_contain_text("open here")


def test_the_menu_goes_to_the_tab_of_what_is_open_here(
    tab: Tab, server: ServerProcess, new_tab: NewTab
) -> None:
    """Without leaving the page; what is open in another window, too, is said to be."""
    tab.run(TITLED, r"^titled$")
    first = tab.session
    split(tab, "Alt+Shift+T")
    tab.page.evaluate("globalThis.stayed = true")
    tab.page.click("#menu")
    row = tab.page.locator(".sheet .sessions li")
    expect(row.locator(".name")).to_have_text("1 the-build")
    expect(row).to_contain_text("open here")
    expect(row).not_to_contain_text("elsewhere")
    row.locator("a").click()
    tab.page.wait_for_url(f"**/s/{first}")
    expect(tab.page.locator(".sheet")).to_have_count(0)
    expect(tabs_of(tab).nth(0)).to_have_attribute("aria-current", "true")
    tab.run("echo went-''there", r"^went-there$")
    assert tab.page.evaluate("globalThis.stayed")
    other = new_tab(beside=tab)
    other.open(server.url)
    other.wait_state("live")
    other.run("echo us''ed", r"^used$")
    used = other.session
    other.open(f"{server.url}s/{first}")
    other.wait_state("live")
    tab.page.keyboard.press("Alt+Shift+PageUp")
    tab.wait_state("live")
    tab.page.click("#menu")
    here = tab.page.locator(".sheet .sessions li:has(.name:text-is('1 the-build'))")
    expect(here).to_contain_text("open here")
    expect(here).to_contain_text("open elsewhere")
    expect(tab.page.locator(f".sheet .sessions li:has(a[href$='{used}'])")).to_contain_text(
        "waiting"
    )
