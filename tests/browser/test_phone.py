"""A phone: a narrow page, a finger, and a keyboard without the keys that a terminal needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

CURSOR_LINE = """
() => {
  const { terminal } = tornterm;
  const screen = document.querySelector(".xterm-screen").getBoundingClientRect();
  return screen.top + (terminal.buffer.active.cursorY + 0.5) * (screen.height / terminal.rows);
}
"""


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """The network that the phone is in."""
    with FaultProxy() as proxy:
        yield proxy


@pytest.fixture
def phone(proxy: FaultProxy, tmp_path: Path, new_tab: NewTab) -> Iterator[Tab]:
    """A phone with a prompt."""
    with serving(tmp_path, server=f'public_url = "{proxy.url}/"') as server:
        proxy.target = server.port
        tab = new_tab(**PHONE)
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        yield tab


def test_the_keys_that_a_phone_lacks(phone: Tab, new_tab: NewTab) -> None:
    """Control waits for its letter, the arrows bring back what was typed, Tab completes."""
    keys = phone.page.get_by_role("toolbar", name="Keys")
    box = keys.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 740
    phone.run("echo star''ted; sleep 1000", r"^started$")
    control = keys.get_by_role("button", name="Control")
    control.tap()
    assert control.get_attribute("aria-pressed") == "true"
    phone.type("c")
    phone.wait_text(r"\^C\n\$ ")
    assert control.get_attribute("aria-pressed") == "false"
    phone.type("echo on''ce")
    keys.get_by_role("button", name="Left").tap()
    phone.type("X\n")
    phone.wait_text(r"^oncXe$")
    keys.get_by_role("button", name="Up").tap()
    phone.type("\n")
    phone.wait_text(r"^oncXe\n\$ .*\noncXe$")
    focused = phone.page.evaluate("document.activeElement.tagName")
    assert focused == "TEXTAREA", "else the phone's keyboard would have gone"
    phone.page.tap("#menu")
    assert not phone.page.is_visible("text=Ctrl+F6")


def test_who_has_a_keyboard_sees_no_keys(tab: Tab) -> None:
    """A mouse points to a keyboard."""
    assert not tab.page.is_visible(".keys")


def test_a_card_does_not_cover_the_line_where_one_types(phone: Tab, proxy: FaultProxy) -> None:
    """It lies in the other half, wherever the cursor is, and it can be put away."""
    for fill in ("", "seq 100; "):
        phone.run(f"{fill}echo prompt-''now", r"^prompt-now$")
        proxy.refuse()
        phone.wait_state("reconnecting")
        card = phone.page.wait_for_selector(".notice:has-text('Reconnecting')")
        assert card is not None
        box = card.bounding_box()
        assert box is not None
        line = phone.page.evaluate(CURSOR_LINE)
        assert not box["y"] <= line <= box["y"] + box["height"]
        phone.page.tap(".notice [aria-label=Dismiss]")
        phone.page.wait_for_selector(".notice", state="detached")
        assert "Reconnecting" in phone.page.inner_text(".pill")
        proxy.accept()
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        phone.wait_state("live")


def test_several_terminals_and_their_words_fit_on_a_phone(phone: Tab) -> None:
    """Tabs, palette, settings and search stay within its width, and fingers can reach them."""
    phone.page.tap("#menu")
    phone.page.tap(".sheet >> text=New tab")
    phone.page.wait_for_selector(".tabs li:nth-child(2).shown")
    phone.wait_state("live")
    for item, selector in (
        ("All commands", ".commands"),
        ("Settings", ".settings"),
        ("Search in the terminal", ".search"),
    ):
        phone.page.tap("#menu")
        phone.page.tap(f".sheet >> text={item}")
        box = phone.page.locator(selector).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
        phone.page.keyboard.press("Escape")
        phone.page.wait_for_selector(selector, state="detached")
    phone.page.tap(".tabs li:nth-child(2) .close")
    phone.page.wait_for_selector(".tabs", state="detached")
    phone.run("echo on''ly", r"^only$")
