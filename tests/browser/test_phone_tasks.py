"""What people do with a terminal, done with a finger on a phone: search, paste, exchange files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import violations
from tests.browser.conftest import NewTab
from tests.browser.fingers import PHONE
from tests.browser.process import serving
from tests.browser.tab import Tab
from tests.browser.test_paste import PASTE
from tornterm.files import get

GET = f"{sys.executable} {get.__file__}"


@pytest.fixture
def phone(tmp_path: Path, new_tab: NewTab) -> Iterator[Tab]:
    """A phone with a prompt, on a server on which files are enabled."""
    with serving(tmp_path, more="[files]\nenabled = true") as server:
        tab = new_tab(**PHONE, accept_downloads=True)
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        yield tab


def tap_in_menu(phone: Tab, name: str) -> None:
    """Open the menu and choose something."""
    phone.page.tap("#menu")
    phone.page.locator(".sheet").get_by_role("button", name=name).tap()


def expect_within_the_screen(phone: Tab, what: Locator) -> None:
    """A person sees all of it without moving the page."""
    expect(what).to_be_visible()
    box, size = what.bounding_box(), phone.page.viewport_size
    assert box is not None
    assert size is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= size["height"]


def test_a_search(phone: Tab) -> None:
    """From the menu, with arrows to tap, and back."""
    phone.run("clear; for i in 1 2 3; do echo nee''dle-$i; seq 60; done; echo e''nd", r"^end$")
    tap_in_menu(phone, "Search in the terminal")
    bar = phone.page.locator(".search")
    expect_within_the_screen(phone, bar)
    phone.page.get_by_role("textbox", name="Search for").fill("needle-")
    count = bar.locator(".count")
    expect(count).to_have_text("1 of 3")
    bar.get_by_role("button", name="Next").tap()
    expect(count).to_have_text("2 of 3")
    assert violations(phone.page) == []
    bar.get_by_role("button", name="Close").tap()
    expect(bar).to_have_count(0)


def test_a_paste_is_seen_before(phone: Tab) -> None:
    """The question has room beside the keyboard row, and a finger answers it."""
    phone.run("bind 'set enable-bracketed-paste off'; echo rea''dy", r"^ready$")
    question = phone.page.get_by_role("dialog", name="Paste")
    phone.page.evaluate(PASTE, "echo no''t\necho th''is\n")
    expect_within_the_screen(phone, question)
    assert violations(phone.page) == []
    question.get_by_role("button", name="Cancel").tap()
    expect(question).to_have_count(0)
    phone.page.evaluate(PASTE, "echo o''ne\necho t''wo\n")
    question.get_by_role("button", name="Paste", exact=True).tap()
    phone.wait_text(r"^two$")
    assert "no''t" not in phone.text()


def test_files_in_both_directions(phone: Tab, tmp_path: Path) -> None:
    """Nothing can be dropped there, so they are chosen; what is offered is kept by a tap."""
    content = os.urandom(300_000)
    (tmp_path / "photo.jpg").write_bytes(content)
    with phone.page.expect_file_chooser() as chooser:
        tap_in_menu(phone, "Upload files")
    assert chooser.value.is_multiple()
    chooser.value.set_files(tmp_path / "photo.jpg")
    card = phone.page.locator(".notice", has_text="photo.jpg")
    expect_within_the_screen(phone, card)
    assert violations(phone.page) == []
    card.get_by_role("button", name="Upload").tap()
    there = tmp_path / "home" / "photo.jpg"
    expect(phone.page.locator(".notice", has_text=f"Now at {there}")).to_be_visible()
    assert there.read_bytes() == content
    phone.page.get_by_role("button", name="Close").tap()
    phone.page.tap(".xterm-screen")
    phone.run(f"clear; {GET} photo.jpg; echo offer''ed", r"^offered$")
    offer = phone.page.locator(".notice", has_text="offers a file")
    expect_within_the_screen(phone, offer)
    with phone.page.expect_download() as started:
        offer.get_by_role("button", name="Download").tap()
    came = started.value.path().read_bytes()
    assert hashlib.sha256(came).digest() == hashlib.sha256(content).digest()
