"""The player of recordings, in the administration: with a mouse, by keyboard, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.axe import violations, violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.fingers import PHONE, Finger
from tests.browser.process import ServerProcess
from tests.browser.recordings import recording
from tests.browser.tab import Tab
from tests.browser.test_admin import administrate

BEYOND = """
() => {
  const wide = [...document.querySelectorAll("body, main, .side, .side *")];
  const seen = wide.filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const beyond = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  return seen.filter(beyond).map((one) => one.outerHTML);
}
"""


@dataclass(frozen=True)
class Played:
    """A server that has recorded a session, and who may look at that."""

    server: ServerProcess
    cookies: list[Any]

    def administration(self, tab: Tab, view: str = "sessions") -> Page:
        """The page in a tab of its administrator, who has no terminal open."""
        tab.page.context.add_cookies(self.cookies)
        return administrate(self.server, tab, view)


@pytest.fixture(scope="module")
def played(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One whose session has ended; another tab took it over meanwhile, which is marked."""
    with recording(tmp_path_factory.mktemp("played")) as server, browser.new_context() as context:
        first = Tab(context.new_page())
        first.log_in(server.login_link)
        first.run("printf na''me?; read -r x; sleep 3; echo $x-''back; exit", r"^name\?")
        second = Tab(context.new_page())
        second.open(first.page.url)
        second.wait_state("live")
        second.run("played", "played-back$")
        second.wait_state("ended")
        yield Played(server, context.cookies())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """One that has recorded nothing yet."""
    with recording(tmp_path) as process:
        yield process


def shown(page: Page) -> Locator:
    """The details of the one recording, whose player takes keys."""
    side = page.get_by_role("complementary")
    expect(side.locator("[data-ready]")).to_be_visible()
    return side


def test_by_mouse_and_keyboard(played: Played, new_tab: NewTab) -> None:
    """What a session printed is listed and played, where recordings are made; also by keyboard.

    Another speed takes nothing from who is playing: it goes on, and so does what keys are for.
    """
    page = played.administration(new_tab(), "recordings")
    expect(page.locator(".grid .body [role=gridcell]").first).to_be_visible()
    page.locator(".search").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    side = page.get_by_role("complementary")
    expect(side).to_be_focused()
    side = shown(page)
    side.get_by_label("Speed").select_option("0.5")
    play = side.locator(".ap-playback-button")
    play.focus()
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-label", "Pause")
    side.get_by_label("Speed").select_option("8")
    expect(side.locator(".ap-player")).to_contain_text("played-back")
    expect(side.locator(".ap-wrapper")).to_be_focused()
    expect(side.locator(".ap-marker-container").first).to_be_attached()
    expect(play).to_have_attribute("aria-label", "Play")
    for _ in range(3):  # two tell that people left, and one that somebody came
        page.keyboard.press("[")
    expect(side.locator(".ap-term")).not_to_contain_text("played-back")
    page.click("#tab-audit")
    expect(page.locator(".grid")).to_contain_text("recorder.played")


def test_escape_leaves_one_thing_at_a_time(played: Played, new_tab: NewTab) -> None:
    """The help of the player, wherever the keyboard is, and then the details."""
    page = played.administration(new_tab(), "recordings")
    page.locator(".grid .body [role=row]").click()
    side = shown(page)
    help_ = side.locator(".ap-overlay-help")
    side.locator(".ap-wrapper").focus()
    page.keyboard.press("?")
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    expect(side).to_be_visible()
    side.get_by_role("button", name="Show keyboard shortcuts").click()
    side.get_by_label("Skip pauses").focus()
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    expect(side).to_be_visible()
    page.keyboard.press("Escape")
    expect(side).to_have_count(0)
    expect(page.locator(".grid")).to_be_focused()


def late(route: Route) -> None:
    """Let all recordings begin when it takes long to write down: late in September."""
    answer = route.fetch()
    found = answer.json()
    for index, row in enumerate(found["recordings"]):
        # The newest is the first, and stays it.
        row["time"] = datetime(2026, 9, 28, 22, 44, 44 - index).timestamp()
    route.fulfill(response=answer, json=found)


