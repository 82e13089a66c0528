"""The lists of sessions, in the menu and at a limit: what is open in this page, and what is not."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.axe import violations
from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab
from tests.browser.test_desk import split
from tests.browser.test_sharing import close_dialog, make_link

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


def test_at_a_limit_all_that_can_be_done_is_in_sight(tmp_path: Path, new_tab: NewTab) -> None:
    """However many sessions there are; it is said once, and the tab can be closed there."""
    with serving(tmp_path, more="[sessions]\nmax_per_user = 9") as server:
        tab = new_tab(viewport={"width": 1000, "height": 800})
        tab.log_in(server.login_link)
        for _ in range(8):
            split(tab, "Alt+Shift+T")
        tab.page.keyboard.press("Alt+Shift+T")
        tab.wait_state("limit")
        card = tab.page.locator(".card[data-state=limit]")
        last = card.locator(".sessions a").last
        last.wait_for()
        assert card.inner_text().count("9)") + card.inner_text().count("9 of 9") == 1
        again = card.get_by_role("button", name="Try again")
        for place in (card, again, card.get_by_role("button", name="Close")):
            expect(place).to_be_in_viewport(ratio=1)
        assert card.evaluate("card => card.scrollHeight <= card.clientHeight")
        assert violations(tab.page) == []
        last.focus()
        expect(last).to_be_in_viewport(ratio=1)
        card.get_by_role("button", name="Close").click()
        expect(card).to_have_count(0)
        expect(tabs_of(tab)).to_have_count(9)
        tab.wait_state("live")
        tab.run("echo we-''go-on", r"^we-go-on$")


def test_a_link_that_is_over_offers_ones_own_to_who_is_logged_in(
    tab: Tab, server: ServerProcess, new_tab: NewTab
) -> None:
    """Their sessions and a new one; only who is not logged in is asked to be."""
    over = f"{make_link(tab)}-over"
    close_dialog(tab)
    tab.open(server.url)
    tab.wait_state("live")
    tab.run("echo us''ed", r"^used$")
    own = tab.session
    guests = [new_tab(beside=tab), new_tab()]
    for guest in guests:
        guest.open(over)
        guest.wait_state("unshared")
    member, stranger = (guest.page.locator(".card[data-state=unshared]") for guest in guests)
    expect(stranger.get_by_role("link", name="Log in")).to_be_visible()
    expect(stranger.locator(".sessions")).to_have_count(0)
    expect(member.get_by_role("link", name="New session")).to_be_focused()
    expect(member).not_to_contain_text("Log in")
    member.locator(f".sessions a[href$='{own}']").click()
    guests[0].page.wait_for_url(f"**/s/{own}")
    guests[0].wait_state("live")
    guests[0].wait_text(r"^used$")
