"""Files in the page: offered by a program, dropped by a person, and never without a yes."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations, violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.gigabyte import journey
from tests.browser.leg import MIB
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab
from tests.browser.test_accessibility import go_to
from tornterm.files import get

GET = f"{sys.executable} {get.__file__}"

DROP = """
([host, files]) => {
  const data = new DataTransfer();
  for (const [name, size] of files) data.items.add(new File([new Uint8Array(size).fill(65)], name));
  const target = document.querySelector(host);
  const options = { dataTransfer: data, bubbles: true, cancelable: true };
  for (const type of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(type, options));
}
"""


@pytest.fixture
def files_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server on which files are enabled."""
    with serving(tmp_path, more="[files]\nenabled = true") as process:
        yield process


@pytest.fixture
def files_tab(files_server: ServerProcess, new_tab: NewTab) -> Tab:
    """The owner's terminal there."""
    tab = new_tab(accept_downloads=True)
    tab.log_in(files_server.login_link)
    return tab


def test_a_download(files_tab: Tab, tmp_path: Path) -> None:
    """Offered with its whole path; the browser gets it after a click, whole."""
    content = os.urandom(3_000_000)
    (tmp_path / "home" / "data.bin").write_bytes(content)
    files_tab.run(f"{GET} data.bin; echo offer''ed", r"^offered$")
    card = files_tab.page.locator(".notice", has_text="offers a file")
    expect(card).to_contain_text(str(tmp_path / "home" / "data.bin"))
    expect(card).to_contain_text("2.9 MiB")
    with files_tab.page.expect_download() as started:
        card.get_by_role("button", name="Download").click()
    path = started.value.path()
    assert started.value.suggested_filename == "data.bin"
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(content).digest()
    expect(files_tab.page.locator(".notice", has_text="Complete.")).to_be_visible()


def test_what_a_program_prints_does_nothing_by_itself(files_tab: Tab, new_tab: NewTab) -> None:
    """Not a request is made for an offer, nor is it made again where output is replayed."""
    asked: list[str] = []
    page = files_tab.page
    page.on("request", lambda request: asked.append(request.url))
    files_tab.run(f"echo 1 > a; {GET} a a; echo offer''ed", r"^offered$")
    expect(page.locator(".notice", has_text="offers a file")).to_have_count(1)
    assert [url for url in asked if "download" in url] == []
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice", has_text="offers a file")).to_have_count(0)
    page.reload()
    files_tab.wait_state("live")
    files_tab.wait_text(r"^offered$")
    expect(page.locator(".notice", has_text="offers a file")).to_have_count(0)


def test_an_upload(files_tab: Tab, tmp_path: Path) -> None:
    """After a yes the files are where the shell is, and what is there already stays."""
    page = files_tab.page
    files_tab.run("mkdir there; cd there; echo mine > a.txt; pwd", r"/there$")
    page.evaluate(DROP, [".stage .host", [["a.txt", 5], ["large.bin", 3_000_000]]])
    card = page.locator(".notice", has_text="Upload 2 files")
    expect(card).to_contain_text("large.bin")
    assert sorted(os.listdir(tmp_path / "home" / "there")) == ["a.txt"]
    card.get_by_role("button", name="Upload").click()
    folder = tmp_path / "home" / "there"
    expect(page.locator(".notice", has_text=f"Now at {folder}/a (1).txt")).to_be_visible()
    expect(page.locator(".notice", has_text=f"Now at {folder}/large.bin")).to_be_visible()
    assert sorted(os.listdir(folder)) == ["a (1).txt", "a.txt", "large.bin"]
    assert (folder / "large.bin").read_bytes() == b"A" * 3_000_000
    assert (folder / "a.txt").read_text() == "mine\n"


def test_what_is_done_goes_by_itself(files_tab: Tab) -> None:
    """It is said to be done for as long as reading takes, and as long as somebody is at it."""
    page = files_tab.page
    page.clock.install()
    page.evaluate(DROP, [".stage .host", [["a.txt", 5]]])
    page.get_by_role("button", name="Upload", exact=True).click()
    card = page.locator(".notice", has_text="Uploaded a.txt")
    close = card.get_by_role("button", name="Close")
    close.focus()
    page.mouse.move(5, 5)
    page.clock.fast_forward(60_000)
    page.clock.fast_forward(60_000)
    expect(close).to_be_focused()
    page.locator(".xterm-helper-textarea").focus()
    page.clock.fast_forward(25_000)
    expect(card).to_have_count(0)


def test_a_drop_that_is_not_wanted(files_tab: Tab, tmp_path: Path) -> None:
    """Nothing is uploaded."""
    page = files_tab.page
    page.evaluate(DROP, [".stage .host", [["a.txt", 5]]])
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".notice", has_text="Upload")).to_have_count(0)
    assert "a.txt" not in os.listdir(tmp_path / "home")


def test_the_cards_keep_nobody_out(files_tab: Tab) -> None:
    """Nothing that axe objects to in any contrast, and all of it by keyboard."""
    page = files_tab.page
    files_tab.run(f"echo 1 > a; {GET} a; echo offer''ed", r"^offered$")
    page.evaluate(DROP, [".stage .host", [["b.txt", 5]]])
    upload = page.locator(".notice", has_text="Upload").get_by_role("button", name="Upload")
    expect(upload).to_be_visible()
    assert violations_in_all_looks(page) == []
    page.keyboard.press("Control+F6")
    go_to(files_tab, "Upload")
    page.keyboard.press("Enter")
    expect(page.locator(".notice", has_text="Now at")).to_be_visible()
    assert violations(page) == []


def test_it_is_off_by_default(tab: Tab) -> None:
    """An offer is no question then, and a drop says that it is not possible."""
    tab.run(f"echo 1 > a; {GET} a; echo offer''ed", r"^offered$")
    assert tab.page.locator(".notice", has_text="offers a file").count() == 0
    tab.page.evaluate(DROP, [".stage .host", [["a.txt", 5]]])
    expect(tab.page.locator(".notice", has_text="cannot be dropped")).to_be_visible()


def test_a_large_file_over_cuts(whole_browser: Browser, tmp_path: Path) -> None:
    """Up and down it arrives whole, what is shown is true, and the server does not grow by it."""
    with journey(whole_browser, tmp_path, 48 * MIB) as trip:
        legs = [trip.upload(), trip.download()]
        trip.give_up()
        assert list(trip.problems(legs)) == []