def test_whose_they_are(server: ServerProcess, new_tab: NewTab) -> None:
    """Each says whose it is and whether it runs, is told apart beside the player, and found."""
    over = new_tab()
    over.log_in(server.login_link)
    over.run("exit", "exit")
    over.wait_state("ended")
    live = new_tab(beside=over)
    live.open(server.url)
    live.wait_state("live")
    live.run("echo a''b", "^ab$")
    over.page.context.route("**/-/recorder/recordings", late)
    page = administrate(server, over, "recordings")
    rows = page.locator(".grid .body [role=row]")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("[data-column=created]")).to_have_text("Sep 28, 2026, 10:44:44 PM")
    expect(rows.first.locator("[data-column=user]")).to_have_text("owner")
    expect(rows.first.locator(".tag")).to_have_text("running")
    expect(rows.last.locator(".tag")).to_have_count(0)
    page.set_viewport_size({"width": 1100, "height": 700})
    rows.last.click()
    side = shown(page)
    expect(side.get_by_role("definition").first).to_have_text("owner")
    for column in ("created", "user", "title"):
        for cell in page.locator(f".grid .body [data-column={column}]").all():
            assert cell.evaluate("(cell) => cell.scrollWidth <= cell.clientWidth"), column
    search = page.get_by_role("searchbox")
    search.fill("owner running")
    expect(rows).to_have_count(1)
    search.fill("nobody's")
    expect(page.locator(".grid .body")).to_have_text("Nothing fits what is searched for.")


def test_the_controls_of_a_tall_one(server: ServerProcess, new_tab: NewTab) -> None:
    """A recording that is higher than the window is drawn smaller, so that it can be played."""
    tab = new_tab(viewport={"width": 500, "height": 1600})
    tab.log_in(server.login_link)
    tab.run("exit", "exit")
    tab.wait_state("ended")
    page = administrate(server, tab, "recordings")
    page.set_viewport_size({"width": 1280, "height": 640})
    page.locator(".grid .body [role=row]").click()
    side = shown(page)
    expect(side.locator(".ap-playback-button")).to_be_in_viewport(ratio=1)
    expect(side.get_by_label("Speed")).to_be_in_viewport(ratio=1)


@pytest.fixture
def phone(played: Played, new_tab: NewTab) -> Page:
    """The player on a phone, found by tapping."""
    page = played.administration(new_tab(**PHONE))
    page.get_by_role("tab", name="Recordings").tap()
    page.locator(".grid .body [role=row]").tap()
    shown(page)
    return page


def test_it_fits_on_a_phone(phone: Page) -> None:
    """All of it is within the screen and large enough, and nothing is said of keys."""
    side = shown(phone)
    assert phone.evaluate(BEYOND) == []
    assert violations_in_all_looks(phone) == []
    player = side.locator(".ap-player").bounding_box()
    assert player is not None
    controls = side.locator(".ap-playback-button, .ap-fullscreen-button, .ap-progressbar")
    assert controls.count() == 3
    for control in controls.all():
        box = control.bounding_box()
        assert box is not None
        assert (box["width"] >= 44, box["height"]) == (True, 32)
        assert box["y"] + box["height"] == pytest.approx(player["y"] + player["height"], abs=2)
    expect(side.get_by_text("Space plays")).not_to_be_visible()
    expect(side.get_by_text("audited")).to_be_visible()
    chosen = phone.get_by_role("tab", selected=True).bounding_box()
    side.get_by_role("button", name="Close", exact=True).tap()
    expect(side).to_have_count(0)
    assert chosen is not None
    assert int(chosen["x"] + chosen["width"]) <= PHONE["viewport"]["width"]


def test_playing_and_pausing_on_a_phone(phone: Page) -> None:
    """By its button, at a speed that is chosen; the end is reached, and audited who looked."""
    side = shown(phone)
    side.get_by_label("Skip pauses").tap()
    side.get_by_label("Speed").select_option("0.5")
    shown(phone)
    button, text = side.locator(".ap-playback-button"), side.locator(".ap-term")
    button.tap()
    expect(text).to_contain_text("name?")
    button.tap()
    expect(button).to_have_attribute("aria-label", "Play")
    expect(text).not_to_contain_text("played-back")
    side.get_by_label("Speed").select_option("8")
    shown(phone)
    button.tap()
    expect(text).to_contain_text("played-back")
    assert violations(phone) == []


def test_seeking_on_a_phone(phone: Page) -> None:
    """A finger draws along the bar, and buttons go from mark to mark."""
    side = shown(phone)
    text = side.locator(".ap-term")
    box = side.locator(".ap-bar").bounding_box()
    assert box is not None
    left, right = box["x"] + 1, box["x"] + box["width"] - 1
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    Finger(phone).draw((middle, height), (right, height), (right + 20, height))
    expect(text).to_contain_text("played-back")
    marks, past = side.locator(".ap-marker"), side.locator(".ap-marker-past")
    expect(past).to_have_count(marks.count())
    side.get_by_role("button", name="Previous mark").tap()
    expect(past).not_to_have_count(marks.count())
    Finger(phone).draw((middle, height), (left, height), (left - 20, height))
    expect(text).not_to_contain_text("name?")
    expect(past).to_have_count(0)
    side.get_by_role("button", name="Next mark").tap()
    expect(past).not_to_have_count(0)
    assert phone.evaluate("document.querySelector('.side').scrollTop") == 0
