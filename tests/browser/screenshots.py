"""Pictures of the page's main states: ``python -m tests.browser.screenshots [FOLDER]``.

Those that the documentation shows go to ``docs/images``, all others to the folder
(``build/screenshots``), to be looked at.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.process import ROOT, ServerProcess, serving
from tests.browser.recordings import recording
from tests.browser.tab import Tab

SHOWN = ROOT / "docs" / "images"
IN_DOCS = {"splits", "commands", "search", "phone"}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1000, "height": 620}, "color_scheme": "dark"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
    "color_scheme": "dark",
}
SHELL = r"""check() {
printf '\e[32mPASS\e[0m tests/%s\n' core sessions web
printf '\e[31mFAIL\e[0m tests/live\n'
echo 3 passed, 1 failed
}
PS1='\[\e[32m\]alice@build\[\e[0m\]:\[\e[34m\]~/src\[\e[0m\]$ '
PS1='\[\e]0;alice@build\a\]'"$PS1"
PS0='\e]133;C\a'; PROMPT_COMMAND='printf "\e]133;D;%s\a\e]133;A\a" "$?"'; PS1="$PS1"'\[\e]133;B\a\]'
clear"""
LISTING = "check"
# Some blink for ever, and some are paused.
STILL = """
() => Promise.race([
  Promise.allSettled(
    document.getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().iterations === 1)
      .map(({ finished }) => finished),
  ),
  new Promise((done) => setTimeout(done, 1000)),
])
"""
FRAMES = """
() => new Promise((done) => {
  const frame = (left) => (left ? requestAnimationFrame(() => frame(left - 1)) : done());
  frame(3);
})
"""


class Album:
    """Takes the pictures.

    Args:
        browser: Where pages are opened.
        folder: Where pictures go that no document shows.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.folder = folder

    def tab(self, link: str = "", beside: Tab | None = None, **look: Any) -> Tab:
        """A tab in a profile of its own, or beside another one; logged in where there is a link."""
        context = beside.page.context if beside else self.browser.new_context(**look)
        tab = Tab(context.new_page())
        if link:
            tab.log_in(link)
            for line in SHELL.splitlines():
                tab.type(f"{line}\n")
            tab.run("echo rea''dy; clear", r"^\S+\$ $")
        return tab

    def take(self, tab: Tab, name: str) -> None:
        """A picture of what a tab shows, once nothing moves any more."""
        folder = SHOWN if name in IN_DOCS else self.folder
        folder.mkdir(parents=True, exist_ok=True)
        tab.page.bring_to_front()  # what is behind others is not painted
        tab.page.mouse.move(0, 0)
        tab.page.evaluate(STILL)
        # A terminal is painted in the frame after the one in which it got its size.
        tab.page.evaluate(FRAMES)
        tab.page.screenshot(path=folder / f"{name}.png")
        print(folder / f"{name}.png")


def terminals(album: Album, server: ServerProcess) -> None:
    """A terminal, and everything that lies over it."""
    tab = album.tab(server.login_link, **DESKTOP)
    tab.run(LISTING, r"^3 passed, 1 failed$")
    tab.run("ls /mis''sing", r"No such file")
    for theme in ("dark", "light", "contrast", "solarized-light", "nord"):
        tab.page.keyboard.press("Control+,")
        tab.page.select_option("select[name=theme]", theme)
        tab.page.keyboard.press("Escape")
        album.take(tab, f"terminal-{theme}")
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=theme]", "")
    album.take(tab, "settings")
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Control+Shift+P")
    album.take(tab, "commands")
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Control+Shift+F")
    tab.type("tests/")
    expect(tab.page.locator(".search .count")).to_contain_text("of")
    album.take(tab, "search")
    tab.page.keyboard.press("Escape")
    tab.page.click("#menu")
    tab.page.wait_for_selector(".sheet .choice")
    album.take(tab, "menu")
    tab.page.click("text=Share this terminal")
    tab.page.click("text=Make a link")
    tab.page.wait_for_selector(".card .people li")
    album.take(tab, "share")
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "cd /srv/app\\ngit pull\\nmake install\\n");
          document.querySelector(".xterm-helper-textarea").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    tab.page.wait_for_selector(".paste")
    album.take(tab, "paste")
    tab.page.keyboard.press("Escape")
    second = album.tab(beside=tab)
    second.open(tab.page.url)
    second.wait_state("live")
    tab.wait_state("viewer")
    tab.page.set_viewport_size({"width": 700, "height": 620})
    album.take(tab, "watching")


