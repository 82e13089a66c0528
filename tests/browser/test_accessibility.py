"""For everybody: nothing that axe objects to, all of it by keyboard, and told to who cannot see."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.axe import violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab


def clean(tab: Tab, state: str) -> None:
    """Nothing in the page as it is now keeps anybody out, whatever look they have asked for."""
    found = violations_in_all_looks(tab.page)
    assert found == [], f"{state}:\n" + "\n".join(found)


def overlay(tab: Tab, keys: str, selector: str) -> None:
    """Open something by its key, look at it, and close it."""
    tab.page.keyboard.press(keys)
    tab.page.wait_for_selector(selector)
    clean(tab, selector)
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector(selector, state="detached")


def test_axe_finds_nothing_on_any_page(tmp_path: Path, new_tab: NewTab) -> None:
    """Not in the states of the terminal, its menu, its dialogs and cards, nor beside them."""
    with serving(tmp_path, more="[sessions]\nmax_per_user = 1") as server:
        tab = new_tab(reduced_motion="reduce")
        tab.open(server.url)
        tab.page.wait_for_selector("h1")
        clean(tab, "the login page")
        tab.log_in(server.login_link)
        tab.run(r"printf '\e[31mred \e[32mgreen \e[34mblue\e[0m\n'", r"^red green blue$")
        clean(tab, "the terminal")
        tab.page.click("#menu")
        tab.page.wait_for_selector(".sheet .choice")
        clean(tab, "the menu")
        tab.page.click("text=Share this terminal")
        tab.page.click("text=Make a link")
        tab.page.wait_for_selector(".card .people li")
        clean(tab, "the dialog for sharing")
        tab.page.keyboard.press("Escape")
        overlay(tab, "Control+Shift+P", ".commands")
        overlay(tab, "Control+,", ".settings")
        overlay(tab, "Control+Shift+F", ".search")
        tab.run(r"printf '\e]52;c;%s\a' $(head -c 2000000 /dev/zero | base64 -w0)", r"\$ $")
        tab.page.wait_for_selector(".notice")
        clean(tab, "a notice")
        second = new_tab(beside=tab)
        second.open(server.url)
        second.wait_state("limit")
        clean(second, "the limit")
        second.open(f"{server.url}s/{'0' * 32}")
        second.wait_state("missing")
        clean(second, "no such session")
        second.open(f"{server.url}nothing/here")
        clean(second, "an error")
        second.open(f"{server.url}offline")
        clean(second, "the page without a server")
        tab.type("exit\n")
        tab.wait_state("ended")
        clean(tab, "the end")


def focused(tab: Tab) -> str:
    """What the keyboard is at: its name or its text."""
    return str(
        tab.page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return "";
              return at.getAttribute("aria-label") || at.title || at.innerText || at.name || "";
            }"""
        )
    )


def go_to(tab: Tab, name: str, key: str = "Tab") -> None:
    """Press a key until the keyboard is at something; that it is in sight is shown by a ring."""
    seen: list[str] = []
    for _ in range(60):
        if name in focused(tab):
            ring = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"nobody sees that the keyboard is at {name}"
            return
        tab.page.keyboard.press(key)
        seen.append(focused(tab))
    raise AssertionError(f"no way by {key} to {name}, only to {seen}")


def test_the_whole_product_by_keyboard(server: ServerProcess, new_tab: NewTab) -> None:
    """From the login to the end of the session and the next one, without ever pointing."""
    tab = new_tab()
    tab.log_in(server.login_link)
    tab.run("echo he''re", r"^here$")
    press = tab.page.keyboard.press
    press("Control+F6")
    go_to(tab, "Menu")
    press("Enter")
    tab.page.wait_for_selector(".sheet .choice")
    go_to(tab, "Share this terminal")
    press("Enter")
    go_to(tab, "Make a link")
    press("Enter")
    tab.page.wait_for_selector(".card .people li")
    go_to(tab, "Take back")
    press("Enter")
    tab.page.wait_for_selector(".card .people li", state="detached")
    press("Escape")
    tab.run("echo shared-''enough", r"^shared-enough$")
    press("Control+,")
    go_to(tab, "font-size")
    press("ArrowUp")
    press("Escape")
    press("Control+Shift+F")
    tab.type("shared-enough")
    press("Enter")
    go_to(tab, "Match case")
    press("Space")
    press("Escape")
    press("Control+Shift+P")
    for letter in "new session":
        press("Space" if letter == " " else letter)
    first = tab.session
    press("Enter")
    tab.page.wait_for_url(lambda url: not url.endswith(first))
    tab.wait_state("live")
    press("Control+F6")
    press("Enter")
    tab.page.wait_for_selector(".sheet .sessions a")
    go_to(tab, "End ")
    press("Enter")
    go_to(tab, "End it")
    press("Enter")
    tab.page.wait_for_selector(".sheet .sessions", state="detached")
    press("Escape")
    tab.type("exit 3\n")
    tab.wait_state("ended")
    go_to(tab, "New session")
    press("Enter")
    tab.wait_state("live")
    tab.run("echo ag''ain", r"^again$")
    press("Control+F6")
    press("Enter")
    tab.page.wait_for_selector(".sheet .choice")
    go_to(tab, "Log out")
    press("Enter")
    tab.page.wait_for_selector("html:not([data-state]) h1")


def test_screen_readers_get_the_lines(tab: Tab) -> None:
    """Once asked for, each line is in the page and new ones are read out; it is kept."""
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("screen readers")
    tab.page.keyboard.press("Enter")
    for _ in range(2):
        tab.run("echo re''ad-this", r"^read-this$")
        expect(tab.page.locator(".xterm-accessibility-tree")).to_contain_text("read-this")
        expect(tab.page.locator(".xterm .live-region")).to_be_attached()
        tab.page.reload()
        tab.wait_state("live")
    clean(tab, "with lines for screen readers")


def test_changes_of_the_state_are_said(tab: Tab) -> None:
    """In a region that screen readers watch, without the countdown."""
    said = tab.page.get_by_role("status").filter(has_text="Connected")
    expect(said).to_have_count(1)
    tab.page.context.set_offline(True)
    tab.page.evaluate("dispatchEvent(new Event('pagehide'))")
    region = tab.page.locator("[role=status]", has_text="Reconnecting")
    expect(region).to_have_text("This device is offline. Reconnecting")
    tab.page.context.set_offline(False)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(said).to_have_count(1)


def test_nothing_moves_for_who_does_not_want_it(server: ServerProcess, new_tab: NewTab) -> None:
    """No animation and no transition runs where the system asks for less motion."""
    tab = new_tab(reduced_motion="reduce")
    tab.log_in(server.login_link)
    tab.run("echo he''re", r"^here$")
    tab.page.context.set_offline(True)
    tab.page.evaluate("dispatchEvent(new Event('pagehide'))")
    tab.page.wait_for_selector(".notice")
    assert tab.page.evaluate("document.getAnimations().length") == 0
    assert not tab.page.evaluate("tornterm.terminal.options.cursorBlink")
