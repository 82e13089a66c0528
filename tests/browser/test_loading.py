"""From a cold cache to a prompt, and without a server at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import expect

from frontend.bundle import FRONTEND, node_with_packages
from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import TIMEOUT, Tab

MOST_BYTES = 250 * 1024


def test_a_prompt_needs_little(server: ServerProcess, new_tab: NewTab) -> None:
    """All that comes over the wire before it, login and page, stays under 250 KiB."""
    tab = new_tab()
    received = []
    browser = tab.page.context.new_cdp_session(tab.page)
    browser.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    browser.send("Network.enable")
    tab.log_in(server.login_link)
    tab.wait_text(r"^\$ ")
    assert 20 * 1024 < sum(received) < MOST_BYTES


def test_a_page_that_is_too_large_is_not_built(tmp_path: Path) -> None:
    """The build says how large it is, and fails."""
    command = [*node_with_packages(), str(FRONTEND / "build.mjs"), str(tmp_path / "out"), "50000"]
    built = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True)
    assert built.returncode != 0
    assert "bytes before its first prompt, compressed; 50000 are allowed" in built.stderr


def test_without_a_server_a_page_of_ours_says_so(tmp_path: Path, new_tab: NewTab) -> None:
    """The browser shows it under the address that was asked for, and another try is offered."""
    with serving(tmp_path) as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        address = tab.page.url
        tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # A reload goes through the worker as soon as it is there.
    tab.page.goto(address)
    tab.wait_state("offline")
    expect(tab.page.get_by_role("heading")).to_have_text("The server cannot be reached")
    again = tab.page.get_by_role("link", name="Try again")
    assert again.evaluate("link => link.href") == address


def test_the_page_speaks_the_language_of_its_reader(server: ServerProcess, new_tab: NewTab) -> None:
    """As the browser says, from the login on; another one is chosen in the settings, and kept."""
    tab = new_tab(locale="de-AT")
    tab.open(server.url)
    expect(tab.page.locator("body")).to_contain_text("Anmeldelink")
    tab.log_in(server.login_link)
    expect(tab.page.locator(".pill")).to_have_text("Verbunden")
    assert tab.page.get_attribute("html", "lang") == "de"
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=language]", "fr")
    expect(tab.page.get_by_role("dialog", name="Réglages")).to_be_visible()
    name = tab.page.locator(".xterm-helper-textarea").get_attribute("aria-label")
    assert name == "Terminal. Ctrl F6 le quitte au clavier.", "it is still called as it was before"
    tab.page.reload()
    expect(tab.page.locator(".pill")).to_have_text("Connecté")
    tab.open(f"{server.url}admin")
    expect(tab.page.get_by_role("tab", name="Utilisateurs")).to_be_visible()
    assert tab.page.get_attribute("html", "lang") == "fr"


ASK = "async (url) => (await fetch(url, { headers: { Accept: 'text/html' } })).text()"
KEPT = """
([url, wanted, milliseconds]) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`what is kept does not say: ${wanted}`)), milliseconds);
  const look = async () => {
    const kept = await caches.match(url);
    if (kept && (await kept.text()).includes(wanted)) resolve();
    else setTimeout(look, 20);
  };
  look();
})
"""


def choose(tab: Tab, language: str) -> None:
    """Choose a language in the settings."""
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=language]", language)
    tab.page.keyboard.press("Escape")


def test_the_server_speaks_the_language_that_was_chosen(tmp_path: Path, new_tab: NewTab) -> None:
    """An error, what stands in for scripts, and what is kept for the time without a server."""
    with serving(tmp_path) as server:
        tab = new_tab(locale="de-AT")
        tab.log_in(server.login_link)
        tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        tab.page.reload()  # from here on the worker is in charge
        tab.wait_state("live")
        address = tab.page.url
        for choice, error, bare, away in (
            ("fr", "Introuvable", "a besoin de JavaScript", "Le serveur est injoignable"),
            ("", "Nicht gefunden", "braucht JavaScript", "Der Server ist nicht zu erreichen"),
            ("fr", "Introuvable", "a besoin de JavaScript", "Le serveur est injoignable"),
        ):
            choose(tab, choice)
            assert error in tab.page.evaluate(ASK, f"{server.url}nothing/here")
            assert bare in tab.page.evaluate(ASK, server.url)
            tab.page.evaluate(KEPT, [f"{server.url}offline", away, TIMEOUT * 1000])
            set_by_us = [c for c in tab.page.context.cookies() if c["name"] == "tornterm-language"]
            kept = [(c["value"], c["path"], c["sameSite"]) for c in set_by_us]
            assert kept == ([(choice, "/", "Lax")] if choice else [])
    tab.page.goto(address)
    tab.wait_state("offline")
    expect(tab.page.get_by_role("heading")).to_have_text("Le serveur est injoignable")
