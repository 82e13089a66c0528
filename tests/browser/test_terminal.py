"""A person opens the link and has a terminal that behaves like one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab


def test_the_link_leads_to_a_shell(tab: Tab, server: ServerProcess) -> None:
    """The printed link shows a prompt, and what is typed is run."""
    tab.wait_text(r"^\$ ")
    tab.run("echo $((6*7))", r"^42$")
    assert re.fullmatch(rf"{re.escape(server.url)}s/[A-Za-z0-9_-]+", tab.page.url)


@pytest.mark.webgl
def test_it_is_drawn_by_webgl(tab: Tab) -> None:
    """Where there is some."""
    expect(tab.page.locator(".xterm-screen canvas").first).to_be_attached()
    expect(tab.page.locator(".xterm-rows")).to_have_count(0)


def test_it_is_drawn_by_the_page_itself(tab: Tab) -> None:
    """Where there is no WebGL."""
    tab.run("echo he''re", "^here$")
    expect(tab.page.locator(".xterm-rows")).to_contain_text("here")


def test_the_window_size_reaches_the_program(tab: Tab) -> None:
    """Resizing the window changes what stty says, and the terminal is drawn at that size."""
    for width, height in ((700, 500), (1300, 800)):
        before = tab.size
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.page.evaluate(
            """([cols, rows]) => new Promise((resolve) => {
              const { terminal } = tornterm;
              const look = () => terminal.cols !== cols && terminal.rows !== rows && resolve();
              terminal.onResize(look);
              look();
            })""",
            list(before),
        )
        cols, rows = tab.size
        tab.run("stty size", rf"^{rows} {cols}$")


def test_wide_characters_are_counted_as_the_program_counts_them(tab: Tab) -> None:
    """Emoji and CJK take two cells, so a line editor's cursor stands where the letters are."""
    tab.run(r"printf '\U1F600\u4E2D|\n'", "\U0001f600\u4e2d\\|")
    column = tab.page.evaluate(
        """() => {
          const buffer = tornterm.terminal.buffer.active;
          for (let row = buffer.length - 1; row >= 0; row -= 1) {
            const line = buffer.getLine(row);
            for (let at = 0; at < line.length; at += 1) {
              if (line.getCell(at).getChars() === "|" && at < 10) return at;
            }
          }
          return -1;
        }"""
    )
    assert column == 4


def test_a_paste_is_bracketed_where_the_program_asks_for_it(tab: Tab) -> None:
    """Two lines that are pasted into a shell wait for Enter instead of running one by one."""
    tab.run("bind 'set enable-bracketed-paste on'; echo ready", r"^ready$")
    tab.page.evaluate("tornterm.terminal.paste('echo one\\necho two')")
    tab.wait_text(r"echo two")
    assert not re.search(r"^one$", tab.text(), re.M)
    tab.type("\n")
    tab.wait_text(r"^one\n(.*\n)?two$")


def test_the_clipboard_keys_of_linux(tab: Tab) -> None:
    """Ctrl+Shift+C copies the selection and Ctrl+Shift+V pastes it; Ctrl+C stays the program's."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.run("echo copied-''text", r"^copied-text$")
    tab.page.evaluate(
        """() => {
          const { terminal } = tornterm;
          const buffer = terminal.buffer.active;
          for (let row = 0; row < buffer.length; row += 1) {
            if (buffer.getLine(row).translateToString(true) === "copied-text") {
              terminal.select(0, row, 11);
            }
          }
        }"""
    )
    tab.page.keyboard.press("Control+Shift+C")
    tab.page.wait_for_selector(".notice:has-text('Copied')")
    tab.type("echo [")
    tab.page.keyboard.press("Control+Shift+V")
    tab.wait_text(r"echo \[copied-text")
    tab.page.keyboard.press("Control+C")
    # What is typed before the shell has a new line goes with the old one.
    tab.wait_text(r"copied-text(\^C)?\s*\n.*\$ *\s*$")
    tab.run("echo ]", r"^\]$")


def test_a_program_can_write_the_clipboard_and_not_read_it(tab: Tab) -> None:
    """OSC 52 sets the clipboard; the query is answered with silence."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.run(r"printf '\e]52;c;%s\a' $(printf from-a-program | base64); echo done", r"^done$")
    assert tab.page.evaluate("navigator.clipboard.readText()") == "from-a-program"
    ask = r"printf '\e]52;c;?\a'; read -rsn1 -t 1 answer; echo got:${#answer}."
    tab.run(ask, r"^got:0\.$")


def test_the_keyboard_gets_out_of_the_terminal(tab: Tab) -> None:
    """Ctrl+F6 moves to the menu and back, so nobody is caught in the terminal."""
    tab.page.keyboard.press("Control+F6")
    assert tab.page.evaluate("document.activeElement.id") == "menu"
    tab.page.keyboard.press("Control+F6")
    tab.run("echo back", r"^back$")


def test_nothing_comes_from_elsewhere(server: ServerProcess, new_tab: NewTab) -> None:
    """The page asks nobody but its own server for anything."""
    tab = new_tab()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.log_in(server.login_link)
    tab.run("echo here", r"^here$")
    own = server.url.partition("://")[2].partition("/")[0]
    assert {url.partition("://")[2].partition("/")[0] for url in asked if "://" in url} == {own}


def test_a_hidden_tab_keeps_reading(tab: Tab) -> None:
    """A program does not wait for a tab in the background, whose timers hardly run."""
    tab.page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => true });
          // Timers that hardly run, as those of hidden pages.
          const run = window.setTimeout;
          window.setTimeout = (callback, ms) => run(callback, Math.max(ms ?? 0, 15000));
        }"""
    )
    tab.type("seq 1 100000; echo the-''end\n")
    tab.wait_text(r"^99999\n100000\nthe-end$")


def test_a_page_that_comes_back_from_the_cache_is_live_again(tab: Tab) -> None:
    """Going back to a page that the browser had put away finds the same session."""
    tab.run("echo be''fore", r"^before$")
    hide = "dispatchEvent(new PageTransitionEvent('{}', {{ persisted: true }}))"
    tab.page.evaluate(hide.format("pagehide"))
    tab.wait_state("reconnecting")
    tab.page.evaluate(hide.format("pageshow"))
    tab.wait_state("live")
    tab.run("echo af''ter", r"^before\n.*\nafter$")
