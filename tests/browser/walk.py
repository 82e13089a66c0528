"""A walk through everything that the product shows, in any language and on any screen.

It finds its way by what things are and not by what they are called, and stops wherever there is
something to look at; those who look are the tests'.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.elements import add
from tests.browser.process import ROOT, ServerProcess, serving
from tests.browser.tab import Tab
from tests.browser.test_older_events import earlier
from tests.browser.test_paste import PASTE
from tornterm.files import get

See = Callable[[Tab, str], None]
"""Looks at what a tab shows now; the second is what that is."""

GET = f"{sys.executable} {get.__file__}"
DROP = """
(size) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(size)], "notes.bin"));
  const target = document.querySelector(".stage .host");
  for (const type of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }
}
"""
COPY = r"printf '\e]52;c;'; {} | base64 -w0; printf '\a'; echo aft''er"

TERMINALS = """
[sessions]
max_per_user = 4
[files]
enabled = true
max_upload = "1 MiB"
[plugins.local_users]
file = "{users}"
[[plugins.token.tokens]]
user = "robot"
token = "token-of-the-robot-0123456789"
[plugins.shell.profiles.missing]
command = ["/no/such/program"]
label = "Nichts"
"""
RECORDER = """
[plugins.recorder]
folder = "{folder}/recordings"
input = true
[plugins.jsonl]
path = "{folder}/audit.jsonl"
"""


class Walk:
    """Goes everywhere, with fresh servers of its own.

    Args:
        folder: An empty folder for the servers.
        new_tab: Opens tabs.
        see: Called at each stop.
        options: Of each profile that tabs are opened in: the screen, the language.
        prepare: Called with each profile's first tab once it has a terminal.
    """

    def __init__(
        self,
        folder: Path,
        new_tab: NewTab,
        see: See,
        options: dict[str, object],
        prepare: Callable[[Tab], None] = lambda tab: None,
    ) -> None:
        self.folder = folder
        self._new_tab = new_tab
        self.see = see
        self.options = options
        self.prepare = prepare
        self.language = str(options.get("locale", "en"))

    def tab(self, beside: Tab | None = None, **more: object) -> Tab:
        """A tab beside another one, or in a profile of its own."""
        return self._new_tab(beside=beside) if beside else self._new_tab(**self.options, **more)

    # --- pages of others -----------------------------------------------------------------------

    def element(self) -> None:
        """A terminal in somebody else's page, which has a policy of its own."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        process = ServerProcess(
            [sys.executable, str(Path(__file__).with_name("embedder.py"))], environment
        )
        try:
            tab = self.tab()
            tab.open(process.line("stdout", r"own (\S+)") + "/page")
            tab.page.evaluate(
                "lang => { document.documentElement.lang = lang; document.title = ''; }",
                self.language,
            )
            terminal = add(tab.page)
            terminal.wait_text(r"\$$")
            self.see(tab, "the element")
            terminal.run("exit 3", r"exit 3")
            terminal.wait_state("ended")
            self.see(tab, "the element, ended")
        finally:
            code = process.stop()
        assert code == 0, process.log

    # --- the terminal ------------------------------------------------------------------------

    def terminals(self) -> None:
        """The login, the terminal with all that lies over it, and the cards in its place."""
        home = self.folder / "terminals"
        home.mkdir()
        users = home / "users.toml"
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        users.write_text(f'[users.alice]\nadmin = true\npassword = "{quick.hash("wonderland")}"\n')
        users.chmod(0o600)
        plugins = '["local_users", "token", "shell"]'
        with serving(home, plugins=plugins, more=TERMINALS.format(users=users)) as server:
            self._login(server)
            tab = self.tab()
            self._enter(tab, server)
            self.prepare(tab)
            self._terminal(tab)
            self._overlays(tab)
            self._files(tab)
            self._splits(tab)
            self._sharing(tab)
            self._connection(tab)
            self._ends(tab, server)

    def _login(self, server: ServerProcess) -> None:
        tab = self.tab()
        tab.open(server.url)
        tab.page.wait_for_selector("input[type=password] >> visible=true")
        tab.page.click("summary")
        self.see(tab, "the login")
        tab.page.click("summary")
        tab.page.fill("input[name=username]", "alice")
        tab.page.fill("input[type=password] >> visible=true", "wrong")
        tab.page.click("button[type=submit] >> visible=true")
        tab.page.wait_for_selector("[role=alert]")
        self.see(tab, "a login that was refused")
        tab.open(f"{server.url}login#code=0123456789")
        tab.page.wait_for_selector("[role=alert]")
        self.see(tab, "a login link that is over")
        bare = self.tab(java_script_enabled=False)
        for path in ("login", "offline", "nothing/here"):
            bare.open(server.url + path)
            self.see(bare, f"{path} without scripts")

    def _enter(self, tab: Tab, server: ServerProcess) -> None:
        tab.open(server.url)
        tab.page.fill("input[name=username]", "alice")
        tab.page.fill("input[type=password] >> visible=true", "wonderland")
        tab.page.keyboard.press("Enter")
        tab.wait_state("live")

    def _terminal(self, tab: Tab) -> None:
        tab.run("echo the-''first", r"^the-first$")
        self.see(tab, "the terminal")
        if tab.page.is_visible(".keys"):
            tab.page.click(".keys [aria-expanded]")
            self.see(tab, "more keys")
            tab.page.click(".keys [aria-expanded]")
        other = self.tab(beside=tab)
        other.open(tab.page.url.partition("s/")[0])
        other.wait_state("live")
        other.run("echo an''other", r"^another$")
        self._menu(tab)
        self.see(tab, "the menu")
        tab.page.click(".sheet .sessions button")
        tab.page.wait_for_selector(".sure")
        self.see(tab, "the question before an end")
        tab.page.click(".sure .danger")
        tab.page.wait_for_selector(".sheet .sessions", state="detached")
        self.see(tab, "the menu without other sessions")
        other.wait_state("ended")
        self.see(other, "a session that somebody ended")
        other.page.close()
        tab.page.keyboard.press("Escape")

    def _menu(self, tab: Tab) -> None:
        tab.page.click("#menu")
        tab.page.wait_for_selector(".sheet .choice")

    def _overlays(self, tab: Tab) -> None:
        page = tab.page
        page.keyboard.press("Control+Shift+P")
        page.wait_for_selector(".commands")
        self.see(tab, "the commands")
        tab.type("xyzzy")
        page.wait_for_selector(".commands [role=option]", state="detached")
        self.see(tab, "no such command")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+,")
        page.wait_for_selector(".settings")
        self.see(tab, "the settings")
        page.select_option("select[name=theme]", "own")
        page.fill("textarea[name=own]", "background #101010")
        self.see(tab, "the settings with colours of one's own")
        page.select_option("select[name=theme]", "")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Shift+F")
        tab.type("the-first")
        expect(page.locator(".search .count")).not_to_be_empty()
        self.see(tab, "the search")
        tab.type("-xyzzy")
        self.see(tab, "a search without a result")
        page.click(".search [aria-pressed] >> nth=1")
        tab.type("(")
        self.see(tab, "a search for no pattern")
        page.keyboard.press("Escape")
        page.evaluate(PASTE, "one\ntwo\n")
        page.wait_for_selector(".paste")
        self.see(tab, "the question before a paste")
        page.keyboard.press("Escape")
        page.evaluate("Object.defineProperty(navigator.userActivation, 'isActive', {value: false})")
        for what in ("echo a-text", "head -c 2000000 /dev/zero"):
            tab.run(f"clear; {COPY.format(what)}", r"after$")
            page.wait_for_selector(".messages .notice")
            self.see(tab, f"a program that copies by {what}")
            self._dismiss(tab)

    def _dismiss(self, tab: Tab) -> None:
        """Put away all that waits over the terminal."""
        notices = tab.page.locator(".messages .notice")
        while notices.count():
            count = notices.count()
            notices.last.locator("button").last.click()
            expect(notices).not_to_have_count(count)

    def _files(self, tab: Tab) -> None:
        page = tab.page
        tab.run(f"echo 1 > a; {GET} a; echo offer''ed", r"^offered$")
        page.wait_for_selector(".transfer[data-question]")
        self.see(tab, "a file that is offered")
        with page.expect_download():
            page.click(".transfer[data-question] button >> nth=0")
        page.wait_for_selector(".transfer.good")
        self.see(tab, "a file that has come")
        self._dismiss(tab)
        for size, after in ((5, ".transfer.good"), (3_000_000, ".transfer:not([data-question])")):
            page.evaluate(DROP, size)
            page.wait_for_selector(".transfer[data-question]")
            self.see(tab, f"a file of {size} bytes that is dropped")
            page.click(".transfer[data-question] button >> nth=0")
            page.wait_for_selector(f"{after}:not(:has(progress))")
            self.see(tab, f"a file of {size} bytes that has been sent")
            self._dismiss(tab)

    def _splits(self, tab: Tab) -> None:
        for keys in ("Control+Shift+E", "Alt+Shift+T"):
            before = tab.page.url
            tab.page.keyboard.press(keys)
            tab.page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
            tab.wait_state("live")
            tab.wait_text(r"^\$ ")
            self.see(tab, f"after {keys}")
        tab.type("exit 3\n")
        tab.wait_state("ended")
        self.see(tab, "one of several that has ended")
        tab.page.click(".dock button >> nth=1")
        tab.page.wait_for_selector("nav.tabs", state="detached")
        tab.type("exit\n")
        tab.wait_state("ended")
        tab.page.click(".dock button >> nth=1")
        tab.wait_state("live")

    # --- several people ----------------------------------------------------------------------

    def _sharing(self, tab: Tab) -> None:
        page = tab.page
        self._menu(tab)
        # Of what only owners do, sharing comes first.
        page.click(".sheet .item:has(~ .item.danger) >> nth=-2")
        page.wait_for_selector("select[name=control]")
        self.see(tab, "the dialog for sharing")
        page.select_option("select[name=control]", "true")
        page.click(".wish button")
        page.wait_for_selector(".card .people li")
        link = page.locator(".link input").input_value()
        self.see(tab, "a link")
        page.keyboard.press("Escape")
        guest = self.tab()
        guest.open(link)
        guest.wait_state("viewer")
        guest.page.wait_for_selector(".bar .typist")
        self.see(guest, "a guest")
        self.see(tab, "who types, with a guest")
        guest.type("x")
        guest.page.wait_for_selector(".messages .notice")
        self.see(guest, "a guest who types")
        guest.page.click(".bar button.small")
        page.wait_for_selector(".notice[data-question]")
        self.see(guest, "a guest who asks")
        self.see(tab, "a guest's question")
        page.click(".bar .typist")
        page.wait_for_selector(".sheet .people")
        self.see(tab, "the people")
        page.keyboard.press("Escape")
        page.click(".notice[data-question] button >> nth=0")
        guest.wait_state("live")
        self.see(guest, "a guest in control")
        self.see(tab, "the owner watching")
        guest.page.click("#menu")
        guest.page.wait_for_selector(".sheet")
        self.see(guest, "a guest's menu")
        page.click(".bar button.small:not(.typist)")
        tab.wait_state("live")
        self._menu(tab)
        page.click(".sheet .item:has(~ .item.danger) >> nth=-3")
        page.click(".card .people button")
        guest.wait_state("unshared")
        self.see(guest, "a link that is over")
        page.keyboard.press("Escape")
        second = self.tab(beside=tab)
        second.open(page.url)
        second.wait_state("live")
        tab.wait_state("viewer")
        self.see(tab, "taken over")
        self.see(second, "taking over")
        second.page.close()
        page.click(".bar button.small:not(.typist)")
        tab.wait_state("live")

    # --- the connection and the ends ---------------------------------------------------------

    def _connection(self, tab: Tab) -> None:
        page = tab.page
        page.context.set_offline(True)
        page.evaluate("dispatchEvent(new Event('pagehide'))")
        tab.wait_state("reconnecting")
        tab.type("echo later")
        page.wait_for_selector("[data-waiting]")
        self.see(tab, "reconnecting")
        page.clock.install()
        page.clock.fast_forward(31_000)
        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        tab.wait_state("live")

    def _ends(self, tab: Tab, server: ServerProcess) -> None:
        tab.open(f"{server.url}s/{'0' * 32}")
        tab.wait_state("missing")
        tab.page.wait_for_selector(".card .sessions")
        self.see(tab, "no such session")
        for path in ("nothing/here", "offline", "?profile=gone"):
            tab.open(server.url + path)
            if "profile" in path:
                tab.page.wait_for_selector("[role=alertdialog]")
            self.see(tab, path)
        tab.open(f"{server.url}?profile=missing")
        tab.wait_state("failed")
        self.see(tab, "a program that is not there")
        waiting = []
        for _ in range(3):
            tab.open(server.url)
            tab.wait_state("live")
            tab.run("echo he''re", r"^here$")
            waiting.append(tab.session)
        tab.open(server.url)
        tab.wait_state("limit")
        tab.page.wait_for_selector(".card .sessions")
        self.see(tab, "the limit")
        tab.open(f"{server.url}s/{waiting[0]}")
        tab.wait_state("live")
        tab.type("exit 3\n")
        tab.wait_state("ended")
        self.see(tab, "the end")
        tab.open(server.url)
        tab.wait_state("live")
        tab.page.wait_for_selector(".messages .notice")
        self.see(tab, "others that wait")
        second = self.tab(beside=tab)
        second.open(f"{server.url}s/{waiting[1]}")
        second.wait_state("live")
        self._menu(second)
        second.page.click(".sheet button.item >> nth=-1")
        second.page.wait_for_url("**/login**")
        self.see(second, "the login after a logout")
        tab.wait_state("login")
        self.see(tab, "logged out")

    # --- the administration ------------------------------------------------------------------

    def administration(self) -> None:
        """Each view with its details and questions, and the player."""
        home = self.folder / "administration"
        home.mkdir()
        plugins = """[
            "token", "shell", "jsonl", "tests.browser.crowd:Crowd",
            "tornterm_record_asciicast:Recorder"
        ]"""
        more = RECORDER.format(folder=home)
        (home / "audit.jsonl").write_text("".join(earlier(number) for number in range(300)))
        path = [ROOT / "plugins" / "tornterm-record-asciicast"]
        with serving(home, plugins=plugins, more=more, python_path=path) as server:
            tab = self.tab()
            tab.log_in(server.login_link)
            self.prepare(tab)
            tab.run("echo played-''back; exit", r"^played-back$")
            tab.wait_state("ended")
            terminal = self.tab(beside=tab)
            terminal.open(server.url)
            terminal.wait_state("live")
            tab.open(f"{server.url}admin")
            tab.wait_state("live")
            self._tables(tab, home / "audit.jsonl")
            self._plugins_and_server(tab, home / "config.toml")
            self._recording(tab)
            self._watched(tab, terminal)

    def _tables(self, tab: Tab, log: Path) -> None:
        page = tab.page
        cells = page.locator(".grid .body [role=row] [data-column]")
        for view in ("sessions", "users", "audit"):
            page.click(f"#tab-{view}")
            expect(cells.first).to_be_visible()
            self.see(tab, view)
            page.fill("input.search", "xyzzy")
            expect(cells).to_have_count(0)
            self.see(tab, f"{view}, nothing found")
            page.fill("input.search", "")
            page.locator(".grid .body [role=row]").first.click()
            page.wait_for_selector("aside .facts")
            self.see(tab, f"{view}, one of them")
            for button in page.locator("aside > .acts button").all():
                button.click()
                page.wait_for_selector(".sure")
                self.see(tab, f"{view}, a question")
                page.click(".sure button >> nth=0")
            page.click("aside header button")
        page.click(".tools [aria-pressed]")
        self.see(tab, "audit, held still")
        below = page.locator(".note .quiet")
        page.click(".note button")
        expect(below).not_to_be_empty()
        expect(page.locator(".note")).to_have_attribute("aria-busy", "false")
        self.see(tab, "audit, older events")
        os.truncate(log, 0)
        page.click(".note button")
        page.wait_for_selector(".note [role=alert]")
        self.see(tab, "audit, another file")
        page.click(".note button")
        expect(page.locator(".note button")).to_have_attribute("aria-disabled", "true")
        self.see(tab, "audit, all of it")
        page.click("#tab-sessions")
        page.click(".tools button >> nth=0")
        self.see(tab, "sessions, all picked")
        page.click(".tools .danger")
        page.wait_for_selector(".sure")
        self.see(tab, "sessions, the question before all end")
        page.click(".sure button >> nth=0")

    def _plugins_and_server(self, tab: Tab, config: Path) -> None:
        page = tab.page
        page.click("#tab-plugins")
        page.click(".plugins summary >> nth=0")
        self.see(tab, "plugins")
        page.click("#tab-server")
        page.wait_for_selector(".reload button")
        self.see(tab, "server")
        text = config.read_text()
        for changed in (text.replace("port = 0", "port = 1"), text + "\n[broken]\nmax = 1\n"):
            config.write_text(changed)
            page.click(".reload > button")
            page.wait_for_selector(".sure")
            self.see(tab, "the question before the configuration is read")
            page.click(".sure button >> nth=1")
            page.wait_for_selector(".reload [role=alert]")
            self.see(tab, "the configuration, read")
        config.write_text(text)

    def _recording(self, tab: Tab) -> None:
        page = tab.page
        page.click("#tab-recordings")
        page.locator(".grid .body [role=row] [data-column]").first.wait_for()
        page.locator(".grid .body [role=row]").last.click()
        page.wait_for_selector("aside [data-ready]")
        self.see(tab, "the player")
        page.click("aside .ap-playback-button")
        expect(page.locator("aside .ap-player")).to_contain_text("played-back")
        self.see(tab, "the player, playing")
        page.locator("aside .ap-wrapper").focus()
        page.keyboard.press("?")
        self.see(tab, "the player's keys")
        page.keyboard.press("Escape")
        page.wait_for_selector(".ap-overlay-help", state="detached")
        page.keyboard.press("Escape")
        page.wait_for_selector("aside", state="detached")

    def _watched(self, tab: Tab, terminal: Tab) -> None:
        page = tab.page
        page.click("#tab-sessions")
        page.fill("input.search", terminal.session)
        page.locator(".grid .body [data-column=title]").first.click()
        page.wait_for_selector("aside .people li")
        self.see(tab, "a session with people")
        page.click("aside .acts .actions button >> nth=0")
        with page.expect_popup() as opened:
            page.click(".sure button >> nth=1")
        watching = Tab(opened.value)
        watching.wait_state("viewer")
        self.see(watching, "watching a session")
        terminal.page.wait_for_selector(".messages .notice")
        self.see(terminal, "a session that is watched")
        page.click("aside .acts .actions button >> nth=1")
        page.click(".sure button >> nth=1")
        terminal.wait_state("ended")
        self.see(terminal, "a session that was ended by an administrator")
        self.see(tab, "a session that is gone")
        page.click("aside header button")
        self._menu(terminal)
        terminal.page.click(".sheet button.item >> nth=-1")
        page.wait_for_selector(".banner")
        self.see(tab, "an administrator without a login")
