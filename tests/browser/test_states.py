"""Whatever happens to a session, the page says what it is and what can be done."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewTab
from tests.browser.process import TORNTERM, ServerProcess, serving
from tests.browser.tab import Tab

COLOURS = """
[getComputedStyle(document.querySelector(".pill")).color,
 getComputedStyle(document.querySelector(".pill"), "::before").backgroundColor]
"""
CURSOR = "tornterm.terminal._core.coreService"


def card(tab: Tab, kind: str) -> Locator:
    """The card for a state."""
    return tab.page.locator(f'[data-state="{kind}"][role="alertdialog"]')


def said(tab: Tab, kind: str) -> str:
    """The words of the card for a state."""
    return card(tab, kind).inner_text()


def test_a_reload_resumes(tab: Tab) -> None:
    """The same session is there after a reload, and after its address is opened again."""
    tab.run("here=$RANDOM; echo kept:$here.", r"^kept:\d+\.$")
    line = tab.wait_text(r"^kept:\d+\.$")
    session = tab.session
    tab.page.reload()
    tab.wait_state("live")
    assert tab.session == session
    tab.wait_text(rf"^{line}$")
    tab.run("echo again:$here.", f"^again:{line.removeprefix('kept:')}$")
    assert len(tab.received("session")) == 1
    address = tab.page.url
    tab.open("about:blank")
    tab.open(address)
    tab.wait_state("live")
    tab.run("echo third:$here.", f"^third:{line.removeprefix('kept:')}$")


def test_a_second_tab_takes_over_and_the_first_may_take_it_back(tab: Tab, new_tab: NewTab) -> None:
    """One types, the other watches and sees it; a click exchanges the two."""
    tab.run("echo from-''first", r"^from-first$")
    second = new_tab(beside=tab)
    second.open(tab.page.url)
    second.wait_state("live")
    tab.wait_state("viewer")
    second.wait_text(r"^from-first$")
    second.run("echo from-''second", r"^from-second$")
    tab.wait_text(r"^from-second$")
    tab.page.keyboard.type("x")
    tab.page.wait_for_selector(".notice:has-text('Take control to type')")
    tab.page.click(".bar >> text=Take control")
    tab.wait_state("live")
    second.wait_state("viewer")
    tab.run("echo back-''again", r"^back-again$")
    second.wait_text(r"^back-again$")


def test_the_end_of_the_program_is_told_with_its_code(tab: Tab) -> None:
    """The page says how the program ended, its last words stay, and a click makes a new session."""
    tab.run("echo last-''words", r"^last-words$")
    ended = tab.session
    tab.type("exit 7\n")
    tab.wait_state("ended")
    assert "exit code 7" in said(tab, "ended")
    assert "last-words" in tab.text()
    assert tab.page.inner_text(".pill") == "Ended"
    quiet, colour = tab.page.evaluate(COLOURS)
    assert colour == quiet, "that a program has ended is no failure"
    assert tab.page.evaluate(f"{CURSOR}.isCursorHidden")
    tab.page.click("text=New session >> visible=true")
    tab.wait_state("live")
    assert tab.session != ended


def test_the_end_by_a_signal_is_told_with_its_name(tab: Tab) -> None:
    """A program that was killed is not said to have ended normally."""
    tab.type("kill -9 $$\n")
    tab.wait_state("ended")
    assert "signal 9 (SIGKILL)" in said(tab, "ended")


def test_the_menu_ends_a_session(tab: Tab) -> None:
    """After a yes, the session is over, program and all."""
    tab.page.on("dialog", lambda dialog: dialog.accept())
    tab.page.click("#menu")
    tab.page.click("text=End this session")
    tab.wait_state("ended")
    assert "Its owner ended this session." in said(tab, "ended")


def test_who_kills_a_session_is_said(tab: Tab, server: ServerProcess) -> None:
    """Not the signal, which tells nobody anything."""
    command = [str(TORNTERM), "sessions", "kill", tab.session]
    subprocess.run(command, env=server.environment, capture_output=True, check=True)
    tab.wait_state("ended")
    assert "The operator of the server ended this session." in said(tab, "ended")
    assert "SIG" not in said(tab, "ended")


def test_an_unknown_session_is_said_to_be_missing(tab: Tab, server: ServerProcess) -> None:
    """An address of a session that is not there offers a new one."""
    tab.open(f"{server.url}s/{'0' * 32}")
    tab.wait_state("missing")
    assert "does not exist" in said(tab, "missing")
    tab.page.click("text=New session >> visible=true")
    tab.wait_state("live")


def test_a_limit_is_told_and_offers_the_sessions_that_there_are(
    tmp_path: Path, new_tab: NewTab
) -> None:
    """At the limit the page says which it is and lets the person take up one of the sessions."""
    with serving(tmp_path, more="[sessions]\nmax_per_user = 1") as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.run("echo the-''one", r"^the-one$")
        session = tab.session
        tab.open(server.url)
        tab.wait_state("limit")
        assert "may have at once (1)" in said(tab, "limit")
        tab.page.click(".card .sessions a")
        tab.wait_state("live")
        assert tab.session == session
        tab.wait_text(r"^the-one$")
        second = new_tab(beside=tab)
        second.open(server.url)
        second.wait_state("limit")
        expect(card(second, "limit")).to_contain_text("open elsewhere")
        second.page.click(".card .sessions a")
        second.wait_state("live")
        tab.wait_state("viewer")
        assert second.session == session


def test_ending_a_session_makes_room_at_a_limit(tmp_path: Path, new_tab: NewTab) -> None:
    """In the card that tells of the limit, which then has nothing left to offer but another try."""
    with serving(tmp_path, more="[sessions]\nmax_per_user = 1") as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        session = tab.session
        tab.open(server.url)
        tab.wait_state("limit")
        tab.page.click(".card .sessions button[aria-label^='End ']")
        tab.page.click(".sure button:has-text('End it')")
        tab.page.wait_for_selector(".card .sessions", state="detached")
        tab.page.click("button:has-text('Try again')")
        tab.wait_state("live")
        assert tab.session != session


def test_a_wrong_address_offers_all_sessions_that_there_are(
    tab: Tab, server: ServerProcess, new_tab: NewTab
) -> None:
    """Those that wait come first; those that are open elsewhere can be taken over."""
    waiting = tab.session
    tab.open(server.url)
    tab.wait_state("live")
    second = new_tab(beside=tab)
    second.open(f"{server.url}s/{'0' * 32}")
    second.wait_state("missing")
    rows = second.page.locator(".card .sessions a")
    rows.nth(1).wait_for()
    links = rows.evaluate_all("all => all.map(a => a.href)")
    assert [link.rpartition("/s/")[2] for link in links] == [waiting, tab.session]
    assert ["waiting" in text for text in rows.all_inner_texts()] == [True, False]


def test_the_hourly_limit_says_when_to_come_back(tmp_path: Path, new_tab: NewTab) -> None:
    """A limit that time lifts is told with the time."""
    with serving(tmp_path, more="[sessions]\nmax_per_hour = 1") as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.open(server.url)
        tab.wait_state("limit")
        assert "Try again in 60 minutes" in said(tab, "limit")


def test_a_session_that_expired_is_said_to_have(tmp_path: Path, new_tab: NewTab) -> None:
    """A lifetime that is over ends the session, and the page says so."""
    with serving(tmp_path, more='[sessions]\nmax_lifetime = "2s"') as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_state("expired")
        assert "expired" in said(tab, "expired")


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path, new_tab: NewTab) -> None:
    """The reason is on the page, and another try is offered."""
    with serving(tmp_path) as server:
        (tmp_path / "home").rmdir()
        tab = new_tab()
        tab.open(server.login_link)
        tab.wait_state("failed")
        assert "home" in said(tab, "failed")
        (tmp_path / "home").mkdir()
        tab.page.click("text=Try again")
        tab.wait_state("live")


def test_a_server_that_goes_away_is_waited_for(tmp_path: Path, new_tab: NewTab) -> None:
    """The page says that it will try again, and when."""
    with serving(tmp_path) as server:
        tab = new_tab()
        tab.log_in(server.login_link)
    tab.wait_state("reconnecting")
    tab.page.wait_for_selector(".notice:has-text('cannot be reached')")
    assert "Reconnecting" in tab.page.inner_text(".pill")
