"""Going back in the audit log, behind what the server has in memory and behind its start."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.test_admin import administrate

EVENTS = 900
PAGE = 200
BEGAN = 1_700_000_000
USERS = ("alice", "bob", "carol")
SOME = "bob"
THEIRS = [n for n in range(EVENTS) if USERS[n % 3] == SOME]


def earlier(number: int) -> str:
    """A line that an earlier run of the server has written."""
    event = {
        "event": ("session.created", "session.exited")[number % 2],
        "time": BEGAN + 60.0 * number,
        "user": USERS[number % 3],
        "remote": "192.0.2.1",
        "session": f"{number:032x}",
        "number": number,
    }
    return json.dumps(event) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What was kept before, in two files."""
    file = tmp_path / "audit.jsonl"
    file.write_text("".join(earlier(n) for n in range(EVENTS // 2, EVENTS)))
    file.with_name("audit.jsonl.1").write_text("".join(earlier(n) for n in range(EVENTS // 2)))
    return file


@pytest.fixture
def server(tmp_path: Path, file: Path) -> Iterator[ServerProcess]:
    more = f'[plugins.jsonl]\npath = "{file}"\nfsync = "never"'
    with serving(tmp_path, plugins='["token", "shell", "jsonl"]', more=more) as process:
        yield process


@pytest.fixture
def page(server: ServerProcess, new_tab: NewTab) -> Page:
    tab = new_tab()
    tab.log_in(server.login_link)
    page = administrate(server, tab, "audit")
    expect(page.locator(".grid")).to_contain_text("session.created")
    return page


def back(page: Page, label: str = "Older events") -> None:
    page.get_by_role("button", name=label).click()


def below(page: Page) -> Locator:
    """What stands beside the button."""
    return page.locator(".note .quiet")


def count(page: Page) -> int:
    return int(page.locator(".counted").inner_text().split()[0].replace(",", ""))


def seen(page: Page) -> list[int]:
    """The numbers of the earlier events that the table holds, from its end to its beginning."""
    found: list[int] = []
    page.locator(".grid").focus()
    page.keyboard.press("End")
    expect(page.locator(".grid .row.at")).not_to_have_attribute("aria-rowindex", "2")
    while True:
        cells = page.locator(".grid .body [data-column=facts]").all_inner_texts()
        numbers = [int(text.removeprefix("number=")) for text in cells if "number=" in text]
        new = [number for number in reversed(numbers) if number not in found]
        found += new
        at = page.locator(".grid .row.at").get_attribute("aria-rowindex")
        if at == "2":
            return found
        page.keyboard.press("PageUp")
        expect(page.locator(".grid .row.at")).not_to_have_attribute("aria-rowindex", at or "")


def test_back_through_all_of_it_with_a_filter(page: Page, server: ServerProcess) -> None:
    """Page by page to the very first event, those of one person, each once and in order."""
    live = count(page)
    back(page)
    expect(page.locator(".counted")).not_to_have_text(f"{live} events")
    page.get_by_label("User").fill(SOME)
    page.get_by_label("User").press("Enter")
    # What is chosen is looked for at once, because somebody is looking at what is older.
    expect(page.locator(".counted")).to_have_text(f"{PAGE} events")
    expect(below(page)).to_contain_text("Back to")
    assert {row.split()[-1] for row in page.locator("[data-column=user]").all_inner_texts()} == {
        SOME
    }
    back(page)
    expect(page.locator(".counted")).to_have_text(f"{len(THEIRS)} events")
    expect(below(page)).to_have_text("There are no older ones.")
    assert seen(page) == THEIRS
    page.get_by_label("Event").select_option("session.exited")
    expect(page.locator(".counted")).to_have_text(f"{len(THEIRS) // 2} events")


def test_by_keyboard_and_to_a_screen_reader(page: Page) -> None:
    """The button comes after the table and keeps the focus; what came is said and in sight."""
    page.locator(".grid").focus()
    page.keyboard.press("End")
    button = page.get_by_role("button", name="Older events")
    for _ in ("the headings", "time", "event", "user", "address", "session"):
        page.keyboard.press("Tab")
    expect(button).to_be_focused()
    said = page.locator(".off-screen[role=status]")
    before = count(page)
    page.keyboard.press("Enter")
    expect(said).to_contain_text("older events, back to")
    expect(button).to_be_focused()
    expect(page.locator(".grid .row.at")).to_have_attribute("aria-rowindex", str(before + 2))
    expect(page.locator(".grid .row.at")).to_be_in_viewport()
    while below(page).inner_text() != "There are no older ones.":
        before = count(page)
        page.keyboard.press("Enter")
        expect(page.locator(".counted")).not_to_have_text(f"{before} events")
        expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")
    assert count(page) > EVENTS
    page.locator(".grid").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    side = page.get_by_role("complementary")
    expect(side).to_contain_text("number")
    expect(side).to_contain_text("192.0.2.1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid")).to_be_focused()


def test_a_file_that_was_cut(page: Page, file: Path) -> None:
    """Is said, in words, and the page goes on as it was; the button begins again."""
    back(page)
    expect(below(page)).to_contain_text("Back to")
    shown = count(page)
    os.truncate(file, 0)
    back(page)
    expect(page.get_by_role("alert")).to_contain_text("has been replaced since")
    assert count(page) == shown
    back(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".counted")).not_to_have_text(f"{shown} events")
    # The other file was not cut: what is in it follows.
    assert seen(page)[0] < EVENTS // 2


def test_what_happens_meanwhile(page: Page, server: ServerProcess, new_tab: NewTab) -> None:
    """Appears above, also while a pause holds the rest still."""
    back(page)
    expect(below(page)).to_contain_text("Back to")
    before = count(page)
    below_before = below(page).inner_text()
    page.get_by_role("button", name="Pause").click()
    second = page.context.new_page()
    second.goto(server.url)
    expect(page.locator(".counted")).to_contain_text("Paused; 1 event since")
    back(page)
    expect(below(page)).not_to_have_text(below_before)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".counted")).to_have_text(f"{before + PAGE + 1} events")


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_looks(server: ServerProcess, new_tab: NewTab, language: str) -> None:
    """axe-core finds nothing to object to; nothing is wider than a phone."""
    tab = new_tab(viewport={"width": 360, "height": 640}, locale=language)
    tab.log_in(server.login_link)
    page = administrate(server, tab, "audit")
    button = page.locator(".note button")
    button.click()
    expect(below(page)).not_to_be_empty()
    expect(page.locator(".counted")).to_contain_text("2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations_in_all_looks(page) == []
