"""Other programs than the usual one: chosen in many ways, and told of afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.fingers import PHONE
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab

PROFILES = """
[plugins.shell.profiles."greeter of guests"]
label = "The greeter"
command = ["/bin/sh", "-c", "echo hello-from-$KIND; exec cat"]
env = { KIND = "profile" }

[plugins.shell.profiles.copier]
command = ["/bin/sh", "-c", "echo copy-cat; exec cat"]

[plugins.shell.profiles.tall]
label = "Tall tales, with a name that no phone has the room for in a line"
command = ["/bin/sh", "-c", "echo tall-tale; exec cat"]
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server with programs to choose from."""
    with serving(tmp_path, more=PROFILES) as process:
        yield process


def opener_of(tab: Tab) -> Locator:
    """What opens the list of programs, in the bar."""
    return tab.page.get_by_role("button", name="New tab with another program")


def test_a_terminal_with_another_program(server: ServerProcess, tab: Tab) -> None:
    """From the menu by keyboard, from the palette, and by an address that one can keep."""
    page = tab.page
    page.locator("#menu").click()
    item = page.get_by_role("button", name="New tab: The greeter")
    item.focus()
    page.keyboard.press("Enter")
    tab.wait_text(r"^hello-from-profile$")
    first = tab.session
    page.keyboard.press("Control+Shift+P")
    page.keyboard.type("greeter")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(first))
    tab.wait_text(r"^hello-from-profile$")
    second = tab.session
    page.keyboard.press("Control+Shift+P")
    page.keyboard.type("split greeter beside")
    expect(page.get_by_role("option", name="Split: The greeter beside")).to_be_visible()
    box = page.get_by_role("combobox", name="All commands")
    row = box.get_attribute("aria-activedescendant")
    assert page.locator(".commands [aria-selected=true]").get_attribute("id") == row
    assert row is not None and " " not in row
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(second))
    tab.wait_text(r"^hello-from-profile$")
    expect(page.locator(".pane:visible")).to_have_count(2)
    page.goto(f"{server.url}?profile=greeter+of+guests")
    tab.wait_text(r"^hello-from-profile$")
    assert "profile" not in page.url, "the address is that of the session now"
    page.goto(f"{server.url}?profile=gone")
    expect(page.locator("p", has_text="there is no profile 'gone'")).to_be_visible()


def test_the_button_for_a_new_tab_has_the_other_programs(tab: Tab) -> None:
    """By keyboard alone: arrows, ends and letters move, Escape leads back, Enter starts."""
    press = tab.page.keyboard.press
    opener = opener_of(tab)
    expect(opener).to_have_attribute("aria-haspopup", "menu")
    menu = tab.page.get_by_role("menu", name="New tab with another program")
    items = menu.get_by_role("menuitem")
    opener.focus()
    press("Enter")
    expect(items).to_have_count(3)
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(items.nth(0)).to_be_focused()
    assert violations_in_all_looks(tab.page) == []
    for key, at in (
        ("ArrowDown", 1), ("End", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("Home", 0), ("c", 1),
        ("t", 2), ("t", 0),
    ):  # fmt: skip
        press(key)
        expect(items.nth(at)).to_be_focused()
    press("Escape")
    expect(menu).to_have_count(0)
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    press("ArrowUp")
    expect(items.nth(2)).to_be_focused()
    press("Tab")
    expect(menu).to_have_count(0)
    expect(tab.page.locator("#menu")).to_be_focused()
    opener.focus()
    press("ArrowDown")
    press("Control+F6")
    expect(menu).to_have_count(0)
    tab.run("echo ba''ck", r"^back$")
    first = tab.session
    opener.focus()
    press("ArrowDown")
    press("c")
    press("Enter")
    tab.page.wait_for_url(lambda url: not url.endswith(first))
    tab.wait_text(r"^copy-cat$")
    expect(tab.page.locator(".tabs li")).to_have_count(2)
    tab.run("typed into it", r"^typed into it\ntyped into it$")


def test_the_button_itself_starts_the_usual_program(tab: Tab) -> None:
    """With a pointer; and a click elsewhere closes the list."""
    opener_of(tab).click()
    menu = tab.page.get_by_role("menu")
    expect(menu).to_be_visible()
    tab.page.locator(".title").click()
    expect(menu).to_have_count(0)
    tab.page.locator(".newtab").get_by_role("button", name="New tab", exact=True).click()
    tab.page.wait_for_selector(".tabs li:nth-child(2).shown")
    tab.wait_state("live")
    tab.run("echo us''ual", r"^usual$")


def test_a_person_with_one_program_has_no_list(tmp_path: Path, new_tab: NewTab) -> None:
    """There is nothing to choose."""
    with serving(tmp_path) as server:
        tab = new_tab()
        with tab.page.expect_response("**/api/profiles"):
            tab.log_in(server.login_link)
        tab.run("echo he''re", r"^here$")
        expect(tab.page.locator(".newtab")).to_have_count(0)


def test_the_list_of_sessions_says_what_each_began_with(
    server: ServerProcess, tab: Tab, new_tab: NewTab
) -> None:
    """By the label that people chose it by; and so does what is said of this session."""
    for wanted, said in (("greeter+of+guests", "hello-from-profile"), ("copier", "copy-cat")):
        other = new_tab(beside=tab)
        other.open(f"{server.url}?profile={wanted}")
        other.wait_text(rf"^{said}$")
    other.page.click("#menu")
    expect(other.page.locator(".sheet .choice .own .fact").first).to_have_text("copier")
    rows = other.page.locator(".sheet .sessions li")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="The greeter")).to_have_count(1)
    facts = [row.locator(".fact").first.inner_text() for row in rows.all()]
    assert sum(fact.startswith("started") for fact in facts) == 1, "one has the usual program"


def test_choosing_a_program_on_a_phone(server: ServerProcess, new_tab: NewTab) -> None:
    """The list fits, each name can be read as a whole and hit by a finger."""
    phone = new_tab(**PHONE)
    phone.log_in(server.login_link)
    opener = opener_of(phone)
    opener.tap()
    items = phone.page.get_by_role("menuitem")
    expect(items).to_have_count(3)
    for target in (opener, *items.all()):
        box = target.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["viewport"]["width"]
        assert box["height"] >= 44
    overflow = "(item) => item.scrollWidth - item.clientWidth"
    assert [item.evaluate(overflow) for item in items.all()] == [0, 0, 0]
    phone.page.touchscreen.tap(100, 500)
    expect(items).to_have_count(0)
    opener.tap()
    phone.page.get_by_role("menuitem", name="Tall tales").tap()
    phone.wait_text(r"^tall-tale$")
    phone.page.tap("#menu")
    expect(phone.page.locator(".sheet .choice .own")).to_contain_text("Tall tales")
