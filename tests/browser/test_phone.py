"""A phone: a narrow page, a finger, and a keyboard without the keys that a terminal needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import NewTab
from tests.browser.fingers import PHONE
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab

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


def test_function_keys_are_a_second_page_of_keys(phone: Tab) -> None:
    """They open above the row, take the modifiers that wait, and leave the terminal its focus."""
    phone.run("clear; cat -v", r"^\$ clear; cat -v$|^$")
    keys = phone.page.get_by_role("toolbar", name="Keys")
    opener = keys.get_by_role("button", name="More keys")
    rows = phone.size[1]
    opener.tap()
    expect(opener).to_have_attribute("aria-expanded", "true")
    for name, modifiers, seen in (
        ("F1", [], "^[OP"),
        ("F12", [], "^[[24~"),
        ("F5", ["Control"], "^[[15;5~"),
        ("F2", ["Alt"], "^[[1;3Q"),
        ("Page down", ["Control", "Alt"], "^[[6;7~"),
        ("Home", [], "^[[H"),
    ):
        for modifier in modifiers:
            keys.get_by_role("button", name=modifier).tap()
        key = keys.get_by_role("button", name=re.compile(rf"(^|, ){name}$"))
        box = key.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
        key.tap()
        phone.type("\n")
        phone.wait_text(rf"^{re.escape(seen)}$")
    assert phone.page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert violations(phone.page) == []
    assert phone.size[1] < rows, "the keys lie below the terminal, not over it"
    opener.tap()
    expect(keys.get_by_role("button", name="F1", exact=True)).to_have_count(0)


class Thumbs:
    """An on-screen keyboard that composes words, as that of Android does."""

    def __init__(self, tab: Tab) -> None:
        self.browser = tab.page.context.new_cdp_session(tab.page)

    def key(self, kind: str) -> None:
        """It tells of no key but that there was one."""
        code = {"windowsVirtualKeyCode": 229, "key": "Unidentified", "code": ""}
        self.browser.send("Input.dispatchKeyEvent", {"type": kind, **code})

    def compose(self, *steps: str) -> None:
        """The word at the cursor becomes each of these in turn, and may still become another."""
        for text in steps:
            self.key("rawKeyDown")
            self.browser.send(
                "Input.imeSetComposition",
                {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
            )
            self.key("keyUp")

    def take_up(self, before: str, text: str) -> None:
        """A word that was finished becomes another one; it is all that the field holds."""
        place = {"replacementStart": 0, "replacementEnd": len(before)}
        cursor = {"selectionStart": len(text), "selectionEnd": len(text)}
        self.browser.send("Input.imeSetComposition", {"text": text, **cursor, **place})

    def insert(self, text: str) -> None:
        """Finish the word as this, or insert it where none is composed."""
        self.key("rawKeyDown")
        self.browser.send("Input.insertText", {"text": text})
        self.key("keyUp")


def test_a_keyboard_that_composes_types_everything_once(phone: Tab) -> None:
    """Words, corrections, digits, Enter amid a word, and a word that is taken up again."""
    thumbs = Thumbs(phone)
    thumbs.compose("e", "ec", "ech", "echo")
    thumbs.insert("echo ")
    thumbs.compose("t", "te", "teh")
    thumbs.insert("the ")
    for digit in "42":
        thumbs.insert(digit)
    thumbs.insert(" ")
    thumbs.compose("l", "la", "las", "la", "las", "last")
    phone.page.keyboard.press("Enter")
    phone.wait_text(r"^the 42 last$")
    thumbs.compose("e", "ec", "echo")
    thumbs.insert("echo")
    thumbs.take_up("echo", "echp")
    thumbs.insert("echo ")
    thumbs.insert("👍")
    phone.type("\n")
    phone.wait_text(r"^👍$")


def test_keys_of_the_row_come_after_the_word_that_is_composed(phone: Tab, tmp_path: Path) -> None:
    """Tab completes what was just typed, and Control is for the next letter, not for a word."""
    (tmp_path / "home" / "notes-of-today").write_text("found\n")
    thumbs = Thumbs(phone)
    keys = phone.page.get_by_role("toolbar", name="Keys")
    thumbs.compose("c", "ca", "cat")
    thumbs.insert("cat ")
    thumbs.compose("n", "no", "not")
    keys.get_by_role("button", name="Tab").tap()
    phone.wait_text(r"^\$ cat notes-of-today ?$")
    thumbs.compose("x", "xy")
    keys.get_by_role("button", name="Control").tap()
    # What the shell has not read yet is thrown away by the key that interrupts.
    phone.wait_text(r"^\$ cat notes-of-today xy$")
    thumbs.compose("c")
    phone.wait_text(r"xy\^C\n\$ ")
    thumbs.compose("c", "ca", "cat")
    thumbs.insert("cat ")
    thumbs.insert("no")
    keys.get_by_role("button", name="Tab").tap()
    phone.type("\n")
    phone.wait_text(r"^found$")


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
    for name in phone.page.locator(".tabs .name").all():
        assert name.evaluate("(name) => name.scrollWidth <= name.clientWidth"), "it is cut off"
    expect(phone.page.locator(".tabs li.shown .name")).to_be_in_viewport(ratio=1)
    phone.type("exit\n")
    phone.wait_state("ended")
    offers = phone.page.locator(".dock:visible").locator("button, .button")
    expect(offers).to_have_count(2)
    lines = {offer.evaluate("(offer) => offer.offsetTop") for offer in offers.all()}
    assert len(lines) == 1, "what can be done stands together"
    phone.page.tap(".tabs li:nth-child(2) .close")
    phone.page.wait_for_selector(".tabs", state="detached")
    phone.run("echo on''ly", r"^only$")


def test_the_page_follows_the_on_screen_keyboard(phone: Tab) -> None:
    """Where a keyboard covers the page instead of making it smaller, the page ends above it."""
    phone.run("seq 60", r"^60$")
    rows = phone.size[1]
    shown = """(height) => {
      Object.defineProperty(visualViewport, "height", { value: height, configurable: true });
      visualViewport.dispatchEvent(new Event("resize"));
    }"""
    phone.page.evaluate(shown, 400)
    until = "until [ $(stty size | cut -d' ' -f1) {} {} ]; do sleep 0.1; done; ".format
    phone.run(until("-lt", rows) + "echo smal''ler", "^smaller$")
    assert phone.size[1] < rows
    box = phone.page.locator(".keys").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 400
    assert phone.page.evaluate(CURSOR_LINE) < box["y"]
    phone.page.evaluate(shown, 740)
    phone.run(until("-eq", rows) + "echo as bef''ore", "^as before$")
    assert phone.size[1] == rows
