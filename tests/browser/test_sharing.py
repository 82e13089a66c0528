"""Several people at one terminal: two tabs of one person, and a link in another profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.tab import Tab

# Asked for before they are said: they pass by themselves.
EXPECT_WORDS = """
(wanted) => {
  globalThis.words = new Promise((done, failed) => {
    setTimeout(() => failed(new Error(`nobody says ${wanted}`)), 30000);
    const look = () => document.querySelector(".notices").innerText.includes(wanted) && done(true);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  });
}
"""


def make_link(tab: Tab, *, control: bool = False) -> str:
    """Share the terminal as its owner does it, and return the link."""
    tab.page.click("#menu")
    tab.page.click("text=Share this terminal")
    tab.page.select_option("select[name=control]", "true" if control else "false")
    tab.page.click("text=Make a link")
    link = tab.page.wait_for_selector("input[aria-label=Link]")
    assert link is not None
    tab.page.wait_for_selector(".card .people li")
    return link.input_value()


def close_dialog(tab: Tab) -> None:
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("[role=dialog]", state="detached")


def test_a_second_tab_settles_in_one_step(tab: Tab, new_tab: NewTab) -> None:
    """The newest writes, the other watches with a button in sight, and none of them reconnects."""
    second = new_tab(beside=tab)
    second.open(tab.page.url)
    second.wait_state("live")
    tab.wait_state("viewer")
    assert violations_in_all_looks(tab.page) == [], "taken over"
    assert tab.page.is_visible(".bar >> text=Take control")
    second.run("echo settled-''now", r"^settled-now$")
    tab.wait_text(r"^settled-now$")
    roles = [message["role"] for message in tab.received("role")]
    assert roles == ["viewer"]
    assert second.received("role") == []
    assert len(tab.received("session")) == 1
    assert len(tab.received("resumed")) == 0
    assert len(second.received("resumed")) == 1
    tab.page.click(".bar >> text=Take control")
    tab.wait_state("live")
    second.wait_state("viewer")
    assert len(tab.received("resumed")) == 0, "taking control needs no new connection"


def test_a_viewer_sees_all_of_a_terminal_that_is_larger_than_its_page(
    tab: Tab, new_tab: NewTab
) -> None:
    """It is drawn at the writer's size, smaller, and within the page; the writer's stays."""
    small = new_tab(beside=tab)
    small.page.set_viewport_size({"width": 360, "height": 500})
    size = tab.size
    small.open(tab.page.url)
    small.wait_state("live")
    tab.page.click(".bar >> text=Take control")
    tab.wait_state("live")
    small.wait_state("viewer")
    tab.run("stty size", rf"^{size[1]} {size[0]}$")
    small.wait_text(rf"^{size[1]} {size[0]}$")
    assert small.size == size
    box = small.page.locator(".host .xterm").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    small.page.click(".bar >> text=Take control")
    small.wait_state("live")
    small.run("stty size", r"^\d+ [1-7]\d$")
    assert small.size[0] < size[0]


@pytest.fixture
def impatient(tmp_path: Path, new_tab: NewTab) -> Iterator[Tab]:
    """A tab of the owner's on a server where who may type and is gone is not waited for long."""
    with serving(tmp_path, more='[sessions]\ncontrol_timeout = "1s"') as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        yield tab


def test_a_link_in_another_profile_watches_asks_and_types(impatient: Tab, new_tab: NewTab) -> None:
    """Without a login: sees what was there, asks, is granted, types, gives back, is sent away."""
    tab = impatient
    tab.run("echo before-''guest", r"^before-guest$")
    link = make_link(tab, control=True)
    assert "/s/" in link
    assert "#share=" in link
    close_dialog(tab)
    guest = new_tab()
    guest.open(link)
    guest.wait_state("viewer")
    guest.wait_text(r"^before-guest$")
    assert guest.page.url == link
    guest.type("not for a guest\n")
    guest.page.click(".bar >> text=Ask for control")
    tab.page.wait_for_selector("text=Guest asks for control")
    grant = tab.page.get_by_role("button", name="Let them type")
    tab.page.keyboard.press("Control+F6")
    expect(grant).to_be_focused()
    tab.page.keyboard.press("Control+F6")
    expect(tab.page.locator("#menu")).to_be_focused()
    tab.page.keyboard.press("Control+F6")
    expect(tab.page.locator(".xterm-helper-textarea")).to_be_focused()
    tab.page.keyboard.press("Control+F6")
    assert violations_in_all_looks(tab.page) == []
    tab.page.evaluate(EXPECT_WORDS, "Guest has control of this terminal.")
    tab.page.keyboard.press("Enter")
    guest.wait_state("live")
    tab.page.evaluate("words")
    take = tab.page.locator(".bar").get_by_role("button", name="Take control")
    expect(take).to_have_attribute("title", "Guest has control of this terminal.")
    expect(tab.page.locator(".xterm-helper-textarea")).to_be_focused()
    tab.wait_state("viewer")
    guest.run("echo typed-''by-guest", r"^typed-by-guest$")
    tab.wait_text(r"^typed-by-guest$")
    assert "not for a guest" not in tab.text()
    guest.page.reload()
    guest.wait_state("viewer")
    tab.wait_state("live")
    tab.page.click("#menu")
    tab.page.click("text=Share this terminal")
    tab.page.click(".card .people >> text=Take back")
    guest.wait_state("unshared")
    close_dialog(tab)
    tab.run("echo still-''here", r"^still-here$")
    guest.page.reload()
    guest.page.wait_for_selector("text=not valid any more")


