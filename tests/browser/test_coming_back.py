"""Several sessions of one person: which is which, and how one gets back to them."""

from __future__ import annotations

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab


def test_a_session_can_be_given_a_name(tab: Tab, server: ServerProcess, new_tab: NewTab) -> None:
    """In the bar, after a reload, and in the list of another tab."""
    tab.page.on("dialog", lambda dialog: dialog.accept("Build of the day"))
    tab.page.click("#menu")
    tab.page.click("text=Rename this session")
    tab.page.wait_for_selector(".title:has-text('Build of the day')")
    assert tab.page.title() == "Build of the day"
    tab.page.reload()
    tab.wait_state("live")
    assert tab.page.inner_text(".title") == "Build of the day"
    other = new_tab(beside=tab)
    other.open(server.url)
    other.wait_state("live")
    other.page.click("#menu")
    assert "Build of the day" in other.page.inner_text(".sheet .sessions")


def test_who_opens_the_base_address_hears_of_what_waits(tab: Tab, server: ServerProcess) -> None:
    """One click shows the list, and the new session that nobody used does not stay behind."""
    tab.run("echo first-''one", r"^first-one$")
    first = tab.session
    assert not tab.page.is_visible("text=waiting for you")
    tab.open(server.url)
    tab.wait_state("live")
    tab.page.wait_for_selector("text=Another one of your terminals is waiting for you.")
    tab.page.click(".notice >> text=Show")
    tab.page.click(".sheet .sessions a")
    tab.page.wait_for_url(f"**/s/{first}")
    tab.wait_state("live")
    tab.wait_text(r"^first-one$")
    tab.page.click("#menu")
    tab.page.wait_for_selector("text=No other sessions.")


def test_who_goes_on_typing_is_left_alone(tab: Tab, server: ServerProcess) -> None:
    """The hint goes with the first key."""
    tab.open(server.url)
    tab.wait_state("live")
    tab.page.wait_for_selector("text=waiting for you")
    tab.run("echo busy-''now", r"^busy-now$")
    assert not tab.page.is_visible("text=waiting for you")


def test_the_list_tells_of_a_session_and_ends_it(
    tab: Tab, server: ServerProcess, new_tab: NewTab
) -> None:
    """Only after a second word, and the session's own tab hears of it."""
    cols, rows = tab.size
    other = new_tab(beside=tab)
    other.open(server.url)
    other.wait_state("live")
    other.page.click("#menu")
    row = other.page.wait_for_selector(".sheet .sessions li")
    assert row is not None
    told = row.inner_text()
    assert "started" in told
    assert "open elsewhere" in told
    assert f"{cols}\u00d7{rows}" in told
    other.page.click(".sheet .sessions button[aria-label^='End ']")
    other.page.click(".sure >> text=Keep it")
    other.page.click(".sheet .sessions button[aria-label^='End ']")
    other.page.wait_for_selector(".sure button:focus:has-text('Keep it')")
    assert tab.state["kind"] == "live"
    other.page.click(".sure button:has-text('End it')")
    other.page.wait_for_selector("text=No other sessions.")
    tab.wait_state("ended")
    other.page.keyboard.press("Escape")
    other.page.wait_for_selector(".sheet", state="detached")


def test_what_was_printed_can_be_saved(tab: Tab) -> None:
    """All of it, not just what is on the screen, and typing goes on."""
    tab.run("seq 300; echo al''l", r"^all$")
    tab.page.click("#menu")
    with tab.page.expect_download() as waiting:
        tab.page.click("text=Save the output as text")
    path = waiting.value.path()
    lines = path.read_text().splitlines()
    assert [line for line in lines if line.isdigit()] == [str(n) for n in range(1, 301)]
    assert waiting.value.suggested_filename.endswith(".txt")
    tab.run("echo go''on", r"^goon$")