def sharing(album: Album, server: ServerProcess) -> None:
    """What is marked of who is here and who types, for the owner and for a guest on a phone."""
    tab = album.tab(server.login_link, **DESKTOP)
    tab.run(LISTING, r"^3 passed, 1 failed$")
    tab.page.click("#menu")
    tab.page.click("text=Share this terminal")
    tab.page.select_option("select[name=control]", "true")
    tab.page.click("text=Make a link")
    link = tab.page.locator("input[aria-label=Link]").input_value()
    tab.page.keyboard.press("Escape")
    guest = album.tab(**PHONE)
    guest.open(link)
    guest.wait_state("viewer")
    guest.wait_text(r"^3 passed, 1 failed$")
    for theme in ("dark", "light", "contrast"):
        tab.page.keyboard.press("Control+,")
        tab.page.select_option("select[name=theme]", theme)
        tab.page.keyboard.press("Escape")
        album.take(tab, f"sharing-{theme}")
    album.take(guest, "sharing-guest")
    guest.page.tap(".bar >> text=Ask for control")
    tab.page.wait_for_selector("text=Guest asks for control")
    tab.page.keyboard.press("Control+F6")
    album.take(tab, "sharing-asked")
    tab.page.keyboard.press("Enter")
    tab.wait_state("viewer")
    album.take(tab, "sharing-handed-over")
    album.take(guest, "sharing-guest-types")
    tab.page.click(".bar .typist")
    album.take(tab, "sharing-people")


def administration(album: Album, server: ServerProcess) -> None:
    """Each view of the administration page, two thousand sessions of others in it."""
    tab = album.tab(server.login_link, **DESKTOP)
    for view, look in (
        *((view, "dark") for view in ("sessions", "users", "audit", "plugins", "server")),
        ("sessions", "light"),
    ):
        tab.page.emulate_media(color_scheme="light" if look == "light" else "dark")
        tab.open(f"{server.url}admin#{view}")
        tab.page.reload()
        tab.wait_state("live")
        expect(tab.page.get_by_role("tab", selected=True)).to_have_text(view, ignore_case=True)
        if view == "sessions":
            tab.page.locator(".grid .body [role=row]").first.wait_for()
        album.take(tab, f"admin-{view}{'' if look == 'dark' else '-light'}")
    tab.page.emulate_media(contrast="more")
    album.take(tab, "admin-sessions-contrast")
    tab.page.set_viewport_size({"width": 390, "height": 780})
    album.take(tab, "admin-sessions-narrow")


def splits(album: Album, server: ServerProcess) -> None:
    """Several terminals in one window."""
    tab = album.tab(server.login_link, **DESKTOP)
    tab.run(LISTING, r"^3 passed, 1 failed$")
    for keys, command, printed in (
        ("Control+Shift+E", "seq -s ' ' 300", r"300$"),
        (
            "Control+Shift+O",
            "PS1='$ \\[\\e]0;logs\\a\\]'; clear; ls -l /usr | head -8; echo do''ne",
            r"^done$",
        ),
        ("Alt+Shift+T", "echo a-''tab", r"^a-tab$"),
    ):
        before = tab.session
        tab.page.keyboard.press(keys)
        tab.page.wait_for_url(re.compile(f"(?<!{before})$"))
        tab.wait_state("live")
        tab.run(r"PS1='$ \[\e]0;build\a\]'; clear", r"^\$ $")
        tab.run(command, printed)
    tab.page.keyboard.press("Alt+Shift+PageUp")
    tab.wait_text("done")
    album.take(tab, "splits")
    tab.type("exit\n")
    tab.wait_state("ended")
    album.take(tab, "one-of-several-ended")