def test_a_guest_who_may_only_watch_is_offered_nothing_else(tab: Tab, new_tab: NewTab) -> None:
    """No button for control, for ending it or sharing it on; nor is there one to let them type."""
    link = make_link(tab)
    close_dialog(tab)
    guest = new_tab()
    guest.open(link)
    guest.wait_state("viewer")
    assert not guest.page.is_visible(".bar >> text=Ask for control")
    tab.page.click("#menu")
    expect(tab.page.locator(".people li")).to_have_count(2)
    expect(tab.page.locator(".people")).to_contain_text("may only watch")
    expect(tab.page.locator(".people >> text=Let them type")).to_have_count(0)
    tab.page.keyboard.press("Escape")
    guest.page.click("#menu")
    words = guest.page.inner_text(".sheet")
    assert "Log in" in words
    assert "owner" in words  # who is here
    for absent in ("End this session", "Share this terminal", "Your sessions", "Log out"):
        assert absent not in words


def test_the_share_dialog_follows_who_comes_and_keeps_the_keyboard(
    tab: Tab, new_tab: NewTab
) -> None:
    """It says what is shared, counts who watches while it is open, and takes back by keyboard."""
    tab.run("printf '\\033]0;the-%s\\007' build; echo na''med", r"^named$")
    expect(tab.page.locator(".bar .title")).to_have_text("the-build")
    link = make_link(tab)
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("sees everything in “the-build”")
    expect(dialog).to_contain_text("nobody is watching")
    guest = new_tab()
    guest.open(link)
    guest.wait_state("viewer")
    expect(dialog).to_contain_text("1 watching")
    guest.type("x")
    guest.page.wait_for_selector("text=With this link you may only watch")
    take_back = dialog.get_by_role("button", name="Take back")
    take_back.focus()
    tab.page.keyboard.press("Enter")
    expect(take_back).to_have_count(0)
    expect(dialog.locator("[data-first]")).to_be_focused()


def test_what_waited_too_long_is_asked_about(tab: Tab, tmp_path: Path) -> None:
    """The page's clock moves on by more than half a minute while the network is away."""
    tab.run("echo ready-''now", r"^ready-now$")
    tab.page.clock.install()
    tab.page.context.set_offline(True)
    tab.page.evaluate("dispatchEvent(new Event('pagehide'))")  # lets go of the connection
    tab.type("touch too-late\n")
    tab.page.clock.fast_forward(31_000)
    tab.page.context.set_offline(False)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    tab.wait_state("live")
    tab.page.wait_for_selector("text=were not typed")
    assert "touch too-late" in tab.page.inner_text(".notice pre")
    assert not (tmp_path / "home" / "too-late").exists()
    tab.page.click("text=Type them now")
    tab.run("ls", r"^too-late$")


def test_who_types_is_drawn_around_the_terminal_and_said(tab: Tab, new_tab: NewTab) -> None:
    """A line and a name for all of them; handed over by name from the palette, and taken back."""
    link = make_link(tab, control=True)
    close_dialog(tab)
    assert tab.page.locator(".shared").count() == 0, "nobody else is here"
    guest = new_tab(viewport={"width": 360, "height": 600}, has_touch=True, is_mobile=True)
    guest.open(link)
    guest.wait_state("viewer")
    said = "#who-types[role=status]"
    expect(guest.page.locator(".stage.shared.elsewhere")).to_be_visible()
    expect(guest.page.locator(".bar .typist")).to_have_text("owner types")
    expect(guest.page.locator(said)).to_have_text("owner types")
    expect(tab.page.locator(".stage.shared.here")).to_be_visible()
    expect(tab.page.locator(".bar .typist")).to_have_text("You type, 1 other watching")
    expect(tab.page.locator(said)).to_have_text("You type, 1 other watching")
    assert violations_in_all_looks(guest.page) == [], "who watches"
    assert violations_in_all_looks(tab.page) == [], "who types"
    assert guest.size == tab.size, "the writer's size is the terminal's"
    box = guest.page.locator(".host .xterm").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("let guest type\n")
    tab.wait_state("viewer")
    guest.wait_state("live")
    expect(tab.page.locator(".bar .typist")).to_have_text("Guest types")
    expect(tab.page.locator(said)).to_have_text("Guest types")
    expect(guest.page.locator(".bar .typist")).to_contain_text("You type")
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("take control\n")
    tab.wait_state("live")
    guest.wait_state("viewer")
    tab.page.click(".bar .typist")
    expect(tab.page.locator(".sheet .people li")).to_have_count(2)
    assert violations_in_all_looks(tab.page) == [], "who is here"
    tab.page.click(".people >> text=Let them type")
    expect(tab.page.locator(".sheet")).to_have_count(0)
    guest.wait_state("live")
    guest.page.tap(".bar >> text=Give it back")
    tab.wait_state("live")
