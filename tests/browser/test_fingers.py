"""Fingers on a terminal: in the page, and in the element on somebody else's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewTab
from tests.browser.elements import Element, add
from tests.browser.fingers import PHONE, Finger
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab


@pytest.fixture
def phone(server: ServerProcess, new_tab: NewTab) -> Tab:
    """A phone with a prompt."""
    tab = new_tab(**PHONE)
    tab.log_in(server.login_link)
    tab.wait_text(r"^\$ ")
    return tab


PLACE_OF = """
(word) => {
  const { terminal } = tornterm;
  const screen = document.querySelector(".xterm-screen").getBoundingClientRect();
  const buffer = terminal.buffer.active;
  for (let row = terminal.rows - 1; row >= 0; row -= 1) {
    const text = buffer.getLine(buffer.viewportY + row)?.translateToString() ?? "";
    const column = text.lastIndexOf(word);
    if (column < 0) continue;
    return [
      screen.left + (column + word.length / 2) * (screen.width / terminal.cols),
      screen.top + (row + 0.5) * (screen.height / terminal.rows),
    ];
  }
  throw new Error(`no ${word}`);
}
"""


def test_a_finger_scrolls_and_after_a_long_press_selects(phone: Tab) -> None:
    """A word first, then what is drawn over; handles mend it, and a button copies it."""
    page = phone.page
    page.emulate_media(reduced_motion="reduce")  # nothing glides on
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.run("seq 200; echo alpha beta gamma del''ta", r"^alpha beta gamma delta$")
    finger = Finger(phone.page)
    bottom = page.evaluate("tornterm.terminal.buffer.active.baseY")
    position = "tornterm.terminal.buffer.active.viewportY"
    finger.draw(*((180, y) for y in range(200, 480, 20)))
    assert page.evaluate(position) < bottom
    assert not page.is_visible(".picked"), "scrolling selects nothing"
    page.evaluate("tornterm.terminal.scrollToBottom()")
    beta, delta = (page.evaluate(PLACE_OF, word) for word in ("beta", "delta"))
    selection = "tornterm.terminal.getSelection()"
    finger.press(*beta)
    assert page.evaluate(selection) == "beta"
    gamma = page.evaluate(PLACE_OF, "gamma")
    finger.at("touchMove", *gamma)
    assert page.evaluate(selection) == "beta gam"
    finger.at("touchEnd")
    assert page.evaluate(selection) == "beta gam", "letting go is no click"
    box = page.locator(".handle.to").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 43
    line = page.evaluate(
        "document.querySelector('.xterm-screen').offsetHeight / tornterm.terminal.rows"
    )
    end = (box["x"] + 24, box["y"] + 8)
    finger.draw(end, (delta[0], delta[1] + line))
    assert page.evaluate(selection) == "beta gamma del"
    page.tap(".picked >> text=Copy")
    expect(page.locator(".notice.good")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "beta gamma del"
    expect(page.locator(".picked")).to_have_count(0)
    assert page.evaluate(selection) == ""
    finger.press(*beta)
    finger.at("touchEnd")
    phone.type("x")
    expect(page.locator(".picked")).to_have_count(0)


def test_a_finger_scrolls_programs_that_have_the_whole_screen(phone: Tab) -> None:
    """As a wheel does, and so without a word of what is before them."""
    phone.run("seq 300 | less", r"^:$|^\\s*1$")
    Finger(phone.page).draw(*((180, y) for y in range(480, 200, -20)))
    phone.wait_text(r"^45$")


def test_a_phone_pastes_where_it_is_held_and_from_the_menu(phone: Tab) -> None:
    """An empty spot has nothing to copy; what comes is looked at as every paste is."""
    page = phone.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.run("bind 'set enable-bracketed-paste off'; echo rea''dy", r"^ready$")
    finger = Finger(page)
    finger.press(180, 400)
    finger.at("touchEnd")
    picked = page.locator(".picked")
    expect(picked.get_by_role("button", name="Paste")).to_be_visible()
    expect(picked.get_by_role("button", name="Copy")).to_have_count(0)
    page.evaluate("navigator.clipboard.writeText(\"echo o''ne\")")
    picked.get_by_role("button", name="Paste").tap()
    phone.wait_text(r"echo o''ne$")
    expect(picked).to_have_count(0)
    phone.type("\n")
    phone.wait_text(r"^one$")
    finger.press(*page.evaluate(PLACE_OF, "ready"))
    finger.at("touchEnd")
    for name in ("Copy", "Paste", "Select all", "Close"):
        tool = picked.get_by_role("button", name=name).bounding_box()
        assert tool is not None
        assert tool["x"] >= 0
        assert tool["x"] + tool["width"] <= PHONE["viewport"]["width"]
    picked.get_by_role("button", name="Close").tap()
    page.evaluate("navigator.clipboard.writeText(\"echo t\\u202ewo; echo th''ree\")")
    page.tap("#menu")
    page.get_by_role("button", name="Paste").tap()
    question = page.get_by_role("dialog", name="Paste")
    expect(question.locator("pre")).to_contain_text("\u27e8U+202E\u27e9")
    question.get_by_role("button", name="Cancel").tap()
    assert "ree" not in phone.text()


def test_who_may_not_paste_is_told_what_to_do(phone: Tab) -> None:
    """The browser refuses without a grant, and has nothing to ask for without HTTPS."""
    page = phone.page
    # Nobody answers the browser's question here, so it is answered beforehand.
    browser = page.context.new_cdp_session(page)
    browser.send(
        "Browser.setPermission",
        {"permission": {"name": "clipboard-read"}, "setting": "denied"},
    )
    page.tap("#menu")
    page.get_by_role("button", name="Paste").tap()
    expect(page.locator(".notice", has_text="Allow it in the browser's settings")).to_be_visible()
    page.evaluate("Object.defineProperty(globalThis, 'isSecureContext', {value: false})")
    page.keyboard.press("Control+F1")
    phone.type("paste")
    page.keyboard.press("Enter")
    expect(page.locator(".notice", has_text="HTTPS")).to_be_visible()


PLACE_IN_ELEMENT = """
(word) => {
  const { shadowRoot, size } = terminals[0];
  const screen = shadowRoot.querySelector(".xterm-screen").getBoundingClientRect();
  const rows = [...shadowRoot.querySelectorAll(".xterm-rows > div")].map((row) => row.innerText);
  const row = rows.findLastIndex((text) => text.includes(word));
  if (row < 0) throw new Error(`no ${word} in ${rows}`);
  const column = rows[row].lastIndexOf(word) + word.length / 2;
  return [
    screen.left + column * (screen.width / size.cols),
    screen.top + (row + 0.5) * (screen.height / size.rows),
  ];
}
"""

FIRST_LINE = "it.shadowRoot.querySelector('.xterm-rows').innerText.trim().split('\\n')[0]"

# Asked for before something scrolls, and awaited afterwards.
EXPECT_SCROLL = """
() => {
  globalThis.scrolled = new Promise((done, failed) => {
    setTimeout(() => failed(new Error("nothing scrolls")), 30000);
    addEventListener("scrollend", () => done(scrollY), { once: true });
  });
}
"""


@pytest.fixture
def page(sites: dict[str, str], new_tab: NewTab) -> Iterator[Page]:
    """A page of somebody's own on a phone, higher than the phone; its lines can be read."""
    page = new_tab(**PHONE, reduced_motion="reduce").page
    page.goto(f"{sites['own']}?plain")
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.style.display = "block";
          main.style.padding = "300px 0 1200px";
        }"""
    )
    yield page
    assert page.evaluate("violations") == []


def full(page: Page, **attributes: str) -> Element:
    """A terminal in the page that has more lines than it shows."""
    element = add(page, **attributes)
    element.wait_text(r"\$$")
    element.run("seq 200; echo alpha beta gamma del''ta", r"^alpha beta gamma delta$")
    # What has come is drawn with one of the next frames.
    rows = page.locator(".xterm-rows > div")
    expect(rows.filter(has_text="delta")).to_have_count(1)
    expect(rows.last).to_have_text(re.compile(r"^\w+\$\s*$"))
    return element


def test_a_finger_scrolls_the_element_or_the_page_around_it(page: Page) -> None:
    """Where there is nothing more of what was printed, the page around goes on."""
    element = full(page)
    finger = Finger(page)
    last = element.do(FIRST_LINE)
    page.evaluate(EXPECT_SCROLL)
    finger.draw(*((180, y) for y in range(520, 340, -10)))
    place = page.evaluate("scrolled")
    assert place > 50, "below the last line there is only the page"
    assert element.do(FIRST_LINE) == last
    finger.draw(*((180, y) for y in range(200, 360, 10)))
    assert int(element.do(FIRST_LINE)) < int(last)
    assert page.evaluate("scrollY") == place, "the terminal has scrolled, and nothing else"
    expect(page.locator(".picked")).to_have_count(0)


def test_a_long_press_in_the_element_selects(page: Page) -> None:
    """As in the page of its own, and in the language of the element."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    element = full(page, lang="de")
    finger = Finger(page)
    beta, gamma = (page.evaluate(PLACE_IN_ELEMENT, word) for word in ("beta", "gamma"))
    finger.press(*beta)
    assert element.do("it.selection") == "beta"
    finger.at("touchMove", *gamma)
    assert element.do("it.selection") == "beta gam"
    finger.at("touchEnd")
    assert page.evaluate("scrollY") == 0
    delta = page.evaluate(PLACE_IN_ELEMENT, "delta")
    box = page.locator(".handle.to").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 43
    finger.draw((box["x"] + 24, box["y"] + 8), (delta[0], delta[1] + 16))
    assert element.do("it.selection") == "beta gamma del"
    for name in ("Kopieren", "Alles", "Schließen"):
        tool = page.get_by_role("button", name=name).bounding_box()
        assert tool is not None
        assert tool["height"] >= 44
        assert tool["x"] >= 0
        assert tool["x"] + tool["width"] <= PHONE["viewport"]["width"]
    page.get_by_role("button", name="Kopieren").tap()
    expect(page.locator(".picked")).to_have_count(0)
    assert page.evaluate("navigator.clipboard.readText()") == "beta gamma del"
    element.wait_event(
        r'\["selection",\{"text":"beta gamma del"\}\].*\["selection",\{"text":""\}\]'
    )