def ends(album: Album, server: ServerProcess) -> None:
    """What is shown where there is no terminal, or not yet."""
    tab = album.tab(**DESKTOP)
    tab.open(server.url)
    tab.page.wait_for_selector("h1")
    album.take(tab, "login")
    tab = album.tab(server.login_link, **DESKTOP)
    album.take(tab, "new")
    second = album.tab(beside=tab)
    second.open(server.url)
    second.wait_state("limit")
    album.take(second, "limit")
    second.open(f"{server.url}s/{'0' * 32}")
    second.wait_state("missing")
    album.take(second, "missing")
    second.open(f"{server.url}offline")
    album.take(second, "offline")
    second.open(f"{server.url}nothing/here")
    album.take(second, "error")
    tab.page.context.set_offline(True)
    tab.page.evaluate("dispatchEvent(new Event('pagehide'))")
    tab.wait_state("reconnecting")
    tab.page.wait_for_selector(".notice")
    album.take(tab, "reconnecting")
    tab.page.context.set_offline(False)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    tab.wait_state("live")
    tab.type("exit 3\n")
    tab.wait_state("ended")
    album.take(tab, "ended")


def phones(album: Album, server: ServerProcess) -> None:
    """The same on a phone."""
    tab = album.tab(server.login_link, **PHONE)
    tab.run(LISTING, r"^3 passed, 1 failed$")
    album.take(tab, "phone")
    tab.page.tap("#menu")
    tab.page.wait_for_selector(".sheet .choice")
    album.take(tab, "phone-menu")
    tab.page.tap(".sheet >> text=All commands")
    album.take(tab, "phone-commands")
    tab.page.keyboard.press("Escape")
    tab.page.tap("#menu")
    tab.page.tap(".sheet >> text=Settings")
    album.take(tab, "phone-settings")
    tab.page.keyboard.press("Escape")
    tab.page.tap("#menu")
    tab.page.tap(".sheet >> text=Search in the terminal")
    tab.type("tests")
    album.take(tab, "phone-search")


def recordings(album: Album, server: ServerProcess) -> None:
    """The player, with room and on a phone."""
    tab = album.tab(server.login_link, **DESKTOP)
    tab.run(LISTING, r"^3 passed, 1 failed$")
    tab.type("exit\n")
    tab.wait_state("ended")
    phone = album.tab(**PHONE)
    phone.page.context.add_cookies(tab.page.context.cookies())  # type: ignore[arg-type]
    for viewer, name in ((tab, "recordings"), (phone, "phone-recordings")):
        viewer.open(f"{server.url}admin#recordings")
        viewer.page.locator(".grid .body [data-column=session]").first.click()
        viewer.page.wait_for_selector("[data-ready]")
        viewer.page.locator(".ap-wrapper").focus()
        viewer.page.keyboard.press("9")
        expect(viewer.page.locator(".ap-term")).to_contain_text("1 failed")
        album.take(viewer, name)


Serve = Callable[..., AbstractContextManager[ServerProcess]]
SCENES: tuple[tuple[Callable[[Album, ServerProcess], None], Serve, dict[str, str]], ...] = (
    (terminals, serving, {}),
    (sharing, serving, {}),
    (splits, serving, {}),
    (ends, serving, {"more": "[sessions]\nmax_per_user = 1"}),
    (phones, serving, {}),
    (recordings, recording, {}),
    (administration, serving, {"plugins": '["token", "shell", "tests.browser.crowd:Crowd"]'}),
)
"""What is pictured, each on a server of its own that is configured so."""


def main(folder: Path) -> None:
    """Take all pictures."""
    path = find()
    assert path, ADVICE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for scene, make, options in SCENES:
            with tempfile.TemporaryDirectory() as home, make(Path(home), **options) as server:
                scene(Album(browser, folder), server)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "screenshots")
