"""Two fingers on a terminal, which change the size of its letters."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewTab
from tests.browser.elements import add
from tests.browser.fingers import PHONE, Finger
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab

FONT_SIZE = "tornterm.terminal.options.fontSize"
SCALE = "visualViewport.scale"
ROOMS = """
() => {
  const room = document.querySelector(".host").getBoundingClientRect();
  const screen = document.querySelector(".xterm-screen").getBoundingClientRect();
  return [room.right - screen.right, room.bottom - screen.bottom];
}
"""

MIDDLE = (180.0, 330.0)
APART = (100, 130, 160, 200)
TOGETHER = tuple(reversed(APART))


@pytest.fixture
def phone(server: ServerProcess, new_tab: NewTab) -> Tab:
    """A phone with a prompt."""
    tab = new_tab(**PHONE)
    tab.log_in(server.login_link)
    tab.wait_text(r"^\$ ")
    return tab


def program_sees(phone: Tab) -> tuple[int, int]:
    """Wait until the program has the size that is drawn; its columns and rows."""
    phone.run("clear", r"\$ ")
    cols, rows = phone.size
    phone.run(f'until [ "$(stty size)" = "{rows} {cols}" ]; do sleep 0.1; done; echo so', "^so$")
    return cols, rows


def magnify(page: Page, scale: float) -> None:
    """What two fingers do beside the terminal."""
    page.context.new_cdp_session(page).send(
        "Emulation.setPageScaleFactor", {"pageScaleFactor": scale}
    )


def test_two_fingers_change_the_letters(phone: Tab) -> None:
    """Twice as far apart, twice as large; the terminal fits again, and the size is kept."""
    page, finger = phone.page, Finger(phone.page)
    before = program_sees(phone)
    assert page.evaluate(FONT_SIZE) == 13
    finger.pinch(MIDDLE, *APART)
    assert page.evaluate(FONT_SIZE) == 26
    assert page.evaluate(SCALE) == 1, "the page itself stays as it is"
    page.wait_for_function("(cols) => tornterm.terminal.cols < cols", arg=before[0])
    after = program_sees(phone)
    assert after[0] == pytest.approx(before[0] / 2, abs=2)
    assert after[1] == pytest.approx(before[1] / 2, abs=2)
    right, bottom = page.evaluate(ROOMS)
    assert 0 <= right < 40, "nothing is cut off, and no room is lost"
    assert 0 <= bottom < 40
    expect(page.locator(".picked")).to_have_count(0)
    page.reload()
    phone.wait_state("live")
    assert page.evaluate(FONT_SIZE) == 26
    finger.pinch(MIDDLE, *TOGETHER)
    assert page.evaluate(FONT_SIZE) == 13
    for _ in range(4):
        finger.pinch(MIDDLE, 400, 60)
    assert page.evaluate(FONT_SIZE) == 6, "smaller ones nobody could read"


def test_what_two_fingers_do_is_neither_scrolling_nor_selecting(phone: Tab) -> None:
    """Also where one finger has begun to scroll, and where one stays when the other has gone."""
    page, finger = phone.page, Finger(phone.page)
    page.emulate_media(reduced_motion="reduce")
    phone.run("seq 200; echo e''nd", "^end$")
    position = "tornterm.terminal.buffer.active.baseY - tornterm.terminal.buffer.active.viewportY"
    finger.touch((180, 300))
    finger.touch((180, 340))
    scrolled = page.evaluate(position)
    assert scrolled > 0
    finger.touch((180, 340), (180, 440))
    finger.touch((180, 340), (180, 450))
    assert page.evaluate(FONT_SIZE) == 14
    now = page.evaluate(position)
    finger.touch((180, 340), (180, 440))
    assert page.evaluate(FONT_SIZE) == 13
    finger.at("touchEnd", 180, 340)
    finger.touch((180, 500))
    assert page.evaluate(position) == pytest.approx(now, abs=1)
    finger.at("touchEnd")
    expect(page.locator(".picked")).to_have_count(0)


def test_a_page_that_is_magnified_can_become_small_again(phone: Tab) -> None:
    """Its two fingers are the browser's then, also where only the terminal is in sight."""
    page, finger = phone.page, Finger(phone.page)
    terminal = page.locator(".host .xterm")
    expect(terminal).to_have_css("touch-action", "none")
    magnify(page, 2)
    expect(terminal).to_have_css("touch-action", "pinch-zoom")
    page.evaluate("document.addEventListener('touchmove', (event) => { last = event; }); var last;")
    finger.pinch((90, 200), *TOGETHER)
    assert not page.evaluate("last.defaultPrevented")
    assert page.evaluate(FONT_SIZE) == 13
    magnify(page, 1)
    expect(terminal).to_have_css("touch-action", "none")


def test_who_watches_magnifies_the_page(phone: Tab, new_tab: NewTab) -> None:
    """The letters there are as small as the terminal of another one needs them."""
    desk = new_tab(beside=phone)
    desk.page.set_viewport_size({"width": 1600, "height": 1000})
    desk.open(phone.page.url)
    desk.wait_state("live")
    phone.wait_state("viewer")
    expect(phone.page.locator(".host.letterbox .xterm")).to_have_css("touch-action", "pinch-zoom")
    size = phone.page.evaluate(FONT_SIZE)
    Finger(phone.page).pinch(MIDDLE, *APART)
    assert phone.page.evaluate(FONT_SIZE) == size
    assert phone.page.evaluate("localStorage.getItem('tornterm:/')") is None


def test_two_fingers_on_an_element(sites: dict[str, str], new_tab: NewTab) -> None:
    """The page around it hears of the size, finds it where it would write it, and can say no."""
    page = new_tab(**PHONE).page
    page.goto(sites["own"])
    element = add(page)
    element.wait_text(r"\$$")
    cols = element.do("it.size.cols")
    finger = Finger(page)
    kept = "it.style.getPropertyValue('--tornterm-font-size')"
    page.evaluate(
        "terminals[0].addEventListener('fontsize', ({ detail }) => { told = detail; }); var told;"
    )
    finger.pinch((180, 150), 80, 100, 120)
    assert element.do("told.size") == 21
    assert element.do(kept) == "21px"
    page.wait_for_function("(cols) => terminals[0].size.cols < cols", arg=cols)
    seen = element.run("stty size", r"^\d+ \d+$")
    assert seen.split()[1] == str(element.do("it.size.cols"))
    element.do("it.restart()")
    element.wait_text(r"\$$")
    assert element.do("it.size.cols") < cols, "it is kept while the element lives"
    page.evaluate("terminals[0].addEventListener('fontsize', (event) => event.preventDefault())")
    finger.pinch((180, 150), 120, 100, 80)
    assert element.do(kept) == "21px"
    assert page.evaluate(SCALE) == 1
    assert page.evaluate("violations") == []
